"""The compare report: the answer first, inert, without text where none is wanted."""

from __future__ import annotations

import dataclasses
import html.parser
import json

import jsonschema
import msgspec
import pytest

from auditor.comparison import (
    COMPARISON_VERSION,
    Agreement,
    Amplification,
    CategoryRetention,
    Comparison,
    Contrast,
    Disagreement,
    Diversity,
    Figure,
    NearCopies,
    Ngram,
    Parent,
    Region,
    Retention,
    Side,
    TwoSample,
)
from auditor.errors import DataError, UsageError
from auditor.no_text import comparison_without_text
from auditor.reporting.comparison import (
    comparison_schema,
    load_comparison,
    save_comparison,
    summarise_comparison,
)
from auditor.reporting.comparison.answer import answer
from auditor.reporting.comparison.html import ComparisonHtml
from auditor.results import EmbedderSummary, Update

HOSTILE = (
    "</script><script>alert(1)</script>\x1b[31m\u202egnp'\" onmouseover=alert(1) {{ 7*7 }}<!--"
)


def figure(value, reach=0.05):
    return Figure(value=value, low=round(value - reach, 4), high=round(value + reach, 4))


def contrast(base, candidate, reach=0.05):
    return Contrast(
        base=figure(base),
        candidate=figure(candidate),
        difference=figure(round(candidate - base, 4), reach),
    )


