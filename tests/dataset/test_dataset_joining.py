"""Tasks of two texts."""

import json

import pytest

from auditor.dataset import load_dataset, load_texts
from auditor.dataset.columns.joining import one_text
from auditor.errors import UsageError
from auditor.settings import Settings

CSV = (
    "premise,hypothesis,label\nA dog sleeps,An animal rests,entailment\n"
    "A dog sleeps,A cat sleeps,contradiction\nRain falls,,neutral\n,Snow falls,neutral\n"
)
BOTH = ["premise", "hypothesis"]


def texts(path, *columns):
    dataset = load_dataset(path, Settings(text=list(columns)))
    return [e.text for e in sorted(dataset.examples, key=lambda e: e.row)]


def test_the_values_are_one_text_in_the_order_given(write):
    path = write("pairs.csv", CSV)
    assert texts(path, *BOTH) == ["A dog sleeps\nAn animal rests", "A dog sleeps\nA cat sleeps"]
    assert texts(path, *BOTH[::-1])[0] == "An animal rests\nA dog sleeps"


def test_the_role_names_both_columns(write):
    dataset = load_dataset(write("pairs.csv", CSV), Settings(text=BOTH))
    assert dataset.roles == {"text": "premise + hypothesis", "label": "label"}


def test_a_row_that_lacks_one_is_rejected_with_the_column(write):
    dataset = load_dataset(write("pairs.csv", CSV), Settings(text=BOTH))
    assert [(r.row, r.line, r.reason) for r in dataset.rejected] == [
        (2, 4, "text is blank in column 'hypothesis'"),
        (3, 5, "text is blank in column 'premise'"),
    ]
    rows = [{"premise": "A", "hypothesis": h, "label": "x"} for h in ("B", None, ["B", "C"])]
    path = write("pairs.jsonl", "\n".join(map(json.dumps, rows)))
    assert [r.reason for r in load_dataset(path, Settings(text=BOTH)).rejected] == [
        "text is missing in column 'hypothesis'",
        "text is a list of several in column 'hypothesis', expected a string",
    ]


def test_one_named_column_is_that_column(write):
    path = write("pairs.csv", CSV)
    assert load_dataset(path, Settings(text=["premise"])).roles["text"] == "premise"


def test_neither_column_is_taken_for_the_label(write):
    """By its values the hypothesis could be one."""
    rows = "".join(
        f"A dog sleeps in place {i},{'yes' if i % 2 else 'no'},a{i % 3}\n" for i in range(9)
    )
    path = write("pairs.csv", "premise,hypothesis,kind\n" + rows)
    assert load_dataset(path, Settings(text=BOTH)).roles["label"] == "kind"


def test_a_column_that_does_not_exist_is_met_with_the_nearest_one(write, refusal):
    message = refusal(UsageError, write("pairs.csv", CSV), text=["premise", "hypotesis"])
    assert "no column 'hypotesis' for --text; did you mean 'hypothesis'?" in message


def test_other_files_have_both_columns_or_are_looked_at_anew(write):
    both = write("use.csv", "hypothesis,premise\nB,A\n,A\n")
    assert load_texts(both, Settings(text=BOTH)) == (["A\nB"], [0])
    other = write("other.csv", "text,hypothesis\nRain falls,x\n")
    assert load_texts(other, Settings(text=BOTH)) == (["Rain falls"], [0])
    update = write("update.csv", "text,label\nRain falls,neutral\n")
    assert load_dataset(update, Settings(text=BOTH), strict_roles=False).texts == ("Rain falls",)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a\nb", "c"), ("a", "b\nc")),
        (("a\n\nb", "c"), ("a", "b\n\nc")),
        (("a\nb", "c"), ("a", "b", "c")),
    ],
)
def test_different_parts_make_different_texts(one, other):
    assert one_text(one) != one_text(other)
    assert one_text(("a\nb", "c")) == "a\nb\n\nc"
