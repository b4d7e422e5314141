"""What page and summary say: the verdict, the order of things, the words that are marked."""

from __future__ import annotations

import dataclasses
import html
import unicodedata

import pytest

from auditor.records.audit import UnreadTexts
from auditor.records.forecast import Matrix
from auditor.reporting import charts, marking, scatter, summarise, wording
from auditor.reporting.cards import sections
from auditor.reporting.headline import data_problems, headline
from auditor.reporting.html import HtmlRenderer
from auditor.reporting.marking import Piece
from auditor.reporting.summary import summarise_audit
from auditor.reporting.wording import named_rows


def test_errors_say_not_yet_warnings_with_care_and_neither_yes(audit):
    def training(*severities):
        kept = tuple(f for f in audit.findings if f.severity in severities)
        return headline(dataclasses.replace(audit, findings=kept)).training

    assert training("error", "warning") == "Not yet: 2 errors and 41 warnings in 200 rows."
    assert training("warning") == "With care: no errors, but 41 warnings in 200 rows."
    assert training("note").startswith("Yes: no errors or warnings found")
    assert training("note").endswith("1 check not done.")


def test_where_nothing_could_be_found_nothing_found_is_no_yes(audit):
    clean = dataclasses.replace(audit, findings=())
    few = dataclasses.replace(audit.dataset, effective_examples=12.0)
    told = headline(dataclasses.replace(clean, dataset=few)).training
    assert told == "Not enough data to decide: 2.4 different examples per category, 5 are needed."


def test_where_most_texts_could_not_be_read_warnings_do_not_decide(audit):
    unread = UnreadTexts(texts=150, of=200, scripts={"THAI": 150})

    def training(*severities):
        kept = tuple(f for f in audit.findings if f.severity in severities)
        return headline(dataclasses.replace(audit, findings=kept, unread=unread)).training

    unknown = f"in a script that {audit.embedder.name} does not know"
    lacking = f"Not enough data to decide: 150 of 200 texts are {unknown}"
    assert training("note") == f"{lacking}."
    assert training("warning") == f"{lacking}; 41 warnings besides."
    assert training("error", "warning") == "Not yet: 2 errors and 41 warnings in 200 rows."


def test_rows_that_could_not_be_read_come_first(audit):
    found = dataclasses.replace(
        audit.findings[0],
        code="rejected-rows",
        severity="error",
        summary="90 of 290 rows (31%) could not be read (first in line 4: label is blank)",
    )

    def training(*severities, unread=found):
        kept = tuple(f for f in audit.findings if f.severity in severities)
        return headline(dataclasses.replace(audit, findings=(unread, *kept))).training

    assert training() == f"Not yet: {found.summary}."
    assert training("warning") == (
        f"Not yet: {found.summary}; 41 warnings in the 200 rows that were read."
    )
    assert training("error", "warning") == (
        f"Not yet: {found.summary}; 2 errors and 41 warnings in the 200 rows that were read."
    )
    slip = dataclasses.replace(found, severity="note", summary="1 of 201 rows could not be read")
    assert training("warning", unread=slip) == (
        "With care: no errors, but 41 warnings in 200 rows; 1 of 201 rows could not be read."
    )
    assert training(unread=slip).endswith("1 check not done; 1 of 201 rows could not be read.")


def test_the_forecast_in_a_sentence_has_the_interval_and_owns_up(audit):
    assert headline(audit).forgetting == (
        "Forecast for fine-tuning on refund: product question falls from 90% to 57% (80% interval "
        "49 to 65%) by the end of the update (step 40), then returns (90% → 64%) and billing "
        "(90% → 77%). "
        "For 1 of 5 categories there is no reliable estimate."
    )


def test_what_is_not_identifiable_is_never_named_as_going_first(audit):
    unsure = tuple(dataclasses.replace(c, identifiable=False) for c in audit.forecast.categories)
    forecast = dataclasses.replace(audit.forecast, categories=unsure)
    verdict = headline(dataclasses.replace(audit, forecast=forecast))
    assert verdict.first == ()
    assert "no reliable estimate of which categories are forgotten first" in verdict.forgetting


