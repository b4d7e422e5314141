"""Evidence by hand: a few rows, and what each stage would have said of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from auditor.checks import CHECKS
from auditor.interfaces import Check
from auditor.no_text import holds_words
from auditor.prediction.label_probes import FLOOR
from auditor.records.dataset import Dataset, Example, Reject
from auditor.records.evidence import Evidence, Reference
from auditor.records.findings import Finding, SkippedCheck
from auditor.records.forecast import CategoryForecast, Forecast, Recipe, Update
from auditor.records.probes import (
    CategorySkill,
    LabelErrors,
    NoiseEstimate,
    OutOfFold,
    PatternAlone,
    TemplateLeakage,
)
from auditor.records.structure import (
    CopyFamilies,
    Embeddings,
    Neighbours,
    Subtype,
    Template,
    TemplateMatch,
    effective_examples,
)

Row = tuple[str, str] | Mapping[str, str]  # (text, category), or the fields of an Example
Build = Callable[..., Any]
K = 20  # neighbours of a row
DIM = 16


@pytest.fixture(scope="session")
def make_evidence() -> Build:
    """Evidence of `rows`; `families` are the rows of one text, each row alone by default.

    Of those the copies are the rows of one context, with `multi_label` of one label, and with
    `several_annotators` of one annotator.

    `first_row` is where the rows stand in the file, `votes` maps a row to the category of its
    neighbours, `seed` scatters the vectors. `held_out` rows stand after the others in the file,
    and `across` are the copy families of both together. What is not given is empty.
    """

    def make(
        rows: Sequence[Row],
        *,
        families: Sequence[int] | None = None,
        first_row: int = 0,
        votes: Mapping[int, str] | None = None,
        seed: int = 0,
        held_out: Sequence[Row] = (),
        across: Sequence[int] | None = None,
        declared: Sequence[str] = (),
        rejected: Sequence[Reject] = (),
        multi_label: bool = False,
        several_annotators: bool = False,
        annotator_columns: Sequence[str] = (),
        **fields: Any,
    ) -> Evidence:
        both = [*rows, *held_out]
        plain = [r if isinstance(r, Mapping) else {"text": r[0], "category": r[1]} for r in both]
        read = [Example(row=first_row + i, **r) for i, r in enumerate(plain)]
        roles = ["text", "label", *(["source"] if any(e.source for e in read) else [])]
        dataset = Dataset(
            name="tickets",
            examples=tuple(read[: len(rows)]),
            held_out=tuple(read[len(rows) :]),
            rows_read=len(read),
            roles={role: role for role in roles},
            declared=tuple(declared),
            rejected=tuple(rejected),
            multi_label=multi_label,
            several_annotators=several_annotators,
            annotator_columns=tuple(annotator_columns),
        )
        family = np.arange(len(rows)) if families is None else np.asarray(families, dtype=np.int64)
        empty: dict[str, Any] = {
            "embeddings": _embeddings(dataset, seed),
            "neighbours": _neighbours(dataset, votes or {}),
            "copies": CopyFamilies(family=family).split_by(dataset.kinds),
            "same_text": CopyFamilies(family=family),
            "fold_units": family,
            "templates": (),
            "matches": (),
            "pattern_alone": None,
            "repetition": (),
            "seed": 0,
            "subtypes": (),
            "out_of_fold": None,
            "label_errors": None,
            "forecast": None,
            "template_leakage": None,
            "label_noise": None,
            "copies_across": None if across is None else CopyFamilies(family=np.asarray(across)),
        }
        return Evidence(dataset=dataset, **{**empty, **fields})

    return make


def _embeddings(dataset: Dataset, seed: int) -> Embeddings:
    """Vectors (n, 16) scattered around one axis a category."""
    n = len(dataset.examples)
    scatter = np.random.default_rng(seed).normal(size=(n, DIM)) * 0.15
    vectors = (np.eye(DIM)[dataset.codes] + scatter).astype(np.float32)
    return Embeddings(
        vectors=vectors / np.linalg.norm(vectors, axis=1, keepdims=True),
        windows=np.ones(n, dtype=np.int64),
        unknown=np.zeros(n, dtype=np.float32),
        embedder="by hand",
        revision="1",
        precision="float32",
    )


def _neighbours(dataset: Dataset, votes: Mapping[int, str]) -> Neighbours:
    """The first rows of a row's own category, or of the one that `votes` says."""
    categories = [e.category for e in dataset.examples]
    index = np.full((len(categories), K), -1, dtype=np.int64)
    for i, category in enumerate(categories):
        near = [j for j, c in enumerate(categories) if c == votes.get(i, category) and j != i]
        index[i, : len(near[:K])] = near[:K]
    return Neighbours(index=index, cosine=np.where(index >= 0, 0.8, -1.0).astype(np.float32))


