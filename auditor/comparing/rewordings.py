"""How many added rows are rewordings of base rows, and from which cosine on one may be.

Row by row only a close paraphrase can be found (`source_rows.py`): a free rewording lies no nearer
to its source than many base rows lie to one another. Together they can. The share of base rows that
have another one at least as near is a p-value of "this row was written like the base's own", so
among independent rows as many lie in the farthest quarter as base rows do; what is missing there
are rewordings. That is the estimate of the share of true nulls of Storey, "A direct approach to
false discovery rates" (J. R. Stat. Soc. B 64, 2002).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from auditor.comparing.estimates import figure
from auditor.pool import LEVEL_DIGITS, paraphrase_level
from auditor.records.arrays import Floats, Ints
from auditor.records.comparison import Figure
from auditor.statistics import score_interval

FARTHEST = 0.25  # of base rows: a rewording is hardly ever so far from its source
NEGLIGIBLE = 0.05  # a share of rows that counts as hardly any


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewordings:
    share: Figure  # of the added rows, with an 80 % interval; copies count too
    # The cosine from which on a row is not taught when its nearest base row is evaluated; at most
    # that of a paraphrase, -1 where no row is.
    level: float


def find_rewordings(closest: Floats, cosine: Floats, near: Ints) -> Rewordings:
    """What the added rows are, together.

    closest (b,): cosine of each base row to another, copies aside; cosine (m,): of each added row
    to its nearest base row, `near` (m,). Rewordings of one row were not made independently, so each
    base row counts once in the errors. Unless it is sure (95 %) that there are more than a few
    rewordings, the level is that of a paraphrase. Where hardly a row is none, there is no level:
    one rewording gives the label of its source away, and a few other rows hardly teach anything.
    """
    level = paraphrase_level(closest)
    if len(closest) < 2 or not len(cosine):
        return Rewordings(share=figure(0.0, 0.0, 0.0), level=level)
    own, added = np.sort(closest.round(LEVEL_DIGITS)), np.sort(cosine.round(LEVEL_DIGITS))
    edge = np.quantile(own, FARTHEST, method="higher")
    base_far, added_far = (float((of_set < edge).mean()) for of_set in (own, added))
    if not base_far:  # so many base rows are equally far that there is no farthest quarter
        return Rewordings(share=figure(0.0, 0.0, 1.0), level=level)
    sources = len(np.unique(near))
    low, new, high = _ratio(added_far, sources, base_far, len(own), confidence=0.8)
    if _ratio(added_far, sources, base_far, len(own), confidence=0.9)[2] < 1 - NEGLIGIBLE:
        level = -1.0 if new <= NEGLIGIBLE else min(level, _level(own, added, new))
    value, low, high = (float(np.clip(1 - x, 0, 1)) for x in (new, high, low))
    return Rewordings(share=figure(value, low, high), level=level)


def _ratio(
    one: float, n: int, other: float, m: int, confidence: float
) -> tuple[float, float, float]:
    """The ratio of two shares, of `n` and of `m`, between the ends of its interval at `confidence`:
    a score interval for the first, the delta method for the second, as root sum of squares."""
    ratio = one / other
    below, above = score_interval(np.array(one), np.array(float(n)), confidence)
    spread = norm.ppf((1 + confidence) / 2) * ratio * np.sqrt((1 - other) / (other * m))
    return (
        ratio - float(np.hypot((one - below) / other, spread)),
        ratio,
        ratio + float(np.hypot((above - one) / other, spread)),
    )


def _level(own: NDArray[np.float32], added: NDArray[np.float32], new: float) -> float:
    """The highest level below which hardly a row is a rewording; both (n,) sorted."""
    levels = np.unique(own)
    below, expected = (
        np.searchsorted(of_set, levels) / len(of_set) for of_set in (added, own)
    )  # shares of rows below each level
    hardly = below - new * expected <= NEGLIGIBLE * below
    return round(float(levels[hardly].max(initial=-1.0)), LEVEL_DIGITS)
