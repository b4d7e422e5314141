"""The sample sets: every planted fault is found, and hardly anything else.

`<name>.expected.toml` lists the faults that were planted, from how the set was made, and how many
other findings above a note are allowed.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import auditor
from auditor.dataset import load_dataset
from auditor.embedding.hashing import HashingEmbedder
from auditor.records.audit import Audit
from auditor.records.dataset import Dataset
from auditor.records.findings import Finding
from auditor.records.structure import CopyFamilies, effective_examples
from auditor.settings import Settings
from auditor.structure.copies import find_copies
from auditor.structure.neighbours import nearest
from auditor.structure.templates import find_templates
from tests.documentation import OF_THE_PAGES

SAMPLES = Path(__file__).parents[1] / "sample_datasets"
# The written sets; what a script makes of one of them is for test_make_synthetic.py.
FILES = {
    p.stem: p
    for p in sorted(SAMPLES.iterdir())
    if p.suffix in (".csv", ".jsonl") and p.stem != "support_synthetic"
}
UPDATES = {
    "support_human": "refund_requests",
    "support_tickets": "refund_requests",
    "contracts_narrow": "contracts_update",
    "contracts_rebuilt": "contracts_update",
}
Fault = Mapping[str, Any]


@cache
def expected(name: str) -> dict[str, Any]:
    return tomllib.loads((SAMPLES / f"{name}.expected.toml").read_text(encoding="utf-8"))


def faults(name: str) -> list[Fault]:
    return list(expected(name).get("fault", ()))


def covers(finding: Finding, fault: Fault) -> bool:
    """Whether a finding is a fault: exactly, of one row or a pair; else half of each, at least."""
    rows, planted = set(finding.rows), set(fault["rows"])
    if finding.code != fault["code"]:
        return False
    if len(planted) <= 2:
        return rows == planted
    both = len(rows & planted)
    return 2 * both >= len(planted) and 2 * both >= len(rows)


@pytest.fixture(scope="session")
def audits(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The audit of each sample by the default model, once."""
    folder = str(tmp_path_factory.mktemp("model vectors"))

    @cache
    def audits(name: str) -> Audit:
        update = UPDATES.get(name)
        return auditor.audit(
            FILES[name],
            update=FILES[update] if update else None,
            cache_dir=folder,
            map_points=10,
        )

    return audits


@pytest.mark.model
@pytest.mark.parametrize(
    ("name", "fault"),
    [(name, fault) for name in FILES for fault in faults(name)],
    ids=lambda x: x if isinstance(x, str) else f"{x['code']}-{x['rows'][0]}",
)
def test_a_planted_fault_is_found(audits, name, fault):
    """But for those that are known to be missed, which is written beside them: where the processor
    multiplies bfloat16. Another may find them."""
    audit = audits(name)
    found = any(covers(f, fault) for f in audit.of(fault["code"]))
    missed = fault.get("missed", False)
    told = found is not missed if audit.embedder.precision == OF_THE_PAGES else found or missed
    assert told, fault["note"]


@pytest.mark.parametrize("name", FILES)
def test_hardly_any_planted_fault_is_missed(name):
    assert sum(fault.get("missed", False) for fault in faults(name)) <= 1


@pytest.mark.model
@pytest.mark.parametrize("name", FILES)
def test_hardly_anything_else_is_found(audits, name):
    conflicts = {r for f in faults(name) if f["code"] == "label-conflict" for r in f["rows"]}
    others = [
        f
        for f in audits(name).findings
        if f.severity != "note"
        and f.code != "fragile-category"
        and not any(covers(f, fault) for fault in faults(name))
        # Of one ticket under two labels, one label is wrong.
        and not (f.code == "label-error" and set(f.rows) <= conflicts)
    ]
    allowed = expected(name)["allowed"]
    counts = Counter(f.code for f in others)
    beyond = {code: n for code, n in counts.items() if n > allowed.get(code, 0)}
    assert beyond == {}, [(f.code, f.rows, f.summary) for f in others]


@pytest.mark.model
def test_the_clean_set_has_nothing_above_a_note(audits):
    assert [f for f in audits("support_clean").findings if f.severity != "note"] == []


@pytest.mark.model
@pytest.mark.parametrize("name", UPDATES)
def test_the_update_is_forecast_for_every_category(audits, name):
    forecast = audits(name).forecast
    assert forecast.update.kind == "given"
    assert len(forecast.categories) == len(audits(name).dataset.categories)


@pytest.mark.model
def test_what_is_nearest_to_refunds_goes_first(audits):
    """Refunds are about money and things sent back."""
    order = [f.category for f in audits("support_tickets").forecast.categories]
    assert {"billing", "returns"} <= set(order[:3])


# --- how the sets are written, for which no model is needed -----------------------------------


@cache
def untouched(name: str) -> Dataset:
    """The set without the rows of its planted faults."""
    data = load_dataset(FILES[name], Settings())
    planted = {row for fault in faults(name) for row in fault["rows"]}
    kept = tuple(e for e in data.examples if e.row not in planted)
    return dataclasses.replace(data, examples=kept)


@pytest.mark.parametrize("name", FILES)
def test_planted_rows_are_rows_of_the_set(name):
    rows = {e.row for e in load_dataset(FILES[name], Settings()).examples}
    assert {row for fault in faults(name) for row in fault["rows"]} <= rows


@pytest.mark.parametrize("name", FILES)
def test_nearly_every_row_is_an_example_of_its_own(name):
    texts = untouched(name).texts
    vectors = HashingEmbedder().embed(texts).vectors
    families = find_copies(texts, nearest(vectors, 20)).family
    assert effective_examples(families) >= 0.9 * len(texts)


@pytest.mark.parametrize("name", FILES)
def test_no_template_holds_a_twentieth_of_a_category(name):
    dataset = untouched(name)
    alone = CopyFamilies(family=np.arange(len(dataset.examples)))
    frames = [t for t in find_templates(dataset, alone) if t.excess > 0]
    assert [(t.category, t.pattern) for t in frames if t.share >= 0.05] == []
