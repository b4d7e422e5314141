"""Whether the rows that were added are flagged more often than those that were there.

Where nothing has changed, added rows and base rows are samples of one source, so given the share of
the base's rows that is flagged, the count among the added ones is beta-binomial. With a parameter
of Beta(f + 1, n - f) for f of n base rows, its upper tail is Fisher's exact test, for every size.

Rows of one copy family or group are not independent, so counts are first divided by the design
effect of such units: the variance of the share when units are sampled, over that of independent
rows (Rao and Scott, "A simple method for the analysis of clustered binary data", Biometrics 1992).
Where each row is a unit of its own the test stays Fisher's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from scipy.special import betainc, betaincinv
from scipy.stats import beta

from auditor.records.arrays import Ints, Mask, Table

POWER = 0.8  # of the test against the smallest detectable effect
QUADRATURE_NODES, QUADRATURE_WEIGHTS = np.polynomial.legendre.leggauss(96)
TAIL = 1e-12  # of the base's share that is left out on either side of the integral
MIN_UNITS = 10  # for an estimate of the variance between them
MIN_SHAPE = 0.1  # parameter of a beta distribution below which it is a point, numerically
BISECTION_STEPS = 40  # of a bisection: an interval's end to 1e-11


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Flagged rows of several scopes, (T,) each; every scope has base rows and added ones.

    Counts of rows that are not independent are divided by their design effect.
    """

    flagged: Table  # added rows that are flagged
    added: Table
    base_flagged: Table
    base: Table

    @classmethod
    def of(cls, **counts: float) -> Counts:
        """Those of one scope."""
        return cls(**{name: np.array([value], dtype=np.float64) for name, value in counts.items()})

    @classmethod
    def joined(cls, counts: Sequence[Counts]) -> Counts:
        names = [f.name for f in fields(cls)]
        return cls(
            **{n: np.concatenate([np.empty(0), *(getattr(c, n) for c in counts)]) for n in names}
        )

    @property
    def rise(self) -> Table:
        """(T,) share of the added rows that is flagged, less that of the base's."""
        return self.flagged / self.added - self.base_flagged / self.base


def uniform_design_effect(unit: Ints) -> float:
    """The design effect where all rows of a unit (r,) are flagged or none is (Kish 1965)."""
    sizes = np.unique(unit, return_counts=True)[1]
    return float((sizes**2).sum() / max(sizes.sum(), 1))


def design_effect(flagged: Table, unit: Ints, all_units: Ints) -> float:
    """How many rows, flagged (r,) from 0 to 1, say as much as one independent row; at least 1.

    unit (r,): rows of one number are not independent; all_units (s,): the units of all rows of the
    set, in every category. Where all rows or none are flagged nothing shows how alike the rows of a
    unit are, and they are taken to be all alike. So they are where units are few, as those of the
    whole set are: a source that gives many rows at a time may have single rows in a category.
    """
    rows, share = len(flagged), float(flagged.mean())
    _, owner, sizes = np.unique(unit, return_inverse=True, return_counts=True)
    if len(sizes) < MIN_UNITS:
        return max(uniform_design_effect(unit), uniform_design_effect(all_units))
    if len(sizes) == rows:
        return 1.0
    alone = rows * share * (1.0 - share)
    if alone < 1e-9:
        return uniform_design_effect(unit)
    spread = np.bincount(owner.ravel(), weights=flagged) - share * sizes
    return float(np.clip((spread**2).sum() / alone, 1.0, rows))


def p_beyond(counts: Counts, margin: Table) -> Table:
    """(T,) chance of as many flagged ones or more where the rise is `margin` at most."""
    return _upper(counts, margin, counts.flagged)


def rise_interval(counts: Counts, level: Table) -> tuple[Table, Table]:
    """(T,) the ends of the rise's interval: what neither one-sided test at `level` rejects."""
    tests = len(counts.added)
    low = _bisected(lambda shift: _upper(counts, shift, counts.flagged) > level, tests)
    high = _bisected(lambda shift: _lower(counts, shift) <= level, tests)
    # No share is below 0, so the rise is no less than minus the base's share at its largest.
    max_base_share = beta.isf(
        level, counts.base_flagged + 1, np.maximum(counts.base - counts.base_flagged, 1e-9)
    )
    return np.maximum(low, -max_base_share), high


