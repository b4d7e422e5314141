"""Template leakage: how much of a category's accuracy on a random split is owed to templates.

Rows of one template stand on both sides of a random split, so a probe may know them by the
template. A template-disjoint split keeps each template on one side. Both have the same number of
rows of each category in each fold, so they differ in nothing but which rows are kept together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.prediction.folds import (
    assign_folds,
    keep_matches_together,
    keep_near_together,
    shuffle_folds,
)
from auditor.prediction.out_of_fold import probabilities
from auditor.records.arrays import Floats, Ints
from auditor.records.dataset import Dataset
from auditor.records.probes import OutOfFold, TemplateLeakage
from auditor.records.structure import CopyFamilies, Embeddings, TemplateMatch

MIN_ROWS = 3  # rows of a category that match a template, for it to count as one of its own
# With two templates a resample holds neither in one case of seven, so an 80 % interval of the gap
# reaches 0 whatever the gap is.
MIN_TEMPLATES = 3
NEARLY_ALL = 0.8  # of a category's rows in one family: without it there is nothing to learn from
RESAMPLES = 400
TAILS = (0.1, 0.9)  # of an 80 % interval
# Rows of a split are classified by the same probes and err together, which resampling families does
# not know: of 1,790 simulated categories without a gap its intervals leave 0 out in .27, and the
# gaps scatter 1.02 to 1.19 times as much as it says (six designs). So much wider they do in .20.
WIDER = 1.2


@dataclass(frozen=True, slots=True)
class Scores:
    """(n,) share of the probes that get each row right, by split; they never trained on it."""

    disjoint: Floats
    random: tuple[Floats, Floats]


def measure_template_leakage(
    dataset: Dataset,
    embeddings: Embeddings,
    copies: CopyFamilies,
    matches: Sequence[TemplateMatch],
    out_of_fold: OutOfFold,
    seed: int,
) -> dict[str, TemplateLeakage | str] | None:
    """Random-split accuracy minus template-disjoint accuracy of each category with templates.

    Or why a category cannot be tested; where none can, nothing is trained. None without templates.
    `out_of_fold`: its template-disjoint scores serve where no template matches two categories.
    """
    if not matches:
        return None
    families = keep_matches_together(dataset, copies, matches)
    sizes = _template_sizes(dataset, matches, families)
    found: dict[str, TemplateLeakage | str] = {
        c: _lack(*of_category) for c, of_category in sizes.items()
    }
    testable = [category for category, reason in found.items() if not reason]
    if not testable:
        return found
    scores = _score(dataset, embeddings, copies, matches, families, out_of_fold, seed)
    codes, random = dataset.codes, np.random.default_rng(seed)
    for category in testable:
        mine = np.flatnonzero(codes == dataset.categories.index(category))
        found[category] = _leakage(len(sizes[category][1]), mine, families[mine], scores, random)
    return found


def _template_sizes(
    dataset: Dataset, matches: Sequence[TemplateMatch], families: Ints
) -> dict[str, tuple[int, Ints]]:
    """Of each category with templates, its rows and how many each of its templates holds."""
    codes, templated = dataset.codes, np.zeros(len(families), dtype=bool)
    for match in matches:
        if not match.shared:
            templated[match.holders] = templated[match.template.members] = True
    found = {}
    for code, category in enumerate(dataset.categories):
        sizes = np.unique(families[templated & (codes == code)], return_counts=True)[1]
        if (sizes >= MIN_ROWS).any():
            found[category] = int((codes == code).sum()), sizes[sizes >= MIN_ROWS]
    return found


def _lack(rows: int, sizes: Ints) -> str:
    """Why a category of so many rows, with templates of these sizes, cannot be tested; or ''."""
    if sizes.max() >= NEARLY_ALL * rows:
        return "nearly all rows are from one template"
    return f"fewer than {MIN_TEMPLATES} templates" if len(sizes) < MIN_TEMPLATES else ""


def _score(
    dataset: Dataset,
    embeddings: Embeddings,
    copies: CopyFamilies,
    matches: Sequence[TemplateMatch],
    families: Ints,
    out_of_fold: OutOfFold,
    seed: int,
) -> Scores:
    """Probes of the three splits, which start alike and meet the same rows in the same order."""
    codes, units = dataset.codes, keep_near_together(dataset, copies)
    folds = assign_folds(families, codes)
    known = assign_folds(keep_near_together(dataset, copies, [f.template for f in matches]), codes)
    random = np.random.default_rng(seed)
    shuffled = [shuffle_folds(folds, units, codes, random) for _ in range(2)]

    def right(probability: Floats) -> Floats:
        return np.asarray((probability.argmax(axis=2) == codes).mean(axis=0))

    first, second = (right(probabilities(embeddings.vectors, codes, f, seed)) for f in shuffled)
    disjoint = out_of_fold.template_disjoint
    if not np.array_equal(folds, known):
        disjoint = probabilities(embeddings.vectors, codes, folds, seed)
    return Scores(disjoint=right(disjoint), random=(first, second))


def _leakage(
    templates: int,
    mine: Ints,
    families: Ints,
    scores: Scores,
    random: np.random.Generator,
) -> TemplateLeakage:
    """The gap of the category at positions `mine`, whose rows are of `families`, in step."""
    disjoint, (first, second) = scores.disjoint[mine], (s[mine] for s in scores.random)
    gained = (first + second) / 2 - disjoint
    differences = np.stack([gained, second - first], axis=1)
    (gap_low, placebo_low), (gap_high, placebo_high) = _interval(differences, families, random)
    return TemplateLeakage(
        templates=templates,
        random=float((first + second).mean() / 2),
        disjoint=float(disjoint.mean()),
        gap=float(gained.mean()),
        gap_low=gap_low,
        gap_high=gap_high,
        placebo=float((second - first).mean()),
        placebo_low=placebo_low,
        placebo_high=placebo_high,
        lost=mine[gained >= 0.5],
    )


def _interval(values: Floats, families: Ints, random: np.random.Generator) -> list[list[float]]:
    """The lower and the upper ends (2, v) of the means of `values` (m, v), families resampled."""
    _, number, sizes = np.unique(families, return_inverse=True, return_counts=True)
    sums = np.zeros((len(sizes), values.shape[1]))
    np.add.at(sums, number, values)
    resampled = random.multinomial(len(sizes), np.full(len(sizes), 1 / len(sizes)), RESAMPLES)
    means = (resampled @ sums) / (resampled @ sizes)[:, None]
    mean = values.mean(axis=0)
    ends: list[list[float]] = (mean + WIDER * (np.quantile(means, TAILS, axis=0) - mean)).tolist()
    return ends
