"""The compare report: the answer first, inert, without text where none is wanted."""

from __future__ import annotations

import dataclasses
import html.parser
import json

import jsonschema
import msgspec
import pytest
from rich.cells import cell_len

from auditor.errors import DataError, UsageError
from auditor.no_text import without_text
from auditor.records.audit import EmbedderSummary
from auditor.records.comparison import (
    COMPARISON_VERSION,
    Agreement,
    Amplification,
    CategoryRetention,
    ComparedSet,
    Comparison,
    Contrast,
    Disagreement,
    Diversity,
    Figure,
    NearCopies,
    Ngram,
    Region,
    Retention,
    SourceRow,
    TwoSample,
    Unseen,
)
from auditor.records.forecast import Update
from auditor.reporting import load, save, schema, summarise
from auditor.reporting.comparison.answer import answer
from auditor.reporting.comparison.html import ComparisonHtml

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


def compared_set(name, rows, effective):
    return ComparedSet(
        name=name,
        file=f"{name}.csv",
        rows=rows,
        rejected=0,
        categories={"billing": rows // 2, "returns": rows // 2},
        fingerprint="f" * 64,
        mean_words=12.0,
        distinct_examples=rows,
        effective_examples=float(rows),
        effective_without_paraphrases=effective,
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
        reason="on average it is similar to the new data",
    )
    return Retention(
        base_rows=500,
        candidate_rows=rows,
        draws=3 if rows == 500 else 1,
        probe="head",
        before=contrast(*before),
        drop=contrast(0.1, 0.1, reach),
        after=contrast(*after, reach),
        categories=(category,),
    )


def make(spice=str, *, change=0.004, reworded=0.99, removed=0):
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
    parent = SourceRow(base_row=1, rows=(2, 3), paraphrases=9)
    gram = Ngram(
        text=spice("dear team"),
        more_in="candidate",
        z=5.0,
        base_per_1000=1.0,
        candidate_per_1000=90.0,
    )
    return Comparison(
        base=compared_set(spice("human"), 500, 500.0),
        candidate=compared_set(spice("more"), 5500, 503.0),
        kept=500,
        added=5000,
        removed=removed,
        update=Update(kind="given", categories=(spice("refunds"),)),
        chosen="the default",
        skill=0.8,
        provenance="Fitted.",
        matched=retention(500, (0.7, 0.6), (0.6, 0.6), 0.11),
        full=retention(5500, (0.7, 0.7), (0.6, 0.6), 0.11),
        unseen=Unseen(
            rows=480,
            families=470,
            left_out=20,
            excluded_added_rows=4990,
            full=contrast(0.7, 0.7 + change, 0.023),
            matched=contrast(0.7, 0.6, 0.03),
        ),
        unseen_reason="",
        random_split=contrast(0.7, 0.99),
        regions=(region,),
        amplification=Amplification(
            min_cosine=0.8,
            added=5000,
            paraphrases=4900,
            share=figure(0.98, 0.01),
            reworded=figure(reworded, 0.01),
            reworded_source_rows=495,
            source_rows=490,
            base_rows=500,
            mean=10.0,
            median=10.0,
            max=12,
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


def test_the_first_sentence_is_about_rows_that_neither_set_has_seen():
    told = answer(make())
    assert told.verdict == (
        "The 5,000 added rows are about 10 rewordings of each of your 500 rows: no clear "
        "difference in accuracy on rows that neither set has seen, +0.4 points (95% interval "
        "\N{MINUS SIGN}1.9 to +2.7); differences up to 2.7 points could not be seen."
    )
    assert told.advice == "Not expected to help: collect new rows."
    assert told.tone == "warning"


@pytest.mark.parametrize(
    ("change", "reworded", "removed", "found", "advice", "tone"),
    [
        (0.1, 0.0, 0, "more helps: accuracy on rows", "Train on more.", "fine"),
        (-0.1, 0.0, 0, "more hurts: accuracy on rows", "check the labels of the added", "error"),
        (0.0, 0.0, 0, "No clear difference in accuracy", "no reason to add these rows", "warning"),
        (0.1, 0.0, 500, "more is better than human: acc", "Train on more.", "fine"),
        (-0.1, 0.0, 500, "more is worse than human: acc", "Train on human, and", "error"),
        (0.0, 0.0, 500, "No clear difference in accuracy", "Choose by the topics", "warning"),
        (0.1, 0.99, 0, "The 5,000 added rows are about", "rather than more rewordings", "fine"),
        (-0.1, 0.99, 0, "The 5,000 added rows are about", "Leave them out", "error"),
        (0.0, 0.7, 0, "About 3,500 of the 5,000 added", "collect new rows", "warning"),
    ],
)
def test_a_difference_is_claimed_only_where_its_interval_is_clear_of_0(
    change, reworded, removed, found, advice, tone
):
    comparison = make(change=change, reworded=reworded, removed=removed)
    told = answer(comparison)
    assert told.verdict.startswith(found)
    assert advice in told.advice
    assert told.tone == tone
    for sentence in (told.verdict, told.advice):
        assert sentence in render(comparison)
        assert sentence in " ".join(summarise(comparison).split())


def test_some_base_rows_that_were_reworded_are_counted():
    comparison = make(reworded=0.6)
    few = dataclasses.replace(comparison.amplification, reworded_source_rows=100)
    told = answer(dataclasses.replace(comparison, amplification=few))
    assert "are about 30 rewordings of each of 100 of your rows:" in told.verdict


def test_what_cannot_be_told_and_what_is_the_same_is_said():
    untold = dataclasses.replace(make(), unseen=None, unseen_reason="none can be read")
    told = answer(untold)
    assert told.verdict == "Which set is better cannot be determined: none can be read."
    assert told.verdict in render(untold)
    same = answer(dataclasses.replace(make(), added=0, amplification=None))
    assert same.verdict == "No difference: both sets hold the same rows."


def test_the_tables_show_the_numbers_of_the_sentence():
    page, plain = render(make()), summarise(make())
    first = page[page.index("</h1>") : page.index('id="categories"')]
    for told in (first[first.index("<table") :], plain[plain.index("Accuracy  ") :]):
        assert "+0.4" in told
        assert "\N{MINUS SIGN}1.9 to +2.7" in told
        assert "480 rows of human" in told
        assert "20 were left out" in told
        assert "4,990 added rows" in told
        assert "usual random split" in told.lower()


def test_the_smallest_detectable_change_stands_once_on_the_page_and_the_terminal():
    for told in (render(make()), " ".join(summarise(make()).split())):
        assert told.lower().count("smallest detectable change (80% power): 3.3 points") == 1


def test_a_forecast_that_tells_nothing_apart_says_what_it_could_not_see():
    detail = answer(make()).detail
    assert (
        "Forecast of average accuracy during fine-tuning on refunds, on rows of human: no clear "
        "difference; differences up to 11.0 points could not be seen "
        "(80% interval \N{MINUS SIGN}11.0 to +11.0)." in detail
    )
    assert "500 rows each: human is 10.0 points ahead (95% interval" in detail


def test_reasons_carry_their_numbers():
    told = answer(make())
    assert 3 <= len(told.reasons) <= 5
    assert "About 99% of the added rows are rewordings or copies" in told.reasons[0]


def test_without_text_there_is_none_in_page_and_file(tmp_path):
    quoted = without_text(make(lambda text: f"canary {text}"))
    named = ("canary human", "canary more", "canary billing", "canary returns", "canary refunds")
    for path in save(quoted, tmp_path):
        content = path.read_text()
        for kept in (*named, "canary source"):
            content = content.replace(kept, "")
        assert "canary" not in content


def test_no_forecast_is_said_and_the_rest_is_shown():
    page = render(
        dataclasses.replace(make(), full=None, matched=None, random_split=None, update=None)
    )
    assert "Forecast of" not in page
    assert "Coverage gained and lost" in page


def test_json_comes_back_as_it_was_and_fits_its_schema(tmp_path):
    comparison = make(lambda text: text + HOSTILE)
    (path,) = save(comparison, tmp_path, ["json"])
    assert load(path) == comparison
    jsonschema.Draft202012Validator(schema(Comparison)).validate(json.loads(path.read_text()))
    assert schema(Comparison)["properties"]["schema_version"] == {"const": COMPARISON_VERSION}


def test_another_version_is_refused_with_a_way_out(tmp_path):
    plain = {**make().to_dict(), "schema_version": 99}
    (tmp_path / "c.json").write_bytes(msgspec.json.encode(plain))
    with pytest.raises(DataError, match="compare the sets again"):
        load(tmp_path / "c.json")


def test_an_unknown_format_is_refused(tmp_path):
    with pytest.raises(UsageError, match="unknown format"):
        save(make(), tmp_path, ["pdf"])


def test_no_sentence_is_cut_where_names_are_of_wide_characters():
    told = summarise(make(lambda text: text.replace("human", "問い合わせ" * 7)))
    lines = told.splitlines()
    assert max(map(cell_len, lines)) <= 100
    heads = [line for line in lines if line.startswith(("Accuracy", "Forecast"))]
    assert [line for line in lines if "…" in line] == heads


def test_the_summary_is_short_and_inert():
    told = summarise(make(lambda text: text + HOSTILE), ["out/compare.html"])
    lines = told.splitlines()
    assert len(lines) <= 60
    assert lines[-1] == "Written   out/compare.html"
    assert all(c == "\n" or c.isprintable() for c in told)
    plain = summarise(make())
    assert plain.splitlines()[1].startswith(
        "Found     The 5,000 added rows are about 10 rewordings"
    )
    assert max(map(len, plain.splitlines())) <= 100