@pytest.fixture(scope="session")
def make_out_of_fold() -> Build:
    """What the probes say of labels `codes` (n,).

    By default each row reads like its label, with probability `sure`. `probe` maps a row to the
    category (and the probability of it) that it reads like instead.
    """

    def make(
        codes: Sequence[int],
        kinds: int,
        *,
        sure: float = 0.9,
        probe: Mapping[int, tuple[int, float]] | None = None,
    ) -> OutOfFold:
        said = _probabilities(codes, kinds, sure, probe or {})[None]
        return OutOfFold(probabilities=said, template_disjoint=said)

    return make


@pytest.fixture(scope="session")
def make_label_errors() -> Build:
    """What is known of labels `codes` (n,), all of them right unless told otherwise.

    `rival` maps a row to the category, and the probability of it by each witness, that it reads
    like instead of its label; `wrong` maps a row to the probability that its label is wrong, and is
    None where that cannot be told.
    """

    def make(
        codes: Sequence[int],
        kinds: int,
        *,
        sure: float = 0.9,
        rival: Mapping[int, tuple[int, float]] | None = None,
        wrong: Mapping[int, float] | None = MappingProxyType({}),
        **fields: Any,
    ) -> LabelErrors:
        rows, codes = np.arange(len(codes)), np.asarray(codes)
        models = np.stack([_probabilities(codes.tolist(), kinds, sure, rival or {})] * 3)
        log = np.log(models + FLOOR).sum(axis=0)
        others = log.copy()
        others[rows, codes] = -np.inf
        probability = None if wrong is None else np.array([wrong.get(i, 0.0) for i in rows])
        usual: dict[str, Any] = {
            "models": models,
            "log": log,
            "rival": others.argmax(axis=1),
            "score": (others.max(axis=1) - log[rows, codes]).astype(np.float64),
            "few": {},
            "assessed": len(rows),
            "examples": len(rows),
            "wrong": probability,
            "share": None if wrong is None else (0.02, 0.0, 0.05),
        }
        return LabelErrors(**{**usual, **fields})

    return make


def _probabilities(
    codes: Sequence[int], kinds: int, sure: float, told: Mapping[int, tuple[int, float]]
) -> np.ndarray:
    out = np.zeros((len(codes), kinds), dtype=np.float32)
    for i, own in enumerate(codes):
        category, probability = told.get(i, (own, sure))
        rest = own if category != own else (own + 1) % kinds
        out[i] = 0.0
        out[i, category] = probability
        out[i, rest] += 1.0 - probability
    return out


@pytest.fixture(scope="session")
def make_template() -> Build:
    """A template that is evident unless told otherwise."""

    def make(members: Iterable[int], *, category: str = "returns", **fields: Any) -> Template:
        pattern = ("customer", "<number>", "from", "<*>", "wrote", "on", "<date>", ":", "<*>")
        usual: dict[str, Any] = {
            "pattern": "customer <number> from <*> wrote on <date>: <*>",
            "tokens": pattern,
            "share": 0.2,
            "fixed_tokens": 20,
            "structural_tokens": 4,
            "excess": 10.0,
            "coverage": 0.6,
        }
        members = np.array(sorted(members), dtype=np.int64)
        return Template(category=category, members=members, **{**usual, **fields})

    return make


