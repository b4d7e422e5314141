"""What each test of an audit finds where nothing is: one draw of each null, for `sizes.py`.

A draw takes a size and a generator, and says whether the test found something; None: too few rows
for the test. Where a draw makes several tests of one level it says of how large a part.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_array

from auditor.checks.annotator_inconsistency import AnnotatorInconsistency
from auditor.checks.annotators import krippendorff_alpha
from auditor.checks.combination_gap import CombinationGap
from auditor.checks.coverage_gap import CoverageGap
from auditor.checks.reference_gap import ReferenceGap
from auditor.prediction.label_noise import estimate_label_noise
from auditor.prediction.lapse import lapse_rate
from auditor.prediction.out_of_fold import score_out_of_fold
from auditor.prediction.template_leakage import measure_template_leakage
from auditor.records.dataset import Dataset, Example
from auditor.records.evidence import Evidence, Reference
from auditor.records.findings import Finding
from auditor.records.probes import OutOfFold, TemplateLeakage
from auditor.records.structure import (
    CopyFamilies,
    Embeddings,
    Neighbours,
    Subtype,
    Template,
    TemplateMatch,
)
from auditor.statistics import wilson

Random = np.random.Generator


def unit(vectors: np.ndarray) -> np.ndarray:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def dataset(codes: np.ndarray, names: tuple[str, ...] = (), **columns: Any) -> Dataset:
    """Rows that say nothing but their number; names: of declared columns; columns: (n,) values of
    an Example's fields."""
    examples = tuple(
        Example(
            row=i,
            text=f"message {i}",
            category=f"c{c:03}",
            **{name: values[i] for name, values in columns.items()},
        )
        for i, c in enumerate(codes.tolist())
    )
    roles = {"text": "text", "label": "label"} | (
        {"source": "source"} if "source" in columns else {}
    )
    return Dataset(name="d", examples=examples, rows_read=len(codes), roles=roles, declared=names)


def embeddings(vectors: np.ndarray) -> Embeddings:
    n = len(vectors)
    return Embeddings(
        vectors=unit(vectors),
        windows=np.ones(n, dtype=np.int64),
        unknown=np.zeros(n, dtype=np.float32),
        embedder="by hand",
        revision="1",
        precision="float32",
    )


def evidence(
    data: Dataset, seed: int, vectors: np.ndarray | None = None, **fields: Any
) -> Evidence:
    n = len(data.examples)
    alone = CopyFamilies(family=np.arange(n))
    nothing = np.full((n, 1), -1, dtype=np.int64)
    return Evidence(
        dataset=data,
        embeddings=embeddings(np.ones((n, 1)) if vectors is None else vectors),
        neighbours=Neighbours(index=nothing, cosine=nothing.astype(np.float32)),
        copies=alone,
        same_text=alone,
        fold_units=alone.family,
        templates=(),
        seed=seed,
        **fields,
    )


def _seed(random: Random) -> int:
    return int(random.integers(2**31))


def _found(check: Any, known: Evidence) -> list[Finding]:
    return [r for r in check.find(known) if isinstance(r, Finding)]


# --- annotators ----------------------------------------------------------------------------------


def annotators(people: int, rows: int, random: Random, coin: float | None = None) -> bool:
    """So many people of so many rows each, in three categories of which one is hard for all; with
    `coin` one of them has that share of labels that differ."""
    who = np.repeat(np.arange(people), rows)
    codes = random.integers(3, size=len(who))
    rate = np.array([0.02, 0.1, 0.3])[codes]
    if coin is not None:
        rate = np.where(who == 0, coin, rate)
    differs = random.random(len(who)) < rate
    sure = random.uniform(0.5, 1.0, len(who))
    said = np.zeros((len(who), 3), dtype=np.float32)
    at = np.arange(len(who))
    said[at, (codes + differs) % 3] = sure
    said[at, (codes + ~differs) % 3] += 1 - sure
    data = dataset(codes, annotator=[f"p{a}" for a in who])
    known = evidence(
        data,
        _seed(random),
        out_of_fold=OutOfFold(probabilities=said[None], template_disjoint=said[None]),
    )
    found = _found(AnnotatorInconsistency(excess=0.0), known)
    return any(f.measured["annotator"] == "p0" for f in found) if coin else bool(found)


