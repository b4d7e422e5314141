"""Tables written column by column, or as pandas' `to_json` does with each orient."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from auditor.dataset.documents.laid import Laid
from auditor.dataset.json_values import is_plain
from auditor.dataset.names import names_text_or_label
from auditor.errors import DataError
from auditor.records.dataset import Decision

AS_COLUMNS = Decision(what="its keys are the columns")
AS_ROWS = Decision(what="its keys are the ids of the rows")


def split_orient(document: dict[str, Any]) -> Laid | None:
    """`{"columns": [...], "index": [...], "data": [[...], ...]}`."""
    columns, data = _names(document.get("columns")), document.get("data")
    if not (columns and isinstance(data, list) and all(isinstance(v, list) for v in data)):
        return None
    wrong = next((at for at, values in enumerate(data) if len(values) != len(columns)), None)
    if wrong is not None:
        raise DataError(
            f"row {wrong} of 'data' has {len(data[wrong])} values where 'columns' has"
            f" {len(columns)}; export it again"
        )
    return Laid(records=[dict(zip(columns, values, strict=True)) for values in data])


def object_of_columns(document: dict[str, Any]) -> Laid | None:
    """`{"text": [...], "label": [...]}`, lists of one length.

    Where no key is called as a column is, and no list repeats a value, the keys may as well be
    labels with their texts: no columns then.
    """
    lists = {key: value for key, value in document.items() if isinstance(value, list)}
    if len(lists) < 2 or len({len(values) for values in lists.values()}) != 1:
        return None
    if len(lists) < len(document) or not any(lists.values()):
        return None
    if not any(map(names_text_or_label, lists)) and not any(map(_repeats, lists.values())):
        return None
    rows = zip(*lists.values(), strict=True)
    return Laid(
        records=[dict(zip(lists, row, strict=True)) for row in rows], decisions=(AS_COLUMNS,)
    )


def nested_orient(document: dict[str, Any]) -> Laid | None:
    """`{"text": {"0": ..., "1": ...}, "label": {...}}`, or `{"0": {"text": ..., "label": ...}}`."""
    inner = list(document.values())
    if len(inner) < 2 or not all(isinstance(value, dict) and value for value in inner):
        return None
    if any(map(names_text_or_label, document)) and all(map(is_plain, inner[0].values())):
        return _by_columns(document)
    if any(map(names_text_or_label, inner[0])) or _numbered(document):
        return _by_rows(document)
    return _by_columns(document) if _numbered(inner[0]) else None


def _by_columns(document: Mapping[str, Mapping[str, Any]]) -> Laid:
    """Rows by the keys of all columns, in the order they first appear."""
    keys = dict.fromkeys(key for column in document.values() for key in column)
    records = [{name: column.get(key) for name, column in document.items()} for key in keys]
    return Laid(records=records, decisions=(AS_COLUMNS,))


def _by_rows(document: Mapping[str, Mapping[str, Any]]) -> Laid:
    if _numbered(document):
        return Laid(records=list(document.values()), decisions=(AS_ROWS,))
    records = [{"id": key, **record} for key, record in document.items()]
    return Laid(records=records, decisions=(AS_ROWS,))


def _numbered(keys: Mapping[str, Any]) -> bool:
    return all(key.isdecimal() for key in keys)


def _names(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else []
    return listed if all(isinstance(name, str) for name in listed) else []


def _repeats(values: list[Any]) -> bool:
    """Whether a value stands twice or more often, on average."""
    plain = [value for value in values if is_plain(value)]
    return len(plain) == len(values) and len(set(plain)) <= len(values) / 2
