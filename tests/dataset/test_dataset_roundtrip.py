"""The format of a file changes nothing: property tests."""

import csv
import json
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.dataset import FILE_READERS, load_dataset
from auditor.errors import AuditorError
from auditor.settings import Settings

VALUES = st.one_of(
    st.sampled_from(
        ["NA", "01", "1e5", "null", "true", " late ", '"', ",", "\r", "a\r\nb", "\ufeff"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20),
)
ROWS = st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=20)
# Examples under intents hold no other columns, a .txt promises no form, and no cell of a workbook
# holds every character.
OTHERS = {".yml", ".conll", ".txt", ".xlsx"}
FORMATS = {reader.suffixes[0] for reader in FILE_READERS} - OTHERS  # one file of each
KEYS = st.sampled_from(
    (
        *("text", "label", "data", "train", "test", "messages", "role", "content", "annotations"),
        *("result", "value", "choices", "from_name", "fields", "responses", "answer", "accept"),
        *("options", "cats", "intents", "utterances", "rows", "row", "features", "columns", "0"),
        *("tag", "patterns", "paragraphs", "qas", "instruction", "output", "inputs", "status"),
    )
)
JSON_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), KEYS),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=20,
)
COLUMNS = ("text", "label", "annotator")


def write_all(folder: Path, rows: list[tuple[str, str, str]]) -> list[object]:
    """The same rows in every format."""
    records = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    for name, dialect in (("a.csv", "excel"), ("a.tsv", "excel-tab")):
        with (folder / name).open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, dialect).writerows([COLUMNS, *rows])
    lines = "\n".join(map(json.dumps, records))
    (folder / "a.jsonl").write_text(lines)
    (folder / "a.json").write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
    table = pa.Table.from_pylist(records)
    pq.write_table(table, folder / "a.parquet")
    with pa.ipc.new_file(folder / "a.arrow", table.schema) as writer:
        writer.write_table(table)
    with closing(sqlite3.connect(folder / "a.sqlite")) as database:
        database.execute(f"CREATE TABLE rows ({', '.join(COLUMNS)})")
        database.executemany("INSERT INTO rows VALUES (?, ?, ?)", rows)
        database.commit()
    columns = {name: [record[name] for record in records] for name in COLUMNS}
    in_memory = [pd.DataFrame(records, dtype=object), records, columns, table]
    return [*sorted(folder.iterdir()), *in_memory]


@given(rows=ROWS)
@settings(max_examples=60, deadline=None)
def test_every_format_gives_the_same_dataset(rows):
    rows = [*rows, ("It broke", "damage", "ada")]
    with tempfile.TemporaryDirectory() as folder:
        written = write_all(Path(folder), rows)
        assert {p.suffix for p in written if isinstance(p, Path)} == FORMATS, "write it here, too"
        datasets = [load_dataset(s, Settings()) for s in written]
    first = datasets[0]
    for dataset in datasets:
        assert dataset.examples == first.examples
        assert dataset.fingerprint == first.fingerprint
        assert [(r.row, r.reason) for r in dataset.rejected] == [
            (r.row, r.reason) for r in first.rejected
        ]
    assert first.rows_read + len(first.rejected) == len(rows)
    for example in first.examples:
        text, label, annotator = rows[example.row]
        assert (example.text, example.category) == (text, label)
        assert example.annotator == (annotator if annotator.strip() else None)


def complaint(path: Path) -> str | None:
    """The message that reading the file ends in, if it does not end well."""
    try:
        load_dataset(path, Settings())
    except AuditorError as error:
        return str(error)
    return None


@given(content=st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_refused_in_one_line(content):
    with tempfile.TemporaryDirectory() as folder:
        for suffix in (*FORMATS, *OTHERS, ".md", ".gz"):
            path = Path(folder) / f"a{suffix}"
            path.write_bytes(content)
            message = complaint(path)
            assert message is None or message.startswith(f"{path}: ")
            assert message is None or message.isprintable()


@given(value=JSON_VALUES)
@settings(max_examples=150, deadline=None)
def test_any_json_is_read_or_refused_in_one_line(value):
    with tempfile.TemporaryDirectory() as folder:
        for suffix in (".jsonl", ".json"):
            path = Path(folder) / f"a{suffix}"
            path.write_text(json.dumps(value), encoding="utf-8")
            message = complaint(path)
            assert message is None or message.startswith(f"{path}: ")
            assert message is None or message.isprintable()


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_a_damaged_file_is_read_or_refused_in_one_line(data):
    table = pa.table({"text": ["It broke", "Too late"] * 9, "label": ["damage", "delay"] * 9})
    with tempfile.TemporaryDirectory() as folder:
        parquet, arrow = Path(folder) / "a.parquet", Path(folder) / "a.arrow"
        pq.write_table(table, parquet)
        with pa.ipc.new_file(arrow, table.schema) as writer:
            writer.write_table(table)
        for path in (parquet, arrow):
            content = bytearray(path.read_bytes())
            for at in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=3)):
                content[at] ^= data.draw(st.integers(1, 255))
            path.write_bytes(content)
            message = complaint(path)
            assert message is None or message.isprintable()
