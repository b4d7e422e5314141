"""Labels that the user takes for another one."""

import json

import pytest

from auditor.dataset import load_dataset
from auditor.errors import UsageError
from auditor.records.dataset import MappedLabel
from auditor.settings import Settings

ROWS = [
    ("The lid is cracked", "damage"),
    ("It came a week late", "Delay"),
    ("Still on its way", "delay"),
    ("The box is dented", "damage "),
    ("Nothing came at all", "delay"),
]
ONE_WAY = {"Delay": "delay", "damage ": "damage"}


@pytest.fixture
def path(write):
    rows = [{"text": text, "label": label} for text, label in ROWS]
    return write("a.jsonl", "\n".join(map(json.dumps, rows)))


def labels(dataset):
    return [e.category for e in sorted(dataset.examples, key=lambda e: e.row)]


def test_without_a_mapping_labels_stay_as_the_file_has_them(path):
    dataset = load_dataset(path, Settings())
    assert labels(dataset) == [label for _, label in ROWS]
    assert dataset.mapped_labels == ()


def test_mapped_labels_are_read_as_another_and_told(path):
    dataset = load_dataset(path, Settings(label_map=ONE_WAY))
    assert labels(dataset) == ["damage", "delay", "delay", "damage", "delay"]
    assert dataset.mapped_labels == (
        MappedLabel(label="Delay", category="delay", rows=1),
        MappedLabel(label="damage ", category="damage", rows=1),
    )


def test_rows_stand_as_if_the_file_had_the_other_label(path, write):
    clean = [{"text": text, "label": ONE_WAY.get(label, label)} for text, label in ROWS]
    other = load_dataset(write("b.jsonl", "\n".join(map(json.dumps, clean))), Settings())
    mapped = load_dataset(path, Settings(label_map=ONE_WAY))
    assert mapped.examples == other.examples
    assert mapped.fingerprint == other.fingerprint


def test_each_label_is_mapped_once(path):
    dataset = load_dataset(path, Settings(label_map={"Delay": "damage", "damage": "late"}))
    assert labels(dataset) == ["late", "damage", "delay", "damage ", "delay"]


def test_labels_of_other_splits_are_mapped_too(load, write):
    content = "text,label,split\nIt broke,damage,train\nBent,Damage,test\n"
    dataset = load_dataset(write("a.csv", content), Settings(label_map={"Damage": "damage"}))
    assert [e.category for e in dataset.held_out] == ["damage"]


@pytest.mark.parametrize(
    ("label", "hint"),
    [
        ("dealy", "; did you mean 'delay'?"),
        ("DAMAGE", "; did you mean 'damage'?"),
        ("refund", ";"),
    ],
)
def test_a_label_that_no_row_has_is_met_with_the_nearest_one(path, refusal, label, hint):
    message = refusal(UsageError, path, label_map={label: "delay"})
    assert f"no row is labelled {label!r}, which --map-label or [label_map] names{hint}" in message
    assert "the labels are 'Delay', 'damage', 'damage ', 'delay'" in message


def test_an_update_file_may_lack_a_mapped_label(path):
    settings = Settings(label_map={"refund": "refunds", "Delay": "delay"})
    dataset = load_dataset(path, settings, strict_roles=False)
    assert [m.label for m in dataset.mapped_labels] == ["Delay"]


@pytest.mark.parametrize("label", ["\u200b", "\u00a0", "\ufeff "], ids=ascii)
def test_a_label_of_which_nothing_is_seen_is_no_label(load, label):
    dataset = load("a.csv", f"text,label\nIt broke,damage\nLate,{label}\n")
    assert [r.reason for r in dataset.rejected] == ["label is blank"]
