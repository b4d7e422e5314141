"""What a forecast says, in sentences: where accuracy ends, what falls first, what the set loses.

A category falls where its interval at the end lies below its accuracy before, and is taken where it
is expected to end with less than half of it. A mean is always said to be an average.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from auditor.records.forecast import CategoryForecast, Forecast, SetForecast
from auditor.reporting import wording

_NAMED = 3  # categories in a sentence
_POINT = 0.01  # of accuracy: less is not seen in whole percents
_HALF = 0.5  # of its accuracy; with less a category counts as lost, as by `fragile-category`
_KEPT = 4  # of so many categories, one may be kept where the update is said to take them all


def ranked(forecast: Forecast | None) -> list[CategoryForecast]:
    """The categories of a forecast, forgotten first first."""
    return sorted(forecast.categories, key=lambda c: c.rank) if forecast else []


def falling(forecast: Forecast | None) -> list[CategoryForecast]:
    """Those that clearly end below their accuracy before, in the order in which they fall."""
    return [c for c in _sure(forecast) if c.accuracy_before - c.end_high >= _POINT]


def last_step(forecast: Forecast) -> int:
    """The update step at which the assumed fine-tuning ends."""
    return max(forecast.recipe.checkpoints)


def before_and_end(category: CategoryForecast) -> str:
    """`82% → 12%`."""
    return (
        f"{wording.percent(category.accuracy_before)} → {wording.percent(category.accuracy_at_end)}"
    )


def end_interval(category: CategoryForecast) -> str:
    """The 80 % interval of the accuracy at the end."""
    return wording.percent_interval(category.end_low, category.end_high)


def halved(category: CategoryForecast) -> str:
    """`half lost by step 13`; empty where it is not within the steps."""
    return "" if category.half_life is None else f"half lost by step {ceil(category.half_life)}"


def forgetting(forecast: Forecast) -> str:
    """What is forgotten, as sentences: first whether all is, else what falls first and how far."""
    sure = _sure(forecast)
    if not sure:
        return _unknown(forecast)
    if all_of_it := all_taken(forecast):
        said = f"{all_of_it} {_order_of_all(sure)}"
    else:
        said = _falls(forecast) or _none_falls(forecast, sure)
    return " ".join([said, *_without_estimate(forecast, len(sure))])


def all_taken(forecast: Forecast) -> str:
    """That all are taken, or all but a few, as a sentence; empty where they are not."""
    sure = _sure(forecast)
    kept = [c.category for c in sure if not _taken(c)]
    if len(sure) <= 1 or len(kept) > min(_NAMED, len(sure) // _KEPT):
        return ""
    title, estimated = wording.update_title(forecast), len(sure) < len(forecast.categories)
    which = "categories with an estimate" if estimated else "categories"
    number = f"all {len(sure)} {which}"
    if kept:
        number = f"{len(sure) - len(kept)} of {len(sure)} {which}, all but {wording.listing(kept)}"
    return (
        f"{title[0].upper()}{title[1:]} is expected to take {number}: {_on_the_whole(forecast)}"
        "each ends with less than half of its accuracy."
    )


def set_loss(forecast: Forecast) -> tuple[str, ...]:
    """What the update takes of the whole set, beside a solid one: sentences; none without an
    estimate. What is lost by the end is left out where `all_taken` has said it."""
    whole = forecast.whole
    if whole is None:
        return ()
    update = "this update" if forecast.update.kind == "given" else "an update of one category"
    end = "" if all_taken(forecast) else f", and {_share_at_end(whole)} by its end"
    return (
        f"A model of this set is expected to lose {wording.percent(whole.lost)} of what it knows "
        f"to {update} on average while it is trained (80% interval "
        f"{wording.percent_interval(whole.low, whole.high)}){end}.",
        _beside_a_solid_set(whole),
        *_beyond(whole),
    )


def set_loss_in_short(forecast: Forecast) -> Iterator[str]:
    """The same for a terminal, a line each; the solid set only where it clearly loses less."""
    whole = forecast.whole
    if whole is None:
        return
    yield (
        f"the whole set: {wording.percent(whole.lost_at_end)} lost by the end (80% interval "
        f"{wording.percent_interval(whole.end_low, whole.end_high)}), "
        f"{wording.percent(whole.lost)} on average "
        f"({wording.percent_interval(whole.low, whole.high)})"
    )
    if whole.solid is not None:
        yield f"were every category solidly learnt: {_of_a_solid_set(whole)}"
    if whole.beyond:
        yield "unlike any set that was measured, see the report; the intervals are wider for it"


def _sure(forecast: Forecast | None) -> list[CategoryForecast]:
    return [c for c in ranked(forecast) if c.identifiable]


def _unknown(forecast: Forecast) -> str:
    order = ranked(forecast)
    reason = f": {order[0].reason.rstrip('.')}" if order else ""
    return (
        f"Forecast for {wording.update_title(forecast)}: no reliable estimate of which categories "
        f"are forgotten first{reason}."
    )


def _taken(category: CategoryForecast) -> bool:
    return category.accuracy_at_end < _HALF * category.accuracy_before


def _on_the_whole(forecast: Forecast) -> str:
    whole = forecast.whole
    if whole is None:
        return ""
    return (
        f"on average {wording.percent(whole.lost_at_end)} (80% interval "
        f"{wording.percent_interval(whole.end_low, whole.end_high)}) of what the model knew is "
        f"lost by the end (step {last_step(forecast)}), and "
    )


def _share_at_end(whole: SetForecast) -> str:
    interval = wording.percent_interval(whole.end_low, whole.end_high)
    return f"{wording.percent(whole.lost_at_end)} ({interval})"


def _order_of_all(sure: Sequence[CategoryForecast]) -> str:
    first, *then = [c for c in sure if _taken(c)]
    fell = f" ({halved(first)})" if halved(first) else ""
    others = f", then {wording.listing(c.category for c in then)}" if then else ""
    return f"{first.category} is forgotten first{fell}{others}."


def _falls(forecast: Forecast) -> str:
    """What falls first, how far, and what falls then; empty where nothing clearly falls."""
    order = falling(forecast)
    if not order:
        return ""
    first, then = order[0], order[1:_NAMED]
    others = wording.listing(f"{c.category} ({before_and_end(c)})" for c in then)
    return (
        f"Forecast for {wording.update_title(forecast)}: {first.category} falls from "
        f"{wording.percent(first.accuracy_before)} to {wording.percent(first.accuracy_at_end)} "
        f"(80% interval {end_interval(first)}) by the end of the update "
        f"(step {last_step(forecast)}){f', then {others}' if then else ''}."
    )


def _none_falls(forecast: Forecast, sure: Sequence[CategoryForecast]) -> str:
    largest = max(sure, key=lambda c: c.accuracy_before - c.accuracy_at_end)
    estimated = len(sure) < len(forecast.categories)
    none = "no category with an estimate" if estimated else "no category"
    return (
        f"Forecast for {wording.update_title(forecast)}: {none} clearly loses accuracy by the end "
        f"of the update (step {last_step(forecast)}); the largest change is expected for "
        f"{largest.category}, from {wording.percent(largest.accuracy_before)} to "
        f"{wording.percent(largest.accuracy_at_end)} (80% interval {end_interval(largest)})."
    )


def _without_estimate(forecast: Forecast, sure: int) -> Iterator[str]:
    of = len(forecast.categories)
    if sure < of:
        yield (
            f"For {of - sure} of {wording.count(of, 'category', 'categories')} there is no "
            "reliable estimate."
        )


def _beside_a_solid_set(whole: SetForecast) -> str:
    if whole.solid is None:
        return "A set of its size with every category solidly learnt is not known to lose less."
    expected = _of_a_solid_set(whole)
    return f"Were every category solidly learnt, a set of its size would lose {expected}."


def _of_a_solid_set(whole: SetForecast) -> str:
    low, high = whole.solid_low or 0.0, whole.solid_high or 0.0
    return (
        f"{wording.percent(whole.solid or 0.0)} on average ({wording.percent_interval(low, high)})"
    )


def _beyond(whole: SetForecast) -> Iterator[str]:
    if whole.beyond:
        listed = wording.listing(whole.beyond, limit=len(whole.beyond))
        yield (
            f"The measured updates that this rests on had no such set: {listed}. The intervals are "
            "wider for it."
        )
