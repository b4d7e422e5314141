"""Whether the rows that were added are flagged more often than those that were there.

Where nothing has changed, added rows and base rows are draws from one source, so given the share of
the base's rows that is flagged, the count among the added ones is beta-binomial. With a parameter
of Beta(f + 1, n - f) for f of n base rows, its upper tail is Fisher's exact test, for every size.

Rows of one copy family or group stand or fall together, so counts are first divided by the design
effect of such units: the variance of the share, units drawn, over that of independent rows (Rao and
Scott, "A simple method for the analysis of clustered binary data", Biometrics 1992). Where each row
is a unit of its own the test stays Fisher's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv
from scipy.stats import beta

from auditor.records.arrays import Ints

Values = NDArray[np.float64]

POWER = 0.8  # at which the smallest effect that could be seen is stated
NODES, WEIGHTS = np.polynomial.legendre.leggauss(96)
TAIL = 1e-12  # of the base's share that is left out on either side of the integral
FEWEST_UNITS = 10  # of which the variance between them can be told
LEAST = 0.1  # of a count: of less, the beta distribution is a point, as far as numbers go
STEPS = 40  # of a bisection: an interval's end to 1e-11


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Flagged rows of several scopes, (T,) each; every scope has base rows and added ones.

    Of rows that are not independent they are as many as independent rows would say as much.
    """

    flagged: Values  # added rows that are flagged
    added: Values
    base_flagged: Values
    base: Values

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
    def rise(self) -> Values:
        """(T,) share of the added rows that is flagged, less that of the base's."""
        return self.flagged / self.added - self.base_flagged / self.base


def alike(unit: Ints) -> float:
    """The design effect where the rows of a unit (r,) are all alike (Kish 1965)."""
    sizes = np.unique(unit, return_counts=True)[1]
    return float((sizes**2).sum() / max(sizes.sum(), 1))


def design_effect(flagged: Values, unit: Ints, beside: Ints) -> float:
    """How many rows, flagged (r,) from 0 to 1, say as much as one independent row; at least 1.

    unit (r,): rows of one number are not independent; beside (s,): the units of all rows of the
    side. Where all rows or none are flagged nothing shows how alike the rows of a unit are, and
    they are taken to be all alike. So they are where units are few, as those of the whole side are:
    of a source that gives many rows at a time, a category may have strays alone.
    """
    rows, share = len(flagged), float(flagged.mean())
    _, owner, sizes = np.unique(unit, return_inverse=True, return_counts=True)
    if len(sizes) < FEWEST_UNITS:
        return max(alike(unit), alike(beside))
    if len(sizes) == rows:
        return 1.0
    alone = rows * share * (1.0 - share)
    if alone < 1e-9:
        return alike(unit)
    spread = np.bincount(owner.ravel(), weights=flagged) - share * sizes
    return float(np.clip((spread**2).sum() / alone, 1.0, rows))


def p_beyond(counts: Counts, margin: Values) -> Values:
    """(T,) chance of as many flagged ones or more where the rise is `margin` at most."""
    return _upper(counts, margin, counts.flagged)


def interval(counts: Counts, level: Values) -> tuple[Values, Values]:
    """(T,) the ends of the rise that either one-sided test at `level` leaves open."""
    tests = len(counts.added)
    low = _bisected(lambda shift: _upper(counts, shift, counts.flagged) > level, tests)
    high = _bisected(lambda shift: _lower(counts, shift) <= level, tests)
    # No share is below 0: the rise is at least what takes the base's, at its largest, there.
    most = beta.isf(
        level, counts.base_flagged + 1, np.maximum(counts.base - counts.base_flagged, 1e-9)
    )
    return np.maximum(low, -most), high


def smallest_seen(counts: Counts, margin: Values, level: Values, unsure: float) -> Values:
    """(T,) the rise that would be found with a chance of .8; NaN: none would be.

    Found is what has a p-value of `level` (T,) at most, and one of `unsure` beyond the margin.
    """
    nothing = np.zeros_like(margin)
    least, most = np.zeros_like(counts.added), counts.added + 1.0  # found from `most` rows on
    for _ in range(int(np.log2(counts.added.max(initial=1.0) + 1)) + 2):
        middle = np.floor((least + most) / 2)
        rows = np.minimum(middle, counts.added)
        found = _upper(counts, nothing, rows) <= level
        found &= _upper(counts, margin, rows) <= unsure
        least, most = np.where(found, least, middle), np.where(found, middle, most)
    seen = most <= counts.added
    share = betaincinv(most, np.maximum(counts.added - most + 1.0, 1.0), POWER)
    return np.where(seen, share - counts.base_flagged / counts.base, np.nan)


def _upper(counts: Counts, shift: Values, least: Values) -> Values:
    """(T,) chance of `least` flagged rows or more among the added ones."""
    share, weight = _posterior(counts.base_flagged + 1.0, counts.base - counts.base_flagged)
    rate = np.clip(share + shift[:, None], 0.0, 1.0)
    return np.asarray((_at_least(least, counts.added, rate) * weight).sum(1))


def _lower(counts: Counts, shift: Values) -> Values:
    """(T,) chance of no more flagged rows among the added ones than there are."""
    share, weight = _posterior(counts.base_flagged, counts.base - counts.base_flagged + 1.0)
    rate = np.clip(share + shift[:, None], 0.0, 1.0)
    more = _at_least(counts.flagged + 1.0, counts.added, rate)
    return np.asarray(((1.0 - more) * weight).sum(1))


def _at_least(least: Values, of: Values, rate: Values) -> Values:
    """(T, 96) the binomial's upper tail: `least` (T,) or more `of` (T,), which need not be whole.

    The regularised incomplete beta function, which is the tail for whole numbers.
    """
    inside = (least > 0) & (least <= of)
    a = np.where(inside, least, 1.0)[:, None]
    b = np.where(inside, of - least + 1.0, 1.0)[:, None]
    return np.where(inside[:, None], betainc(a, b, rate), np.where(least > 0, 0.0, 1.0)[:, None])


def _posterior(a: Values, b: Values) -> tuple[Values, Values]:
    """(T, 96) shares and their weights under Beta(a, b); a point where a or b is near 0.

    Gauss-Legendre over the angle whose squared sine is the share: its density has no pole there.
    """
    inner = (a > LEAST) & (b > LEAST)
    safe_a, safe_b = np.where(inner, a, 1.0), np.where(inner, b, 1.0)
    ends = np.arcsin(
        np.sqrt(np.stack([beta.ppf(TAIL, safe_a, safe_b), beta.isf(TAIL, safe_a, safe_b)]))
    )
    half = (ends[1] - ends[0]) / 2
    angle = ends[0][:, None] + half[:, None] * (NODES + 1.0)
    share = np.sin(angle) ** 2
    density = beta.pdf(share, safe_a[:, None], safe_b[:, None]) * np.sin(2 * angle)
    weight = density * WEIGHTS
    weight /= weight.sum(axis=1, keepdims=True)
    fixed = np.where(a > LEAST, 1.0, 0.0)[:, None]
    return np.where(inner[:, None], share, fixed), weight


def _bisected(below: Callable[[Values], NDArray[np.bool_]], tests: int) -> Values:
    """(T,) the shift in -1 to 1 up to which `below` is false."""
    low, high = -np.ones(tests), np.ones(tests)
    for _ in range(STEPS):
        middle = (low + high) / 2
        under = below(middle)
        low, high = np.where(under, low, middle), np.where(under, middle, high)
    return (low + high) / 2