def smallest_detectable(counts: Counts, margin: Table, level: Table, margin_alpha: float) -> Table:
    """(T,) the smallest rise that is detected with a power of .8; NaN: none is.

    Detected is what has a p-value of `level` (T,) at most, and beyond the margin one of
    `margin_alpha` at most.
    """
    nothing = np.zeros_like(margin)
    not_found, found_from = (
        np.zeros_like(counts.added),
        counts.added + 1.0,
    )  # found from these rows on
    for _ in range(int(np.log2(counts.added.max(initial=1.0) + 1)) + 2):
        middle = np.floor((not_found + found_from) / 2)
        rows = np.minimum(middle, counts.added)
        found = _upper(counts, nothing, rows) <= level
        found &= _upper(counts, margin, rows) <= margin_alpha
        not_found, found_from = (
            np.where(found, not_found, middle),
            np.where(found, middle, found_from),
        )
    detectable = found_from <= counts.added
    share = betaincinv(found_from, np.maximum(counts.added - found_from + 1.0, 1.0), POWER)
    return np.where(detectable, share - counts.base_flagged / counts.base, np.nan)


def _upper(counts: Counts, shift: Table, min_flagged: Table) -> Table:
    """(T,) chance of `min_flagged` flagged rows or more among the added ones."""
    share, weight = _posterior(counts.base_flagged + 1.0, counts.base - counts.base_flagged)
    rate = np.clip(share + shift[:, None], 0.0, 1.0)
    return np.asarray((_at_least(min_flagged, counts.added, rate) * weight).sum(1))


def _lower(counts: Counts, shift: Table) -> Table:
    """(T,) chance of no more flagged rows among the added ones than there are."""
    share, weight = _posterior(counts.base_flagged, counts.base - counts.base_flagged + 1.0)
    rate = np.clip(share + shift[:, None], 0.0, 1.0)
    more = _at_least(counts.flagged + 1.0, counts.added, rate)
    return np.asarray(((1.0 - more) * weight).sum(1))


def _at_least(min_hits: Table, trials: Table, rate: Table) -> Table:
    """(T, 96) the binomial's upper tail: `min_hits` (T,) or more hits in `trials` (T,).

    Neither needs to be a whole number: it is the regularised incomplete beta function, which is the
    tail for whole numbers.
    """
    inside = (min_hits > 0) & (min_hits <= trials)
    a = np.where(inside, min_hits, 1.0)[:, None]
    b = np.where(inside, trials - min_hits + 1.0, 1.0)[:, None]
    return np.where(inside[:, None], betainc(a, b, rate), np.where(min_hits > 0, 0.0, 1.0)[:, None])


def _posterior(a: Table, b: Table) -> tuple[Table, Table]:
    """(T, 96) shares and their weights under Beta(a, b); a point where a or b is near 0.

    Gauss-Legendre over the angle whose squared sine is the share: its density has no pole there.
    """
    inner = (a > MIN_SHAPE) & (b > MIN_SHAPE)
    safe_a, safe_b = np.where(inner, a, 1.0), np.where(inner, b, 1.0)
    ends = np.arcsin(
        np.sqrt(np.stack([beta.ppf(TAIL, safe_a, safe_b), beta.isf(TAIL, safe_a, safe_b)]))
    )
    half = (ends[1] - ends[0]) / 2
    angle = ends[0][:, None] + half[:, None] * (QUADRATURE_NODES + 1.0)
    share = np.sin(angle) ** 2
    density = beta.pdf(share, safe_a[:, None], safe_b[:, None]) * np.sin(2 * angle)
    weight = density * QUADRATURE_WEIGHTS
    weight /= weight.sum(axis=1, keepdims=True)
    fixed = np.where(a > MIN_SHAPE, 1.0, 0.0)[:, None]
    return np.where(inner[:, None], share, fixed), weight


def _bisected(below: Callable[[Table], Mask], tests: int) -> Table:
    """(T,) the shift in -1 to 1 up to which `below` is false."""
    low, high = -np.ones(tests), np.ones(tests)
    for _ in range(BISECTION_STEPS):
        middle = (low + high) / 2
        under = below(middle)
        low, high = np.where(under, low, middle), np.where(under, middle, high)
    return (low + high) / 2
