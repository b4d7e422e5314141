"""What a notebook shows of an audit is small, static and inert."""

from __future__ import annotations

import re

HOSTILE = "<script>alert(1)</script><img src=//example.org onerror=x> \x1b[31m\u202e"


def test_it_says_the_verdict_what_goes_first_and_counts(audit):
    shown = audit._repr_html_()
    assert "Not yet: 2 errors and 41 warnings" in shown
    assert (
        "<li>product question: 90% → 57% by the end of the update (80% interval 49 to 65%)" in shown
    )
    assert "<p>A model of this set is expected to lose 20%" in shown
    assert shown.count("<li>") == 3
    assert "<tr><td>label-error</td><td>38</td><td>Suspicious labels</td></tr>" in shown


def test_names_from_the_data_are_escaped_and_inert(make_audit):
    shown = make_audit(lambda text: text + HOSTILE)._repr_html_()
    plain = {"div", "p", "strong", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"}
    assert set(re.findall(r"</?(\w+)", shown)) == plain
    assert not {"\x1b", "\u202e"} & set(shown)


def test_it_stays_below_ten_kilobytes(make_audit):
    audit = make_audit(lambda text: text + "😀" * 5000)
    assert len(audit._repr_html_().encode()) < 10_000


def test_without_a_forecast_and_findings_it_still_stands(make_audit):
    shown = make_audit(forecast=None, findings=())._repr_html_()
    assert "no forecast was made" in shown
    assert "<ol>" not in shown
