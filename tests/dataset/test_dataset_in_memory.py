"""What a Python session holds, read as a file of the same rows is; or what to give instead."""

from __future__ import annotations

import collections
import datetime
import decimal
import enum
import io
import json
import sqlite3
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import torch

from auditor.dataset import load_dataset, load_texts
from auditor.dataset.memory.tables import is_data
from auditor.errors import DataError, UsageError
from auditor.settings import Settings

TEXTS = ["Where is my parcel?", "It came broken.", "The second one is late.", "Two were blue."]
LABELS = ["delay", "damage", "delay", "damage"]
COLUMNS = {"text": TEXTS, "label": LABELS}
ROWS = [{"text": text, "label": label} for text, label in zip(TEXTS, LABELS, strict=True)]
COUNTED = [1, 2, None, 2]  # labels that pandas keeps as floats
CHAT = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Where is it?"},
    {"role": "assistant", "content": "On its way."},
]


class Colour(enum.Enum):
    DELAY = "delay"


class Named(str):
    """A string that prints as something else."""

    __slots__ = ()

    def __str__(self):
        return "Named"


def polars():
    return pytest.importorskip("polars")


def hugging_face():
    return pytest.importorskip("datasets")


def read(data, **settings):
    return load_dataset(data, Settings(**settings))


def labels_of(dataset):
    return {e.row: e.category for e in (*dataset.examples, *dataset.held_out)}


def rejected(dataset):
    return {r.row: r.reason for r in dataset.rejected}


def said(dataset):
    return [decision.what for decision in dataset.decisions]


def of_library(module, name, **members):
    """An object as that library would give it."""
    return type(name, (), {"__module__": module, **members})()


