"""What the fidelity `full` measured, in words, in a table and in one chart of the layers."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from auditor.records.forecast import Forecast
from auditor.records.measurement import MeasuredCategory, Measurement
from auditor.reporting import wording
from auditor.reporting.forgetting import ranked
from auditor.reporting.mitigations import Mitigations, mitigations

_CHART = (320, 110)  # the plot of the layers, in SVG units
_SMALL = 0.01  # a difference in accuracy that is not worth a word
_LOST = 0.5  # of its accuracy: a category that ends with less counts as lost
_IN_ORDER = 6  # categories of a sentence
_KNOWN = 0.05  # accuracy before, below which a share of it means nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryOutcome:
    """One category: what was lost at the last step, and how much of it is only outvoted."""

    measured: MeasuredCategory
    before: float
    learnt: float | None  # accuracy when the update was first learnt; None: it never was
    last: float  # at the end
    outvoted: float | None  # accuracy that comes back when the update's columns are left out
    gone: float  # accuracy that a head fitted anew does not bring back


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightShift:
    """How far one layer moved by the last step, as shares of its length, with bars to draw."""

    name: str
    shift: float
    important: float
    x: float
    bars: tuple[tuple[float, float], tuple[float, float]]  # y, height: all weights, important ones


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Everything that the page shows of a measurement."""

    measurement: Measurement
    teaching: str  # how long the old rows were taught, as part of a sentence
    words: tuple[str, ...]
    rows: tuple[CategoryOutcome, ...]
    layers: tuple[WeightShift, ...]
    bar: float  # width
    mitigations: Mitigations | None


def trial(forecast: Forecast) -> Trial | None:
    """What was measured, in the order of the forecast; None where nothing was."""
    measured = forecast.measurement
    if measured is None or not measured.categories:
        return None
    rank = {c.category: c.rank for c in ranked(forecast)}
    rows = sorted(map(_row, measured.categories), key=lambda r: rank.get(r.measured.category, 0))
    return Trial(
        measurement=measured,
        teaching=_teaching(measured),
        words=(
            *_left_out(measured),
            _learnt(measured),
            *_endings(rows, measured.steps[-1]),
            *_order(measured),
            *_bias_and_loss(rows, measured.steps[-1]),
            _weights(measured),
        ),
        rows=tuple(rows),
        layers=_layers(measured),
        bar=round(0.35 * _CHART[0] / max(len(measured.layers), 1), 1),
        mitigations=mitigations(forecast),
    )


def _teaching(measured: Measurement) -> str:
    steps, of_all = measured.teaching_steps, measured.teaching_steps_of_all
    if steps < of_all:
        return (
            f"for {steps:,} steps, fewer than the {of_all:,} that all rows would be taught, "
            "so that the update may take more here than after these"
        )
    return f"for {steps:,} steps, as many as all rows would be taught"


def _row(measured: MeasuredCategory) -> CategoryOutcome:
    before, last = _mean(measured, 0), _mean(measured, -1)
    lost = measured.drop_at_competence
    return CategoryOutcome(
        measured=measured,
        before=before,
        learnt=None if lost is None else min(max(before - lost, 0.0), 1.0),
        last=last,
        outvoted=None if measured.masked is None else measured.masked[-1] - last,
        gone=measured.refitted[0] - measured.refitted[1],
    )


def _mean(measured: MeasuredCategory, step: int) -> float:
    return sum(run[step] for run in measured.accuracy) / len(measured.accuracy)


def _left_out(measured: Measurement) -> tuple[str, ...]:
    """The rows that are taught and not read, since the other side teaches them as well."""
    old, new = measured.left_out, measured.update_left_out
    if not old and not new:
        return ()
    return (
        f"{old:,} of the old rows and {new:,} of the update's were not used for testing: the other "
        "data has copies of them, or rows of their group.",
    )


def _learnt(measured: Measurement) -> str:
    which = "held-out rows" if measured.update_rows else "own rows, the ones it was trained on"
    known = f"recognises {wording.percent(measured.learnt[-1])} of the update's {which}"
    if measured.competent_step is None and measured.learnt[-1] < wording.RECOGNISED:
        return (
            f"After {measured.steps[-1]} steps the model {known}: not learnt yet, "
            "so more will be forgotten until it is."
        )
    if measured.competent_step is None:
        return (
            f"After {measured.steps[-1]} steps the model {known}, but takes old rows for the "
            "update too: at no step that was read does it both recognise the update and tell "
            "old rows from it, so there is no loss at the time the update is learnt."
        )
    return (
        f"The update is learnt at step {measured.competent_step:.0f}; after "
        f"{measured.steps[-1]} steps the model {known}."
    )


