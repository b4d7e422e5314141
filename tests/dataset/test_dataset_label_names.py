"""Labels that are numbers, and a file of their names."""

import json

import pytest

from auditor.dataset import load_dataset
from auditor.errors import UsageError
from auditor.settings import Settings

NAMES = ("delivery", "billing", "returns")


def csv_of(*labels):
    return "text,label\n" + "".join(f"Message number {i},{n}\n" for i, n in enumerate(labels))


@pytest.fixture
def categories(write):
    """The category of each row, in the file's order, with a file of names."""

    def categories(rows, names, name="classes.txt"):
        named = write(name, names if isinstance(names, str) else json.dumps(names))
        dataset = load_dataset(write("a.csv", rows), Settings(label_names=str(named)))
        return [e.category for e in sorted(dataset.examples, key=lambda e: e.row)], dataset

    return categories


@pytest.mark.parametrize(
    "names",
    [
        "delivery\nbilling\nreturns\n",
        "delivery\r\nbilling\r\nreturns\r\n\r\n",
        "0\tdelivery\n1\tbilling\n2\treturns\n",
        "2: returns\n0: delivery\n1: billing\n",
        list(NAMES),
        {"0": "delivery", "1": "billing", "2": "returns"},
        {"delivery": 0, "billing": 1, "returns": 2},
        {"id2label": {"0": "delivery", "1": "billing", "2": "returns"}, "layers": 12},
    ],
)
def test_a_number_gets_its_name(categories, names):
    found, _ = categories(csv_of(2, 0, 1), names)
    assert found == ["returns", "delivery", "billing"]


def test_names_count_from_1_where_the_labels_tell(categories):
    found, dataset = categories(csv_of(1, 3, 3), list(NAMES))
    assert found == ["delivery", "returns", "returns"]
    assert [d.what for d in dataset.decisions] == ["the names of the labels count from 1"]


def test_from_0_or_from_1_is_not_guessed(write, refusal):
    named = write("classes.txt", "\n".join(NAMES))
    message = refusal(UsageError, write("a.csv", csv_of(1, 2)), label_names=str(named))
    assert "the labels 1 to 2 may count its 3 names from 0 or from 1" in message


def test_a_number_without_a_name_is_rejected_and_said(categories):
    found, dataset = categories(csv_of(0, 3, 7, 1), list(NAMES))
    assert found == ["delivery", "billing"]
    assert [r.reason for r in dataset.rejected] == [
        "label is a class number without a name, expected a string"
    ] * 2


def test_a_whole_number_may_be_written_as_a_float(categories):
    assert categories(csv_of("0.0", "2.0"), list(NAMES))[0] == ["delivery", "returns"]


def test_names_of_labels_that_are_words_are_the_mapping_of_those_words(categories):
    assert categories(csv_of("d", "b"), {"d": "delivery", "b": "billing"})[0] == [*NAMES[:2]]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ("", "expected one name a line"),
        ("delivery\n\nbilling\n", "expected one name a line"),
        ("[1, 2]", "expected one name a line"),
        ('{"0": ["a"]}', "expected one name a line"),
        ("[", "expected one name a line"),
        ("delivery\ndelivery\n", "two labels have the same name"),
    ],
)
def test_a_file_that_holds_no_names_is_refused(write, refusal, names, told):
    named = write("classes.txt", names)
    assert told in refusal(UsageError, write("a.csv", csv_of(0, 1)), label_names=str(named))


def test_labels_that_are_no_numbers_are_refused(write, refusal):
    named = write("classes.txt", "x\ny\n")
    message = refusal(UsageError, write("a.csv", csv_of("p", "q")), label_names=str(named))
    assert "no label in column 'label' is a whole number" in message


def test_a_file_that_is_not_there_is_refused(write, refusal):
    message = refusal(UsageError, write("a.csv", csv_of(0, 1)), label_names="none.txt")
    assert "--label-names none.txt: cannot be read (No such file" in message
