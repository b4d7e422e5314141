"""JSON and JSON Lines."""

import json

import pytest

from auditor.dataset import load_dataset
from auditor.dataset.json.lines import JSONL
from auditor.dataset.json.objects import MOST_DOTTED
from auditor.errors import DataError
from auditor.records.reading import ReadOptions
from auditor.settings import Settings


def categories(dataset):
    return {e.text: e.category for e in dataset.examples}


def rejects(dataset):
    return [(r.row, r.line, r.reason) for r in dataset.rejected]


@pytest.mark.parametrize(
    "label", ["00010", "18_19", "1700000000", "NaN", "null", "true", "1e5", "refund "]
)
def test_strings_stay_as_they_are(load, label):
    dataset = load("a.jsonl", json.dumps({"text": "Where is it?", "label": label}))
    assert dataset.categories == (label,)


@pytest.mark.parametrize("literal", ["1", "1.5", "1e5", "-0.50", "12345678901234567890123", "true"])
def test_other_scalars_keep_their_literal_form(load, literal):
    dataset = load("a.jsonl", f'{{"text": "Where is it?", "label": {literal}}}')
    assert dataset.categories == (literal,)
    assert type(dataset.categories[0]) is str


def test_labels_that_differ_in_their_kind_alone_are_one(load):
    lines = [
        '{"text": "It broke", "label": "1"}',
        '{"text": "Lost", "label": 1}',
        '{"text": "Too late", "label": 1.0}',
        '{"text": "Fine", "label": true}',
        '{"text": "Torn", "label": "01"}',
    ]
    read = load("a.jsonl", "\n".join(lines))
    assert categories(read) == {
        "It broke": "1",
        "Lost": "1",
        "Too late": "1",
        "Fine": "true",
        "Torn": "01",
    }
    assert read.rejected == ()
    assert load("b.jsonl", "\n".join(lines[::-1])).decisions == read.decisions


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"text": "Lost", "label": null}', "label is missing"),
        ('{"text": "Lost", "label": NaN}', "label is missing"),
        ('{"text": "Lost"}', "label is missing"),
        ('{"label": "lost"}', "text is missing"),
        ('{"text": " ", "label": "lost"}', "text is blank"),
        ('{"text": {"en": "Lost"}, "label": "lost"}', "text is an object, expected a string"),
        ('{"text": "Lost", "label": ["lost", "late"]}', "label is a list of several"),
        ('{"text": "Lost", "label": "lost"', "not valid JSON (Expecting ',' delimiter)"),
        ('{"text": "Lost", "label": "lost",}', "not valid JSON"),
        ('{"text": "Lost", "label": "a", "label": "b"}', "names the same key twice"),
        ('["Lost", "lost"]', "not a JSON object"),
        ("Lost", "not valid JSON (Expecting value)"),
        ("[" * 100_000, "not valid JSON (nested too deep)"),
        (r'{"text": "Lost \ud800", "label": "lost"}', "text holds a lone surrogate"),
        (r'{"text": "Lost", "label": "\udfff"}', "label holds a lone surrogate"),
        (r'{"text": "Lost\u0000", "label": "lost"}', "text holds a NUL character"),
    ],
)
def test_a_line_that_is_no_example_is_rejected_with_its_line_and_reason(load, line, reason):
    dataset = load("a.jsonl", f'{{"text": "It broke", "label": "damage"}}\n\n  \n{line}\n')
    [(row, at, why)] = rejects(dataset)
    assert (row, at) == (1, 4)
    assert reason in why
    assert categories(dataset) == {"It broke": "damage"}


def test_a_pair_of_surrogates_is_one_character(load):
    dataset = load("a.jsonl", r'{"text": "Lost \ud83d\ude00", "label": "lost"}')
    assert dataset.texts == ("Lost 😀",)


def test_a_line_separator_inside_a_text_ends_no_line(load):
    dataset = load("a.ndjson", '{"text": "It broke\u2028twice", "label": "damage"}\r\n')
    assert dataset.texts == ("It broke\u2028twice",)


def test_a_byte_order_mark_is_no_part_of_the_first_line(load):
    dataset = load("a.jsonl", b"\xef\xbb\xbf" + b'{"text": "It broke", "label": "damage"}')
    assert dataset.rejected == ()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[\n{},\n{}\n]", "holds no rows"),
        ("", "holds no rows"),
        ("\n\n", "holds no rows"),
        ("It broke\nToo late\n", "line 1: not valid JSON"),
    ],
)
def test_a_file_that_is_no_json_lines_is_refused(write, refusal, content, message):
    assert message in refusal(DataError, write("a.jsonl", content))


@pytest.mark.parametrize("wrap", ["%s", '{"version": 2, "data": %s}'])
def test_an_array_of_objects_is_read_wherever_it_stands(load, wrap):
    array = '[{"text": "It broke", "label": 7}, {"label": 7}, 3, {"text": "Late", "label": 7}]'
    dataset = load("a.json", wrap % array)
    assert categories(dataset) == {"It broke": "7", "Late": "7"}
    assert rejects(dataset) == [(1, None, "text is missing"), (2, None, "not a JSON object")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[{"text": "It broke", "label": "damage"},]', "line 1, column 42: not valid JSON"),
        ('{"text": "It broke"},\n{"text": "Late"}', "line 1, column 21: not valid JSON"),
        ('{"text": ["It broke"], "label": []}', "expected an array of objects"),
        ('"It broke"', "expected an array of objects"),
        ("[]", "holds no rows"),
        ("", "not valid JSON"),
        ("[" * 100_000, "nested too deep"),
        (b'[{"text": "caf\xe9"}]', "byte 14 is not valid UTF-8"),
    ],
)
def test_a_file_that_is_no_array_is_refused(write, refusal, content, message):
    assert message in refusal(DataError, write("a.json", content))


def test_objects_with_keys_of_their_own_in_every_row_are_no_columns_without_end(write):
    rows = [
        {"text": f"Message {i}", "label": "a", "votes": {f"user {i}": i, "all": 1}}
        for i in range(3000)
    ]
    path = write("a.jsonl", "\n".join(map(json.dumps, rows)))
    table = JSONL.open(path, ReadOptions())
    columns = {name for _, fields in table.rows() for name in fields}
    assert len(columns) == 3 + MOST_DOTTED
    assert "votes.all" in columns


def test_what_is_inside_of_an_object_never_takes_the_place_of_a_column(write):
    path = write("a.jsonl", '{"a": {"b": "inside"}, "a.b": "its own", "text": "It broke"}')
    assert load_dataset(path, Settings(label="a.b")).categories == ("its own",)