def test_an_interval_that_holds_zero_is_no_loss(audit):
    safe = tuple(dataclasses.replace(c, end_high=0.895) for c in audit.forecast.categories)
    forecast = dataclasses.replace(audit.forecast, categories=safe)
    verdict = headline(dataclasses.replace(audit, forecast=forecast))
    assert "no category with an estimate clearly loses accuracy" in verdict.forgetting
    assert verdict.forgetting.endswith("For 1 of 5 categories there is no reliable estimate.")


def test_what_was_never_learnt_has_no_loss_to_show(make_audit, audit):
    """A drop from 0 to 0 is no good news."""
    first, *others = audit.forecast.categories
    reason = "cannot be estimated: nothing was learnt before the update"
    floor = dataclasses.replace(
        first,
        expected_drop=0.0,
        accuracy_before=0.0,
        identifiable=False,
        learnt=False,
        reason=reason,
    )
    found = make_audit(forecast=dataclasses.replace(audit.forecast, categories=(floor, *others)))
    page = HtmlRenderer(static=True).render(found)
    assert f"no reliable estimate:</strong> {reason}" in page
    assert "<b>no estimate</b>" in page
    assert ">0% →" not in page
    assert f"of {first.category} nothing was learnt before" in summarise(found)


def under_simulated(audit, **worst):
    """The audit with these worst updates: category -> (update, drop)."""
    categories = tuple(
        dataclasses.replace(c, worst_update=update, worst_drop=drop)
        for c in audit.forecast.categories
        for update, drop in [worst.get(c.category, (None, None))]
    )
    return dataclasses.replace(
        audit, forecast=dataclasses.replace(audit.forecast, categories=categories)
    )


def test_dangers_are_the_three_updates_that_take_most_from_what_they_are_worst_for(audit):
    found = under_simulated(
        audit,
        returns=("refund", 0.24),
        billing=("refund", 0.31),
        shipping=("orders + tracking", 0.4),
        **{"product question": ("orders", 0.12)},
    )
    assert [wording.danger(d.update, d.categories) for d in headline(found).dangers] == [
        "Adding refund takes on average 31 points from billing and 24 points from returns",
        "Adding orders + tracking takes on average 40 points from shipping",
        "Adding orders takes on average 12 points from product question",
    ]


def test_a_loss_that_is_small_or_not_identifiable_is_no_danger(audit):
    found = under_simulated(audit, shipping=("refund", 0.09), account=("refund", 0.6))
    assert headline(found).dangers == ()
    assert headline(audit).dangers == ()  # the update is given


def test_the_matrix_shows_the_worst_update_of_each_category_first(audit):
    names = tuple(f"c{i}" for i in range(60))
    updates = (*names, "c1 + c2")
    drops = tuple(
        (*(None if i == j else 0.5 if j == 60 - i else 0.1 for j in range(60)), 0.2)
        for i in range(60)
    )
    one = audit.forecast.categories[0]
    ranks = tuple(dataclasses.replace(one, category=c, rank=i) for i, c in enumerate(names))
    forecast = dataclasses.replace(audit.forecast, categories=ranks)
    shown = charts.grid(Matrix(updates=updates, categories=names, drops=drops), forecast)
    assert (len(shown.rows), shown.of_rows) == (30, 60)
    assert (len(shown.updates), shown.of_updates) == (20, 61)
    assert shown.updates[:3] == ("c1 + c2", "c59", "c58")


def test_what_touches_most_of_the_expected_loss_is_fixed_first(audit):
    """The share of it that falls on the rows of a finding decides, before the severity."""
    found = headline(audit).actions
    assert [(a.title, round(a.touched or 0, 2)) for a in found] == [
        ("Rewrite rows of 1 dominant template", 0.42),
        ("Collect more of 1 rare kind of text", 0.06),
        ("Merge 1 group of near-duplicates", 0.02),
        ("Review 38 suspicious labels", 0.01),
        ("Resolve 1 label conflict", 0.0),
    ]


def test_what_protects_a_category_is_no_way_to_fix_its_data(audit):
    assert "fragile-category" not in {a.code for a in headline(audit).actions}