KINDS = {
    "list of dicts": lambda: ROWS,
    "tuple of dicts": lambda: tuple(ROWS),
    "dict of lists": lambda: COLUMNS,
    "dict of arrays": lambda: {name: np.array(cells) for name, cells in COLUMNS.items()},
    "dict of Series": lambda: {name: pd.Series(cells) for name, cells in COLUMNS.items()},
    "named tuples": lambda: list(pd.DataFrame(COLUMNS).itertuples(index=False)),
    "pandas": lambda: pd.DataFrame(COLUMNS),
    "pandas, strings of Arrow": lambda: pd.DataFrame(COLUMNS, dtype="string[pyarrow]"),
    "pandas, categories": lambda: pd.DataFrame(COLUMNS).astype({"label": "category"}),
    "Arrow": lambda: pa.table(COLUMNS),
    "Arrow, a batch": lambda: pa.RecordBatch.from_pydict(COLUMNS),
    "Arrow, a reader": lambda: pa.table(COLUMNS).to_reader(max_chunksize=1),
    "Arrow, coded": lambda: pa.table({**COLUMNS, "label": pa.array(LABELS).dictionary_encode()}),
    "polars": lambda: polars().DataFrame(COLUMNS),
    "polars, lazy": lambda: polars().DataFrame(COLUMNS).lazy(),
    "polars, categories": lambda: polars().DataFrame(
        COLUMNS, schema_overrides={"label": polars().Categorical}
    ),
    "polars, an enum": lambda: polars().DataFrame(
        COLUMNS, schema_overrides={"label": polars().Enum(["damage", "delay"])}
    ),
    "datasets": lambda: hugging_face().Dataset.from_dict(COLUMNS),
    "datasets, picked": lambda: (
        hugging_face().Dataset.from_list([*ROWS[::-1], *ROWS]).select([3, 2, 1, 0])
    ),
    "datasets, for torch": lambda: (
        hugging_face().Dataset.from_dict(COLUMNS).with_format("torch", columns=["label"])
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_table_is_read_as_it_is(kind):
    dataset = read(KINDS[kind]())
    assert [e.text for e in sorted(dataset.examples, key=lambda e: e.row)] == TEXTS
    assert labels_of(dataset) == dict(enumerate(LABELS))
    assert said(dataset) == []


def test_a_reader_that_was_read_before_is_no_empty_table(refusal):
    reader = pa.table(COLUMNS).to_reader()
    read(reader)
    assert "can be read but once: give data.read_all()" in refusal(DataError, reader)


def test_a_lazy_frame_of_a_file_that_is_gone_says_which(refusal):
    lazy = polars().scan_csv("moved_away.csv")
    assert "moved_away.csv" in refusal(DataError, lazy)


def test_a_table_of_views_is_read_with_its_codes():
    coded = pa.DictionaryArray.from_arrays(
        pa.array([0, 1, None, 1], pa.int8()), pa.array(["delay", "damage"], pa.string_view())
    )
    dataset = read(pa.table({"text": pa.array(TEXTS, pa.string_view()), "label": coded}))
    assert labels_of(dataset) == {0: "delay", 1: "damage", 3: "damage"}


# --- integers beside missing values ----------------------------------------------------------

WITH_MISSING = {
    "pandas": lambda: pd.DataFrame({"text": TEXTS, "label": COUNTED}),
    "pandas, float32": lambda: pd.DataFrame(
        {"text": TEXTS, "label": np.float32([1, 2, np.nan, 2])}
    ),
    "pandas, Float64": lambda: pd.DataFrame(
        {"text": TEXTS, "label": pd.array(COUNTED, dtype="Float64")}
    ),
    "records of pandas": lambda: pd.DataFrame({"text": TEXTS, "label": COUNTED}).to_dict("records"),
    "dict of columns": lambda: {"text": TEXTS, "label": np.array([1, 2, np.nan, 2])},
    "Arrow": lambda: pa.table({"text": TEXTS, "label": pa.array(COUNTED, pa.float64())}),
    "Arrow, NaN": lambda: pa.table({"text": TEXTS, "label": np.float16([1, 2, np.nan, 2])}),
    "polars": lambda: polars().from_pandas(pd.DataFrame({"text": TEXTS, "label": COUNTED})),
    "datasets": lambda: hugging_face().Dataset.from_pandas(
        pd.DataFrame({"text": TEXTS, "label": COUNTED})
    ),
}


@pytest.mark.parametrize("kind", WITH_MISSING)
def test_integers_that_a_missing_value_made_floats_are_integers_again(kind):
    dataset = read(WITH_MISSING[kind]())
    assert labels_of(dataset) == {0: "1", 1: "2", 3: "2"}
    assert rejected(dataset) == {2: "label is missing"}
    assert said(dataset) == ["whole numbers beside missing values are read as integers in 'label'"]


@pytest.mark.parametrize(
    "column",
    [
        pd.array(COUNTED, dtype="Int64"),
        pd.Series(COUNTED, dtype=object),
        pd.Categorical(COUNTED),
        pd.array(COUNTED, dtype="int64[pyarrow]"),
    ],
)
def test_integers_that_stayed_integers_need_no_word(column):
    dataset = read(pd.DataFrame({"text": TEXTS, "label": column}))
    assert labels_of(dataset) == {0: "1", 1: "2", 3: "2"}
    assert said(dataset) == []


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ([1.0, 4.5, None, 2.0], ["1.0", "4.5", None, "2.0"]),
        ([1.0, 4.0, 3.0, 2.0], ["1.0", "4.0", "3.0", "2.0"]),
        ([1.0, float("inf"), None, 2.0], ["1.0", "inf", None, "2.0"]),
        ([1.0, 1e300, None, 2.0], ["1.0", "1e+300", None, "2.0"]),
    ],
)
@pytest.mark.parametrize("table", [pd.DataFrame, pa.table, dict])
def test_real_floats_keep_their_form(table, numbers, expected):
    dataset = read(table({**COLUMNS, "id": pd.Series(numbers, dtype=float)}))
    assert [e.id for e in sorted(dataset.examples, key=lambda e: e.row)] == expected
    assert said(dataset) == []


# --- cells -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "label"),
    [
        (10**30, "1" + "0" * 30),
        (True, "true"),
        (np.bool_(False), "false"),
        (np.int8(3), "3"),
        (np.float32(0.1), "0.1"),
        (torch.tensor(7), "7"),
        (decimal.Decimal("1.50"), "1.50"),
        (np.str_("late"), "late"),
        (Named("late"), "late"),
        (Colour.DELAY, "delay"),
        (datetime.date(2024, 2, 29), "2024-02-29"),
    ],
)
@pytest.mark.parametrize("table", [list, pd.DataFrame])
def test_a_cell_is_the_string_that_it_would_be_in_json(table, cell, label):
    rows = [{"text": text, "label": cell} for text in TEXTS]
    assert set(labels_of(read(table(rows))).values()) == {label}


