"""Labels that the user takes for another one, such as the spellings of a category."""

from __future__ import annotations

import dataclasses
import difflib
from collections import Counter
from collections.abc import Mapping, Sequence

from auditor.dataset.labels.cells import plain_number
from auditor.dataset.values import quoted_names
from auditor.errors import UsageError
from auditor.label_spelling import spelling_key
from auditor.records.dataset import Example, MappedLabel


def map_labels(
    examples: Sequence[Example], label_map: Mapping[str, str], *, strict: bool = True
) -> tuple[list[Example], tuple[MappedLabel, ...]]:
    """The examples with their labels mapped, each at most once, and what was mapped.

    Raises UsageError, when `strict`, for a label that no row has.
    """
    counts = Counter(e.category for e in examples)
    label_map = {old if old in counts else plain_number(old): v for old, v in label_map.items()}
    for label in label_map if strict else ():
        _expect(label, counts)
    mapped = tuple(
        MappedLabel(label=old, category=new, rows=counts[old])
        for old, new in sorted(label_map.items())
        if old in counts and old != new
    )
    return [
        dataclasses.replace(e, category=label_map[e.category]) if e.category in label_map else e
        for e in examples
    ], mapped


def _expect(label: str, labels: Mapping[str, int]) -> None:
    if label in labels:
        return
    key = spelling_key(label)
    near = sorted(other for other in labels if spelling_key(other) == key)
    near = near or difflib.get_close_matches(label, labels, 1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise UsageError(
        f"no row is labelled {label!r}, which --map-label or [label_map] names{hint};"
        f" the labels are {quoted_names(sorted(labels))}"
    )
