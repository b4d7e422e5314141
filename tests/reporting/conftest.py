"""A realistic audit that no pipeline made: five support categories, every finding code present."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any

import pytest

from auditor.records.audit import (
    Audit,
    DatasetSummary,
    EmbedderSummary,
    LabelErrorSummary,
    SubtypeSummary,
    TemplateSummary,
)
from auditor.records.dataset import Reject
from auditor.records.findings import Finding, SkippedCheck, fingerprint
from auditor.records.forecast import (
    CategoryForecast,
    Curve,
    Forecast,
    Matrix,
    Recipe,
    SetForecast,
    Update,
)
from auditor.records.measurement import MeasuredCategory, Measurement, Speed

CATEGORIES = ("account", "billing", "product question", "returns", "shipping")
TEXTS = {
    "account": (
        "I can't get past the two-step screen, the code never arrives on my new phone.",
        "Pls close my account and delete what you hold about me.",
        "Locked out again after the update. Third time this month!",
        "tracking says 'label created' for six days now, pls check",
        "My colleague left and her login still owns our workspace, can you move it to me?",
    ),
    "billing": (
        "Charged twice for March, order shows only one payment.",
        "Could you send the invoice with our VAT number on it, accounts won't take the receipt.",
        "why is there a 4,90 fee that nobody told me about",
        "I would like to pay by bank transfer from next quarter on.",
        "The card was declined but the money is gone from my bank.",
    ),
    "product question": (
        "Customer 48213 from Oslo wrote on 2024-03-02: does the lamp fit a ceiling hook",
        "Customer 51077 from Quito wrote on 2024-03-05: is the battery user replaceable",
        "Customer 33190 from Turin wrote on 2024-03-09: will the cover shrink in the wash",
        "Customer 90412 from Accra wrote on 2024-03-11: does it work on 110 volts",
        "Customer 11875 from Porto wrote on 2024-03-12: which size for a 27 inch wheel",
    ),
    "returns": (
        "Box arrived open, I want to send the whole thing back.",
        "The return label prints blank on both of my printers.",
        "How long until I see the refund for the boots I returned on the 3rd?",
        "Sent it back two weeks ago and heard nothing since.",
        "Wrong colour. Do I pay for the postage or do you?",
    ),
    "shipping": (
        "Tracking has said 'label created' for six days now.",
        "Can you deliver to a parcel locker instead of my door?",
        "The driver left it in the rain; the carton is soaked through.",
        "Do you ship to the Canary Islands and who pays the duty?",
        "Tracking has said “label created” for six days now!",
    ),
}
SKELETON = "customer <number> from <*> wrote on <date>: <*>"
ROWS_EACH = 40
LOOK_WRONG = (41, 123, *range(36))  # rows whose labels do
Spice = Callable[[str], str]


def make_audit(spice: Spice = str, *, no_text: bool = False, **changes: Any) -> Audit:
    """An audit whose every string from a dataset went through `spice`."""
    audit = Audit(
        dataset=_dataset(spice),
        embedder=EmbedderSummary(
            name="all-MiniLM-L6-v2", revision="1110a243fdf4", dim=384, precision="float32"
        ),
        settings={"seed": 0, "probe": "head", "no_text": no_text, "roles": {}, "checks": {}},
        subtypes=_subtypes(spice, no_text),
        findings=_findings(spice, no_text),
        forecast=_forecast(spice),
        examples={} if no_text else {str(r): _text(r, spice) for r in range(5 * ROWS_EACH)},
        map=tuple(
            (
                row,
                round(9 * math.cos(row // ROWS_EACH * 1.26) + math.sin(row * 7.3) * 3, 3),
                round(6 * math.sin(row // ROWS_EACH * 1.26) + math.cos(row * 3.1) * 2, 3),
            )
            for row in range(5 * ROWS_EACH)
        ),
        skipped=(SkippedCheck(code="reference-gap", reason="no reference text was given"),),
        versions={"auditor": "0.1.0", "torch": "2.13.0"},
        label_errors=LabelErrorSummary(
            rows=200, listed=38, listed_wrong=34.96, wrong=41.2, wrong_low=32.5, wrong_high=58.3
        ),
    )
    return dataclasses.replace(audit, **changes)


def _text(row: int, spice: Spice) -> str:
    texts = TEXTS[CATEGORIES[row // ROWS_EACH]]
    return spice(texts[row % ROWS_EACH % len(texts)])


def _dataset(spice: Spice) -> DatasetSummary:
    return DatasetSummary(
        name=spice("support_tickets"),
        rows_read=212,
        rows_rejected=(
            Reject(row=57, line=59, reason=spice("empty text in column 'text'")),
            Reject(row=140, line=142, reason=spice("5 fields, expected 4")),
        ),
        categories={spice(c): ROWS_EACH for c in CATEGORIES},
        fingerprint="9f2c" * 16,
        roles={"text": spice("text"), "label": spice("category"), "annotator": spice("by")},
        effective_examples=161.4,
        long_texts=3,
        unknown_script=1,
    )


def _subtypes(spice: Spice, no_text: bool) -> tuple[SubtypeSummary, ...]:
    found = []
    for number, category in enumerate(CATEGORIES):
        start = number * ROWS_EACH
        for part, (low, high) in enumerate([(0, 34), (34, 40)]):
            rows = tuple(range(start + low, start + high))
            templated = category == "product question"
            template = TemplateSummary(
                pattern=None if no_text else spice(SKELETON), rows=rows, share=1.0
            )
            found.append(
                SubtypeSummary(
                    id=f"{spice(category)}/{part}",
                    category=spice(category),
                    rows=rows,
                    typical_row=rows[0],
                    keywords=() if no_text else (spice("label"), spice("printer"), spice("fit")),
                    effective_examples=len(rows) * 0.8,
                    templates=(template,) if templated else (),
                )
            )
    return tuple(found)


def _findings(spice: Spice, no_text: bool) -> tuple[Finding, ...]:
    def finding(
        code: str, severity: Any, category: str | None, summary: str, **fields: Any
    ) -> Finding:
        fields = {"subtype": None, "measured": {}, "limit": {}, "rows": (), **fields}
        named = None if category is None else spice(category)
        return Finding(
            code=code,
            severity=severity,
            category=named,
            summary=spice(summary),
            advice=spice(fields.pop("advice")),
            fingerprint=fingerprint(code, named, [summary]),
            **fields,
        )

    templated, thin = tuple(range(80, 120)), tuple(range(114, 120))
    return (
        finding(
            "coverage-gap",
            "warning",
            "product question",
            "product question/1 (printer, fit) stands on 6 rows, 4.8 effective examples",
            subtype=f"{spice('product question')}/1",
            rows=thin,
            measured={"effective_examples": 4.8, "separation": 0.4132, "template_share": 1.0},
            limit={"effective_examples": 8.0, "separation": 0.3},
            advice="Collect at least 20 varied questions about fit, in the customers' own words.",
        ),
        finding(
            "coverage-gap",
            "note",
            "returns",
            "returns/1 (label) stands on 6 rows",
            subtype=f"{spice('returns')}/1",
            rows=tuple(range(154, 160)),
            measured={"effective_examples": 4.8},
            limit={"effective_examples": 8.0},
            advice="Look whether real returns hold more of these, and collect them.",
        ),
        finding(
            "template-dominance",
            "error",
            "product question",
            "All 40 rows of product question are filled from one template",
            rows=templated,
            measured={"share": 1.0, "rows": 40, "coverage": 0.62, "sources": []}
            | ({} if no_text else {"pattern": spice(SKELETON)}),
            limit={"share": 0.3, "rows": 8, "coverage": 0.35},
            advice="Replace most of these rows with questions as customers write them; keep at "
            "most a tenth from this template.",
        ),
        *(
            finding(
                "label-error",
                "warning",
                CATEGORIES[row // ROWS_EACH],
                f"Row {row} is labelled {CATEGORIES[row // ROWS_EACH]}, reads like {_other(row)}",
                rows=(row,),
                measured={
                    "suggested": spice(_other(row)),
                    "probability": 0.92,
                    "probe": _said(spice, row, 0.02, 0.91),
                    "neighbours": _said(spice, row, 0.1, 0.8),
                    "words": _said(spice, row, 0.33, 0.21),
                },
                limit={"probability": 0.8, "listed": 0.2},
                advice=f"Likely {_other(row)}; check.",
            )
            for row in LOOK_WRONG
        ),
        finding(
            "label-error",
            "note",
            None,
            "returns and shipping overlap: 9 rows could be either",
            rows=(*range(130, 136), *range(170, 173)),
            measured={"labels": {spice("returns"): 6, spice("shipping"): 3}},
            limit={"rows": 5},
            advice="Write a rule that separates returns from shipping; checking single rows does "
            "not settle it.",
        ),
        finding(
            "label-conflict",
            "error",
            "shipping",
            "2 copies of one text are labelled shipping and account",
            rows=(160, 164, 3),
            measured={
                "labels": {spice("account"): 1, spice("shipping"): 2},
                "certainty": "one text",
            },
            limit={"labels": 1},
            advice="Decide which label is right, and write the case into the guideline.",
        ),
        finding(
            "near-duplicate",
            "warning",
            "shipping",
            "8 rows are copies of one example",
            rows=(*range(160, 200, 5), 164),
            measured={"copies": 9},
            limit={"copies": 2},
            advice="Keep one of the copies.",
        ),
        finding(
            "fragile-category",
            "warning",
            "product question",
            "product question is expected to lose 31 points",
            rows=templated,
            measured={"expected_drop": 0.31, "low": 0.22},
            limit={"low": 0.1},
            advice="Replay its rows during the update: at least 20% of each batch.",
        ),
        finding(
            "class-imbalance",
            "note",
            "account",
            "account has 40 rows, an even share is 480",
            rows=(),
            measured={"rows": 40, "even_share": 480.0},
            limit={"rows": 48},
            advice="Collect more rows of account.",
        ),
        finding(
            "moon-phase",
            "note",
            None,
            "A code that this report has no words for",
            measured={"nested": {"depth": 2}, "flag": True, "nothing": None},
            rows=(1, 2),
            advice="Nothing to do.",
        ),
    )


def _said(spice: Spice, row: int, label: float, other: float) -> dict[str, float]:
    return {spice(CATEGORIES[row // ROWS_EACH]): label, spice(_other(row)): other}


def _other(row: int) -> str:
    """What a row reads like whose label looks wrong."""
    return "returns" if CATEGORIES[row // ROWS_EACH] == "billing" else "billing"


def _forecast(spice: Spice) -> Forecast:
    drops = {
        "product question": (0.31, 0.22, 0.40),
        "returns": (0.24, 0.15, 0.36),
        "billing": (0.12, 0.05, 0.2),
        "shipping": (0.06, -0.02, 0.15),
        "account": (0.05, -0.2, 0.33),
    }
    reasons = {
        "product question": "one template holds all of its rows; it was never learnt on free text",
        "returns": "looks like the update",
        "billing": "its printed invoices resemble refunds",
        "shipping": "far from the update",
        "account": "only 18 scored examples, 30 are needed",
    }
    steps = (0, 2, 5, 9, 14, 20, 28, 40)
    names = tuple(spice(c) for c in drops)
    curves = []
    for name, (drop, low, high) in zip(names, drops.values(), strict=True):
        fall = [round(0.9 - 1.4 * drop * s / (s + 12), 4) for s in steps]
        half = [(high - low) * s / 90 for s in steps]
        curves.append(
            Curve(
                category=name,
                accuracy=tuple(fall),
                low=tuple(a - h for a, h in zip(fall, half, strict=True)),
                high=tuple(min(a + h, 1.0) for a, h in zip(fall, half, strict=True)),
            )
        )
    return Forecast(
        update=Update(kind="given", categories=(spice("refund"),)),
        recipe=Recipe(),
        probe="full",
        chosen="as requested",
        reliability=0.87,
        skill=0.9,
        categories=tuple(
            CategoryForecast(
                category=name,
                rank=rank,
                expected_drop=drop,
                low=low,
                high=high,
                low90=low - 0.03,
                high90=high + 0.03,
                run_low=low - 0.02,
                run_high=high + 0.02,
                accuracy_before=0.9,
                accuracy_after=0.9 - drop,
                **_ends(curve),
                accuracy_in_template=0.97 if key == "product question" else 0.9,
                steps_to_lose_10_points=None if drop < 0.1 else 2 / drop,
                half_life=None,
                scored_examples=18 if key == "account" else 40,
                identifiable=key != "account",
                reason=spice(reasons[key]),
            )
            for rank, (curve, (name, (key, (drop, low, high)))) in enumerate(
                zip(curves, zip(names, drops.items(), strict=True), strict=True), 1
            )
        ),
        whole=SetForecast(
            lost=0.2,
            low=0.11,
            high=0.31,
            lost_at_end=0.22,
            end_low=0.13,
            end_high=0.33,
            solid=None,
            solid_low=None,
            solid_high=None,
            steps_until_learnt=9.0,
        ),
        steps=steps,
        curves=tuple(curves),
        matrix=Matrix(
            updates=names,
            categories=names,
            drops=tuple(
                tuple(None if i == j else round(0.3 / (1 + abs(i - j)), 3) - 0.08 for j in range(5))
                for i in range(5)
            ),
        ),
        measurement=_measurement(
            steps, {n: d for n, (d, _, _) in zip(names, drops.values(), strict=True)}
        ),
        provenance="Coefficients fitted on four measured updates.",
    )


def _ends(curve: Curve) -> dict[str, float]:
    """Accuracy at the last step of a curve, and at the one where the update is learnt (9)."""
    end, learnt = (
        [round(values[at], 4) for values in (curve.accuracy, curve.low, curve.high)]
        for at in (-1, 3)
    )
    return {
        **dict(zip(("accuracy_at_end", "end_low", "end_high"), end, strict=True)),
        **dict(zip(("end_low90", "end_high90"), end[1:], strict=True)),
        **dict(zip(("end_run_low", "end_run_high"), end[1:], strict=True)),
        **dict(
            zip(
                ("accuracy_when_learnt", "when_learnt_low", "when_learnt_high"), learnt, strict=True
            )
        ),
    }


def _measurement(steps: tuple[int, ...], drops: dict[str, float]) -> Measurement:
    """Two runs that lose the same; of the loss three quarters are bias, a tenth is gone for good.

    The last category is one that the update trains too.
    """
    shape = [0.0, 0.1, 0.3, 0.6, 0.9, 1.1, 1.3, 1.5]
    layers = ("embeddings", "layer 0", "layer 1")

    def read(name: str, drop: float) -> MeasuredCategory:
        accuracy = tuple(round(0.9 - drop * s, 4) for s in shape)
        masked = tuple(round(0.9 - 0.25 * drop * s, 4) for s in shape)
        return MeasuredCategory(
            category=name,
            rows=16,
            accuracy=(accuracy, accuracy),
            soft=(accuracy, accuracy),
            recalled=(accuracy, accuracy),
            masked=None if name == list(drops)[-1] else masked,
            refitted=(0.9, round(0.9 - 0.1 * drop * shape[-1], 4)),
            drop_at_competence=round(drop * 0.6, 4),
            speeds=tuple(
                Speed(rate=r, steps_to_lose_10_points=round(6 / r, 1), half_life=None)
                for r in (0.3, 1.0, 3.0)
            ),
        )

    return Measurement(
        target="all-MiniLM-L6-v2@1110a243fdf4/float32",
        runs=2,
        rows=200,
        rows_a_category=40,
        teaching_steps=72,
        teaching_steps_of_all=72,
        trained_rows=640,
        paced=2,
        update_rows=8,
        steps=steps,
        learnt=(0.0, 0.1, 0.4, 0.7, 0.9, 0.95, 1.0, 1.0),
        competent_step=9.0,
        categories=tuple(read(n, d) for n, d in drops.items()),
        layers=layers,
        moved=tuple(tuple(0.002 * s * k for k in (1, 2, 3)) for s in shape),
        moved_important=tuple(tuple(0.003 * s * k for k in (1, 3, 4)) for s in shape),
    )


@pytest.fixture
def audit() -> Audit:
    return make_audit()


@pytest.fixture(name="make_audit")
def _make_audit() -> Callable[..., Audit]:
    return make_audit
