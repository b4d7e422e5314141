"""spaCy's `cats`: a score for each category, of which those from a half are the labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from auditor.dataset.json.forms.form import Form, mostly, one_or_all
from auditor.dataset.json.objects import Fault
from auditor.records.dataset import Decision

THRESHOLD = 0.5  # of spaCy's text categorizer, where nobody sets another
SAID = Decision(what=f"the label is the category of 'cats' that scores {THRESHOLD} or more")


def form(sample: Sequence[Any]) -> Form | None:
    """The form of records whose `cats` are scores."""
    return Form(rows=_rows, decisions=(SAID,)) if mostly(sample, _fits) else None


def _fits(record: Any) -> bool:
    return isinstance(record, Mapping) and _scores(record.get("cats")) is not None


def _rows(record: Any) -> Iterable[Any]:
    scores = _scores(record.get("cats")) if isinstance(record, Mapping) else None
    if scores is None:
        return (Fault("no scores of categories in 'cats'"),)
    chosen = [name for name, score in scores.items() if score >= THRESHOLD]
    if not chosen:
        return (Fault(f"no category of 'cats' scores {THRESHOLD} or more"),)
    return ({**{k: v for k, v in record.items() if k != "cats"}, "label": one_or_all(chosen)},)


def _scores(cats: Any) -> dict[str, float] | None:
    """The scores of an object, or of spaCy 2's list of `{"label": ..., "value": ...}`."""
    if isinstance(cats, list) and all(isinstance(item, Mapping) for item in cats):
        cats = {item.get("label"): item.get("value") for item in cats}
    if not isinstance(cats, Mapping) or not cats:
        return None
    try:
        return {str(name): float(score) for name, score in cats.items()}
    except (TypeError, ValueError):
        return None