def side(name, rows, effective):
    return Side(
        name=name,
        file=f"{name}.csv",
        rows=rows,
        rejected=0,
        categories={"billing": rows // 2, "returns": rows // 2},
        fingerprint="f" * 64,
        mean_words=12.0,
        distinct_examples=rows,
        effective_examples=float(rows),
        effective_apart_from_variations=effective,
        in_templates=0.0,
    )


def retention(rows, before, after, reach):
    category = CategoryRetention(
        category="billing",
        before=contrast(*before),
        drop=contrast(0.1, 0.1, reach),
        after=contrast(*after, reach),
        rows=30,
        identifiable=True,
        reason="it lies close to the update as a whole",
    )
    return Retention(
        base_rows=500,
        candidate_rows=rows,
        draws=3 if rows == 500 else 1,
        probe="head",
        before=contrast(*before),
        drop=contrast(0.1, 0.1, reach),
        after=contrast(*after, reach),
        on_added=None,
        categories=(category,),
    )


def make(spice=str, *, after=(0.6, 0.6), reach=0.1, own=(0.7, 0.99)):
    """A comparison that no pipeline made; every string of the data goes through `spice`."""
    region = Region(
        category=spice("billing"),
        missing_in="candidate",
        keywords=(spice("invoice"),),
        base=20,
        candidate=0,
        expected=15.0,
        p=0.001,
        base_rows=(1,),
        candidate_rows=(),
    )
    wrong = Disagreement(
        base_row=1,
        candidate_row=2,
        base_category=spice("billing"),
        candidate_category=spice("returns"),
        cosine=0.9,
    )
    parent = Parent(base_row=1, rows=(2, 3), variations=9)
    gram = Ngram(
        text=spice("dear team"), of="candidate", z=5.0, base_per_1000=1.0, candidate_per_1000=90.0
    )
    return Comparison(
        base=side(spice("human"), 500, 500.0),
        candidate=side(spice("more"), 5500, 503.0),
        kept=500,
        added=5000,
        removed=0,
        update=Update(kind="given", categories=(spice("refunds"),)),
        chosen="the default",
        skill=0.8,
        provenance="Fitted.",
        matched=retention(500, (0.7, 0.6), after, reach),
        full=retention(5500, (0.7, 0.7), after, reach),
        own=contrast(*own),
        regions=(region,),
        amplification=Amplification(
            level=0.8,
            added=5000,
            variations=4900,
            share=figure(0.98, 0.01),
            parents=490,
            base=500,
            mean=10.0,
            median=10.0,
            most=12,
            histogram=((0, 0, 10), (10, 19, 490)),
            largest=(parent,),
        ),
        agreement=Agreement(
            pairs=10,
            same=9,
            share=figure(0.9),
            disagreements=(wrong,),
            confusions=((spice("billing"), spice("returns"), 1),),
        ),
        near_copies=NearCopies(identical=500, across=3, in_base=0, in_candidate=3, pairs=((1, 2),)),
        diversity=(
            Diversity(measure="different triples / triples of words", contrast=contrast(0.9, 0.6)),
        ),
        diversity_rows=250,
        two_sample=TwoSample(
            accuracy=figure(0.7), p=0.001, rows=250, permutations=999, ngrams=(gram,)
        ),
        examples={"2": spice("dear team, my invoice"), "3": spice("my invoice, thanks")},
        base_examples={"1": spice("my invoice")},
        skipped=(),
        settings={"seed": 0, "no_text": False, "split_by": spice("source")},
        embedder=EmbedderSummary(name="hashing", revision="1", dim=512, precision="float32"),
        versions={"auditor": "0"},
    )


def render(comparison):
    return ComparisonHtml().render(comparison)


class Tags(html.parser.HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.tags, self.ids, self.links = [], [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, tuple(name for name, _ in attrs)))
        self.ids += [v for k, v in attrs if k == "id"]
        self.links += [v for k, v in attrs if k in ("href", "src")]


def test_hostile_text_changes_no_tag_and_stays_visible_as_symbols():
    page = render(make(lambda text: text + HOSTILE))
    assert Tags(page).tags == Tags(render(make())).tags
    assert "\x1b" not in page
    assert "\u202e" not in page


def test_the_page_asks_for_nothing_and_its_links_lead_somewhere():
    page = Tags(render(make()))
    assert all(link.removeprefix("#") in page.ids for link in page.links)
    assert len(page.ids) == len(set(page.ids))
    assert "script" not in {tag for tag, _ in page.tags}
    assert not any("style" in names for _, names in page.tags)


def test_the_same_comparison_gives_the_same_bytes():
    assert render(make()) == render(make())


@pytest.mark.parametrize(
    ("after", "own", "said", "tone"),
    [
        ((0.5, 0.7), (0.7, 0.8), "more retains better than human", "fine"),
        ((0.7, 0.5), (0.7, 0.8), "human retains better than more", "error"),
        (
            (0.6, 0.6),
            (0.7, 0.99),
            "more raises its own first accuracy by 29 points",
            "warning",
        ),
        ((0.6, 0.62), (0.7, 0.7), "not told apart in what they retain", "warning"),
    ],
)
def test_the_answer_names_the_set_that_retains_better_only_where_they_are_told_apart(
    after, own, said, tone
):
    told = answer(make(after=after, own=own))
    assert said in told.verdict
    assert told.tone == tone
    assert told.verdict in render(make(after=after, own=own))


def test_reasons_carry_their_numbers_and_both_sizes_stand_on_the_first_screen():
    told = answer(make())
    assert 3 <= len(told.reasons) <= 5
    assert "4,900 of 5,000 added rows (98%) are variations of 490 rows of human" in told.reasons[0]
    page = render(make())
    first = page[: page.index('id="categories"')]
    assert "At matched size" in first
    assert "At full size" in first


def test_without_text_there_is_none_in_page_and_file(tmp_path):
    quoted = comparison_without_text(make(lambda text: f"canary {text}"))
    named = ("canary human", "canary more", "canary billing", "canary returns", "canary refunds")
    for path in save_comparison(quoted, tmp_path):
        content = path.read_text()
        for kept in (*named, "canary source"):
            content = content.replace(kept, "")
        assert "canary" not in content


def test_no_forecast_is_said_and_the_rest_is_shown():
    page = render(dataclasses.replace(make(), full=None, matched=None, own=None, update=None))
    assert "cannot be said" in page
    assert "Coverage gained and lost" in page


def test_json_comes_back_as_it_was_and_fits_its_schema(tmp_path):
    comparison = make(lambda text: text + HOSTILE)
    (path,) = save_comparison(comparison, tmp_path, ["json"])
    assert load_comparison(path) == comparison
    jsonschema.Draft202012Validator(comparison_schema()).validate(json.loads(path.read_text()))
    assert comparison_schema()["properties"]["schema_version"] == {"const": COMPARISON_VERSION}


def test_another_version_is_refused_with_a_way_out(tmp_path):
    plain = {**make().to_dict(), "schema_version": 99}
    (tmp_path / "c.json").write_bytes(msgspec.json.encode(plain))
    with pytest.raises(DataError, match="compare the sets again"):
        load_comparison(tmp_path / "c.json")


def test_an_unknown_format_is_refused(tmp_path):
    with pytest.raises(UsageError, match="unknown format"):
        save_comparison(make(), tmp_path, ["pdf"])


def test_the_summary_is_short_and_inert():
    told = summarise_comparison(make(lambda text: text + HOSTILE), ["out/compare.html"])
    lines = told.splitlines()
    assert len(lines) <= 60
    assert lines[-1] == "Written   out/compare.html"
    assert all(c == "\n" or c.isprintable() for c in told)
    plain = summarise_comparison(make())
    assert "Answer    more raises its own first accuracy" in plain
    assert max(map(len, plain.splitlines())) <= 100
