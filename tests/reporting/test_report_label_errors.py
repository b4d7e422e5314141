"""How sure a wrong label is, how many are wrong, which categories overlap: wherever it is shown."""

from __future__ import annotations

import dataclasses
import html
import json
import re

import pytest

from auditor.records.audit import LabelErrorSummary
from auditor.records.findings import Finding
from auditor.reporting import label_errors
from auditor.reporting.cards import sections
from auditor.reporting.headline import headline
from auditor.reporting.html import HtmlRenderer
from auditor.reporting.map import live_map
from auditor.reporting.scatter import scatter
from auditor.reporting.suggestions import relabelling
from auditor.reporting.summary import explanation, summarise_audit

LISTED = "About 8 of the 12 labels listed are wrong (expected from their probabilities)."


def errors(**changes):
    told = {"rows": 200, "listed": 12, "listed_wrong": 8.3, "wrong": 10.2}
    return LabelErrorSummary(**{**told, "wrong_low": 7.4, "wrong_high": 15.1, **changes})


@pytest.fixture
def said(audit):
    """What is said of an audit's labels, without findings but for those given."""

    def said(*findings, of=200, **changes):
        dataset = dataclasses.replace(audit.dataset, categories={"billing": of})
        told = dataclasses.replace(
            audit, dataset=dataset, findings=findings, label_errors=errors(**changes)
        )
        return label_errors.sentences(told)

    return said


def note(code="label-error", category=None, summary="", rows=(), **measured):
    return Finding(
        code=code,
        severity="note",
        category=category,
        subtype=None,
        summary=summary,
        measured=measured,
        limit={},
        rows=tuple(rows),
        advice="Write a rule.",
        fingerprint="0" * 32,
    )


# --- how many are wrong ----------------------------------------------------------------------


def test_how_many_are_wrong_is_said_of_the_list_and_of_all_labels(said):
    assert said() == (LISTED, "Of all 200 labels about 10 are wrong (95% interval 7 to 16).")


def test_an_interval_that_says_nothing_is_said_to(said):
    assert said(wrong=37.0, wrong_low=4.2, wrong_high=116.4) == (
        LISTED,
        "Of all 200 labels between 4 and 117 may be wrong: too wide to say more, so the 8 are "
        "uncertain.",
    )
    assert said(listed=0, listed_wrong=0.0, wrong=9.0, wrong_low=0.0, wrong_high=30.0) == (
        "Of all 200 labels between 0 and 30 may be wrong: too wide to say more.",
    )


@pytest.mark.parametrize(
    ("high", "sentence"),
    [
        (4.2, "At most 5 of all 6,000 labels look wrong."),
        (60.0, "At most 60 of all 6,000 labels look wrong."),
        (0.3, "At most 1 of all 6,000 labels looks wrong."),
        (0.0, "At most 1 of all 6,000 labels looks wrong."),
        (60.1, "Of all 6,000 labels between 0 and 61 may be wrong: too wide to say more."),
    ],
)
def test_where_at_most_one_label_in_a_hundred_is_wrong_that_is_what_is_said(said, high, sentence):
    clean = {"listed": 0, "listed_wrong": 0.0, "wrong": 0.0, "wrong_low": 0.0}
    assert said(of=6000, rows=6000, wrong_high=high, **clean) == (sentence,)


def test_few_errors_that_are_known_well_are_no_at_most(said):
    """Forty of 6,000 are less than one in a hundred, and found."""
    told = {"wrong": 40.0, "wrong_low": 30.0, "wrong_high": 52.0}
    assert said(of=6000, rows=6000, **told)[1] == (
        "Of all 6,000 labels about 40 are wrong (95% interval 30 to 52)."
    )


def test_labels_that_could_not_be_assessed_are_not_counted_as_fine(said):
    assert said(of=210)[1].startswith("Of the 200 labels assessed about 10 are wrong")


@pytest.mark.parametrize(
    ("listed", "wrong", "sentence"),
    [
        (1, 0.95, "The label listed is wrong with a probability of 95%."),
        (2, 0.41, "Fewer than 1 of the 2 labels listed is wrong"),
        (2, 1.2, "About 1 of the 2 labels listed is wrong"),
        (1200, 1000.4, "About 1,000 of the 1,200 labels listed are wrong"),
    ],
)
def test_a_short_list_is_said_as_such(said, listed, wrong, sentence):
    assert said(of=9000, rows=9000, listed=listed, listed_wrong=wrong)[0].startswith(sentence)


