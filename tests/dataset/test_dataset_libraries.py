"""Tables of pandas, polars, Arrow, numpy and `datasets` as they are: the index plays no part, cells
are their own text, and missing ones are missing."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from auditor.dataset import load_dataset
from auditor.settings import Settings

TEXTS = ["Where is my parcel?", "It came broken.", "The second one is late.", "Two were blue."]
LABELS = ["delay", "damage", "delay", "damage"]
MISSING = {1: "label is missing"}


@pytest.fixture
def polars():
    return pytest.importorskip("polars")


@pytest.fixture
def datasets():
    return pytest.importorskip("datasets")


def read(data, **settings):
    return load_dataset(data, Settings(**settings))


def labels_of(dataset):
    return {e.row: e.category for e in dataset.examples}


def missing(dataset):
    return {r.row: r.reason for r in dataset.rejected}


def frame(labels=LABELS, **columns):
    return pd.DataFrame({"text": TEXTS, "label": labels, **columns})


# --- the index of a DataFrame ----------------------------------------------------------------

INDEXES = {
    "of other numbers": pd.Index([7, 3, 9, 1]),
    "with repeats": pd.Index([5, 5, 5, 5]),
    "with missing places": pd.Index([None, 1.0, None, 2.0]),
    "of dates": pd.date_range("2024-02-28", periods=4),
    "of periods": pd.period_range("2024-01", periods=4, freq="M"),
    "of categories": pd.CategoricalIndex(["z"] * 4),
    "of two levels": pd.MultiIndex.from_product([["x", "y"], [1, 2]]),
    "of two levels with repeats": pd.MultiIndex.from_tuples([("x", 1)] * 4),
    "named as the label is": pd.Index(["q"] * 4, name="label"),
    "named as the text is": pd.Index(["q"] * 4, name="text"),
    "of levels named as both are": pd.MultiIndex.from_product(
        [["x", "y"], [1, 2]], names=["label", "text"]
    ),
}


@pytest.mark.parametrize("kind", INDEXES)
def test_rows_are_counted_as_they_stand_whatever_the_index(kind):
    dataset = read(frame().set_axis(INDEXES[kind]))
    assert {e.row: e.text for e in dataset.examples} == dict(enumerate(TEXTS))
    assert labels_of(dataset) == dict(enumerate(LABELS))
    assert dataset.decisions == ()


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.sort_values("text"),
        lambda data: data[data["label"] == "damage"],
        lambda data: data.groupby("label").head(1),
        lambda data: data.sample(3, random_state=1),
        lambda data: pd.concat([data, data]),
        lambda data: data.iloc[::-2],
    ],
)
def test_rows_of_a_frame_that_was_worked_on_are_numbered_anew(change):
    changed = change(frame())
    dataset = read(changed)
    assert [e.text for e in sorted(dataset.examples, key=lambda e: e.row)] == [*changed["text"]]
    assert sorted(labels_of(dataset)) == [*range(len(changed))]


# --- values as their own text ----------------------------------------------------------------

ONE_TWO = {0: "1", 2: "1", 3: "2"}
HOUR = datetime.datetime.fromisoformat("2024-02-29T08:00")


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pd.Categorical([1, None, 1, 2]), ONE_TWO),
        (pd.Categorical([1.0, None, 1.0, 2.0]), ONE_TWO),
        (pd.Categorical(pd.array([1, None, 1, 2], dtype="Int64")), ONE_TWO),
        (pd.Categorical([True, None, True, False]), {0: "true", 2: "true", 3: "false"}),
        (pd.Categorical(["a", None, "a", "b"], categories=["c", "b", "a"], ordered=True), None),
        (np.array([1, np.nan, 1, 2], dtype="float16"), ONE_TWO),
        (pd.array([1, None, 1, 2], dtype="UInt8"), ONE_TWO),
        (pd.array([1, None, 1, 2], dtype="int64[pyarrow]"), ONE_TWO),
        (pd.array([1, None, 1, 2], dtype="double[pyarrow]"), ONE_TWO),
        (pd.arrays.SparseArray([1.0, np.nan, 1.0, 2.0]), ONE_TWO),
        (pd.Series([np.int64(1), np.nan, 1, 2], dtype=object), ONE_TWO),
        (pd.array([True, None, True, False], dtype="boolean"), {0: "true", 2: "true", 3: "false"}),
        (pd.Series([True, None, True, False], dtype=object), {0: "true", 2: "true", 3: "false"}),
        (pd.array(["a", None, "a", "b"], dtype="string[python]"), None),
        (pd.array(["a", None, "a", "b"], dtype="string[pyarrow]"), None),
        (
            pd.DatetimeIndex([HOUR, None, HOUR, HOUR]),
            dict.fromkeys((0, 2, 3), "2024-02-29 08:00:00"),
        ),
        (
            pd.DatetimeIndex([HOUR, None, HOUR, HOUR], tz="Europe/Berlin"),
            dict.fromkeys((0, 2, 3), "2024-02-29 08:00:00+01:00"),
        ),
        (
            pd.PeriodIndex(["2024-02", None, "2024-02", "2024-03"], freq="M"),
            {0: "2024-02", 2: "2024-02", 3: "2024-03"},
        ),
        (pd.cut([1, np.nan, 1, 5], [0, 2, 6]), {0: "(0, 2]", 2: "(0, 2]", 3: "(2, 6]"}),
    ],
)
def test_a_cell_of_pandas_is_its_own_text_and_a_missing_one_is_missing(column, expected):
    dataset = read(frame(column))
    assert labels_of(dataset) == (expected or {0: "a", 2: "a", 3: "b"})
    assert missing(dataset) == MISSING


@pytest.mark.parametrize(
    ("kind", "cells", "expected"),
    [
        ("Int8", [1, None, 1, 2], ONE_TWO),
        ("Int128", [1, None, 1, 2], ONE_TWO),
        ("UInt128", [1, None, 1, 2], ONE_TWO),
        ("Float64", [1.0, None, 1.0, 2.0], ONE_TWO),
        ("Float64", [1.0, float("nan"), 1.0, 2.0], ONE_TWO),
        ("Float32", [0.1, None, 0.1, 2.0], {0: "0.1", 2: "0.1", 3: "2.0"}),
        ("Boolean", [True, None, True, False], {0: "true", 2: "true", 3: "false"}),
        ("Categorical", ["a", None, "a", "b"], {0: "a", 2: "a", 3: "b"}),
        ("Date", [HOUR.date(), None] + [HOUR.date()] * 2, dict.fromkeys((0, 2, 3), "2024-02-29")),
    ],
)
def test_a_cell_of_polars_is_its_own_text_and_a_missing_one_is_missing(
    polars, kind, cells, expected
):
    if not hasattr(polars, kind):
        pytest.skip(f"this polars has no {kind}")
    column = polars.Series(cells, dtype=getattr(polars, kind))
    dataset = read(polars.DataFrame({"text": TEXTS, "label": column}))
    assert labels_of(dataset) == expected
    assert missing(dataset) == MISSING


def test_chunks_of_a_polars_frame_are_one_column(polars):
    parts = [
        polars.DataFrame({"text": TEXTS[:2], "label": [1.0, 2.0]}),
        polars.DataFrame({"text": TEXTS[2:], "label": [None, 2.0]}),
    ]
    dataset = read(polars.concat(parts, rechunk=False))
    assert labels_of(dataset) == {0: "1", 1: "2", 3: "2"}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (pa.array([1, None, 1, 2]), ONE_TWO),
        (pa.array([1.0, None, 1.0, 2.0]), ONE_TWO),
        (pa.chunked_array([[1], [None, 1, 2]]), ONE_TWO),
        (pa.array(["a", None, "a", "b"]).dictionary_encode(), {0: "a", 2: "a", 3: "b"}),
        (np.ma.array([1, 2, 1, 2], mask=[0, 1, 0, 0]), ONE_TWO),
        (
            np.array(["2024-02-29", "NaT", "2024-02-29", "2024-03-01"], dtype="datetime64[D]"),
            {0: "2024-02-29", 2: "2024-02-29", 3: "2024-03-01"},
        ),
        (
            np.array(["2024-02-29", "NaT"] + ["2024-03-01"] * 2, dtype="datetime64[ns]"),
            {
                0: "2024-02-29T00:00:00.000000000",
                **dict.fromkeys((2, 3), "2024-03-01T00:00:00.000000000"),
            },
        ),
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("rows", [False, True], ids=["a dict of columns", "a list of dicts"])
def test_values_of_other_libraries_in_dicts_are_their_own_text(cells, expected, rows):
    data = {"text": TEXTS, "label": cells}
    if rows:
        data = [{"text": t, "label": c} for t, c in zip(TEXTS, cells, strict=True)]
    dataset = read(data)
    assert labels_of(dataset) == expected
    assert missing(dataset) == MISSING


def test_a_column_that_nobody_needs_stops_nothing(polars, datasets):
    of_polars = {
        "objects": polars.Series([object()] * 4, dtype=polars.Object),
        "wide": polars.Series([2**100] * 4, dtype=polars.Int128),
        "vectors": polars.Series([[0.5, 0.5]] * 4, dtype=polars.Array(polars.Float32, 2)),
        "nothing": [None] * 4,
    }
    of_pandas = {"vectors": [np.zeros(3)] * 4, "objects": [object()] * 4, "sets": [{1}] * 4}
    tables = [
        polars.DataFrame({"text": TEXTS, "label": LABELS, **of_polars}),
        frame(**of_pandas),
    ]
    for table in tables:
        assert labels_of(read(table)) == dict(enumerate(LABELS))


# --- datasets --------------------------------------------------------------------------------


def test_arrays_of_a_dataset_are_left_out_and_that_is_said(datasets):
    features = datasets.Features(
        text=datasets.Value("string"),
        label=datasets.Value("string"),
        pixels=datasets.Array2D((2, 2), "float32"),
    )
    cells = {"text": TEXTS, "label": LABELS, "pixels": [np.zeros((2, 2))] * 4}
    dataset = read(datasets.Dataset.from_dict(cells, features=features))
    assert labels_of(dataset) == dict(enumerate(LABELS))
    assert [d.what for d in dataset.decisions] == ["columns of arrays are not read: 'pixels'"]


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data,
        lambda data: data.with_format("pandas"),
        lambda data: data.with_format("numpy", columns=["text"]),
        lambda data: data.with_transform(lambda batch: {"text": [""] * len(batch["text"])}),
        lambda data: data.add_column("more", [1, 2, 3, 4]),
    ],
)
def test_classes_have_their_names_whatever_format_is_set(datasets, change):
    features = datasets.Features(
        text=datasets.Value("string"), label=datasets.ClassLabel(names=["delay", "damage"])
    )
    cells = {"text": TEXTS, "label": [0, None, 0, 1]}
    dataset = read(change(datasets.Dataset.from_dict(cells, features=features)))
    assert labels_of(dataset) == {0: "delay", 2: "delay", 3: "damage"}
    assert missing(dataset) == MISSING
    assert {e.text for e in dataset.examples} == {TEXTS[i] for i in (0, 2, 3)}


def test_rows_that_were_picked_and_shuffled_are_numbered_anew(datasets):
    data = datasets.Dataset.from_dict({"text": TEXTS, "label": LABELS}).select([3, 1, 3])
    assert labels_of(read(data)) == dict.fromkeys(range(3), "damage")


def test_classes_within_objects_have_their_names(datasets):
    features = datasets.Features(
        {
            "text": datasets.Value("string"),
            "meta": {"topic": datasets.ClassLabel(names=["delay", "damage"])},
        }
    )
    cells = {"text": TEXTS, "meta": [{"topic": number} for number in (0, 1, 0, 1)]}
    data = datasets.Dataset.from_dict(cells, features=features)
    assert labels_of(read(data, label="meta.topic")) == dict(enumerate(LABELS))
