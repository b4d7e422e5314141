"""template-shortcut: a template that gives the label away, whatever the row says."""

import pytest

from auditor.checks import run_checks
from auditor.checks.template_shortcut import TemplateShortcut
from auditor.prediction.pattern_alone import evaluate_patterns_alone
from auditor.structure.matches import find_matches
from auditor.structure.templates import find_templates

PEOPLE = ("Anna Berg", "Ben Okoro", "Chloe", "D. Petrov", "Esra", "Femi Ade", "Greta", "Hugo Maes")
CLAIM = "CLAIM {}\nName: {}\nDate: 2025-04-{:02d}\n> {}\nOffice use only: []"
NOTICE = "Re: case {} / {} wrote on 2025-05-{:02d}: {} / please reply by return."
FOOTER = "{}\n--\nThis message was sent from the help desk app on 2025-06-01. Do not reply to it."


def fill(match, texts):
    return [match.format(610 + 7 * i, PEOPLE[i % 8], i + 1, t) for i, t in enumerate(texts)]


@pytest.fixture(scope="session")
def topics(tickets):
    """Ten messages, each in its own words, of each of four categories."""
    plain = tickets[:40]
    names = ("account", "billing", "delivery", "returns")
    return {name: [t["text"] for t in plain if t["category"] == name] for name in names}


@pytest.fixture
def audit(make_evidence, make_out_of_fold):
    """What the check says of texts by category, `copies`: sets of texts that are one example."""

    def audit(by_category, copies=(), **limits):
        rows = [(t, c) for c in sorted(by_category) for t in by_category[c]]
        family = [*range(len(rows))]
        for texts in copies:
            same = [i for i, (t, _) in enumerate(rows) if t in texts]
            for i in same:
                family[i] = same[0]
        plain = make_evidence(rows, families=family)
        dataset = plain.dataset
        templates = find_templates(dataset, plain.copies)
        matches = find_matches(dataset, templates)
        evidence = make_evidence(
            rows,
            families=family,
            templates=templates,
            matches=matches,
            pattern_alone=evaluate_patterns_alone(dataset, plain.copies, matches),
            out_of_fold=make_out_of_fold(dataset.codes, len(dataset.categories)),
        )
        findings, skipped = run_checks(evidence, [TemplateShortcut(**limits)])
        texts = {f.category: [rows[r][0] for r in f.rows] for f in findings}
        return findings, texts, skipped

    return audit


def test_a_form_that_one_category_alone_uses_gives_it_away(audit, topics):
    forms = fill(CLAIM, topics["returns"][:6])
    [finding], texts, _ = audit({**topics, "returns": forms + topics["returns"][6:]})
    assert (finding.code, finding.category, finding.severity) == (
        "template-shortcut",
        "returns",
        "error",
    )
    assert texts["returns"] == forms
    assert "the template reveals the label of 6 rows of returns (60%)" in finding.summary
    assert finding.measured["pattern"].startswith("claim <number>\nname: <*>\ndate: <date>\n>")


def test_what_is_measured(audit, topics):
    """Eight of ten returns are forms, and two others; forty rows in all."""
    forms = fill(CLAIM, topics["returns"][:4] + topics["billing"][:2] + topics["account"][:2])
    [finding], _, _ = audit({**topics, "returns": forms + topics["returns"][4:6]})
    measured = finding.measured
    assert (measured["share"], measured["accuracy_on_framed_rows"]) == (0.8, 1.0)
    assert (measured["share_in_such_frames"], measured["share_of_data"]) == (1.0, 0.25)
    assert measured["lift"] == 4.0
    assert measured["distinctiveness"] == 0.8
    assert measured["frames"] == 1
    # Wilson's interval at z = 1.2816, by hand.
    assert measured["share_low"] == pytest.approx(0.6016, abs=1e-4)
    assert measured["share_high"] == pytest.approx(0.9138, abs=1e-4)


def test_a_footer_under_everything_gives_nothing_away(audit, topics):
    findings, _, skipped = audit({c: [FOOTER.format(t) for t in topics[c]] for c in topics})
    assert (list(findings), list(skipped)) == ([], [])


