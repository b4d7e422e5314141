"""Quotes of delimited text: what a program wrote is read back or refused, and never misread."""

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.dataset import load_dataset
from auditor.errors import AuditorError
from auditor.settings import Settings

PIECES = ["Hello", " there", "my box", ",", "\n", '"', ", ", "\t", "; ", "late", "'", "\\"]
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map(
    lambda pieces: f"So {''.join(pieces)} is it"
)
ROWS = st.lists(st.tuples(TEXTS, st.sampled_from(["late", "lost"])), min_size=4, max_size=20)


def read(name, content):
    """What is read of the file, sorted; None where it is refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content.encode())
        try:
            dataset = load_dataset(path, Settings())
        except AuditorError:
            return None
    return sorted((e.text, e.category) for e in dataset.examples)


def test_a_backslash_before_a_tab_within_quotes_escapes_nothing():
    rows = [("So \\\t is it", "late"), *[("So Hello is it", "late")] * 3]
    written = io.StringIO()
    csv.writer(written, delimiter="\t", lineterminator="\n").writerows([("text", "label"), *rows])
    assert read("a.tsv", written.getvalue()) == sorted(rows)


@pytest.mark.parametrize("delimiter", [",", "\t"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
@pytest.mark.parametrize("label_first", [False, True])
@given(rows=ROWS)
@settings(max_examples=25, deadline=None)
def test_what_quotes_enclose_is_read_as_it_was_or_refused(delimiter, quoting, label_first, rows):
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, quoting=quoting, lineterminator="\n")
    order = -1 if label_first else 1
    writer.writerows(row[::order] for row in (("text", "label"), *rows))
    name = "a.csv" if delimiter == "," else "a.tsv"
    assert read(name, written.getvalue()) in (sorted(rows), None)


@given(rows=ROWS, strays=st.sets(st.integers(0, 19), min_size=1))
@settings(max_examples=50, deadline=None)
def test_a_stray_quote_takes_no_rows_in(rows, strays):
    plain = [(text.replace("\n", " ").replace("\t", " "), label) for text, label in rows]
    rows = [(f'"{t}' if i in strays else t, c) for i, (t, c) in enumerate(plain)]
    lines = "".join(f"{label}\t{text}\n" for text, label in rows)
    assert read("a.tsv", f"label\ttext\n{lines}") in (sorted(rows), None)


def test_a_stray_quote_far_below_changes_no_other_row():
    rows = [(f"The parcel {i} came late", ["late", "lost"][i % 2]) for i in range(6000)]
    rows[5081] = ('"Where is it', "lost")
    lines = "".join(f"{label}\t{text}\n" for text, label in rows)
    assert read("a.tsv", lines) == sorted(rows)