def test_a_list_with_more_wrong_labels_than_all_are_said_to_have_contradicts_nothing(said):
    """Copies count once in the estimate and each in the list."""
    assert said(listed_wrong=11.0)[1] == "Of all 200 labels 7 to 16 are wrong (95% interval)."
    assert said(listed=30, listed_wrong=24.0) == (
        "About 24 of the 30 labels listed are wrong (expected from their probabilities).",
    )


def test_where_label_noise_tells_of_the_set_its_share_is_the_only_one(said):
    """It comes from another estimate; one page has one figure."""
    share = "About 24% of the labels look wrong (18 to 31%)"
    noise = note("label-noise", summary=share)
    assert said(noise) == (LISTED, f"{share} (label-noise).")
    of_a_category = note("label-noise", "billing", "The texts tell billing from others hardly")
    assert said(of_a_category)[1].startswith("Of all 200 labels about 10")


def test_where_it_could_not_be_told_nothing_is_said(make_audit, audit):
    bare = make_audit(label_errors=None, findings=label_errors.single(audit.findings))
    assert label_errors.sentences(bare) == ()
    assert "Labels  " not in summarise_audit(bare)
    assert "labels listed" not in HtmlRenderer().render(bare)
    assert "labels listed" not in bare._repr_html_()


WHOLE = (
    "About 35 of the 38 labels listed are wrong (expected from their probabilities).",
    "Of all 200 labels about 41 are wrong (95% interval 32 to 59).",
    "1 pair of categories overlaps: 9 more rows could be either; the texts do not show which.",
)


def test_it_stands_on_the_first_screen_in_the_sections_head_in_terminal_and_notebook(audit):
    page = HtmlRenderer(static=True).render(audit)
    first = page[page.index('<section class="first"') : page.index('<dl class="facts">')]
    head = page[page.index('id="code-label-error"') :]
    head = head[: head.index("<details")]
    terminal = " ".join(summarise_audit(audit).split())
    for sentence in WHOLE:
        assert sentence in first
        assert sentence in terminal
        assert sentence in audit._repr_html_()
    assert f"<strong>{WHOLE[0]} {WHOLE[1]}</strong>" in head


def test_the_terminal_counts_the_rows_of_the_list_alone(audit):
    assert "38 label-error " in summarise_audit(audit)
    assert "<td>label-error</td><td>38</td>" in audit._repr_html_()


def test_long_sentences_are_wrapped_in_the_terminal_and_not_cut(audit):
    wide = dataclasses.replace(
        audit,
        label_errors=errors(rows=200, wrong=37.0, wrong_low=4.0, wrong_high=117.0, listed=38),
        dataset=dataclasses.replace(audit.dataset, categories={"a" * 30: 1_000_000}),
    )
    lines = summarise_audit(wide).splitlines()
    [start] = [i for i, line in enumerate(lines) if "between 4 and 117" in line]
    assert " ".join(" ".join(lines[start : start + 2]).split()) == (
        "Of the 200 labels assessed between 4 and 117 may be wrong: too wide to say more, so the 8 "
        "are uncertain."
    )
    assert all(len(line) <= 100 for line in lines)


# --- one label --------------------------------------------------------------------------------


def test_a_row_says_how_likely_its_label_is_wrong_and_what_it_likely_is(audit):
    page = HtmlRenderer(static=True).render(audit)
    card = page[page.index('id="finding-3"') :].split("</article>")[0]
    assert "<b>92% likely wrong</b>" in card
    assert "Likely returns; check." in card
    shown, folded = card.split("<details>")[0], card.split("<details>")[1].split("</details>")[0]
    assert "by meaning" not in shown
    for part in ("by meaning", "billing 2%, returns 91%", "by the closest texts", "by words"):
        assert part in folded
    assert "listed" not in card  # the limits stand with the method


def test_the_table_of_further_rows_says_it_too(audit):
    page = HtmlRenderer(static=True).render(audit)
    assert page.count("reads like billing, 92% likely wrong</td>") == 8


