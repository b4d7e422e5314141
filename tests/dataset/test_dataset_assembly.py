"""Rows and roles -> Dataset."""

import json

import pytest

from auditor.dataset import load_dataset
from auditor.errors import DataError
from auditor.settings import Settings


def texts(examples):
    return {e.text for e in examples}


def test_examples_stand_in_an_order_that_does_not_depend_on_the_file(load):
    lines = [f"Parcel {i % 40} is late,delay\n" for i in range(90)]
    one = load("a.csv", "text,label\n" + "".join(lines))
    other = load("b.csv", "text,label\n" + "".join(lines[::-1]))
    assert one.texts == other.texts
    assert [e.content for e in one.examples] == sorted(e.content for e in one.examples)
    assert sorted(one.rows) == list(range(90))
    assert one.fingerprint == other.fingerprint


def test_rows_alike_stand_in_the_order_of_the_file(load):
    dataset = load("a.csv", "text,label\n" + "It broke,damage\n" * 5)
    assert list(dataset.rows) == [0, 1, 2, 3, 4]


def test_training_rows_are_audited_and_the_others_held_out(load):
    dataset = load(
        "a.csv",
        "text,label,split\nIt broke,damage,TRAIN\nLate,delay,test\nLost,loss,training\n"
        "Gone,loss,\nBent,damage,dev\n",
    )
    assert texts(dataset.examples) == {"It broke", "Lost"}
    assert texts(dataset.held_out) == {"Late", "Bent"}
    assert [(r.row, r.line, r.reason) for r in dataset.rejected] == [(3, 5, "split is blank")]
    assert dataset.rows_read == 4


def test_splits_without_a_training_one_are_refused(write, refusal):
    path = write("a.csv", "text,label,split\nIt broke,damage,dev\nLate,delay,test\n")
    message = refusal(DataError, path)
    assert "column 'split' holds 'dev', 'test' and no row for 'train'" in message
    assert "--role split=COL" in message


def test_the_held_out_rows_are_part_of_the_fingerprint(load):
    header = "text,label,split\nIt broke,damage,train\n"
    one = load("a.csv", header + "Late,delay,test\n")
    other = load("b.csv", header + "Later,delay,test\n")
    assert one.fingerprint != other.fingerprint


@pytest.mark.parametrize(
    "labels",
    [["delay"] * 50, [f"intent {i}" for i in range(50)], [f"intent {i}" for i in range(10_000)]],
    ids=["one category", "singletons", "10,000 categories"],
)
def test_any_number_of_categories_is_read(write, labels):
    rows = [{"text": f"Parcel {i} is late", "label": v} for i, v in enumerate(labels)]
    dataset = load_dataset(write("a.jsonl", "\n".join(map(json.dumps, rows))), Settings())
    assert set(dataset.categories) == set(labels)
    assert len(dataset.examples) == len(labels)


def test_values_are_plain_strings(load):
    dataset = load("a.jsonl", '{"text": 12, "label": 3, "id": 4, "source": true}')
    [example] = dataset.examples
    assert (example.text, example.category, example.id, example.source) == ("12", "3", "4", "true")
    values = (example.text, example.category, example.id, example.source)
    assert {type(v) for v in values} == {str}


def test_values_of_declared_columns_are_kept_and_blank_ones_are_missing(write):
    path = write(
        "a.csv",
        "text,label,product,region\nIt broke,damage,Lamp 01,north\nLate,delay,,south\n"
        "Lost,loss,sofa, \n",
    )
    dataset = load_dataset(path, Settings(declared_columns=["region", "product", "region"]))
    assert dataset.declared == ("region", "product")
    assert {e.row: e.declared for e in dataset.examples} == {
        0: ("north", "Lamp 01"),
        1: ("south", None),
        2: (None, "sofa"),
    }


def test_a_declared_value_that_no_file_should_hold_is_a_reason_to_reject_the_row(write):
    rows = [{"text": "It broke", "label": "damage", "shop": "a\0b"}]
    rows += [{"text": "Late", "label": "delay", "shop": "c"}]
    path = write("a.jsonl", "\n".join(map(json.dumps, rows)))
    dataset = load_dataset(path, Settings(declared_columns=["shop"]))
    assert [(r.row, r.reason) for r in dataset.rejected] == [
        (0, "column 'shop' holds a NUL character")
    ]


def test_what_is_no_text_in_an_optional_column_is_missing(load):
    dataset = load("a.jsonl", '{"text": "It broke", "label": "damage", "annotator": ["ada", "bo"]}')
    assert [e.annotator for e in dataset.examples] == [None]
