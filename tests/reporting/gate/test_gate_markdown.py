"""gate.md reads well, is markup of ours alone, and fits into a comment."""

from __future__ import annotations

import dataclasses
import re

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from auditor.records.verdict import AcceptedErrors
from auditor.reporting.gate.markdown import COMMENT, MarkdownRenderer, comment
from auditor.reporting.gate.quoting import cell, code_span, prose

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


def first_line(verdict) -> str:
    return MarkdownRenderer().render(verdict).splitlines()[0]


def test_the_first_line_is_the_verdict_with_its_reason(make_verdict, nothing_beside):
    first = [
        first_line(make_verdict(outcome, **nothing_beside))
        for outcome in ("fail", "inconclusive", "pass")
    ]
    assert first == [
        "### Do not merge: 66 of 220 added rows (30.0%) are copies of another row, "
        "1.2% in the base; 6 more failed",
        "### Not enough data to decide: 18 rows are too few to tell whether more labels conflict",
        "### May be merged: none of 4 tests failed",
    ]


def test_the_first_line_tells_a_changed_policy_errors_that_stand_and_renamed_categories(
    make_verdict, nothing_beside
):
    assert first_line(make_verdict("pass")) == (
        "### May be merged: none of 4 tests failed. "
        "The branch changes the policy: near-duplicate fails from 0.5, in the base from 0.03; "
        "the base's policy was used. "
        "3 audit errors remain (label-conflict and near-duplicate): "
        "they are about rows that the base already has. "
        "Categories were renamed: “billing” → “Billing␣”."
    )
    one = AcceptedErrors(errors=1, codes=("label-error",), reason="it is known")
    many = {"a": "A", "b": "B\u200b", "Zoe\u0308": "Zoë", "d": "D", "e": "E"}
    told = make_verdict("pass", **{**nothing_beside, "accepted_errors": one, "renamed": many})
    assert first_line(told).endswith(
        "1 audit error remains (label-error): it is known. Categories were renamed: "
        "“a” → “A”, “b” → “B⟨U+200B⟩”, “Zoe⟨U+0308⟩” → “Zoë” and 2 more."
    )
    changes = tuple(f"check {n} fails later" for n in range(5))
    told = make_verdict("pass", **{**nothing_beside, "policy_changes": changes})
    assert "check 2 fails later; 2 more; the base's policy was used." in first_line(told)


@pytest.mark.parametrize(
    ("drop", "outcome", "said"),
    [
        (range(600), "pass", "Without the 600 rows of drop.csv the verdict is PASS."),
        ((3,), "fail", "Without the 1 row of drop.csv the verdict is still FAIL."),
        ((3, 4), "inconclusive", "Without the 2 rows of drop.csv the verdict is INCONCLUSIVE."),
        ((3, 4), None, "drop.csv lists 2 rows to leave out."),
        ((), None, ""),
    ],
)
def test_it_says_what_the_verdict_is_without_the_rows_to_drop(drop, outcome, said, make_verdict):
    text = MarkdownRenderer().render(
        make_verdict(drop=tuple(drop), outcome_without_dropped=outcome)
    )
    assert (said in text.splitlines()) if said else ("drop.csv" not in text)


def test_pairs_are_shown_with_what_differs(make_verdict):
    text = MarkdownRenderer().render(make_verdict())
    for lines in (
        "- row 17, line 19: `Charged twice for March, the order page shows only one payment!`\n"
        "  - repeats base row 88: `Charged twice for March, the order page lists only one payment.`"
        "\n  - differs: `lists` → `shows`; `.` → `!`\n",
        "  - repeats row 12, line 14: `Charged twice for March, order shows only one payment.`\n"
        "  - differs: `the` added; `.` → `!`\n",
        "- row 230, line 232, labelled shipping: `tracking says",
        "  - contradicts base row 140, labelled order status: `Tracking says",
    ):
        assert lines in text


def test_examples_are_told_once_for_each_check(make_verdict):
    copies, conflicts, *_ = make_verdict().tested
    again = dataclasses.replace(copies, category="returns")
    text = MarkdownRenderer().render(make_verdict(tested=(copies, conflicts, again)))
    assert re.findall("#### Examples of (.*)", text) == [
        "near-duplicate",
        "label-conflict in shipping",
    ]
    assert "1 more test has examples; gate.json (--format json) has all.\n" in text


