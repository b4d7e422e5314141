"""The map's data is whole, safe inside a script element, and of a bounded size."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import itertools
import json
import re

import pytest

from auditor.reporting import cards
from auditor.reporting import map as live
from auditor.reporting.html import HtmlRenderer

NASTY = "</script><!--<script>&amp;\u2028\u2029\ud800\x00"


def block(page: str) -> str:
    [data] = re.findall(r'<script type="application/json" id="map-data">(.*?)</script>', page)
    return data


def given(audit):
    return live.live_map(audit, cards.sections(audit))


def test_the_same_audit_gives_the_same_bytes(make_audit):
    assert HtmlRenderer().render(make_audit()) == HtmlRenderer().render(make_audit())


def test_the_policy_allows_the_page_s_scripts_by_their_hashes_and_no_other(audit):
    page = HtmlRenderer().render(audit)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page).group(1)
    sources = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in sources]
    allowed = " ".join(f"'sha256-{h}'" for h in hashes)
    assert len(sources) == 3
    assert policy.startswith("default-src 'none'; ")
    assert f" script-src {allowed}; " in policy
    assert "unsafe" not in policy


def test_no_script_ends_its_element_early():
    for source in live.scripts():
        assert not re.search(r"</script|<script|<!--", source, re.IGNORECASE)
        assert "\r" not in source  # which a parser would change, and its hash with it


def test_text_cannot_leave_the_block(make_audit):
    data = block(HtmlRenderer().render(make_audit(lambda text: text + NASTY)))
    assert not re.search("[<>&\u2028\u2029\x00\ud800]", data)
    assert "</script><!--<script>&amp;" in json.loads(data)["categories"][0]


def test_points_findings_and_texts_are_those_of_the_audit(audit):
    data = json.loads(given(audit).data)
    rows = list(itertools.accumulate(data["rows"]))
    assert rows == sorted(row for row, _, _ in audit.map)
    assert [data["subtypes"][s][0] for s in data["subtype"]][85] == "product question/0"
    assert data["texts"]["41"] == audit.examples["41"]
    wrong = next(f for f in data["findings"] if data["words"][f[1]] == data["codes"][-1])
    assert all(len(f) == 4 for f in data["findings"])
    assert wrong[2] == -1
    whole = [f for f in data["findings"] if f[2] >= 0]
    assert {data["categories"][f[2]] for f in whole} == {"product question", "account"}


def test_without_text_the_block_holds_none(make_audit):
    told = given(make_audit(no_text=True))
    assert told.texts == 0
    assert "Tracking" not in told.data


@pytest.mark.parametrize("most", [10_000, 20_000])
def test_texts_have_what_room_is_left_and_those_of_findings_come_first(audit, monkeypatch, most):
    long = dataclasses.replace(audit, examples={k: v * 9 for k, v in audit.examples.items()})
    monkeypatch.setattr(live, "_MAX_BYTES", most)
    told = given(long)
    assert len(told.data.encode()) <= most
    assert 0 < told.texts < len(audit.map)
    texts = json.loads(told.data)["texts"]
    assert {int(point) for point in texts} <= {r for f in audit.findings for r in f.rows}
    assert all(len(text) <= 240 for text in texts.values())


def test_an_audit_without_a_map_has_no_script(make_audit):
    assert "<script" not in HtmlRenderer().render(make_audit(map=()))


def test_the_still_map_is_a_sample_where_points_are_many(audit):
    points = tuple((row, row % 97 / 97, row % 89 / 89) for row in range(9000))
    page = HtmlRenderer(static=True).render(dataclasses.replace(audit, map=points))
    assert "Showing 3,000 of 200 rows" in page