def test_without_an_estimate_the_worst_severity_comes_first(audit):
    unknown = dataclasses.replace(audit, forecast=None)
    severities = [a.severity for a in headline(unknown).actions]
    assert severities == sorted(severities, key=["error", "warning"].index)
    assert {a.touched for a in headline(unknown).actions} == {None}


def test_notes_ask_for_nothing(audit):
    notes = tuple(dataclasses.replace(f, severity="note") for f in audit.findings)
    quiet = dataclasses.replace(audit, findings=notes)
    assert headline(quiet).actions == ()
    assert "Nothing to fix" in HtmlRenderer().render(quiet)
    assert "Fix       nothing" in summarise_audit(quiet)


def test_findings_come_in_reading_order_unknown_codes_last(audit):
    assert [s.code for s in sections(audit)] == [
        "fragile-category",
        "coverage-gap",
        "template-dominance",
        "label-error",
        "label-conflict",
        "near-duplicate",
        "class-imbalance",
        "moon-phase",
    ]


def test_within_a_code_the_most_endangered_category_comes_first(audit):
    errors = next(s for s in sections(audit) if s.code == "label-error")
    assert [g.category for g in errors.groups] == ["returns", "billing", "account"]
    assert len(errors.rest) == 8


def test_findings_on_the_same_rows_link_to_each_other(audit):
    cards = {
        card.finding.code: card for s in sections(audit) for g in s.groups for card in g.cards[:1]
    }
    thin, template = cards["label-conflict"], cards["near-duplicate"]
    assert template.anchor in [link.anchor for link in thin.links]
    assert thin.anchor in [link.anchor for link in template.links]
    assert cards["fragile-category"].links == ()


def test_runs_of_rows_are_written_as_such():
    assert named_rows([]) == "no rows"
    assert named_rows([7]) == "row 7"
    assert named_rows([1, 2, 3, 9]) == "rows 1–3, 9"
    assert named_rows(range(0, 60, 2)).endswith(", 22, … (30 rows)")


def test_fixed_words_are_those_the_pattern_holds_in_order():
    pieces = marking.fixed_words("Dear team, order 41 is late", "dear team , order <number> is <*>")
    assert pieces == (
        Piece("Dear team, order", True),
        Piece(" 41 "),
        Piece("is", True),
        Piece(" late"),
    )


@pytest.mark.parametrize(
    ("text", "pattern", "marked"),
    [
        ("what is a passkey?? it wants one", "what is a <*>? it wants <*>", "what is a|? it wants"),
        ("is it late? it is. bye.", "is it late? it <*> bye.", "is it late? it|bye."),
        ("I looked. Thanks. Bye.", "i looked. <*>", "I looked."),
        ("From: Ada -- hello -- Form 3", "from: <*> - <*> - form <*>", "From:|-|- Form"),
        ("You may, I looked. Thanks.", "<*> i looked <*>. <*>", "I looked."),
    ],
)
def test_fixed_words_are_marked_where_others_of_theirs_stand(text, pattern, marked):
    pieces = marking.fixed_words(text, pattern)
    assert "|".join(p.text for p in pieces if p.marked) == marked


def test_differences_are_marked_on_both_sides_and_equal_texts_have_none():
    one, other = marking.differences(["turn it on", "turn it off"])
    assert one == (Piece("turn it "), Piece("on", True))
    assert other == (Piece("turn it "), Piece("off", True))
    assert marking.differences(["same", "same"]) == [(Piece("same"),), (Piece("same"),)]
    assert marking.differences(["", ""]) == [(), ()]


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("my order is late", "my parcel is late", [("order", "parcel")]),
        ("the order is late!", "an invoice is late", [("the order", "an invoice"), ("!", "")]),
        ("well done :)", "well done :(", [(")", "(")]),
        ("warm by +5", "warm by -5", [("+", "-")]),
        ("我想取消会议", "我不想取消会议", [("", "不")]),
        ("กินข้าวแล้ว", "กินข้าวหรือ", [("แล้ว", "หรือ")]),
        ("नया कार्ड", "नयी कार्ड", [("नया", "नयी")]),
        ("one  two", "one two", [("  ", " ")]),
        ("one two", "onetwo", [("one two", "onetwo")]),
        ("a lamp", "a bright lamp", [("", "bright ")]),
        ("a lamp", "a lamp, please", [("", ", please")]),
        ("please cancel it now", "cancel it now please", [("please ", ""), ("", " please")]),
        (
            "is the new card here",
            "when will that new card come",
            [("is the", "when will that"), ("here", "come")],
        ),
        ("same", "same", []),
    ],
)
def test_what_changed_is_told_in_whole_words_or_in_letters_where_words_have_no_spaces(
    before, after, changed
):
    assert marking.changes(before, after) == changed