@pytest.fixture(scope="session")
def make_match() -> Build:
    """Which rows match a template: its members alone unless said otherwise."""

    def make(template: Template, **fields: Any) -> TemplateMatch:
        usual = {"holders": template.members, "inside": template.share, "elsewhere": 0.0}
        return TemplateMatch(template=template, **{**usual, **fields})

    return make


@pytest.fixture(scope="session")
def make_pattern_alone() -> Build:
    """Template 0 in `matched` rows of `n`, of which it reveals `revealed`, as category `code`."""

    def make(n: int, matched: Iterable[int], revealed: Iterable[int], code: int) -> PatternAlone:
        match, classified = np.full(n, -1), np.full(n, -1)
        match[list(matched)] = 0
        classified[list(revealed)] = code
        return PatternAlone(match=match, classified=classified)

    return make


@pytest.fixture(scope="session")
def make_template_leakage() -> Build:
    """A gap of 20 points (10 to 30) in each of the given categories, unless told otherwise."""

    def make(
        gaps: Mapping[str, Mapping[str, Any]], untestable: Mapping[str, str] | None = None
    ) -> dict[str, TemplateLeakage | str]:
        usual: dict[str, Any] = {
            "templates": 5,
            "random": 0.9,
            "disjoint": 0.7,
            "gap": 0.2,
            "gap_low": 0.1,
            "gap_high": 0.3,
            "placebo": 0.0,
            "placebo_low": -0.01,
            "placebo_high": 0.01,
            "lost": np.array([0, 1, 2]),
        }
        measured = {c: TemplateLeakage(**{**usual, **gap}) for c, gap in gaps.items()}
        return {**measured, **(untestable or {})}

    return make


@pytest.fixture(scope="session")
def make_told() -> Build:
    """A category that is told from the others, unless told otherwise."""

    def make(category: str, **fields: Any) -> CategorySkill:
        usual = {"units": 30, "skill": 0.9, "skill_high": 0.95, "p": 0.0001}
        return CategorySkill(category=category, **{**usual, **fields})

    return make


@pytest.fixture(scope="session")
def make_noise() -> Build:
    """An estimate for 90 rows: labels that are told, of which none need be wrong."""

    def make(**fields: Any) -> NoiseEstimate:
        usual: dict[str, Any] = {
            "rows": np.arange(90),
            "units": 88,
            "accuracy": 0.9,
            "chance": 0.33,
            "p": 0.01,
            "skill_high": 0.93,
            "share": 0.01,
            "low": 0.0,
            "high": 0.04,
            "suspects": np.array([4, 7]),
            "categories": (),
        }
        return NoiseEstimate(**{**usual, **fields})

    return make


@pytest.fixture(scope="session")
def make_subtype() -> Build:
    """A subtype; a thin candidate when it has a separation."""

    def make(members: Iterable[int], *, category: str = "returns", **fields: Any) -> Subtype:
        members = np.array(sorted(members), dtype=np.int64)
        usual: dict[str, Any] = {
            "id": f"{category}/2",
            "typical": int(members[0]),
            "keywords": ("voucher", "expired"),
            "effective_examples": effective_examples(members),
            "separation": None,
            "templates": (),
        }
        return Subtype(category=category, members=members, **{**usual, **fields})

    return make


