"""The words of a report: how numbers, lists and keys are written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auditor.label_spelling import visible
from auditor.records.forecast import CategoryForecast, Forecast, Recipe

RECOGNISED = 0.5  # of an update's rows, from which it counts as learnt
_RUNS_NAMED = 12


def count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def listing(names: Iterable[str], limit: int = 3) -> str:
    """`a, b and c`, or `a, b, c and 4 more`."""
    names = list(names)
    shown, rest = names[:limit], len(names) - limit
    if rest > 0:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def percent(fraction: float) -> str:
    return f"{_whole(fraction)}%"


def percent_interval(low: float, high: float) -> str:
    """`0 to 41%`."""
    return f"{_signed(low)} to {_signed(high)}%"


def whole_points(fraction: float) -> str:
    return f"{_whole(fraction)} point{'s' * (abs(_whole(fraction)) != 1)}"


def drop_interval_text(category: CategoryForecast) -> str:
    """The 80 % interval of an expected drop (an average during the update), in points."""
    return f"{_signed(category.low)} to {_signed(category.high)}"


def danger(update: str, categories: Iterable[CategoryForecast]) -> str:
    """What a simulated update takes from what it endangers, on average during it."""
    hit = (f"{whole_points(c.worst_drop or 0.0)} from {c.category}" for c in categories)
    return f"Adding {update} takes on average {listing(hit)}"


def update_title(forecast: Forecast) -> str:
    """What a forecast is conditioned on, as a noun phrase."""
    categories = forecast.update.categories
    if forecast.update.kind == "given":
        return f"fine-tuning on {listing(categories)}"
    return f"an update of one category (average of {len(categories):,} simulated)"


_EFFORTS = {
    "similarity": "similarity of texts only (no real fine-tune)",
    "head": "quick forecast (no real fine-tune)",
    "full": "with a real trial fine-tune",
}


def effort(forecast: Forecast) -> str:
    """How thoroughly a forecast was made."""
    return _EFFORTS.get(forecast.probe, forecast.probe)


def recipe(of: Recipe) -> str:
    """A fine-tuning, in figures."""
    epochs = "1 epoch" if of.old_epochs == 1 else f"{of.old_epochs:g} epochs"
    return (
        f"{count(of.steps, 'step', 'steps')} at {of.learning_rate:g} (head "
        f"{of.head_learning_rate:g}), batch {of.batch}, trained weights: {of.weights}, "
        f"after {epochs} of the old data"
    )


def when_learnt(forecast: Forecast) -> str:
    """When the update itself is learnt; where all are taken for its rows, it never is."""
    step = forecast.whole.steps_until_learnt if forecast.whole else None
    if step:
        return f"learnt at about step {step:.0f}"
    measured = forecast.measurement
    if measured and measured.learnt[-1] >= RECOGNISED:
        return "recognised within these steps, but old rows are taken for it too"
    return "not learnt within these steps"


def unmeasured_recipe(forecast: Forecast) -> str:
    """What a quick forecast does not know; empty where the user states no recipe, or it was run."""
    stated = forecast.stated_recipe
    if stated is None or stated == forecast.recipe:
        return ""
    return (
        f"The quick forecast is about {recipe(forecast.recipe)}; --probe full measures yours: "
        f"{recipe(stated)}."
    )


def scored_on(forecast: Forecast) -> tuple[str, ...]:
    """What the accuracies before were read on, a sentence each; none where it is training alone."""
    held_out = [c for c in forecast.categories if c.held_out]
    left = sum(c.left_out for c in forecast.categories)
    if not held_out and not left:
        return ()
    said = [_evaluated_on(held_out, len(forecast.categories))]
    if left:
        more = "more " if held_out else ""
        one = f"{more}is a copy of training rows, or shares a group with one, and was left out."
        many = f"{more}are copies of training rows, or share a group with one, and were left out."
        said.append(count(left, one, many))
    return tuple(said)


def _evaluated_on(held_out: list[CategoryForecast], of: int) -> str:
    if not held_out:
        return (
            "Too few held-out rows: accuracy before the update is tested on training rows, by "
            "cross-validation."
        )
    rows = count(sum(c.scored_examples for c in held_out), "held-out row", "held-out rows")
    rest = of - len(held_out)
    others = (
        f"; for {rest} of {of} categories on training rows, by cross-validation" if rest else ""
    )
    return f"Accuracy before the update is tested on {rows}{others}."


def named_rows(rows: Sequence[int]) -> str:
    """`rows 3, 5` and runs with an en dash; the first ones and the number where there are many."""
    runs: list[list[int]] = []
    for row in rows:
        if runs and row == runs[-1][-1] + 1:
            runs[-1] = [runs[-1][0], row]
        else:
            runs.append([row])
    named = ", ".join("–".join(str(r) for r in run) for run in runs[:_RUNS_NAMED])
    more = ", …" if len(runs) > _RUNS_NAMED else ""
    number = f" ({len(rows):,} rows)" if len(rows) > _RUNS_NAMED else ""
    return f"row{'s' * (len(rows) > 1)} {named}{more}{number}" if rows else "no rows"


def label(key: str) -> str:
    """A key of `measured`, `limit` or `settings` as a reader would say it."""
    return key.replace("_", " ").replace("-", " ")


_FRACTIONS = ("share", "coverage", "accuracy", "probability", "confidence", "low", "high", "rate")

_DIFFERENCES = ("drop", "gap", "placebo", "distinctiveness")  # of fractions


def value(key: str, content: Any) -> str:
    """A value of `measured`, `limit` or `settings`; fractions that are named as such in percent."""
    if key == "label_map":  # of which the very spelling matters
        return ", ".join(f"{visible(k)} as {v}" for k, v in content.items()) or "none"
    if isinstance(content, Mapping):
        pairs = (f"{label(str(k))} {value(str(k), v)}" for k, v in content.items())
        return ", ".join(pairs) or "none"
    if isinstance(content, list | tuple):
        return ", ".join(value(key, v) for v in content) or "none"
    if content is None or isinstance(content, bool):
        return {None: "none", True: "yes", False: "no"}[content]
    if isinstance(content, float):
        return _number(key.split("_"), content)
    return f"{content:,}" if isinstance(content, int) and abs(content) >= 10_000 else str(content)


def _number(words: list[str], number: float) -> str:
    if abs(number) <= 1 and any(word in words for word in _DIFFERENCES):
        return whole_points(number)
    fraction = abs(number) <= 1 and any(word in words for word in _FRACTIONS)
    return percent(number) if fraction else f"{number:.3g}"


def _whole(fraction: float) -> int:
    return round(fraction * 100)


def _signed(fraction: float) -> str:
    return str(_whole(fraction)).replace("-", "\N{MINUS SIGN}")
