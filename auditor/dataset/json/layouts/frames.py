"""Tables written column by column, or as pandas' `to_json` does with each orient."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from auditor.dataset.columns.names import names_text_or_label
from auditor.dataset.json.layouts.laid import Laid
from auditor.dataset.json.values import is_plain
from auditor.dataset.values import quoted_names
from auditor.errors import DataError
from auditor.records.dataset import Decision

AS_COLUMNS = Decision(what="its keys are the columns")
# Lists of what the numbers of a column stand for, as scikit-learn and others call them.
CLASS_NAMES = ("label_names", "target_names", "class_names", "classes", "label_list", "names")
NUMBERED = ("label", "labels", "target", "targets", "y", "class", "category")
AS_ROWS = Decision(what="its keys are the ids of the rows")


def split_orient(document: dict[str, Any]) -> Laid | None:
    """`{"columns": [...], "data": [[...], ...]}`; the columns may be objects with a name, and the
    rows called `rows` or `values`, as answers of databases have them."""
    columns = _names(document.get("columns"))
    key = next((key for key in ("data", "rows", "values") if _is_grid(document.get(key))), None)
    if not columns or key is None:
        return None
    data = document[key]
    wrong = next((at for at, values in enumerate(data) if len(values) != len(columns)), None)
    if wrong is not None:
        raise DataError(
            f"row {wrong} of {key!r} has {len(data[wrong])} values where 'columns' has"
            f" {len(columns)}; export it again"
        )
    return Laid(records=[dict(zip(columns, values, strict=True)) for values in data])


def object_of_columns(document: dict[str, Any]) -> Laid | None:
    """`{"text": [...], "label": [...]}`, lists of one length; a shorter one may name the classes.

    Where no key is called as a column is, and no list repeats a value, the keys may as well be
    labels with their texts: no columns then.
    """
    lists = {key: value for key, value in document.items() if isinstance(value, list)}
    length = max(map(len, lists.values()), default=0)
    columns = {key: value for key, value in lists.items() if len(value) == length}
    others = lists.keys() - columns.keys() - set(CLASS_NAMES)
    if (
        len(columns) < 2
        or not length
        or others
        or any(isinstance(v, dict) for v in document.values())
    ):
        return None
    if not any(map(names_text_or_label, columns)) and not any(map(_repeats, columns.values())):
        return None
    rows = zip(*columns.values(), strict=True)
    return Laid(
        records=[dict(zip(columns, row, strict=True)) for row in rows],
        decisions=(Decision(what=f"the arrays {quoted_names(columns)} are its columns"),),
        classes=dict(_classes(document, columns)),
    )


def _classes(
    document: Mapping[str, Any], columns: Iterable[str]
) -> Iterator[tuple[str, list[str]]]:
    """The names of classes that the document lists, for its columns of labels."""
    named = (_names(document[key]) for key in CLASS_NAMES if key in document)
    names = next((found for found in named if found), None)
    for column in columns if names else ():
        if column.lower() in NUMBERED:
            yield column, names or []


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
    """The strings of a list, or the names of its objects; none where it holds anything else."""
    listed = value if isinstance(value, list) else []
    names = [item.get("name") if isinstance(item, dict) else item for item in listed]
    told = [name for name in names if type(name) is str]
    return told if len(told) == len(names) else []


def _is_grid(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(row, list) for row in value)


def _repeats(values: list[Any]) -> bool:
    """Whether a value stands twice or more often, on average."""
    plain = [value for value in values if is_plain(value)]
    return len(plain) == len(values) and len(set(plain)) <= len(values) / 2
