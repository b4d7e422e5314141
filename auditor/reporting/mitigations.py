"""What mitigations kept in a trial fine-tune: a picture, a table, and words."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.records.forecast import Forecast
from auditor.records.measurement import HARDLY, Measurement, MitigatedUpdate, Saving
from auditor.reporting import wording
from auditor.reporting.forgetting import ranked
from auditor.reporting.tradeoff import Point, Tradeoff, draw

ALONE = "the update alone"
# As measured: docs/mitigations.md.
EXPERIENCE = (
    "On five public sets a fifth of old rows kept all but 5 points, and on five of six so did "
    "weights that were held hard in place;"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One line: the update with a mitigation, or alone; accuracies are means over categories."""

    name: str
    about: str
    accuracy: float  # of the old categories at the end
    low: float | None  # 80 % interval; None: a single run
    high: float | None
    when_learnt: float | None  # of the old categories when the update was learnt; None: never
    learnt: float  # accuracy on the update at the end
    cost: str
    saved: int  # categories
    verdict: Saving

    @property
    def interval(self) -> str:
        if self.low is None or self.high is None:
            return "one run: no interval"
        return wording.percent_interval(self.low, self.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mitigations:
    """Everything that is said of the mitigations of a measurement."""

    before: float  # accuracy of the old categories before the update
    alone: Kept
    lines: tuple[Kept, ...]  # cheapest first, as they were tried
    of: int  # the categories that the update does not train
    # Category, what it loses by the update alone, and with each mitigation whether it is saved.
    table: tuple[tuple[str, float, tuple[tuple[float, bool], ...]], ...]

    @property
    def with_alone(self) -> tuple[Kept, ...]:
        return (self.alone, *self.lines)

    @property
    def picture(self) -> Tradeoff:
        return draw(
            [
                Point(
                    name=k.name,
                    learnt=k.learnt,
                    kept=k.accuracy,
                    low=k.low,
                    high=k.high,
                    verdict=None if k is self.alone else k.verdict,
                )
                for k in self.with_alone
            ],
            self.before,
        )

    @property
    def best(self) -> Kept:
        """The cheapest that saves all; else what saves most, then keeps and learns most."""
        learnt = [k for k in self.lines if k.verdict != "fails to learn"] or list(self.lines)
        saving = [k for k in learnt if k.verdict == "saved"]
        return saving[0] if saving else max(learnt, key=self.worth)

    def worth(self, kept: Kept) -> tuple[int, float]:
        """Categories saved, then the smaller of two shares: of what was known before, and of the
        update. One that keeps all and learns half is worth as much as one that does the reverse."""
        return kept.saved, min(kept.accuracy / max(self.before, 1e-9), kept.learnt)


def mitigations(forecast: Forecast | None) -> Mitigations | None:
    """What each mitigation kept; None where none was measured."""
    measured = forecast.measurement if forecast else None
    tried = (measured.mitigations or ()) if measured else ()
    if forecast is None or measured is None or not tried or not measured.categories:
        return None
    # Its own categories gain by the update, which is no merit of a mitigation.
    places = [i for i, c in enumerate(measured.categories) if c.masked is not None]
    places = places or list(range(len(measured.categories)))
    before = _mean([_over_runs(measured.categories[i].accuracy, 0) for i in places])
    rank = {c.category: c.rank for c in ranked(forecast)}
    order = sorted(places, key=lambda i: rank.get(measured.categories[i].category, 0))
    return Mitigations(
        before=before,
        alone=_alone(measured, places),
        lines=tuple(_kept(update, measured, places, before) for update in tried),
        of=len(places),
        table=tuple(
            (
                measured.categories[i].category,
                tried[0].categories[i].plain_drop,
                tuple((u.categories[i].drop, u.categories[i].verdict == "saved") for u in tried),
            )
            for i in order
        ),
    )


def _alone(measured: Measurement, places: list[int]) -> Kept:
    of = [measured.categories[i] for i in places]
    known = [c.drop_at_competence for c in of]
    learnt = None
    if all(drop is not None for drop in known):
        lost = _mean([drop for drop in known if drop is not None])
        learnt = max(_mean([_over_runs(c.accuracy, 0) for c in of]) - lost, 0.0)
    return Kept(
        name=ALONE,
        about="without any protection",
        accuracy=_mean([_over_runs(c.accuracy, -1) for c in of]),
        low=None,
        high=None,
        when_learnt=learnt,
        learnt=measured.learnt[-1],
        cost=wording.count(measured.trained_rows, "row", "rows"),
        saved=0,
        verdict="not saved",
    )


def _kept(update: MitigatedUpdate, measured: Measurement, places: list[int], before: float) -> Kept:
    at = None
    if update.drop_when_learnt is not None:
        at = min(max(before - update.drop_when_learnt, 0.0), 1.0)
    ends = [None if end is None else min(max(before - end, 0.0), 1.0) for end in
            (update.high, update.low)]  # fmt: skip
    return Kept(
        name=update.mitigation,
        about=update.about,
        accuracy=_mean([_over_runs(update.categories[i].accuracy, -1) for i in places]),
        low=ends[0],
        high=ends[1],
        when_learnt=at,
        learnt=update.learnt[-1],
        cost=_cost(update, measured),
        saved=sum(update.categories[i].verdict == "saved" for i in places),
        verdict=update.verdict,
    )


def _cost(update: MitigatedUpdate, measured: Measurement) -> str:
    """In rows that are trained on, repeats counted, beside those of the update alone."""
    more = update.trained_rows - measured.trained_rows
    if more > measured.trained_rows:
        times = update.trained_rows / max(measured.trained_rows, 1)
        return f"{update.trained_rows:,} rows, all anew ({times:.1f} times as many)"
    if update.old_rows:
        return f"{wording.count(update.old_rows, 'old row', 'old rows')} more"
    return "no old rows"


def protection(forecast: Forecast | None) -> tuple[str, str]:
    """The first answer to "what do I do first?": how to protect this update, short and in full."""
    if forecast is None:
        return "Nothing can be said", "No forecast was made, so what to protect is not known."
    if forecast.update.kind == "simulated":
        return (
            "Name the update",
            "What protects depends on what comes next: audit again with --update FILE.",
        )
    if found := mitigations(forecast):
        return _measured(found)
    whole = forecast.whole
    if whole is None:
        return "Cannot be told", "What the update takes cannot be estimated on this data."
    if whole.end_high < HARDLY:
        return (
            "Nothing",
            f"The update is expected to take {wording.percent(whole.lost_at_end)} of what the "
            f"model knows ({wording.percent_interval(whole.end_low, whole.end_high)}).",
        )
    return (
        "Find out what keeps it: --probe full --mitigations all",
        f"The update is expected to take {wording.percent(whole.lost_at_end)} of what the model "
        f"knows. {EXPERIENCE} these options try them on this data.",
    )


def _measured(found: Mitigations) -> tuple[str, str]:
    best = found.best
    if found.alone.accuracy > found.before - HARDLY:
        return "Nothing", f"{_kept_by(found.alone, found)}.{_taken(found)}"
    kept = _kept_by(best, found)
    cost = f"Its cost: {best.cost}."
    if best.verdict == "saved":
        also = [k.name for k in found.lines if k.verdict == "saved" and k.name != best.name]
        more = f" So does {wording.listing(also)}." if also else ""
        return f"Use {best.name}", f"{kept}: {best.about}. {cost}{more}"
    if best.verdict == "fails to learn":
        return "Nothing that was tried learns it", f"Most is kept by {best.name}: {kept}."
    return (
        f"Use {best.name}, though it does not save all",
        f"Nothing that was tried surely saves every category. {kept}: {best.about}; it saves "
        f"{best.saved} of {found.of}. {cost}{_next_best(found)}",
    )


def _kept_by(kept: Kept, found: Mitigations) -> str:
    of = wording.count(found.of, "old category", "old categories")
    alone = wording.percent(found.alone.accuracy)
    beside = "" if kept is found.alone else f", {alone} by the update alone"
    return (
        f"{kept.name[0].upper()}{kept.name[1:]} ends with {wording.percent(kept.accuracy)} "
        f"accuracy on {of} ({wording.percent(found.before)} before{beside}) and "
        f"{wording.percent(kept.learnt)} on the update"
    )


def _taken(found: Mitigations) -> str:
    """Of an update that takes little on average, which category it does take from."""
    category, lost, _ = max(found.table, key=lambda row: row[1])
    if lost < 2 * HARDLY:
        return ""
    return f" But {category} loses {wording.whole_points(lost)}."


def _next_best(found: Mitigations) -> str:
    """What is worth most beside the best one; empty where nothing else learns the update."""
    others = [k for k in found.lines if k.name != found.best.name and k.verdict != "fails to learn"]
    if not others:
        return ""
    then = max(others, key=found.worth)
    return (
        f" Next is {then.name}: {wording.percent(then.accuracy)} and "
        f"{wording.percent(then.learnt)}, {then.cost}."
    )


def _over_runs(accuracy: tuple[tuple[float, ...], ...], step: int) -> float:
    return _mean([run[step] for run in accuracy])


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