@pytest.mark.parametrize(
    ("new", "old", "said"),
    [
        ("Where is it", "Where is it", "word for word the same"),
        ("one two", "one  two", "differs: `␣␣` → `␣`"),
        ("a b c d e f g", "1 b 2 d 3 f 4", "differs: `1` → `a`; `2` → `c`; `3` → `e`; `4` → `g`"),
        (
            "a. b. c. d. e. f. g.",
            "1. 2. 3. 4. 5. 6. 7.",
            "`3` → `c`; `4` → `d`; `5` → `e` and 2 more",
        ),
        ("w " * 3000 + "a", "w " * 3000 + "b", "differs: `b` → `a`"),
    ],
)
def test_what_differs_is_named_as_far_as_it_can_be(new, old, said, make_verdict):
    verdict = make_verdict(examples={"17": new}, base_examples={"88": old})
    assert f"{said}\n" in MarkdownRenderer().render(verdict)


def test_it_tells_what_failed_what_to_do_what_passed_and_what_was_skipped(make_verdict):
    text = MarkdownRenderer().render(make_verdict())
    for part in (
        "| Check | Category | Base | Added rows, or candidate | Change (interval) | Limit |",
        "| label-error | billing | 2.1% of 410 | 13% of 90 added | +11 points (4 to 21) | 2 ",
        "- label-error in billing: 12 of 90 added rows of billing (13.3%) have a suspicious label",
        "- row 231, line 233: `The driver left it in the rain; the carton is soaked through.`",
        "| coverage-loss: refund, courier, lost | returns | 14 | 0 left | "
        "100% lost (62 to 100%) | 50% |",
        "- base row 7: `The courier lost my refund parcel, who pays for it now?`",
        "#### Rows that could not be read\n\n- row 41, line 43: the label is empty\n",
        "<summary>Passed tests (4)</summary>",
        "Smallest detectable change (80% power): 0.8 points (label-conflict in billing)",
        "- reference-gap: no reference was given",
        "3 new findings, 2 on rows that were already there, 14 known, of which 2 have ",
    ):
        assert part in text


def test_what_was_counted_has_no_interval_and_what_is_lost_is_told_by_what_is_left(
    make_verdict, make_tested
):
    gone = make_tested(
        "shrinkage",
        kind="absolute",
        summary="99% of the set is gone",
        base=1.0,
        base_of=500,
        candidate=0.012,
        candidate_of=6,
        effect=0.988,
        low=0.988,
        high=0.988,
        margin=0.2,
        smallest_detectable=0.0,
    )
    text = MarkdownRenderer().render(make_verdict(tested=(gone,)))
    assert "shrinkage: 500 in the base, 6 left: 98.8% lost; limit 20%.\n" in text
    assert "| Check | Category | Base | Candidate | Change (interval) | Limit |" in text
    assert "| shrinkage | whole set | 500 | 6 left | 98.8% lost | 20% |" in text
    assert "of runs would fail" not in text
    passed = MarkdownRenderer().render(
        make_verdict("pass", tested=(dataclasses.replace(gone, status="pass"),))
    )
    assert "| passed | shrinkage | whole set | 500 | 6 left | 98.8% lost | 20% | – |" in passed


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
    assert "- row 17, line 19\n  - repeats base row 88\n" in text
    assert "differs" not in text


def test_a_long_text_is_cut_and_says_by_how_much(make_verdict):
    text = MarkdownRenderer().render(make_verdict(examples={"231": "a" * 1000}))
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
    assert last.endswith("gate.json (--format json) has all.")
    hidden = {k: int(n.replace(",", "")) for n, k in re.findall(r"([\d,]+) ([a-z ]+tests)", last)}
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    heads = sum(line.startswith(("| Check", "| Result", "| ---")) for line in rows)
    assert hidden["failed tests"] + hidden["passed tests"] + len(rows) - heads == 800
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
    (paragraph,) = [t for t in READER.parse(f"- x {code_span(text)} y") if t.type == "inline"]
    assert [t.type for t in paragraph.children] == ["text", "code_inline", "text"]
    assert paragraph.children[1].content.strip() == (text.strip() or "(empty)" * (not text))


def test_a_bar_in_a_cell_only_looks_like_one():
    assert cell(code_span("a|b\\|c")) == "`a¦b\\¦c`"