SEVERAL = "label is a list of several, expected one; a list of labels is read with --multi-label"


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (None, "label is missing"),
        (float("nan"), "label is missing"),
        (np.float32("nan"), "label is missing"),
        (decimal.Decimal("NaN"), "label is missing"),
        (pd.NA, "label is missing"),
        (pd.NaT, "label is missing"),
        (b"late", "label is bytes, expected a string"),
        (("late", "lost"), SEVERAL),
        (np.array(["late", "lost"]), SEVERAL),
        ([["late"], "soon"], "label is a list, expected a string"),
        (np.array([["late", "soon"]]), "label is a list, expected a string"),
        ({"name": "late"}, "label is an object, expected a string"),
        (object(), "label is an object, expected a string"),
    ],
)
def test_a_cell_that_is_no_label_is_rejected_with_its_reason(cell, reason):
    rows = [*ROWS, {"text": "Nobody rang.", "label": cell}]
    assert rejected(read(rows)) == {4: reason}
    assert labels_of(read(rows)) == dict(enumerate(LABELS))


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (pa.binary(), "label is bytes, expected a string"),
        (pa.binary_view(), "label is bytes, expected a string"),
        (pa.binary(4), "label is bytes, expected a string"),
        (pa.list_view(pa.float64()), "label is a list, expected a string"),
        (pa.month_day_nano_interval(), "label is an object, expected a string"),
    ],
)
def test_a_column_that_arrow_alone_has_is_no_label(refusal, kind, reason):
    cells = {"bytes": b"late", "a list": [0.5], "object": (1, 2, 3)}
    cell = next(cell for what, cell in cells.items() if what in reason)
    table = pa.table({"text": TEXTS, "label": pa.array([cell] * 4, kind)})
    assert reason in refusal(DataError, table)


def test_keys_that_a_row_lacks_are_missing_values():
    assert rejected(read([*ROWS, {"text": "Nobody rang."}])) == {4: "label is missing"}


def test_a_conversation_is_read_wherever_it_stands():
    chats = {"messages": [CHAT, CHAT], "label": LABELS[:2]}
    rows = [{"messages": CHAT, "label": label} for label in LABELS[:2]]
    for data in (chats, rows, pd.DataFrame(chats), pa.table(chats)):
        dataset = read(data)
        assert dataset.texts == ("Where is it?",) * 2
        assert {e.context for e in dataset.examples} == {"Be brief."}


@pytest.mark.parametrize(
    "make", [lambda: polars().DataFrame, lambda: hugging_face().Dataset.from_dict]
)
def test_a_conversation_of_another_library_is_read(make):
    dataset = read(make()({"messages": [CHAT, CHAT], "label": LABELS[:2]}))
    assert dataset.texts == ("Where is it?",) * 2


# --- names of columns ------------------------------------------------------------------------


def test_columns_that_are_called_by_numbers_are_named_as_strings():
    frame = pd.DataFrame(list(zip(TEXTS, LABELS, strict=True)))
    assert read(frame, text="0", label="1").roles == {"text": "0", "label": "1"}


def test_tuples_are_read_as_pairs_of_text_and_label():
    dataset = read(list(zip(TEXTS, LABELS, strict=True)))
    assert labels_of(dataset) == dict(enumerate(LABELS))
    assert said(dataset) == ["each row is a pair of text and label"]


def test_names_in_the_first_tuple_are_no_row():
    dataset = read([("text", "label"), *zip(TEXTS, LABELS, strict=True)])
    assert labels_of(dataset) == dict(enumerate(LABELS))


def test_names_that_are_one_as_strings_are_refused(refusal):
    for data in ({1: TEXTS, "1": LABELS}, pd.DataFrame([["a", "b"]], columns=[1, "1"])):
        assert "two columns are named '1'" in refusal(DataError, data)
    assert "two columns are named '1'" in refusal(DataError, [{1: "a", "1": "b"}])


def test_columns_of_several_levels_are_refused_with_the_line_that_joins_them(refusal):
    columns = pd.MultiIndex.from_tuples([("case", "text"), ("case", "label")])
    data = pd.DataFrame(list(zip(TEXTS, LABELS, strict=True)), columns=columns)
    message = refusal(DataError, data)
    assert "its columns have 2 levels" in message
    exec(message.partition("as in ")[2], {"data": data})
    assert read(data, text="case_text", label="case_label").rows_read == 4


def test_an_index_with_a_name_is_a_column():
    frame = pd.DataFrame({**COLUMNS, "id": ["w", "x", "y", "z"]}).set_index("id")
    assert {e.id for e in read(frame).examples} == {"w", "x", "y", "z"}
    shadowed = frame.rename_axis("label")  # a column of that name is there already
    assert labels_of(read(shadowed)) == dict(enumerate(LABELS))


# --- Hugging Face ----------------------------------------------------------------------------


def test_numbers_of_classes_are_read_as_their_names():
    datasets = hugging_face()
    features = datasets.Features(
        text=datasets.Value("string"), label=datasets.ClassLabel(names=["delay", "damage"])
    )
    data = datasets.Dataset.from_dict({"text": TEXTS, "label": [0, 1, -1, 1]}, features=features)
    assert labels_of(read(data)) == {0: "delay", 1: "damage", 3: "damage"}
    assert rejected(read(data)) == {2: "label is missing"}


