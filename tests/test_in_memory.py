"""The public functions take what is in memory, and find in it what they find in a file of it."""

from __future__ import annotations

import csv
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import auditor
from auditor.errors import UsageError


def columns_of(rows) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in rows[0]}


def as_csv_file(rows, folder: Path) -> Path:
    with (folder / "tickets.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return folder / "tickets.csv"


def as_jsonl_file(rows, folder: Path) -> Path:
    (folder / "tickets.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return folder / "tickets.jsonl"


def as_parquet_file(rows, folder: Path) -> Path:
    pq.write_table(pa.Table.from_pylist(rows), folder / "tickets.parquet")
    return folder / "tickets.parquet"


def polars_frame(rows, *, lazy: bool = False) -> Any:
    frame = pytest.importorskip("polars").DataFrame(rows)
    return frame.lazy() if lazy else frame


def hugging_face(rows) -> Any:
    """With numbers for labels, and their names."""
    datasets = pytest.importorskip("datasets")
    data = datasets.Dataset.from_list(rows)
    return data.class_encode_column("category") if "category" in rows[0] else data


KINDS: dict[str, Callable[..., Any]] = {
    "CSV": as_csv_file,
    "JSONL": as_jsonl_file,
    "Parquet": as_parquet_file,
    "a list of dicts": lambda rows, _: rows,
    "a dict of columns": lambda rows, _: columns_of(rows),
    "an Arrow table": lambda rows, _: pa.Table.from_pylist(rows),
    "an Arrow reader": lambda rows, _: pa.Table.from_pylist(rows).to_reader(max_chunksize=7),
    "polars": lambda rows, _: polars_frame(rows),
    "polars, lazy": lambda rows, _: polars_frame(rows, lazy=True),
    "datasets": lambda rows, _: hugging_face(rows),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_rows_give_the_same_audit(kind, tickets, found, quick, tmp_path):
    """`found` is that of the same rows as a pandas DataFrame; the name alone may be another."""
    audit = auditor.audit(KINDS[kind](list(tickets), tmp_path), **quick)
    assert audit.dataset.fingerprint == found.dataset.fingerprint
    summary = dataclasses.replace(audit.dataset, name=found.dataset.name)
    assert dataclasses.replace(audit, dataset=summary) == found


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["a list of dicts", "an Arrow reader", "polars, lazy", "datasets"])
def test_every_function_takes_such_tables(kind, tickets, quick):
    """An object for each use, since a reader can be read but once."""

    def data(rows=tickets) -> Any:
        return KINDS[kind](list(rows), None)

    update, texts = tickets[:12], [{"text": row["text"]} for row in tickets[:20]]
    audited = auditor.audit(data(), update=data(update), reference=data(texts), **quick)
    assert audited.forecast.update is not None
    verdict = auditor.gate(data(), base=data(), update=data(update), **quick)
    assert verdict.outcome in ("pass", "inconclusive")
    compared = auditor.compare(data(tickets[:40]), data(), **quick)
    assert (compared.base.rows, compared.candidate.rows) == (40, len(tickets))
    with pytest.raises(UsageError, match="hashing: it has no weights"):  # the data is read before
        auditor.backtest(data(), **quick)


def test_texts_from_where_the_model_is_used_may_be_a_list(tickets, quick):
    texts = [row["text"] for row in tickets[:20]]
    of_list = auditor.audit(pd.DataFrame(tickets), reference=texts, **quick)
    of_frame = auditor.audit(
        pd.DataFrame(tickets), reference=pd.DataFrame({"text": texts}), **quick
    )
    assert of_list == of_frame