def _ends(fields: Mapping[str, Any]) -> dict[str, float]:
    """Accuracy when the update is learnt, with the drop gone, and at its end, with half as much
    again."""
    before = fields["accuracy_before"]
    losses = [fields["expected_drop"], fields["high"], fields["low"]]
    learnt, end = (
        [round(min(max(before - k * lost, 0.0), 1.0), 4) for lost in losses] for k in (1.0, 1.5)
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


@pytest.fixture(scope="session")
def make_forecast() -> Build:
    """A forecast of `drops`: category -> its fields, most fragile first."""

    def make(drops: Mapping[str, Mapping[str, Any]], *, kind: str = "given") -> Forecast:
        usual: dict[str, Any] = {
            "accuracy_before": 0.9,
            "accuracy_in_template": 0.9,
            "steps_to_lose_10_points": 9.0,
            "half_life": None,
            "scored_examples": 30,
            "identifiable": True,
            "reason": "near the update",
            **dict.fromkeys(("low90", "run_low"), 0.0),
            **dict.fromkeys(("high90", "run_high"), 0.9),
        }
        categories = [
            CategoryForecast(
                category=category,
                rank=rank,
                accuracy_after=0.9 - fields["expected_drop"],
                **{**usual, **_ends({**usual, **fields}), **fields},
            )
            for rank, (category, fields) in enumerate(drops.items(), 1)
        ]
        update = Update(kind=kind, categories=("warranty",))  # type: ignore[arg-type]
        return Forecast(
            update=update,
            recipe=Recipe(),
            probe="head",
            chosen="the default",
            reliability=0.9,
            skill=0.8,
            categories=tuple(categories),
        )

    return make


@pytest.fixture(scope="session")
def make_reference() -> Build:
    """Texts of real use: `counts` of them around each axis, where training has its categories.

    Axis 0 is the first category of the evidence, and so on; rows are counted from `first_row`.
    """

    def make(counts: Mapping[int, int], *, first_row: int = 0, seed: int = 1) -> Reference:
        axes = [axis for axis, n in counts.items() for _ in range(n)]
        scatter = np.random.default_rng(seed).normal(size=(len(axes), DIM)) * 0.15
        vectors = (np.eye(DIM)[axes] + scatter).astype(np.float32)
        return Reference(
            texts=[f"real message {i} about subject {axis}" for i, axis in enumerate(axes)],
            rows=range(first_row, first_row + len(axes)),
            vectors=vectors / np.linalg.norm(vectors, axis=1, keepdims=True),
        )

    return make


@pytest.fixture(scope="session")
def findings() -> Callable[[Check, Evidence], list[Finding]]:
    """What a check finds; anything it skips makes the test fail."""

    def findings(check: Check, evidence: Evidence) -> list[Finding]:
        results = list(check.find(evidence))
        assert not [r for r in results if isinstance(r, SkippedCheck)]
        return results  # type: ignore[return-value]

    return findings


SEVERITIES = {"error", "warning", "note"}


def undeclared(finding: Finding) -> set[str]:
    """What of a finding holds words that its check does not declare as quotes or as names."""
    declared = {n for c in CHECKS if c.code == finding.code for n in (*c.quotes, *c.names)}
    held = {**finding.limit, **finding.measured}
    return {name for name, value in held.items() if holds_words(value)} - declared


@pytest.fixture(autouse=True)
def all_is_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every finding of these tests says all that a finding says, and a new value with words has to
    be declared first."""
    made = Evidence.finding

    def finding(evidence: Evidence, **fields: Any) -> Finding:
        found = made(evidence, **fields)
        assert undeclared(found) == set(), f"{found.code}: declare them in `quotes` or `names`"
        assert found.severity in SEVERITIES
        assert found.summary, f"{found.code}: a finding has a summary"
        assert found.measured, f"{found.code}: say what was measured"
        assert found.limit, f"{found.code}: say by which limit"
        assert found.advice.endswith((".", "?")), f"{found.code}: advice is whole sentences"
        return found

    monkeypatch.setattr(Evidence, "finding", finding)


@pytest.fixture(name="undeclared")
def _undeclared() -> Callable[[Finding], set[str]]:
    return undeclared
