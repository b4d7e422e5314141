"""What a Python session holds: tables of any library, rows as dicts, columns by name.

    pandas                                     dataframe.py, cell by cell
    polars, Arrow, duckdb, ...                 arrow_stream.py: what speaks Arrow's C stream
    datasets: a Dataset                        arrow_stream.py, with the names of its classes
    a DatasetDict, a dict of such tables       the same, with a column `split`
    lists of dicts, dicts of columns           python_values.py: as JSON, once it is decoded

No library is imported to look: what an object is, its class and their ancestors tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from auditor.dataset.folders.splits import training_first
from auditor.dataset.memory.arrow_stream import hugging_face_table, stream_table
from auditor.dataset.memory.dataframe import frame_table
from auditor.dataset.memory.python_values import dict_table, rows_table
from auditor.dataset.values import quoted_names
from auditor.errors import DataError, UsageError
from auditor.records.dataset import Decision, Reject
from auditor.records.reading import ReadOptions, Rows, Table

if TYPE_CHECKING:
    import pandas as pd

    class Streaming(Protocol):
        """A table of polars, pyarrow, duckdb and others that share Arrow's C interface."""

        def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...

    class Lazy(Protocol):
        """A polars LazyFrame."""

        def collect(self) -> Any: ...

    class HuggingFace(Protocol):
        """A `datasets.Dataset`."""

        @property
        def features(self) -> Any: ...
        def with_format(self, type: str | None = None) -> Any: ...  # noqa: A002 - their name

    OneTable = pd.DataFrame | Streaming | Lazy | HuggingFace
    InMemory: TypeAlias = OneTable | Mapping[str, Any] | Sequence[Any]

WANTED = (
    "expected a path, a DataFrame, an Arrow table, a Hugging Face Dataset, a list of dicts"
    " or a dict of columns"
)
ONE_COLUMN = (
    "one column alone; give text without labels as list(data), and text and label as"
    " pandas.DataFrame({'text': texts, 'label': labels})"
)
ARRAY = "an array, whose columns have no names; give pandas.DataFrame(data, columns=[...])"
STREAMED = (
    "a streamed dataset; load it without streaming=True, or give rows of it, as in"
    " datasets.Dataset.from_list(list(data.take(5000)))"
)
TORCH = "a torch {}; give the rows that it was made of, as a list of dicts"
# What cannot be taken, by library and class, and what can be given instead.
STEPS: Mapping[str, str] = {
    "datasets.IterableDataset": STREAMED,
    "datasets.IterableDatasetDict": STREAMED,
    "numpy.ndarray": ARRAY,
    "torch.Tensor": ARRAY,
    "tensorflow.Tensor": ARRAY,
    "scipy.spmatrix": ARRAY,
    "scipy.sparray": ARRAY,
    "pandas.Series": ONE_COLUMN,
    "pandas.Index": ONE_COLUMN,
    "polars.Series": ONE_COLUMN,
    "narwhals.Series": ONE_COLUMN,
    "pyarrow.Array": ONE_COLUMN,
    "pyarrow.ChunkedArray": ONE_COLUMN,
    "pyarrow.Dataset": "an Arrow dataset of files; give data.to_table()",
    "pyarrow.ParquetFile": "an open Parquet file; give its path, or data.read()",
    "dask.Series": ONE_COLUMN,
    "torch.Dataset": TORCH.format("Dataset"),
    "torch.DataLoader": TORCH.format("DataLoader"),
    "tensorflow.DatasetV2": (
        "a TensorFlow dataset; give a list of dicts, as in"
        " [{'text': t.decode(), 'label': int(n)} for t, n in data.as_numpy_iterator()]"
    ),
    "pyspark.DataFrame": "a Spark DataFrame; give data.toPandas()",
    "dask.DataFrame": "a Dask DataFrame; give data.compute()",
    "dask_expr.DataFrame": "a Dask DataFrame; give data.compute()",
    "cudf.DataFrame": "a cuDF DataFrame; give data.to_pandas()",
    "sqlite3.Connection": "a database; give pandas.read_sql('SELECT ...', data)",
    "sqlite3.Cursor": "a cursor; give pandas.read_sql('SELECT ...', connection)",
    "sklearn.Bunch": (
        "a Bunch; give a table of it, as in pandas.DataFrame({'text': data.data,"
        " 'label': [data.target_names[i] for i in data.target]})"
    ),
}
AS_TOLD = ReadOptions()
LONGEST_NAME = 255  # of a file, in common file systems
LAZY = frozenset(("polars.LazyFrame", "narwhals.LazyFrame"))


def name_of(data: object) -> str:
    """What reports and messages call it."""
    framed = hasattr(data, "iloc") or _is_streaming(data) or LAZY.intersection(_kinds(data))
    return "dataframe" if framed else "dataset"


