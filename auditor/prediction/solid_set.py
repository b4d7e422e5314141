"""What an update would take of a set that is as solidly learnt as others of its size.

    log odds of the share lost, of a solid set = of this set - sure x deficit - templated x share

`deficit` is how far the set's `sure` (`features/solidity.py`) lies below that of measured sets of
as many categories and rows in which nothing was damaged; `share` is that of rows from templates, of
which those have next to none. The effects were measured within pairs: the same categories, update
and steps of teaching, with and without damage (`fit_solid.py`, `docs/forgetting.md`).

How surely a set is learnt also depends on how alike its categories are, which no measured set can
say of another: `spread` holds it, and a difference that lies within its error is not told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit
from scipy.stats import t

SHARES = (0.005, 0.995)  # beyond, log odds say nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class SolidWeights:
    """As fitted on measured sets."""

    sure: float  # log odds of the share lost, less, for each unit
    templated: float  # log odds, more, for all rows rather than none
    covariance: tuple[tuple[float, float], tuple[float, float]]  # of these two
    # sure of solid sets = level + categories x log categories + rows x log rows a category
    level: float
    categories: float
    rows: float
    spread: float  # standard deviation about it, of sets of datasets left out of the fit
    degrees_of_freedom: float

    def expected(self, categories: float, rows: float) -> float:
        """`sure` of a solid set of so many categories, and rows in all."""
        each = np.log(rows / categories)
        return float(self.level + self.categories * np.log(categories) + self.rows * each)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weakness:
    """How much more a set loses than a solid one: log odds, and the standard deviation of their
    error."""

    more: float
    spread: float
    degrees_of_freedom: float

    def is_clear(self, share: float = 0.8) -> bool:
        """Whether the central interval of `share` lies above 0."""
        return self.more > self.reach(share) * self.spread

    def reach(self, share: float) -> float:
        return float(t.ppf((1.0 + share) / 2.0, self.degrees_of_freedom))


def weakness_of(
    weights: SolidWeights, *, sure: float, templated: float, categories: float, rows: float
) -> Weakness:
    """Of a set. What is surer than solid ones counts as solid, and not as better."""
    deficit = max(weights.expected(categories, rows) - sure, 0.0)
    by = np.array([deficit, templated])
    own = by @ np.array(weights.covariance) @ by
    of_reference = (weights.sure * weights.spread) ** 2
    return Weakness(
        more=float(np.array([weights.sure, weights.templated]) @ by),
        spread=float(np.sqrt(own + of_reference)),
        degrees_of_freedom=weights.degrees_of_freedom,
    )


def share_of_a_solid_set(
    lost: tuple[float, float, float], weakness: Weakness
) -> tuple[float, float, float]:
    """What it would lose where this set loses `lost`, (share, low, high) of 80 %; of what is said
    of both the errors are taken as independent."""
    mean, low, high = logit(np.clip(lost, *SHARES))
    own = weakness.reach(0.8) * weakness.spread
    solid = mean - weakness.more
    ends = (solid, solid - np.hypot(mean - low, own), solid + np.hypot(high - mean, own))
    share, lower, upper = expit(ends).round(4).tolist()
    return share, lower, upper
