"""gate.md reads well, is markup of ours alone, and fits into a comment."""

from __future__ import annotations

import dataclasses
import re

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from auditor.reporting.gate.markdown import COMMENT, MarkdownRenderer, comment
from auditor.reporting.gate.quoting import cell, code, prose

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
OURS = r"</?details>|<summary>[A-Z][a-z ]+ \([\d,]+\)</summary>|\s+"


def tokens(text: str) -> list[Token]:
    """All tokens, those within lines too."""
    return [t for block in READER.parse(text) for t in (block, *(block.children or ()))]


def plain(text: str) -> str:
    """What is drawn outside of code, in which GitHub looks for mentions and links."""
    return "\n".join(t.content for t in tokens(text) if t.type == "text")


def structure(text: str) -> list[str]:
    """Blocks only: how many words of a sentence are code is the text's affair."""
    return [t.type for t in READER.parse(text)]


def test_the_first_line_is_the_verdict_with_its_reason(make_verdict):
    first = [
        MarkdownRenderer().render(make_verdict(outcome)).splitlines()[0]
        for outcome in ("fail", "inconclusive", "pass")
    ]
    assert first == [
        "### Do not merge: Copies of one example make up 6.8% of the rows, 1.2% in the base; "
        "5 more fail",
        "### Too little to tell: 18 rows are too few to tell whether more labels conflict",
        "### May be merged: none of 4 tests fails",
    ]


def test_it_tells_what_failed_what_to_do_what_passed_and_what_was_skipped(make_verdict):
    text = MarkdownRenderer().render(make_verdict())
    for part in (
        "| label-error | billing | 2.1% of 410 | 9.4% of 520 | +7.3 points (2.6 to 12.1) | 2 ",
        "- label-error in billing: 9% of billing's rows look mislabelled, 2% in the base. Read",
        "- row 12, line 14: `Charged twice for March, order shows only one payment.`",
        "- base, row 7: `The courier lost my refund parcel, who pays for it now?`",
        "<summary>Passing tests (4)</summary>",
        "caught eight times in ten: 0.8 points (label-conflict in billing)",
        "- reference-gap: no reference was given",
        "3 new findings, 14 known, 2 fixed, 1 expired",
    ):
        assert part in text


def test_hostile_text_brings_no_markup(hostile, make_verdict):
    text = MarkdownRenderer().render(hostile)
    assert structure(text) == structure(MarkdownRenderer().render(make_verdict()))
    found = tokens(text)
    html = "".join(t.content for t in found if t.type.startswith("html"))
    assert re.fullmatch(f"({OURS})*", html)
    assert not {"link_open", "image", "em_open", "strong_open", "s_open", "fence"} & {
        t.type for t in found
    }


def test_hostile_text_mentions_nobody_and_links_nothing(hostile):
    shown = plain(MarkdownRenderer().render(hostile))
    assert not re.search(r"@|#\d|GH-\d|www\.|https?:|:\w+:|\$|<", shown)


def test_every_row_of_a_table_has_all_its_cells(hostile):
    lines = MarkdownRenderer().render(hostile).splitlines()
    rows = [line for line in lines if line.startswith("| ")]
    assert len(rows) >= 14
    assert {line.count("|") for line in rows} == {7, 9}


def test_without_text_there_are_no_examples(make_verdict):
    text = MarkdownRenderer().render(make_verdict(no_text=True))
    assert "Charged twice" not in text
    assert "courier lost my" not in text


def test_a_long_text_is_cut_and_says_by_how_much(make_verdict):
    text = MarkdownRenderer().render(make_verdict(examples={"12": "a" * 1000}))
    assert f"`{'a' * 240} … (760 characters more)`" in text


@pytest.mark.parametrize("most", [8_000, 20_000, COMMENT])
def test_it_fits_into_a_comment_and_counts_what_it_hides(most, make_verdict, make_tested):
    failed, passed = (
        tuple(make_tested("label-error", s, category=f"c{n} " + "x_" * 90) for n in range(400))
        for s in ("fail", "pass")
    )
    failed = tuple(dataclasses.replace(t, advice=f"{n} " + "y" * 350) for n, t in enumerate(failed))
    text = comment(make_verdict(tested=(*failed, *passed)), most)
    assert len(text) <= most
    last = text.splitlines()[-1]
    assert last.startswith("Not shown here: ")
    assert last.endswith("gate.json has all.")
    hidden = {k: int(n.replace(",", "")) for n, k in re.findall(r"([\d,]+) ([a-z ]+tests)", last)}
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    heads = sum(line.startswith(("| Check", "| Status", "| ---")) for line in rows)
    assert hidden["failing tests"] + hidden["passing tests"] + len(rows) - heads == 800
    assert text.count("<details>") == text.count("</details>")


def test_a_comment_that_holds_all_says_nothing_of_hiding(make_verdict):
    assert "Not shown" not in MarkdownRenderer().render(make_verdict())


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (
            "9% of billing's rows (3.1 to 9), +2 points.",
            "9% of billing's rows (3.1 to 9), +2 points.",
        ),
        ("café हिन्दी 日本語 — done…", "café हिन्दी 日本語 — done…"),
        ("ask @everyone at www.example.org now", "ask `@everyone` at `www.example.org` now"),
        ("see #1 or GH-2", "see `#1` or `GH-2`"),
        ("a1b2c3d4 broke it", "`a1b2c3d4` broke it"),
        ("1. first", "`1.` first"),
        ("- item", "`-` item"),
        ("under_score *and* <b>", "`under_score *and* <b>`"),
        ("two\nlines", "two␤lines"),
        ("a `` b", "a ``` `` ``` b"),
        (":tada: $x$", "`:tada: $x$`"),
    ],
)
def test_words_that_could_act_are_code_and_the_others_stay(text, written):
    assert prose(text) == written


@pytest.mark.parametrize("text", ["a", "`", "``a`", " ", "", "a\\", "\\`", "x" * 50])
def test_a_code_span_holds_what_it_is_given(text):
    (paragraph,) = [t for t in READER.parse(f"- x {code(text)} y") if t.type == "inline"]
    assert [t.type for t in paragraph.children] == ["text", "code_inline", "text"]
    assert paragraph.children[1].content.strip() == (text.strip() or "(empty)" * (not text))


def test_a_bar_in_a_cell_only_looks_like_one():
    assert cell(code("a|b\\|c")) == "`a¦b\\¦c`"
