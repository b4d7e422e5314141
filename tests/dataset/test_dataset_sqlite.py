"""SQLite."""

import sqlite3
from contextlib import closing

import pytest

from auditor.dataset import load_dataset
from auditor.errors import DataError, UsageError
from auditor.settings import Settings

ROWS = [("It broke", "damage"), ("Too late", "delay")]


@pytest.fixture
def database(tmp_path):
    """A database with the rows in one table, to which statements can be added."""
    path = tmp_path / "orders.sqlite"

    def make(*statements):
        with closing(sqlite3.connect(path)) as made:
            made.execute("CREATE TABLE orders (text, label)")
            made.executemany("INSERT INTO orders VALUES (?, ?)", ROWS)
            for statement in statements:
                made.execute(statement)
            made.commit()
        return path

    return make


def test_values_are_what_the_table_holds(database):
    path = database("INSERT INTO orders VALUES ('Lost', NULL), (x'00', 'loss'), ('Late', 7)")
    dataset = load_dataset(path, Settings())
    assert sorted((e.text, e.category) for e in dataset.examples) == sorted([*ROWS, ("Late", "7")])
    assert sorted(r.reason for r in dataset.rejected) == [
        "label is missing",
        "text is bytes, expected a string",
    ]


def test_a_view_is_read_where_it_is_named(database):
    path = database("CREATE VIEW late AS SELECT * FROM orders WHERE label = 'delay'")
    assert load_dataset(path, Settings()).rows_read == 2
    assert load_dataset(path, Settings(table="late")).texts == ("Too late",)


def test_a_view_without_end_ends(database, refusal, monkeypatch):
    monkeypatch.setattr("auditor.dataset.typed.sqlite.allowed_bytes", lambda path: 10_000)
    path = database(
        "CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
        " SELECT 'It broke ' || i AS text, 'damage' AS label FROM n"
    )
    assert "decodes to more than" in refusal(DataError, path, table="endless")


def test_changes_that_are_not_in_the_file_yet_are_not_passed_over(database, refusal):
    path = database()
    path.with_name("orders.sqlite-wal").write_bytes(b"not empty")
    assert "wal_checkpoint" in refusal(DataError, path)


def test_a_table_that_it_lacks_is_met_with_those_it_has(database, refusal):
    assert "it has 'orders'" in refusal(UsageError, database(), table="order")


def test_reading_writes_nothing(database):
    path = database()
    before = path.read_bytes()
    load_dataset(path, Settings())
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == ["orders.sqlite"]
