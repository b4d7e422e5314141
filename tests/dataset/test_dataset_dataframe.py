"""pandas DataFrames."""

import numpy as np
import pandas as pd
import pytest

from auditor.dataset import load_dataset
from auditor.errors import DataError
from auditor.settings import Settings

TEXTS = ["Where is my parcel?", "It came broken.", "The second one is late."]


def load(labels, **columns):
    frame = pd.DataFrame({"text": TEXTS, "label": labels, **columns})
    return load_dataset(frame, Settings())


def labels_of(dataset):
    return {e.row: e.category for e in dataset.examples}


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["NA", "01", "late "], ["NA", "01", "late "]),
        ([1, 2, 3], ["1", "2", "3"]),
        ([1.5, 2.0, 3.0], ["1.5", "2.0", "3.0"]),
        ([True, False, True], ["true", "false", "true"]),
        (pd.Categorical(["a", "b", "a"]), ["a", "b", "a"]),
        (pd.array([1, 2, 3], dtype="Int64"), ["1", "2", "3"]),
        (pd.array(["a", "b", "c"], dtype="string"), ["a", "b", "c"]),
        (pd.to_datetime(["2024-01-01"] * 3), ["2024-01-01 00:00:00"] * 3),
    ],
)
def test_each_cell_becomes_its_own_string(labels, expected):
    assert labels_of(load(labels)) == dict(enumerate(expected))


def test_a_column_of_floats_does_not_turn_integers_into_floats():
    assert labels_of(load([1, 2, 3], score=[0.5, np.nan, 1.5])) == {0: "1", 1: "2", 2: "3"}


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT])
def test_missing_cells_are_missing(missing):
    dataset = load(pd.Series(["a", missing, "b"], dtype=object))
    assert [(r.row, r.line, r.reason) for r in dataset.rejected] == [(1, None, "label is missing")]


def test_labels_of_several_kinds_are_one_and_that_is_said():
    dataset = load(pd.Series(["1", "1", 1], dtype=object))
    assert labels_of(dataset) == {0: "1", 1: "1", 2: "1"}
    assert [d.values for d in dataset.decisions] == [("1",)]


def test_rows_are_positions_whatever_the_index():
    frame = pd.DataFrame({"text": TEXTS, "label": ["a", "b", "a"]}, index=[9, 9, 4])
    dataset = load_dataset(frame, Settings())
    assert dataset.name == "dataframe"
    assert sorted(dataset.rows) == [0, 1, 2]


def test_cells_that_hold_lists_are_no_text():
    dataset = load(pd.Series(["a", ["b", "c"], "a"], dtype=object))
    assert [r.reason for r in dataset.rejected] == [
        "label is a list of several, expected one; a list of labels is read with --multi-label"
    ]


def test_two_columns_of_one_name_are_refused(refusal):
    frame = pd.DataFrame([["It broke", "a", "b"]], columns=["text", "label", "label"])
    assert refusal(DataError, frame).startswith("dataframe: two columns are named 'label'")


def test_a_frame_without_rows_is_refused(refusal):
    assert "holds no rows" in refusal(DataError, pd.DataFrame({"text": [], "label": []}))


def test_conversations_in_cells_are_read_as_in_files():
    turns = np.array([{"role": "user", "content": "Where is it?"}], dtype=object)
    frame = pd.DataFrame({"messages": [turns, turns], "label": ["a", "b"]})
    assert load_dataset(frame, Settings()).texts == ("Where is it?",) * 2


def test_rows_of_a_label_tool_are_read_as_in_its_file():
    """Prodigy's: what was rejected is no example of the label."""
    answers = pd.DataFrame(
        {"text": TEXTS, "label": ["a", "b", "a"], "answer": ["accept", "accept", "reject"]}
    )
    assert labels_of(load_dataset(answers, Settings())) == {0: "a", 1: "b"}