def test_a_footer_gives_nothing_away_to_the_largest_category_either(audit, topics):
    """Whoever must guess guesses the largest; but the footer has no part in that."""
    large = topics["returns"] + topics["delivery"] + topics["account"]
    data = {"returns": large, "billing": topics["billing"]}
    findings, _, _ = audit({c: [FOOTER.format(t) for t in texts] for c, texts in data.items()})
    assert list(findings) == []


def test_a_form_above_the_footer_of_everything_still_gives_its_category_away(audit, topics):
    forms = fill(CLAIM, topics["returns"][:6])
    data = {**topics, "returns": forms + topics["returns"][6:]}
    [finding], texts, _ = audit({c: [FOOTER.format(t) for t in data[c]] for c in data})
    assert texts == {"returns": [FOOTER.format(t) for t in forms]}
    assert finding.measured["share"] == 0.6


def test_a_form_that_two_categories_use_alike_gives_neither_away(audit, topics):
    data = {**topics}
    for c in ("returns", "billing"):
        data[c] = fill(NOTICE, topics[c][:6]) + topics[c][6:]
    findings, _, _ = audit(data)
    assert list(findings) == []


def test_two_forms_give_two_categories_away(audit, topics):
    data = {**topics, "returns": fill(CLAIM, topics["returns"][:6]) + topics["returns"][6:]}
    data["billing"] = fill(NOTICE, topics["billing"][:8]) + topics["billing"][8:]
    findings, texts, _ = audit(data)
    assert [f.category for f in findings] == ["billing", "returns"]  # most of its rows first
    assert [len(texts[c]) for c in ("billing", "returns")] == [8, 6]


def test_marks_and_line_breaks_alone_are_a_template(audit, topics):
    marks = [
        f"[{i + 1}]\n# {i} :: ({i}) !\n* {t} *\n== {i} ==" for i, t in enumerate(topics["returns"])
    ]
    [finding], _, _ = audit({**topics, "returns": marks})
    assert (finding.category, finding.measured["share"]) == ("returns", 1.0)


def test_copies_of_one_form_do_not_vouch_for_one_another(audit, topics):
    """Six copies are one example, and one example is no evidence of what a template means."""
    copies = [CLAIM.format(610, "Anna Berg", 3, "It broke") + "." * i for i in range(6)]
    data = {**topics, "returns": copies + topics["returns"][:4]}
    assert len(audit(data)[0]) == 1
    findings, _, _ = audit(data, copies=[copies])
    assert list(findings) == []


@pytest.mark.parametrize(
    ("templated", "rows", "severity"),
    [(3, 6, None), (4, 10, "warning"), (5, 10, "error"), (5, 20, None), (7, 20, "warning")],
    ids=["three rows", "four in ten", "half", "a fifth, unsurely", "more, surely"],
)
def test_severity_is_by_the_share_of_the_category(audit, topics, templated, rows, severity):
    own = topics["returns"] + topics["delivery"]
    data = {"returns": fill(CLAIM, own[:templated]) + own[templated:rows]}
    data |= {c: topics[c] for c in ("account", "billing")}
    findings, _, _ = audit(data)
    assert [f.severity for f in findings] == [severity] * (severity is not None)


def test_every_limit_can_be_changed(audit, topics):
    own = topics["returns"]
    data = {**topics, "returns": fill(CLAIM, own[:4]) + own[4:]}

    def severities(**limits):
        return [f.severity for f in audit(data, **limits)[0]]

    assert severities() == ["warning"]
    assert severities(rows=5) == []
    assert severities(most=0.4) == ["error"]
    assert severities(part=0.3) == []


def test_without_a_template_it_is_skipped_with_the_reason(audit, topics):
    findings, _, [skipped] = audit(topics)
    assert list(findings) == []
    assert (skipped.code, skipped.reason) == ("template-shortcut", "there is no template")


def test_with_one_category_it_is_skipped_with_the_reason(make_evidence, topics):
    rows = [(t, "returns") for t in fill(CLAIM, topics["returns"])]
    _, [skipped] = run_checks(make_evidence(rows), [TemplateShortcut()])
    assert (
        skipped.reason
        == "there is only one category, so its labels cannot be checked against others"
    )