def alpha(items: int, random: Random) -> bool:
    """Two annotators whose agreement is just what is asked of them, .667, in four categories."""
    true, right = random.integers(4, size=items), 0.8634
    counts = np.zeros((items, 4))
    for _ in range(2):
        wrong = (true + random.integers(1, 4, size=items)) % 4
        counts[np.arange(items), np.where(random.random(items) < right, true, wrong)] += 1
    return krippendorff_alpha(csr_array(counts), _seed(random))[2] < 0.667


# --- origins -------------------------------------------------------------------------------------


def combinations(rows: int, random: Random, together: int = 1) -> bool:
    """Three independent columns and a label; customers of `together` rows have one of each."""
    customer = np.arange(rows) // together
    values = [random.integers(2 + k, size=rows)[customer] for k in range(3)]
    declared = [(f"a{a}", f"b{b}", f"c{c}") for a, b, c in zip(*values, strict=True)]
    group = [f"g{c}" if together > 1 else None for c in customer]
    data = dataset(random.integers(2, size=rows), ("a", "b", "c"), declared=declared, group=group)
    check = CombinationGap(fewest=10**6, tied=1.0)  # chance alone decides
    return bool(_found(check, evidence(data, 0)))


def one_source(
    rows: int, random: Random, shares: tuple[float, ...] = (0.1,) * 10, together: int = 1
) -> bool:
    """Five subtypes of so many units each, drawn from a category of 40 times as many."""
    units = 40 * rows
    source = np.repeat(random.choice(len(shares), units, p=shares), together)
    group = np.repeat(np.arange(units), together)
    data = dataset(
        np.zeros(units * together, dtype=np.int64),
        source=[f"s{s}" for s in source],
        group=[f"g{g}" if together > 1 else None for g in group],
    )
    order, thin = random.permutation(units), []
    for k in range(5):
        members = np.flatnonzero(np.isin(group, order[k * rows : (k + 1) * rows]))
        thin.append(
            Subtype(
                id=f"c000/{k}",
                category="c000",
                members=members,
                typical=int(members[0]),
                keywords=(),
                effective_examples=float(rows),
                separation=0.0,
                templates=(),
            )
        )
    return bool(_found(CoverageGap(), evidence(data, 0, subtypes=tuple(thin))))


def reference(rows: int, random: Random) -> bool:
    """Does a reference that is drawn as training is show a gap that is a warning?"""
    centres = random.normal(size=(12, 16))
    vectors = unit(centres[random.integers(12, size=2 * rows)] + random.normal(size=(2 * rows, 16)))
    wanted = Reference(
        texts=[f"real {i} {random.random()}" for i in range(rows)],
        rows=range(rows),
        vectors=vectors[rows:],
    )
    data = dataset(np.zeros(rows, dtype=np.int64))
    known = evidence(data, _seed(random), vectors[:rows], reference=wanted)
    return any(f.severity == "warning" for f in _found(ReferenceGap(), known))


# --- label noise ---------------------------------------------------------------------------------


def noise_labels(rows: int, random: Random, kinds: int = 2, together: int = 1) -> Any:
    """What is estimated of labels that are dealt out by chance, to customers of `together`."""
    owner = np.arange(rows * together) // together
    vectors = 2 * np.eye(24)[0] + unit(random.normal(size=(rows, 24)))[owner]
    vectors = vectors + 0.5 * random.normal(size=(rows * together, 24)) / 24**0.5
    codes = random.integers(kinds, size=rows)[owner]
    group = [f"g{g}" if together > 1 else None for g in owner]
    data = dataset(codes, group=group)
    alone = CopyFamilies(family=np.arange(len(codes)))
    return estimate_label_noise(data, embeddings(vectors), alone, _seed(random))


