"""Layouts of a JSON document: where in it the records stand.

    laid.py       what a layout makes of a document
    splits.py     {"train": [...], "test": [...]}, CLINC150's own file among them
    frames.py     columns, and what pandas writes with each of its orients
    groups.py     {"greet": ["Hello", ...], ...}, and the files of SNIPS
    arrays.py     an array of records somewhere in the document
    known.py      documents that their keys tell: the hub's viewer, SQuAD, LUIS, Rasa, Snips

The first layout that knows the document lays it out; records may then be of a form (`json/forms/`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from auditor.dataset.json.layouts import arrays, frames, groups, known, splits
from auditor.dataset.json.layouts.laid import Laid
from auditor.errors import DataError
from auditor.records.reading import ReadOptions

__all__ = ["Laid", "lay_out"]

Layout = Callable[[dict[str, Any]], Laid | None]

LAYOUTS: tuple[Layout, ...] = (
    known.viewer,
    known.squad,
    known.service,
    frames.split_orient,
    frames.nested_orient,
    frames.object_of_columns,
    groups.groups,
    groups.labelled_texts,
)


def lay_out(document: Any, options: ReadOptions) -> Laid:
    """The document's records. Raises DataError where it has none, or several arrays of them."""
    if options.table is not None:
        named = known.questions(document, options.table)
        if named is not None:
            return named
        document = arrays.array_called(document, options.table)
    found = _laid(document)
    if found is None:
        raise DataError(arrays.refusal(document))
    return found


def _laid(document: Any) -> Laid | None:
    if isinstance(document, list):
        return Laid(records=document)
    if not isinstance(document, dict):
        return None
    parts = splits.parts(splits.inner(document))
    if parts is not None:
        laid = {name: _laid(part) for name, part in parts.items()}
        if all(part is not None for part in laid.values()):
            return splits.joined({name: part for name, part in laid.items() if part is not None})
    for layout in LAYOUTS:
        found = layout(document)
        if found is not None:
            return found
    return arrays.single_array(document)
