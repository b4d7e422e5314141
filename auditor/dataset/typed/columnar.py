"""What Parquet and Arrow share: batches of typed columns -> rows of strings, and no surprises.

A file can carry offsets that read fine and are invalid, a few kilobytes that decode to gigabytes,
and types that bring code along. So every batch is validated in full, decoded bytes are counted
against a limit, and extension types are refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa

from auditor.dataset.chat import holds_turns, user_turns, with_instruction
from auditor.dataset.json.values import json_value, nested_values
from auditor.dataset.labels.names import class_name
from auditor.dataset.values import Boolean, Number, Unusable, quoted_names
from auditor.errors import DataError
from auditor.records.reading import Rows

BATCH = 1024  # rows turned into strings at a time
ALWAYS_ALLOWED = 2 * 1024**3  # decoded bytes of any file, however small
ALLOWED_RATIO = 200  # decoded bytes for each byte of the file
MOST_LABELS = 64  # in the lists of a column, on average; a text's token numbers are more
ROW_COST = 64  # bytes that a row takes at least, were all its values missing

Classes = Mapping[str, Sequence[str]]  # column -> the names that its numbers stand for


@contextmanager
def arrow_errors(kind: str) -> Iterator[None]:
    """Turns what pyarrow raises for a damaged file into a DataError of one line."""
    try:
        yield
    except PermissionError:
        raise
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        lines = str(error).splitlines() or [type(error).__name__]
        raise DataError(
            f"cannot be read as {kind} ({lines[0][:160]});"
            " it may be cut short: copy or export it again"
        ) from error


def allowed_bytes(path: Path) -> int:
    """Bytes that the file may decode to."""
    return max(ALWAYS_ALLOWED, ALLOWED_RATIO * path.stat().st_size)


def check_size(decoded: int, allowed: int) -> None:
    """Raises DataError for more decoded bytes than are allowed."""
    if decoded > allowed:
        raise DataError(
            f"decodes to more than {allowed / 1024**3:.0f} GiB, out of all proportion to its size;"
            " if that is right, export it as JSONL"
        )


def check_schema(schema: pa.Schema) -> None:
    """Raises DataError for extension types, columns that share a name, and no columns."""
    twice = sorted({name for name in schema.names if schema.names.count(name) > 1})
    if twice:
        raise DataError(f"two columns are named {quoted_names(twice)}; rename one of them")
    if not schema.names:
        raise DataError("holds no columns; expected text and label")
    for field in schema:
        if extended(field):
            raise DataError(
                f"column {quoted_names([field.name])} has an extension type, which is not read;"
                " cast it to a plain type, or drop it"
            )


def class_names(features: Any, within: str = "") -> dict[str, list[str]]:
    """The names of each ClassLabel column, from the features of a Hugging Face dataset; columns
    within objects have dotted names."""
    named: dict[str, list[str]] = {}
    for column, feature in features.items() if isinstance(features, dict) else ():
        if (names := _names(feature)) is not None:
            named[f"{within}{column}"] = names
        elif isinstance(feature, dict) and "_type" not in feature:
            named |= class_names(feature, f"{within}{column}.")
    return named


def _names(feature: Any) -> list[str] | None:
    """The names of one feature, or of those in its lists."""
    if isinstance(feature, list) and len(feature) == 1:
        return _names(feature[0])
    if not isinstance(feature, dict):
        return None
    names = feature.get("names")
    return [str(n) for n in names] if isinstance(names, list) else _names(feature.get("feature"))


def schema_classes(schema: pa.Schema) -> dict[str, list[str]]:
    """The names of each ClassLabel column, where the schema's own metadata has them."""
    try:
        about = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        return class_names(about["info"]["features"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}  # other software's notes; without them the numbers stay numbers


def table_rows(batches: Iterable[pa.RecordBatch], classes: Classes, allowed: int) -> Rows:
    """Each row of the batches; missing values are absent, lines there are none."""
    decoded = 0
    for batch in batches:
        batch.validate(full=True)
        decoded += batch.num_rows * ROW_COST + sum(_own_bytes(c) for c in batch.columns)
        check_size(decoded, allowed)
        names = batch.schema.names
        for start in range(0, batch.num_rows, BATCH):
            part = batch.slice(start, BATCH)
            columns = [
                _strings(column, name, classes.get(name))
                for name, column in zip(names, part.columns, strict=True)
            ]
            inside = _nested(part)
            for values, nested in zip(zip(*columns, strict=True), inside, strict=True):
                fields = {n: v for n, v in zip(names, values, strict=True) if v is not None}
                for column, value in nested_values(nested):
                    fields.setdefault(column, _class_name(value, classes.get(column)))
                yield None, with_instruction(fields)


def _class_name(value: str, names: Sequence[str] | None) -> str:
    """The name that a number within an object stands for; else the value itself."""
    known = names is not None and value.isdecimal() and int(value) < len(names)
    return names[int(value)] if names is not None and known else value


def _nested(part: pa.RecordBatch) -> Iterator[dict[str, Any]]:
    """For each row, the objects in it whose values are columns with dotted names."""
    named = zip(part.schema.names, part.columns, strict=True)
    objects = {
        name: column.to_pylist()
        for name, column in named
        if _holds_objects(column.type) and not holds_turns(name)
    }
    for at in range(part.num_rows):
        yield {name: values[at] for name, values in objects.items()}


def _holds_objects(kind: Any) -> bool:
    return pa.types.is_struct(kind) or (_is_list(kind) and _holds_objects(kind.value_type))


def extended(field: pa.Field) -> bool:
    if isinstance(field.type, pa.BaseExtensionType):
        return True
    if b"ARROW:extension:name" in (field.metadata or {}):
        return True
    return any(extended(field.type.field(i)) for i in range(field.type.num_fields))


def _own_bytes(column: pa.Array) -> int:
    """Decoded bytes of a column; batches share a dictionary, which counts for none of them."""
    coded = pa.types.is_dictionary(column.type)
    return int(column.indices.nbytes if coded else column.nbytes)


def _strings(column: pa.Array, name: str, names: Sequence[str] | None) -> list[str | None]:
    """The values as strings; None where missing."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        used = column.indices.unique().drop_null()
        strings = _strings(_taken(column.dictionary, used), name, names)
        value = dict(zip(used.to_pylist(), strings, strict=True))
        return [value.get(at) for at in column.indices.to_pylist()]
    if holds_turns(name) and _is_list(kind):
        return [user_turns(turns) for turns in column.to_pylist()]
    if pa.types.is_integer(kind) or _may_be_labels(column):
        plain = [json_value(value) for value in column.to_pylist()]
        return plain if names is None else [v and class_name(v, names) for v in plain]
    return _other_strings(column)


def _taken(values: pa.Array, at: pa.Array) -> pa.Array:
    """Some of the values, also where they are views, which Arrow cannot take from."""
    if pa.types.is_string_view(values.type) or pa.types.is_binary_view(values.type):
        return pa.array([values[i].as_py() for i in at.to_pylist()], values.type)
    return values.take(at)


def _may_be_labels(column: pa.Array) -> bool:
    """Whether it holds lists that could be labels: words or whole numbers, and not too many."""
    if not _is_list(column.type) or len(column.flatten()) > MOST_LABELS * len(column):
        return False
    kind = column.type.value_type
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return _is_string(kind) or pa.types.is_integer(kind) or pa.types.is_null(kind)


def _is_string(kind: Any) -> bool:
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def _other_strings(column: pa.Array) -> list[str | None]:
    kind = column.type
    if _is_string(kind):
        strings: list[str | None] = column.to_pylist()
        return strings
    if pa.types.is_null(kind):
        return [None] * len(column)
    if pa.types.is_boolean(kind):
        written = {True: Boolean("true"), False: Boolean("false")}
        return [written.get(v) for v in column.to_pylist()]
    if pa.types.is_floating(kind):  # missing values turn to NaN, which is missing as well
        floats = column.to_numpy(zero_copy_only=False)
        return [None if v != v else Number(v) for v in floats]  # noqa: PLR0124
    if (pa.types.is_temporal(kind) and not pa.types.is_interval(kind)) or pa.types.is_decimal(kind):
        plain = Number if pa.types.is_decimal(kind) else str
        return [None if v is None else plain(v) for v in column.cast(pa.string()).to_pylist()]
    what = Unusable("a list" if _is_list(kind) else "bytes" if _is_bytes(kind) else "an object")
    return [what if valid else None for valid in column.is_valid().to_pylist()]


def _is_list(kind: Any) -> bool:
    views = pa.ListViewType | pa.LargeListViewType
    return isinstance(kind, pa.ListType | pa.LargeListType | pa.FixedSizeListType | views)


def _is_bytes(kind: Any) -> bool:
    return any(
        is_such(kind)
        for is_such in (
            pa.types.is_binary,
            pa.types.is_large_binary,
            pa.types.is_binary_view,
            pa.types.is_fixed_size_binary,
        )
    )
