"""The example in `reports/` is what the code renders."""

from __future__ import annotations

from pathlib import Path

from auditor.reporting import load
from auditor.reporting.html import HtmlRenderer

EXAMPLE = Path(__file__).parents[2] / "reports" / "example"


def test_the_example_is_rendered_from_its_audit_and_without_script():
    page = (EXAMPLE / "report.html").read_text(encoding="utf-8")
    assert HtmlRenderer(static=True).render(load(EXAMPLE / "audit.json")) == page
    assert "<script" not in page


def test_the_example_is_of_a_sample_set():
    audit = load(EXAMPLE / "audit.json")
    rows = (EXAMPLE.parents[1] / "sample_datasets" / f"{audit.dataset.name}.csv").read_text(
        encoding="utf-8"
    )
    assert all(text.split("\n")[0].replace('"', '""') in rows for text in audit.examples.values())
