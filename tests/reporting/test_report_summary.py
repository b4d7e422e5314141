"""The lines on stdout are few, say the main things, and are harmless wherever they are printed."""

from __future__ import annotations

import dataclasses

import pytest

from auditor.records.dataset import MappedLabel
from auditor.reporting import summarise, wording
from auditor.reporting.html import HtmlRenderer
from auditor.reporting.inert import inert, one_line


def test_it_says_what_was_read_found_expected_skipped_and_written(audit):
    summary = summarise(audit, ["reports/support_tickets/report.html"])
    for part in (
        "support_tickets: 212 rows, 2 rejected, 5 categories",
        "text: text, label: category, annotator: by",
        "2 errors and 41 warnings in 200 rows",
        "38 label-error",
        "90% → 57%  (80% interval 49 to 65%)  product question",
        "no reliable estimate for 1 of 5",
        "reference-gap: no reference text was given",
        "reports/support_tickets/report.html",
    ):
        assert part in summary


def test_it_names_the_simulated_updates_that_take_most(audit, make_audit):
    worst = {"returns": ("refund", 0.24), "billing": ("refund", 0.31)}
    categories = tuple(
        dataclasses.replace(c, worst_update=update, worst_drop=drop)
        for c in audit.forecast.categories
        for update, drop in [worst.get(c.category, (None, None))]
    )
    forecast = dataclasses.replace(audit.forecast, categories=categories)
    summary = summarise(make_audit(forecast=forecast))
    assert (
        "Adding refund takes on average 31 points from billing and 24 points from returns"
        in summary
    )


def test_it_begins_with_what_is_wrong_and_ends_with_the_page_to_open(audit):
    lines = summarise(audit, ["out/report.html", "out/audit.json"]).splitlines()
    assert lines[0].startswith("Verdict   Not yet: 2 errors and 41 warnings")
    assert lines[-1] == "Next      open out/report.html"


def test_it_is_short(make_audit):
    lines = summarise(make_audit(lambda text: text + "界" * 200), ["a", "b"]).splitlines()
    assert len(lines) <= 30
    assert all(len(line) <= 100 for line in lines)


def test_a_path_is_never_cut(audit):
    path = "/".join(["folder"] * 40)
    assert path in summarise(audit, [path])


@pytest.mark.parametrize(
    "payload",
    ["\x1b[2J", "\x1b]8;;http://a\x07", "\n::error::x", "\r##[error]x", "\u202ex", "\x9bm"],
)
def test_text_neither_steers_a_terminal_nor_commands_a_ci_log(make_audit, payload):
    summary = summarise(make_audit(lambda text: payload + text), [payload])
    assert not [c for c in summary if (ord(c) < 32 and c != "\n") or 0x7F <= ord(c) < 0xA0]
    assert "\u202e" not in summary
    assert "##[" not in summary
    assert not [line for line in summary.splitlines() if line.lstrip().startswith("::")]


def test_a_line_that_is_a_command_is_quoted():
    assert one_line("  ::error::x") == "' ::error::x"
    assert one_line("a ##[group]b ##vso[x]") == "a # #[group]b # #vso[x]"


def test_wide_characters_count_twice():
    assert one_line("界" * 60, columns=11) == "界" * 5 + "…"


def test_ordinary_text_of_any_script_is_left_alone():
    text = "naïve Zoë العربية עברית हिन्दी 日本語 می‌خواهم 👩‍🚀\n\tindented"
    assert inert(text) == text


def test_mapped_labels_are_told_as_they_are_spelled(audit):
    mapped = (MappedLabel(label="Billing ", category="billing", rows=1200),)
    dataset = dataclasses.replace(audit.dataset, mapped_labels=mapped)
    summary = summarise(dataclasses.replace(audit, dataset=dataset))
    assert "Labels    read 'Billing␣' as billing (1,200)\n" in summary
    assert wording.value("label_map", {"late_parcel ": "late"}) == "'late_parcel␣' as late"


def test_categories_are_counted_with_and_without_spellings(audit):
    """Of three spellings one stands in another split alone."""
    spelled = [{"label": label, "rows": 4} for label in ("billing", "returns", "Billing")]
    found = dataclasses.replace(
        audit.findings[0], code="label-spelling", measured={"spellings": spelled}
    )
    summary = summarise(dataclasses.replace(audit, findings=(*audit.findings, found)))
    assert "5 categories (4 without spelling variants)\n" in summary


# --- what accuracy before was read on -----------------------------------------------------------


def scored(audit, *read):
    """The audit whose categories were read on held-out rows or not, with rows left out."""
    of = [*read, *[(False, 0)] * (len(audit.forecast.categories) - len(read))]
    categories = tuple(
        dataclasses.replace(c, held_out=held, left_out=left)
        for c, (held, left) in zip(audit.forecast.categories, of, strict=True)
    )
    return dataclasses.replace(
        audit, forecast=dataclasses.replace(audit.forecast, categories=categories)
    )


def test_without_held_out_rows_nothing_is_said_of_them(audit):
    assert wording.scored_on(audit.forecast) == ()


def test_held_out_rows_that_were_left_out_are_counted(audit):
    found = wording.scored_on(scored(audit, *[(True, 12)] * 5).forecast)
    rows = sum(c.scored_examples for c in audit.forecast.categories)
    assert found == (
        f"Accuracy before the update is tested on {rows} held-out rows.",
        "60 more are copies of training rows, or share a group with one, and were left out.",
    )


def test_a_category_with_too_few_of_them_is_read_on_training_rows(audit):
    first, second = wording.scored_on(scored(audit, (True, 0), (False, 1)).forecast)
    assert first == (
        "Accuracy before the update is tested on 40 held-out rows; for 4 of 5 categories on "
        "training rows, by cross-validation."
    )
    assert (
        second == "1 more is a copy of training rows, or shares a group with one, and was left out."
    )


def test_where_all_of_them_are_left_out_it_says_what_is_read_instead(audit):
    assert wording.scored_on(scored(audit, (False, 1200)).forecast) == (
        "Too few held-out rows: accuracy before the update is tested on training rows, by "
        "cross-validation.",
        "1,200 are copies of training rows, or share a group with one, and were left out.",
    )


def test_the_terminal_and_the_page_say_what_was_left_out(audit):
    found = scored(audit, *[(True, 12_000)] * 5)
    said = "60,000 more are copies of training rows, or share a group with one, and were left out"
    assert f"          {said}\n" in summarise(found)
    page = HtmlRenderer(static=True).render(found)
    assert said in page
    assert "held out; 12,000 left out" in page
    assert "are tested too" in page
    assert "left out" not in summarise(audit)
