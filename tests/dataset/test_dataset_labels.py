"""What the cells of the label say."""

import json

import pytest

from auditor.dataset import load_dataset
from auditor.dataset.labels.cells import read_labels
from auditor.dataset.values import Boolean, Listed, Number
from auditor.errors import DataError
from auditor.settings import Settings


def labels(*cells, several=None):
    found = read_labels(cells, "mood", several=several)
    return [found[cell] for cell in cells]


def test_a_label_is_what_its_cell_holds():
    cells = ("calm", " calm", "01", "1", "1e0", "1.", "a,b", "[calm]", "true")
    found = read_labels(cells, "mood", several=None)
    assert [found[cell] for cell in cells] == [(cell,) for cell in cells]
    assert found.decisions == ()


def test_numbers_and_strings_that_are_written_alike_are_one():
    cells = (Number("1"), "1", Number("1.0"), "01", Boolean("true"), "true")
    found = read_labels(cells, "mood", several=None)
    assert [found[cell] for cell in cells] == [
        ("1",),
        ("1",),
        ("1",),
        ("01",),
        ("true",),
        ("true",),
    ]
    assert [d.what for d in found.decisions] == [
        "labels that differ only as whole numbers with and without '.0' are read as one"
    ]


def test_where_some_are_fractions_all_stay_as_they_are():
    assert labels("1.0", "1.5", "2.0") == [("1.0",), ("1.5",), ("2.0",)]


@pytest.mark.parametrize("several", [None, False])
def test_lists_are_refused_unless_a_text_may_have_several_labels(several):
    cells = (Listed(["calm"]), Listed(["calm", "sad"]), Listed(["sad", "calm"]))
    with pytest.raises(DataError, match="2 of 3 rows have several labels in column 'mood'; add"):
        labels(*cells, several=several)
    assert labels(*cells, several=True) == [("calm",), ("calm", "sad"), ("sad", "calm")]


def test_lists_of_one_are_that_one():
    assert labels(Listed(["calm"]), Listed(["sad"])) == [("calm",), ("sad",)]


def test_a_label_that_a_row_has_twice_counts_once():
    assert labels(Listed(["sad", "sad", " "]), several=True) == [("sad",)]


def test_rows_without_a_label_are_a_category_that_no_label_has():
    cells = (Listed([]), Listed(["(no label)"]))
    assert labels(*cells, several=True) == [("((no label))",), ("(no label)",)]
    assert labels(Listed([]), Listed(["sad"])) == [(), ("sad",)]


@pytest.mark.parametrize(
    "cells",
    [
        ("sad;calm", "sad", "calm"),
        ("sad | calm", "calm | angry", "angry", "sad"),
        ("27,2", "27", "2"),
    ],
)
def test_several_in_one_cell_are_told_by_what_stands_alone(cells):
    with pytest.raises(DataError, match="add --multi-label, or --no-multi-label"):
        labels(*cells)
    assert max(map(len, labels(*cells, several=True))) == 2
    assert labels(*cells, several=False) == [(cell,) for cell in cells]


@pytest.mark.parametrize(
    "cells",
    [
        ("Food, drink", "Cars"),
        ("bill;fee", "bill;date", "car;wheel"),
        ("Smith, John", "Smith, Jane", "John"),
        ("a;", "a"),
        ("a;a", "a"),
    ],
)
def test_in_doubt_a_cell_is_one_label(cells):
    for several in (None, True):
        assert labels(*cells, several=several) == [(cell,) for cell in cells]


ROWS = (
    "text,sad,late\nIt never came,1,1\nI waited a week,0,1\nIt is torn,1,1\nThank you,0,0\n"
    "It came again,1,1\n"
)


def test_a_row_of_several_labels_keeps_its_number(write):
    """Each label is an example; the rows are those of the file."""
    settings = Settings(label=["sad", "late"], multi_label=True)
    dataset = load_dataset(write("a.csv", ROWS), settings)
    assert sorted((e.row, e.category) for e in dataset.examples) == [
        *((0, "late"), (0, "sad"), (1, "late"), (2, "late"), (2, "sad")),
        *((3, "(no label)"), (4, "late"), (4, "sad")),
    ]
    assert (dataset.rows_read, dataset.multi_label) == (5, True)
    assert dataset.roles["label"] == "sad + late"
    assert len(set(dataset.kinds)) == 3


def test_columns_that_hold_more_than_0_and_1_reject_their_rows(write):
    settings = Settings(label=["sad", "late"], multi_label=True)
    dataset = load_dataset(write("a.csv", ROWS + "It is late,2,1\n"), settings)
    assert [(r.row, r.reason) for r in dataset.rejected] == [
        (5, "label is neither 0 nor 1 in column 'sad'")
    ]


def test_without_being_told_several_labels_are_refused(write, refusal):
    message = refusal(DataError, write("a.csv", ROWS), label=["sad", "late"])
    assert "3 of 5 rows have several labels in column 'sad + late'; add --multi-label" in message


def test_a_few_rows_with_several_labels_are_rejected(write):
    rows = [{"text": f"It never came, {n}", "label": ["sad"]} for n in ("I said", "again", "sir")]
    rows.append({"text": "It is torn", "label": ["sad", "late"]})
    dataset = load_dataset(write("a.jsonl", "\n".join(map(json.dumps, rows))), Settings())
    assert dataset.categories == ("sad",)
    [reject] = dataset.rejected
    assert reject.reason.startswith("label is a list of several, expected one; a list of labels")


def test_a_label_may_be_mapped_by_what_the_file_holds(write):
    path = write("a.csv", "text,label\nIt never came,1.0\nIt is torn,2.0\n")
    for old in ("1", "1.0"):
        assert load_dataset(path, Settings(label_map={old: "sad"})).categories == ("2", "sad")
