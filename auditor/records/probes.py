"""What probes predict for labels, and for rows that they have not seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.records.arrays import Floats, Ints, Table

MIN_SCORED = 30  # rows: the standard error of an accuracy is then at most .09


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfFold:
    """What probes predict for rows that they were not trained on; each seed is one probe a fold."""

    probabilities: Floats  # (seeds, n, K); copies and groups are kept in one fold
    template_disjoint: Floats  # (seeds, n, K); each template is, too


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """How probes of all training rows fare on the rows of the other splits that they have not
    seen.
    """

    rows: Ints  # (K,) held-out rows of each category that score
    accuracy: Table  # (K,) share of them that is classified right; 0 without rows
    # (K,) independent rows that they are worth, or independent sets; None: each row is one
    sets: Ints | Table | None = None
    left_out: Ints | None = None  # (K,) rows that training has seen; None: not computed
    min_rows: int = MIN_SCORED  # independent ones from which they stand for a category

    @property
    def independent(self) -> Ints | Table:
        """(K,) what the accuracy rests on."""
        return self.rows if self.sets is None else self.sets


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternAlone:
    """The label that each row's template predicts with the content masked, by other rows."""

    match: Ints  # (n,) index into `Evidence.matches` of the one that the row matches; -1 = none
    classified: Ints  # (n,) code of the category that it reveals, right or wrong; -1 = none


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateLeakage:
    """Accuracy on random splits and a template-disjoint one; 80 % intervals over the families."""

    templates: int  # templates of which the category has at least three rows
    random: float  # accuracy, mean of two random splits
    disjoint: float  # accuracy
    gap: float  # random - disjoint
    gap_low: float
    gap_high: float
    placebo: float  # one random split - the other
    placebo_low: float
    placebo_high: float
    lost: Ints  # positions that random splits get right and the disjoint one does not


@dataclass(frozen=True, slots=True, kw_only=True)
class CategorySkill:
    """How well texts predict whether a row is of one category; skill is 0 to 1, chance 0."""

    category: str
    units: int  # sets of rows that are kept together, and count as one
    skill: float  # the area under the curve, from that of permuted labels (0) to 1
    skill_high: float  # upper end, which holds for all categories at once in 95 of 100 sets
    p: float  # of as much skill where there is none; of this category alone


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseEstimate:
    """Whether texts predict their labels at all, and what share of the labels is wrong.

    Of one row of each copy family, by a probe that has seen neither the row nor what is kept
    together with it.
    """

    rows: Ints  # (m,) positions that took part
    units: int  # sets of them that are kept together, and count as one
    accuracy: float  # share of the rows whose label is the one that scores highest
    chance: float  # the mean of it over permuted labels
    p: float  # share of permutations that are predicted at least as well
    skill_high: float  # upper end of `skill`, which holds in 95 of 100 sets
    share: float  # of the labels that are wrong
    low: float  # ends of its 95 % interval
    high: float
    suspects: Ints  # positions that read like another category, and surer than most rows do
    categories: tuple[CategorySkill, ...]  # by name
    reason: str | None = None  # why nothing was estimated; None: it was

    @property
    def skill(self) -> float:
        """The accuracy beyond chance, of what there is beyond it."""
        return (self.accuracy - self.chance) / (1.0 - self.chance)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelErrors:
    """What three models that have not seen a row say of its label, and the probability it means.

    By errors planted in the same rows (`prediction/planted_errors.py`).
    """

    models: Floats  # (3, n, K) probabilities by probe, neighbours and words
    log: Floats  # (n, K) the logs of what they say, summed; each is .02 at least
    rival: Ints  # (n,) code of the likeliest other category
    score: Table  # (n,) log odds of it against the label, summed; -inf: not assessed
    few: Mapping[str, int]  # categories that cannot be assessed -> their different examples
    assessed: int  # rows
    examples: int  # different ones among them
    wrong: Table | None  # (n,) probability that the label is wrong; None: too few examples to tell
    share: tuple[float, float, float] | None  # of wrong labels, and its interval of 95 %; as above