def open_in_memory(data: object, options: ReadOptions = AS_TOLD) -> Table:
    """Its table, which can be read again even where `data` itself cannot.

    A lazy frame is collected, once. Raises UsageError, with what to give instead, for what is no
    table, and DataError for a table that cannot be read.
    """
    kinds = _kinds(data)
    if isinstance(data, type):
        raise UsageError(f"{WANTED}, found the class {data.__name__}; give an object of it")
    if (step := _step(kinds)) is not None:
        raise UsageError(f"{WANTED}, found {step}")
    if LAZY.intersection(kinds):
        return open_in_memory(_collected(data), options)
    if isinstance(data, Mapping):
        _refuse_within(data)
        return _splits(data, options) if _holds_splits(data, kinds) else dict_table(data, options)
    if "datasets.Dataset" in kinds:
        return hugging_face_table(data)
    if hasattr(data, "iloc") or _is_streaming(data):
        return frame_table(data) if hasattr(data, "iloc") else stream_table(data)
    if isinstance(data, Sequence) and not isinstance(data, str | bytes | bytearray | memoryview):
        return rows_table(data, options)
    raise UsageError(f"{WANTED}, found {_found(data)}")


def is_data(source: str) -> bool:
    """Whether a string is rows or a document, by its looks, and hardly the path of a file."""
    first, _, rest = source.partition("\n")
    rows = bool(rest) and ("," in first or "\t" in first)
    no_name = any(len(part) > LONGEST_NAME for part in re.split(r"[/\\]", source))
    json = re.match(r"\s*(\{\s*[\"}]|\[\s*[\"\[{\]])", source)  # [ab]*.csv is a pattern of files
    return rows or no_name or json is not None


def _kinds(data: object) -> tuple[str, ...]:
    """The classes that it is of, the nearest first, each with its library: `polars.Series`."""
    return tuple(f"{c.__module__.partition('.')[0]}.{c.__name__}" for c in type(data).__mro__)


def _collected(frame: Any) -> Any:
    try:
        return frame.collect()
    except OSError as error:  # polars says which file is not there, but not as Python's own do
        reason = (str(error).splitlines() or [type(error).__name__])[0][:160]
        raise DataError(
            f"the lazy frame cannot be collected ({reason}); check its files"
        ) from error


def _is_streaming(data: object) -> bool:
    return hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__")


def _found(data: object) -> str:
    """What it is, and the step from there to what can be taken."""
    kind = "None" if data is None else f"{type(data).__module__}.{type(data).__qualname__}"
    kind = kind.removeprefix("builtins.")
    if hasattr(data, "read"):
        return f"an open file ({kind}); give its path, or pandas.read_csv(data)"
    if isinstance(data, bytes | bytearray | memoryview):
        return f"{kind}; write them into a file and give its path"
    if isinstance(data, Iterator):
        return f"{kind}, which can be read but once; give list(data)"
    rows = "; give its rows as a list of dicts, such as list(data)"
    return f"{kind}{rows}" if isinstance(data, Iterable) else kind


def _holds_splits(data: Mapping[Any, Any], kinds: Iterable[str]) -> bool:
    """Whether the values are tables; the rows of some may be lists or dicts."""
    if "datasets.DatasetDict" in kinds:
        return True
    others = [value for value in data.values() if not _is_table(value)]
    plain = all(isinstance(value, list | tuple | Mapping) for value in others)
    return len(others) < len(data) and plain


def _is_table(value: object) -> bool:
    kinds = _kinds(value)
    if any(kind in STEPS for kind in kinds):
        return False
    known = LAZY.intersection(kinds) or "datasets.Dataset" in kinds
    return bool(known) or hasattr(value, "iloc") or _is_streaming(value)


def _refuse_within(data: Mapping[Any, Any]) -> None:
    """Raises UsageError for a value that is no column, and that nobody should read to its end."""
    for name, value in data.items():
        step = _step(_kinds(value))
        if step not in (None, ONE_COLUMN, ARRAY):
            raise UsageError(f"{quoted_names([str(name)])}: {WANTED}, found {step}")


def _step(kinds: Iterable[str]) -> str | None:
    return next((STEPS[kind] for kind in kinds if kind in STEPS), None)


def _splits(data: Mapping[Any, Any], options: ReadOptions) -> Table:
    """The rows of each split with its name, those to train on first."""
    if not data:
        raise DataError("holds no split; expected tables by the name of their split")
    names = sorted(map(str, data), key=training_first)
    by_name = {str(name): table for name, table in data.items()}
    tables: dict[str, Table] = {}
    for name in names:
        try:
            tables[name] = open_in_memory(by_name[name], options)
        except (DataError, UsageError) as error:
            raise type(error)(f"split {quoted_names([name])}: {error}") from error
    decisions = dict.fromkeys(d for table in tables.values() for d in table.decisions)
    if any("split" in _first_fields(table) for table in tables.values()):
        what = "the column 'split' holds the name of each split, not what the data has there"
        decisions[Decision(what=what)] = None
    return Table(rows=partial(_rows, tables), decisions=tuple(decisions))


def _first_fields(table: Table) -> Mapping[str, str]:
    fields = next((fields for _, fields in table.rows()), {})
    return {} if isinstance(fields, Reject) else fields


def _rows(tables: Mapping[str, Table]) -> Rows:
    for name, table in tables.items():
        for line, fields in table.rows():
            yield line, fields if isinstance(fields, Reject) else {**fields, "split": name}