@pytest.mark.parametrize(
    ("words", "severity", "sentence"),
    [
        ({"billing": 0.1, "returns": 0.4}, "warning", "three models agree"),
        ({"billing": 0.4, "returns": 0.1}, "warning", "2 of 3 models agree"),
        ({"billing": 0.1, "returns": 0.4}, "note", "three models lean that way"),
        ({"billing": 0.4, "returns": 0.1}, "note", "2 of 3 models lean that way"),
    ],
)
def test_models_agree_where_each_reads_the_other_category(audit, words, severity, sentence):
    found = audit.of("label-error")[0]
    told = {**found.measured, "words": words}
    found = dataclasses.replace(found, measured=told, severity=severity)
    assert label_errors.models(found)[0] == sentence


@pytest.mark.parametrize("place", ["page", "terminal", "explained"])
def test_nowhere_is_a_word_of_odds(audit, place):
    shown = {
        "page": html.unescape(HtmlRenderer(static=True).render(audit)),
        "terminal": summarise_audit(audit),
        "explained": explanation("label-error", {}),
    }[place]
    assert not re.search(r"\bodds\b|\d to (1|one)\b", shown)


def test_what_is_advised_about_many_rows_is_not_what_one_of_them_likely_is(audit):
    [action] = [a for a in headline(audit).actions if a.code == "label-error"]
    assert action.title == "Review 38 suspicious labels"
    assert action.advice.startswith("Read each row again and set its label")


# --- categories that overlap ------------------------------------------------------------------


def overlapping(*sizes):
    return tuple(
        note(
            summary=f"a{i} and b{i} overlap: {n} rows could be either",
            rows=range(130, 130 + n),
            labels={f"a{i}": n - 1, f"b{i}": 1},
        )
        for i, n in enumerate(sizes)
    )


def test_an_overlap_is_one_line_whose_rows_fold_out(audit):
    [section] = [s for s in sections(audit) if s.code == "label-error"]
    [card] = section.overlaps
    assert card.finding.category is None
    assert all(c.finding.category for g in (*section.groups, *section.notes) for c in g.cards)
    assert section.total == 38
    page = HtmlRenderer(static=True).render(audit)
    shown = page[page.index(f'id="{card.anchor}"') :].split("</article>")[0]
    line, folded = shown.split("</summary>")
    assert "returns and shipping overlap: 9 rows could be either" in line
    assert "Write a rule that separates returns from shipping" in folded
    assert "rows 130–135, 170–172" in folded
    assert "Showing 6 of 9 rows." in folded


def test_many_overlaps_stand_beside_many_labels_and_the_page_says_how_many_there_are(audit):
    error = next(f for f in audit.of("label-error") if f.category)
    many = tuple(dataclasses.replace(error, rows=(row,)) for row in range(900))
    found = dataclasses.replace(audit, findings=(*many, *overlapping(*[6] * 50)))
    [section] = sections(found)
    assert (section.total, len(section.rest), len(section.overlaps)) == (900, 270, 30)
    page = HtmlRenderer().render(found)
    assert "50 pairs of categories overlap: 300 more rows could be either" in page


def test_an_overlap_doubts_no_row(audit):
    """Its rows are in no list of labels to set, are not ringed, and link to nothing."""
    alone = dataclasses.replace(audit, findings=overlapping(9))
    assert relabelling(alone) == []
    assert relabelling(audit) == relabelling(
        dataclasses.replace(audit, findings=tuple(label_errors.single(audit.findings)))
    )
    assert scatter(alone).ringed == 0
    assert set(json.loads(live_map(alone, sections(alone)).data)["code"]) == {-1}
    copies = note("near-duplicate", "returns", "2 copies", rows=(130, 131))
    beside = sections(dataclasses.replace(audit, findings=(*overlapping(9), copies)))
    assert [c.links for s in beside for g in (*s.groups, *s.notes) for c in g.cards] == [()]


def test_a_row_of_an_overlap_leads_to_it_on_the_map(audit):
    drawn = json.loads(live_map(audit, sections(audit)).data)
    number = next(i for i, f in enumerate(audit.findings) if label_errors.overlap(f))
    [points] = [points for anchor, _, _, points in drawn["findings"] if anchor == number]
    assert len(points) == 9


def test_overlaps_are_notes_and_ask_for_nothing(audit):
    assert headline(dataclasses.replace(audit, findings=overlapping(9, 6))).actions == ()
    alone = summarise_audit(dataclasses.replace(audit, findings=overlapping(9, 6)))
    assert "2 label-error         a0 and b0 overlap: 9 rows could be either" in alone