def told(rows: int, random: Random, **drawn: int) -> bool | None:
    noise = noise_labels(rows, random, **drawn)
    return None if noise is None or noise.reason else noise.p <= 0.05


def skill_high(rows: int, random: Random, **drawn: int) -> bool | None:
    noise = noise_labels(rows, random, **drawn)
    return None if noise is None or noise.reason else noise.skill_high < 0


def category_told(rows: int, random: Random, **drawn: int) -> float | None:
    noise = noise_labels(rows, random, **drawn)
    if noise is None or not noise.categories:
        return None
    return float(np.mean([c.p <= 0.05 for c in noise.categories]))


def category_skill_high(rows: int, random: Random, **drawn: int) -> bool | None:
    noise = noise_labels(rows, random, **drawn)
    if noise is None or not noise.categories:
        return None
    return any(c.skill_high < 0 for c in noise.categories)


def wrong_share(rows: int, random: Random, wrong: float, kinds: int = 4, end: str = "low") -> bool:
    """Is the share of wrong labels beyond an end of its interval? Categories overlap."""
    true = random.integers(kinds, size=rows)
    vectors = np.eye(16)[true] + 0.45 * random.normal(size=(rows, 16))
    flipped = random.random(rows) < wrong
    codes = np.where(flipped, (true + random.integers(1, kinds, rows)) % kinds, true)
    alone = CopyFamilies(family=np.arange(rows))
    noise = estimate_label_noise(dataset(codes), embeddings(vectors), alone, 0)
    assert noise is not None
    share = float(flipped.mean())
    return noise.low > share if end == "low" else noise.high < share


def lapse(rows: int, random: Random, wrong: float, end: str = "low") -> bool:
    """The same of the curve alone, where it has the form that is fitted: two categories."""
    x = random.normal(size=rows)
    agree = wrong + (1 - 2 * wrong) / (1 + np.exp(-(1 + 2 * x)))
    found = lapse_rate(random.random(rows) < agree, x, 2, 0.975)
    return found.low > wrong if end == "low" else found.high < wrong


# --- templates -----------------------------------------------------------------------------------


def template_leakage(templates: int, random: Random, of: str = "gap") -> float | None:
    """Rows in templates that are nothing to the probes: a gap, or a placebo, beyond nothing?

    Three categories with so many templates of three rows, and forty free rows.
    """
    filled = 3 * templates
    codes = np.repeat(np.arange(3), filled + 40)
    place = np.tile(np.r_[np.repeat(np.arange(templates), 3), np.full(40, -1)], 3)
    vectors = np.eye(16)[codes] + 0.5 * random.normal(size=(len(codes), 16))
    data, frames = dataset(codes), []
    for k in range(3):
        for p in range(templates):
            members = np.flatnonzero((codes == k) & (place == p))
            template = Template(
                category=f"c{k:03}",
                pattern="claim",
                members=members,
                share=0.1,
                tokens=("claim",) * 30,
                fixed_tokens=30,
                structural_tokens=0,
                excess=10.0,
                coverage=0.6,
            )
            frames.append(
                TemplateMatch(template=template, holders=members, inside=0.1, elsewhere=0.0)
            )
    alone, known = CopyFamilies(family=np.arange(len(codes))), embeddings(vectors)
    seed, used = _seed(random), [f.template for f in frames]
    scored = score_out_of_fold(data, known, alone, used, seed)
    assert scored is not None
    found = measure_template_leakage(data, known, alone, frames, scored, seed) or {}
    measured = [i for i in found.values() if isinstance(i, TemplateLeakage)]
    if not measured:
        return None
    if of == "gap":
        return float(np.mean([i.gap_low > 0 for i in measured]))
    return float(np.mean([i.placebo_low > 0 or i.placebo_high < 0 for i in measured]))


def share(rows: int, random: Random) -> bool:
    """Is a share of .2 outside Wilson's 80 % interval?"""
    low, high = wilson(int(random.binomial(rows, 0.2)), rows)
    return not low <= 0.2 <= high
