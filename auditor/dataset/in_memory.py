"""What a Python session holds: tables of any library, rows as dicts, columns by name.

    pandas                                     dataframe.py, cell by cell
    polars, Arrow, duckdb, ...                 arrow_stream.py: what speaks Arrow's C stream
    datasets: a Dataset                        arrow_stream.py, with the names of its classes
    a DatasetDict, a dict of such tables       the same, with a column `split`
    lists of dicts, dicts of columns           python_values.py

No library is imported to look: what an object is, its class and their ancestors tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from auditor.dataset.arrow_stream import hugging_face_table, stream_table
from auditor.dataset.dataframe import frame_table
from auditor.dataset.python_values import columns_table, rows_table
from auditor.dataset.splits import SPLITS
from auditor.dataset.values import quoted_names
from auditor.errors import DataError, UsageError
from auditor.records.dataset import Decision, Reject
from auditor.records.reading import Rows, Table

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
LONGEST_NAME = 255  # of a file, in common file systems
LAZY = frozenset(("polars.LazyFrame", "narwhals.LazyFrame"))


def name_of(data: object) -> str:
    """What reports and messages call it."""
    framed = hasattr(data, "iloc") or _is_streaming(data) or LAZY.intersection(_kinds(data))
    return "dataframe" if framed else "dataset"


def open_in_memory(data: object) -> Table:
    """Its table, which can be read again even where `data` itself cannot.

    A lazy frame is collected, once. Raises UsageError, with what to give instead, for what is no
    table, and DataError for a table that cannot be read.
    """
    kinds = _kinds(data)
    if isinstance(data, type):
        raise UsageError(f"{WANTED}, found the class {data.__name__}; give an object of it")
    for kind in kinds:
        if kind in STEPS:
            raise UsageError(f"{WANTED}, found {STEPS[kind]}")
    if LAZY.intersection(kinds):
        return open_in_memory(_collected(data))
    if isinstance(data, Mapping):
        return _splits(data) if _holds_splits(data, kinds) else columns_table(data)
    if "datasets.Dataset" in kinds:
        return hugging_face_table(data)
    if hasattr(data, "iloc") or _is_streaming(data):
        return frame_table(data) if hasattr(data, "iloc") else stream_table(data)
    if isinstance(data, Sequence) and not isinstance(data, str | bytes | bytearray | memoryview):
        return rows_table(data)
    raise UsageError(f"{WANTED}, found {_found(data)}")


def is_data(source: str) -> bool:
    """Whether a string is rows or a document, by its looks, and hardly the path of a file."""
    first, _, rest = source.partition("\n")
    rows = bool(rest) and ("," in first or "\t" in first)
    no_name = any(len(part) > LONGEST_NAME for part in re.split(r"[/\\]", source))
    return rows or no_name or source.lstrip()[:1] in ("{", "[")


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
    """Whether the values are tables, or rows under the names that splits have."""
    if "datasets.DatasetDict" in kinds:
        return True
    named = all(str(name).lower() in SPLITS for name in data)
    return bool(data) and all(_is_table(table, named=named) for table in data.values())


def _is_table(value: object, *, named: bool) -> bool:
    kinds = _kinds(value)
    if any(kind in STEPS for kind in kinds):
        return False
    if LAZY.intersection(kinds) or "datasets.Dataset" in kinds:
        return True
    if hasattr(value, "iloc") or _is_streaming(value):
        return True
    rows = isinstance(value, list | tuple) and all(isinstance(row, Mapping) for row in value)
    return named and (rows or isinstance(value, Mapping))


def _splits(data: Mapping[Any, Any]) -> Table:
    """The rows of each split with its name, those to train on first."""
    if not data:
        raise DataError("holds no split; expected tables by the name of their split")
    names = sorted(map(str, data), key=lambda name: (not name.lower().startswith("train"), name))
    by_name = {str(name): table for name, table in data.items()}
    tables: dict[str, Table] = {}
    for name in names:
        try:
            tables[name] = open_in_memory(by_name[name])
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