def test_texts_are_compared_to_their_ends():
    """Contracts differ in one word on their last page."""
    clauses = "the carrier shall deliver in time. " * 3000
    texts = [f"{clauses}Never on Sundays.", f"{clauses}Only on Sundays."]
    assert marking.changes(*texts) == [("Never", "Only")]
    for pieces, word in zip(marking.differences(texts), ("Never", "Only"), strict=True):
        assert [p.text for p in pieces if p.marked] == [word]
        assert sum(len(p.text) for p in pieces) < 1000
    (*_, end) = marking.fixed_words(texts[0], "<*> never on sundays .")
    assert end == Piece("Never on Sundays.", True)


def test_no_mark_begins_within_a_letter():
    for text in marking.differences(["मुझे नया कार्ड", "मुझे नयी कार्ड"]):
        assert not [p for p in text if unicodedata.category(p.text[0]).startswith("M")]


def test_long_texts_are_cut_and_say_so():
    (piece,) = marking.unmarked("a" * 10_000)
    assert len(piece.text) < 600
    assert "9,520 characters" in piece.text
    many = marking.differences([" ".join("ab" * 400), " ".join("cd" * 400)])
    assert all(sum(len(p.text) for p in pieces) < 1000 for pieces in many)


def test_numbers_are_written_for_readers():
    assert wording.value("share", 0.923) == "92%"
    assert wording.value("expected_drop", 0.31) == "31 points"
    assert wording.value("separation", 0.41321) == "0.413"
    assert wording.value("categories", ["a", "b"]) == "a, b"
    assert (
        wording.value("nested", {"low": 0.5, "flag": True, "no": None})
        == "low 50%, flag yes, no none"
    )
    assert wording.listing(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
    assert wording.listing(["a", "b", "c"]) == "a, b and c"


def test_bars_lead_from_before_to_the_end_within_its_interval_on_one_axis(audit):
    bars = charts.bars(audit.forecast.categories)
    assert {bar.before for bar in bars} == {158.0}  # 90 % of 170 from 5
    assert all(bar.start <= bar.end <= bar.start + bar.width for bar in bars)
    assert bars[0].start + bars[0].width < bars[0].before
    beyond = dataclasses.replace(audit.forecast.categories[0], end_low=-0.2, end_high=1.2)
    [whole] = charts.bars([beyond])
    assert (whole.start, whole.width) == (5.0, 170.0)


def test_the_map_changes_marks_when_colours_are_used_up(make_audit, audit):
    names = [f"c{i:02}" for i in range(25)]
    subtype = audit.subtypes[0]
    many = make_audit(
        dataset=dataclasses.replace(audit.dataset, categories=dict.fromkeys(names, 1)),
        subtypes=tuple(
            dataclasses.replace(subtype, category=n, rows=(i,)) for i, n in enumerate(names)
        ),
        map=tuple((i, float(i), 0.0) for i in range(25)),
    )
    layers = scatter.scatter(many).categories
    assert len({(layer.colour, layer.mark) for layer in layers}) == 25


def test_what_is_wrong_with_the_data_of_a_category_stands_beside_its_drop(audit):
    """Faults above a note, counted by kind; that it is fragile is the drop itself."""
    told = data_problems(audit)
    assert set(told) <= set(audit.dataset.categories)
    page = HtmlRenderer().render(audit)
    for category, words in told.items():
        findings = [f for f in audit.findings if f.category == category and f.severity != "note"]
        assert any(f.code != "fragile-category" for f in findings)
        assert f"its data has {words}" in html.unescape(page)