def _endings(rows: list[CategoryOutcome], step: int) -> tuple[str, ...]:
    """How many of the categories that the update does not train it takes: all, some or none."""
    known = [r for r in rows if r.measured.masked is not None and r.before >= _KNOWN]
    if not known:
        return ()
    taken = [r for r in known if r.last < _LOST * r.before]
    of = wording.count(len(known), "old category", "old categories")
    each = "ends" if len(taken) == 1 else "end"
    if len(taken) == len(known):
        highest = max(r.last for r in taken)
        all_of = f"All {of}" if len(known) > 1 else f"The {of}"
        up_to = f"at {wording.percent(highest)}" + (" or less" if len(known) > 1 else "")
        return (
            f"{all_of} {each} with less than half of the accuracy: at step {step} {up_to}, "
            f"{wording.percent(sum(r.before for r in known) / len(known))} before the update.",
        )
    number = f"{len(taken)} of {of} {each}" if taken else f"None of {of} ends"
    named = f": {wording.listing(r.measured.category for r in taken)}" if taken else ""
    return (f"{number} with less than half of the accuracy at step {step}{named}.",)


def _order(measured: Measurement) -> tuple[str, ...]:
    """In which order the old categories lost half of their accuracy, at the recipe's own rate."""
    halves = [
        (speed.half_life, c.category)
        for c in measured.categories
        for speed in c.speeds
        if c.masked is not None and speed.rate == 1.0 and speed.half_life is not None
    ]
    if not halves:
        return ()
    named = [f"{category} (step {ceil(step)})" for step, category in sorted(halves)]
    return (f"Half of the accuracy was lost in this order: {wording.listing(named, _IN_ORDER)}.",)


def _bias_and_loss(rows: list[CategoryOutcome], step: int) -> tuple[str, ...]:
    """Bias against representation, over the categories that the update does not train."""
    others = [(r, r.outvoted) for r in rows if r.outvoted is not None]
    if not others:
        return ()
    lost = sum(r.before - r.last for r, _ in others) / len(others)
    outvoted = sum(back for _, back in others) / len(others)
    gone = sum(r.gone for r, _ in others) / len(others)
    known = sum(r.before for r, _ in others) / len(others)
    if known < _KNOWN:
        return (
            f"Before the update the model recognised {wording.percent(known)} of the old rows: "
            "nothing was learnt of them, so what an update takes cannot be estimated.",
        )
    if lost < _SMALL:
        return (f"At step {step} the old categories have lost nothing.",)
    return (
        f"At step {step} the old categories have lost {wording.whole_points(lost)} on average. "
        f"{wording.whole_points(outvoted)} of them are recoverable: they come back when the new "
        "categories are ruled out as answers. That part is bias towards the new answers; "
        "recalibration or a few replayed rows repair it.",
        "With a classifier head refitted on the old rows nothing is missing: the encoder still "
        "separates the old categories."
        if gone < _SMALL
        else f"{wording.whole_points(gone)} are still missing with a classifier head refitted on "
        "the old rows: that part is lost from the encoder, and only training on old data brings it "
        "back.",
    )


def _weights(measured: Measurement) -> str:
    last = list(zip(measured.layers, measured.moved_important[-1], strict=True))
    name, shift = max(last, key=lambda pair: pair[1])
    return (
        f"Of the weights that matter most for the old categories, those of the {name} change most: "
        f"by {100 * shift:.2g}% of their length."
    )


def _layers(measured: Measurement) -> tuple[WeightShift, ...]:
    width, height = _CHART
    pairs = list(zip(measured.moved[-1], measured.moved_important[-1], strict=True))
    largest = max([1e-9, *(m for pair in pairs for m in pair)])

    def bar(shift: float) -> tuple[float, float]:
        tall = round(shift / largest * height, 1)
        return round(height - tall, 1), tall

    step = width / max(len(pairs), 1)
    return tuple(
        WeightShift(
            name=name,
            shift=shift,
            important=important,
            x=round(i * step + 0.1 * step, 1),
            bars=(bar(shift), bar(important)),
        )
        for i, (name, (shift, important)) in enumerate(zip(measured.layers, pairs, strict=True))
    )
