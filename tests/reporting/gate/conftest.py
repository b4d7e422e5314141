"""Verdicts that no gate reached: one that passes, one that fails for many reasons, one in doubt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from auditor.records.audit import EmbedderSummary
from auditor.records.dataset import Reject
from auditor.records.findings import SkippedCheck, fingerprint
from auditor.records.verdict import (
    AcceptedErrors,
    BaselineSummary,
    Dropped,
    Pair,
    SetSummary,
    Tested,
    Verdict,
)

Spice = Callable[[str], str]

TEXTS = {
    12: "Charged twice for March, order shows only one payment.",
    13: "charged twice for march, order shows only one payment",
    14: "Charged twice for March, the order shows only one payment!",
    17: "Charged twice for March, the order page shows only one payment!",
    230: "tracking says 'label created' for six days now, pls check",
    231: "The driver left it in the rain; the carton is soaked through.",
    400: "Customer 48213 from Oslo wrote on 2024-03-02: does the lamp fit a ceiling hook",
    401: "Customer 51077 from Quito wrote on 2024-03-05: is the battery user replaceable",
}
BASE_TEXTS = {
    7: "The courier lost my refund parcel, who pays for it now?",
    9: "Refund never came because the courier lost the return.",
    88: "Charged twice for March, the order page lists only one payment.",
    140: "Tracking says 'label created' for six days now, please check",
}
REPEATED = (12, 13, 14, 17, *range(600, 662))  # 66 of the added rows
REJECTED = [(41, "the label is empty"), (77, "9 fields where the header has 4"), (90, "no text")]
HOSTILE = [
    "</script><script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "</details></summary><h1>owned</h1>",
    "\n::error file=a::b",
    "::stop-commands::x",
    "##[group]c",
    "=cmd|' /C calc'!A0",
    "| pipe | \\| pipe |",
    "` `` ``` ~~~",
    "line\nbreak\r\n\n# heading\n\n| --- |",
    "\x1b[31mred\x1b]8;;https://example.org\x07link",
    "\u202egnp.exe\u2066",
    "a\x00b\x08c\x7fd\x9be\ufffef\uffff",
    "]]> <![CDATA[ &lt;b&gt; &#x3c;",
    "@everyone @org/team #1 owner/repo#2 GH-3 :tada: $x$",
    "[x](javascript:alert(1)) ![y](https://example.org/x.png) www.example.org",
    "*a* _b_ __c__ ~~d~~ <!-- e",
    "{{ 7 * 7 }}{% raw %} %0A%3A",
]


def make_tested(check: str, status: Any = "fail", spice: Spice = str, **changes: Any) -> Tested:
    """One test; the category, the subject and all sentences go through `spice`."""
    category = changes.pop("category", None)
    subject = changes.pop("subject", "")
    summary = changes.pop("summary", f"{check} is as it was")
    advice = changes.pop("advice", "Nothing to do.")
    fields: dict[str, Any] = {
        "kind": "rise",
        "base": 0.012,
        "base_of": 3000,
        "candidate": 0.013,
        "candidate_of": 220,
        "effect": 0.001,
        "low": -0.004,
        "high": 0.006,
        "margin": 0.02,
        "smallest_detectable": 0.024,
        "p": 0.93,
        "rows": (),
        "base_rows": (),
        "fingerprint": fingerprint(check, category, [summary, subject]),
    }
    return Tested(
        check=check,
        status=status,
        category=None if category is None else spice(category),
        subject=spice(subject) if subject else "",
        summary=spice(summary),
        advice=spice(advice),
        **{**fields, **changes},
    )


def failing(spice: Spice = str) -> tuple[Tested, ...]:
    """Seven tests that fail, the one that explains most before the others."""
    return (
        make_tested(
            "near-duplicate",
            spice=spice,
            summary="66 of 220 added rows (30.0%) are copies of another row, 1.2% in the base",
            advice="Keep one row of each: copies add weight, not knowledge.",
            base=0.0117,
            candidate=0.3,
            candidate_of=220,
            effect=0.2883,
            low=0.2114,
            high=0.3707,
            margin=0.03,
            smallest_detectable=0.081,
            p=0.00002,
            rows=REPEATED,
            pairs=(
                Pair(row=17, other=88, other_in="base"),
                Pair(row=13, other=12, other_in="candidate"),
                Pair(row=14, other=12, other_in="candidate"),
                Pair(row=600, other=91, other_in="base"),
            ),
        ),
        make_tested(
            "label-conflict",
            spice=spice,
            category="shipping",
            summary="9 of 70 added rows of shipping (12.9%) have a copy with another label",
            advice="Decide on one label for each of these texts, and on the guideline behind it.",
            base=0.004,
            base_of=500,
            candidate=0.129,
            candidate_of=70,
            effect=0.125,
            low=0.041,
            high=0.242,
            margin=0.005,
            smallest_detectable=0.1,
            p=0.0006,
            rows=(230, *range(700, 708)),
            pairs=(
                Pair(
                    row=230,
                    other=140,
                    other_in="base",
                    labels=(spice("shipping"), spice("order status")),
                ),
            ),
        ),
        make_tested(
            "label-error",
            spice=spice,
            category="billing",
            summary="12 of 90 added rows of billing (13.3%) have a suspicious label",
            advice="Read the rows that are listed, and set their labels.",
            base=0.021,
            base_of=410,
            candidate=0.133,
            candidate_of=90,
            effect=0.112,
            low=0.036,
            high=0.211,
            p=0.0041,
            rows=(231, 232),
        ),
        make_tested(
            "template-dominance",
            spice=spice,
            category="product question",
            kind="absolute",
            summary="62% of product question are filled from one template",
            advice="Replace most of these rows with questions as customers write them.",
            base=0.31,
            base_of=260,
            candidate=0.62,
            candidate_of=380,
            effect=0.62,
            low=0.54,
            high=0.69,
            margin=0.3,
            smallest_detectable=0.36,
            p=0.0001,
            rows=tuple(range(400, 636)),
        ),
        make_tested(
            "coverage-loss",
            spice=spice,
            category="returns",
            subject="refund, courier, lost",
            summary="of 14 rows on one topic of returns 0 are left",
            advice="Put the rows of the base back that are listed.",
            base=1.0,
            base_of=14,
            candidate=0.0,
            candidate_of=14,
            effect=1.0,
            low=0.62,
            high=1.0,
            margin=0.5,
            smallest_detectable=None,
            p=0.0009,
            base_rows=(7, 9, *range(40, 52)),
        ),
        make_tested(
            "amplification",
            spice=spice,
            category="shipping",
            subject="chat",
            summary="42 of 70 added rows of shipping (60.0%) are close rewordings of another row",
            advice="Keep at most a few rewordings of each row, and collect more distinct ones.",
            base=0.1,
            base_of=500,
            candidate=0.6,
            candidate_of=70,
            effect=0.5,
            low=0.32,
            high=0.66,
            margin=0.1,
            smallest_detectable=0.13,
            p=0.0007,
            rows=tuple(range(1000, 1042)),
        ),
        make_tested(
            "forecast",
            spice=spice,
            category="product question",
            summary="product question is expected to lose 31 points, 19 with the base",
            advice="Keep varied rows of it in the mix while fine-tuning.",
            base=0.19,
            base_of=40,
            candidate=0.31,
            candidate_of=40,
            effect=0.12,
            low=0.052,
            high=0.19,
            margin=0.05,
            smallest_detectable=0.11,
            p=0.0062,
        ),
    )


def doubtful(spice: Spice = str) -> tuple[Tested, ...]:
    return (
        make_tested(
            "label-conflict",
            "inconclusive",
            spice,
            category="account",
            summary="18 rows are too few to tell whether more labels conflict",
            advice="Add rows of account, or leave it out of this policy.",
            base_of=16,
            candidate_of=18,
            low=-0.11,
            high=0.14,
            smallest_detectable=0.21,
            p=0.61,
            rows=(230,),
        ),
        make_tested(
            "class-imbalance",
            "warn",
            spice,
            category="account",
            kind="absolute",
            summary="account has a twentieth of an even share",
            advice="Collect more rows of account.",
            base=None,
            base_of=None,
            candidate=0.0056,
            effect=0.0056,
            low=0.0033,
            high=0.0089,
            margin=None,
            smallest_detectable=None,
            rows=(231,),
        ),
    )


def passing(spice: Spice = str) -> tuple[Tested, ...]:
    return (
        make_tested("near-duplicate", "pass", spice, category="returns", smallest_detectable=0.031),
        make_tested("template-shortcut", "pass", spice),
        make_tested("label-conflict", "pass", spice, category="billing", smallest_detectable=0.008),
        make_tested(
            "annotator-inconsistency",
            "informational",
            spice,
            kind="new",
            base=None,
            base_of=None,
            effect=0.013,
            low=0.009,
            high=0.018,
            margin=None,
            smallest_detectable=None,
        ),
    )


def make_verdict(
    outcome: Any = "fail", spice: Spice = str, *, no_text: bool = False, **changes: Any
) -> Verdict:
    """A verdict whose every string from the data went through `spice`."""
    tested = {
        "fail": (*failing(spice), *doubtful(spice), *passing(spice)),
        "inconclusive": (*doubtful(spice), *passing(spice)),
        "pass": passing(spice),
    }[outcome]

    def side(name: str, rows: int, rejected: int) -> SetSummary:
        return SetSummary(
            name=spice(name),
            rows=rows,
            rejected=rejected,
            first_rejected=tuple(
                Reject(row=row, line=row + 2, reason=spice(reason))
                for row, reason in REJECTED[: rejected and 3]
            ),
            categories=8,
            fingerprint=fingerprint(name, None, []) * 2,
        )

    def texts(of: dict[int, str]) -> dict[str, str]:
        return {} if no_text else {str(row): spice(text) for row, text in of.items()}

    fields: dict[str, Any] = {
        "outcome": outcome,
        "candidate": side("tickets", 3210, 5),
        "base": side("tickets_main", 3000, 0),
        "added": 220,
        "removed": 10,
        "kept": 2990,
        "tested": tested,
        "baseline": BaselineSummary(known=14, new=3, fixed=2, expired=1, untouched=2, grown=2),
        "false_alarms": 0.01,
        "file": spice("data/tickets.csv"),
        "lines": {str(row): row + 2 for row in range(3210)},
        "examples": texts(TEXTS),
        "base_examples": texts(BASE_TEXTS),
        "skipped": (SkippedCheck(code="reference-gap", reason=spice("no reference was given")),),
        "policy": {"near-duplicate": {"fail": 0.02, "warn": 0.01}, "note": spice("ours")},
        "settings": {"seed": 0, "no_text": no_text, "roles": {"text": spice("text")}},
        "embedder": EmbedderSummary(
            name="all-MiniLM-L6-v2", revision="1110a243fdf4", dim=384, precision="float32"
        ),
        "versions": {"auditor": "0.1.0", "numpy": "2.3.1"},
        "accepted_errors": AcceptedErrors(
            errors=3,
            codes=("label-conflict", "near-duplicate"),
            reason="they are about rows that the base already has",
        ),
        "renamed": {spice("billing"): spice("Billing ")},
        "policy_changes": (spice("near-duplicate fails from 0.5, in the base from 0.03"),),
        "drop": _dropped() if outcome == "fail" else (),
        "outcome_without_dropped": "fail" if outcome == "fail" else None,
    }
    return Verdict(**{**fields, **changes})


NOTHING_BESIDE: dict[str, Any] = {"accepted_errors": None, "renamed": {}, "policy_changes": ()}


@pytest.fixture
def nothing_beside() -> dict[str, Any]:
    """Changes that leave of the first line the answer and its reason."""
    return NOTHING_BESIDE


@pytest.fixture(name="make_verdict")
def _make_verdict() -> Callable[..., Verdict]:
    return make_verdict


@pytest.fixture(name="make_tested")
def _make_tested() -> Callable[..., Tested]:
    return make_tested


@pytest.fixture(params=HOSTILE, ids=lambda p: ascii(p)[:24])
def hostile(request: pytest.FixtureRequest) -> Verdict:
    """A failing verdict with a payload after every string of the data."""
    return make_verdict(spice=lambda text: f"{text} {request.param}")


@pytest.fixture(params=["fail", "inconclusive", "pass"])
def verdict(request: pytest.FixtureRequest) -> Verdict:
    return make_verdict(request.param)


def _dropped() -> tuple[Dropped, ...]:
    """Copies, some with the row that they repeat, one of them from a template; and a conflict."""
    like = {17: (88, "base"), 13: (12, "candidate"), 14: (12, "candidate")}
    copies = [
        Dropped(
            row=row,
            checks=("near-duplicate", *["template-dominance"] * (row == 600)),
            repeats=Pair(row=row, other=like[row][0], other_in=like[row][1])
            if row in like
            else None,
        )
        for row in REPEATED
    ]
    conflict = Dropped(row=230, checks=("label-conflict",), repeats=None)
    return tuple(sorted([*copies, conflict], key=lambda d: d.row))