def test_splits_of_a_dataset_dict_become_a_column():
    datasets = hugging_face()
    data = datasets.Dataset.from_dict(COLUMNS)
    splits = datasets.DatasetDict(test=data.select([0]), train=data.select([1, 2, 3]))
    dataset = read(splits)
    assert {e.row: e.split for e in dataset.examples} == {0: "train", 1: "train", 2: "train"}
    assert [(e.row, e.split, e.text) for e in dataset.held_out] == [(3, "test", TEXTS[0])]


def test_a_streamed_dataset_is_refused_with_the_step_that_takes_rows_of_it(refusal):
    datasets = hugging_face()
    data = datasets.Dataset.from_dict(COLUMNS).to_iterable_dataset()
    for streamed in (data, datasets.IterableDatasetDict(train=data)):
        assert "load it without streaming=True" in refusal(UsageError, streamed)
    step = refusal(UsageError, data).partition("as in ")[2]
    taken = eval(step, {"datasets": datasets, "data": data})  # noqa: S307 - the step is ours
    assert labels_of(read(taken)) == dict(enumerate(LABELS))


SPLITS = {
    "frames": {"train": pd.DataFrame(COLUMNS), "test": pa.table(COLUMNS)},
    "frames of any name": {"train": pd.DataFrame(COLUMNS), "unseen": pa.table(COLUMNS)},
    "lists of dicts": {"Train": ROWS, "test": ROWS},
    "dicts of columns": {"training": COLUMNS, "dev": COLUMNS},
}


@pytest.mark.parametrize("kind", SPLITS)
def test_a_dict_of_tables_is_one_of_splits(kind):
    dataset = read(SPLITS[kind])
    assert {e.split for e in dataset.examples} == {next(iter(SPLITS[kind])).lower()}
    assert len(dataset.examples) == len(dataset.held_out) == 4


def test_a_column_split_in_the_data_gives_way_to_the_name_of_the_split():
    dataset = read({"train": pd.DataFrame({**COLUMNS, "split": list("wxyz")})})
    assert {e.split for e in dataset.examples} == {"train"}
    assert said(dataset) == [
        "the column 'split' holds the name of each split, not what the data has there"
    ]


def test_a_split_that_cannot_be_read_is_named(refusal):
    bad = {"train": pd.DataFrame(COLUMNS), "test": pd.DataFrame([[1, 2]], columns=["a", "a"])}
    assert "split 'test': two columns are named 'a'" in refusal(DataError, bad)


def test_a_stream_in_a_dict_is_not_read_to_its_end(refusal):
    streamed = of_library("datasets.iterable_dataset", "IterableDataset", __iter__=lambda _: 1 / 0)
    message = refusal(UsageError, {"train": streamed, "test": ROWS})
    assert "'train': expected a path" in message
    assert "load it without streaming=True" in message


DOCUMENTS = {
    "rows under a name": {"version": 2, "data": ROWS},
    "splits of pairs": {
        "train": [[t, la] for t, la in zip(TEXTS, LABELS, strict=True)],
        "test": [],
    },
    "pandas' to_dict": pd.DataFrame(COLUMNS).to_dict(),
    "pandas' to_dict, split": pd.DataFrame(COLUMNS).to_dict("split"),
    "a label tool's tasks": [
        {
            "data": {"text": row["text"]},
            "annotations": [
                {
                    "result": [
                        {
                            "type": "choices",
                            "from_name": "topic",
                            "value": {"choices": [row["label"]]},
                        }
                    ]
                }
            ],
        }
        for row in ROWS
    ],
}


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_document_that_was_decoded_is_read_as_its_file_is(kind, write):
    document = DOCUMENTS[kind]
    in_file, in_memory = read(write("rows.json", json.dumps(document))), read(document)
    assert in_memory.examples == in_file.examples
    assert in_memory.decisions == in_file.decisions
    assert sorted(labels_of(in_memory).values()) == sorted(LABELS)


# --- what cannot be taken --------------------------------------------------------------------


class TorchRows(torch.utils.data.Dataset):
    pass


@pytest.mark.parametrize(
    ("data", "step"),
    [
        (None, "found None"),
        (3, "found int"),
        (pd.DataFrame, "found the class DataFrame; give an object of it"),
        (np.array(TEXTS), "give pandas.DataFrame(data, columns=[...])"),
        (torch.zeros(2, 2), "give pandas.DataFrame(data, columns=[...])"),
        (pd.Series(TEXTS), "pandas.DataFrame({'text': texts, 'label': labels})"),
        (pa.chunked_array([TEXTS]), "pandas.DataFrame({'text': texts, 'label': labels})"),
        ((row for row in ROWS), "found generator, which can be read but once; give list(data)"),
        (iter(ROWS), "can be read but once; give list(data)"),
        (set(TEXTS), "found set; give its rows as a list of dicts, such as list(data)"),
        (io.StringIO("text,label"), "found an open file (_io.StringIO); give its path"),
        (b"text,label", "found bytes; write them into a file and give its path"),
        (TorchRows(), "a torch Dataset; give the rows that it was made of, as a list of dicts"),
        (sqlite3.connect(":memory:"), "pandas.read_sql('SELECT ...', data)"),
        (of_library("pyspark.sql.classic.dataframe", "DataFrame"), "give data.toPandas()"),
        (of_library("dask.dataframe.dask_expr", "DataFrame", iloc=None), "give data.compute()"),
        (of_library("cudf.core.dataframe", "DataFrame", iloc=None), "give data.to_pandas()"),
        (
            of_library("tensorflow.python.data.ops.dataset_ops", "DatasetV2"),
            "'label': int(n)} for t, n in data.as_numpy_iterator()]",
        ),
        (of_library("polars.series.series", "Series"), "one column alone"),
    ],
)
def test_what_cannot_be_taken_is_met_with_the_step_to_what_can(refusal, data, step):
    message = refusal(UsageError, data)
    assert "expected a path, a DataFrame, an Arrow table" in message
    assert step in message


def test_a_bunch_is_refused_with_the_line_that_makes_a_table_of_it(refusal):
    bunch = pytest.importorskip("sklearn.utils").Bunch(
        data=TEXTS, target=np.array([0, 1, 0, 1]), target_names=["delay", "damage"], DESCR="Parcels"
    )
    step = refusal(UsageError, bunch).partition("as in ")[2]
    table = eval(step, {"pandas": pd, "data": bunch})  # noqa: S307 - the step is ours
    assert labels_of(read(table)) == dict(enumerate(LABELS))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"text": "It broke", "label": "damage"}, "write the rows as"),
        ({"text": TEXTS, "label": LABELS[:2]}, "differ in length ('label' has 2, 'text' has 4)"),
        ([{"text": "a"}, b"b"], "row 1: found bytes, expected a dict"),
        ([object()], "row 0: found object, expected a dict"),
        (TEXTS, "found no column that is the label"),
        ([], "holds no rows"),
        ({}, "holds no rows"),
        (pd.DataFrame(), "holds no rows"),
        (pa.table({}), "holds no columns"),
        (pa.table({"text": pa.array([], pa.string()), "label": []}), "holds no rows"),
    ],
)
def test_tables_that_are_none_are_refused(refusal, data, message):
    assert message in refusal(DataError, data)


@pytest.mark.parametrize(
    "data",
    ["text,label\nIt broke,damage\n", '[{"text": "It broke"}]', "It broke again. " * 20, "a\tb\nc"],
)
def test_data_in_a_string_is_no_path_and_is_not_quoted(refusal, data):
    message = refusal(UsageError, data)
    assert "the data itself was given as a string" in message
    assert "broke" not in message


def test_a_file_whose_name_looks_like_data_is_read(write):
    assert read(str(write("[old], 2.csv", "text,label\nIt broke,damage\n"))).rows_read == 1


def test_a_pattern_of_files_is_no_data(write, tmp_path):
    for name in ("a.csv", "b.csv"):
        write(name, f"text,label\nIt broke in {name},damage\n")
    assert load_texts(str(tmp_path / "[ab].csv"), Settings())[1] == [0, 1]
    assert not is_data("[ab]*.csv")


# --- beside the audit ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["list of dicts", "dict of lists", "pandas", "Arrow", "polars"])
def test_unlabelled_text_may_be_a_table_of_any_kind(kind):
    assert load_texts(KINDS[kind](), Settings()) == (TEXTS, [0, 1, 2, 3])


def test_unlabelled_text_may_be_a_list_of_strings():
    assert load_texts(TEXTS, Settings()) == (TEXTS, [0, 1, 2, 3])


def test_no_library_is_imported_to_look(monkeypatch):
    for name in ("polars", "datasets", "duckdb", "narwhals"):
        monkeypatch.setitem(sys.modules, name, None)  # an import of it would fail
    row = collections.namedtuple("row", ["text", "label"])
    for data in (ROWS, COLUMNS, pa.table(COLUMNS), pd.DataFrame(COLUMNS), [row("It broke", "a")]):
        assert read(data).rows_read == len(data if isinstance(data, list) else TEXTS)
