"""The runs of mitigations, as users keep them: what each kept, at what cost, and whether it saved.

Saved is a category of which the upper end of the drop at the end is under 5 points, by an update
that was learnt: half of its rows, at least, are recognised.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from scipy.stats import t as student

from auditor.prediction.fine_tuning.evaluation import (
    RECOGNISED,
    MitigatedRun,
    Run,
    first_learnt,
)
from auditor.records.arrays import Ints, Table
from auditor.records.measurement import HARDLY, MitigatedCategory, MitigatedUpdate, Saving

LEVEL = 0.8  # of the intervals
# A category's variance between seeds is drawn to that of all categories, as if so many more seeds
# had been run: of two to four seeds the own one is often 0 by chance (Smyth, "Linear models and
# empirical Bayes methods", 2004). Simulated, intervals hold .74 to .83 with 1, .78 to .86 with 3,
# and of what is saved .24 to .72 is told, or .05 to .57.
PRIOR_SEEDS = 1


def summarise_mitigated(
    measured: Sequence[MitigatedRun],
    plain: Sequence[Run],
    untrained: Sequence[int],
    evaluated: Sequence[int],
    names: Sequence[str],
) -> Iterator[MitigatedUpdate]:
    """Each mitigation, in the order in which they were run.

    plain: the update alone, by the same seeds; evaluated: categories of which every run read rows;
    untrained: of them, those that the update does not train, which alone can be saved.
    """
    by_name: dict[str, list[MitigatedRun]] = {}
    for run in measured:
        by_name.setdefault(run.mitigation.name, []).append(run)
    alone = np.array([run.accuracy[0] - run.accuracy[-1] for run in plain])
    for runs in by_name.values():
        yield _mitigated(runs, alone, untrained, evaluated, names)


def _mitigated(
    runs: Sequence[MitigatedRun],
    alone: Table,
    untrained: Sequence[int],
    evaluated: Sequence[int],
    names: Sequence[str],
) -> MitigatedUpdate:
    drops = np.array([run.accuracy[0] - run.accuracy[-1] for run in runs])
    estimate, low, high = estimate_drops(drops[:, evaluated], runs[0].rows[list(evaluated)])
    learnt, auroc = (np.mean([getattr(r, x) for r in runs], axis=0) for x in ("learnt", "auroc"))
    at = first_learnt(auroc, learnt)
    # What keeps the old rows does not take them for the update: the odds need no second look.
    recognised = bool(learnt[-1] >= RECOGNISED)
    categories = []
    for i, c in enumerate(evaluated):
        saved = bool(high[i] < HARDLY and c in untrained)
        categories.append(
            MitigatedCategory(
                category=names[c],
                accuracy=tuple(tuple(run.accuracy[:, c].round(4).tolist()) for run in runs),
                drop=round(float(estimate[i]), 4),
                low=_end(low[i]),
                high=_end(high[i]),
                plain_drop=round(float(alone[:, c].mean()), 4),
                verdict=_verdict(saved, recognised),
            )
        )
    of_all = drops[:, list(untrained)].mean(axis=1)
    whole_low, whole_high = _interval(of_all)
    saved = all(
        c.verdict == "saved" for c, i in zip(categories, evaluated, strict=True) if i in untrained
    )
    return MitigatedUpdate(
        mitigation=runs[0].mitigation.name,
        about=runs[0].mitigation.about,
        steps=runs[0].steps,
        trained_rows=round(float(np.mean([run.trained for run in runs]))),
        old_rows=round(float(np.mean([run.old_rows for run in runs]))),
        learnt=tuple(learnt.round(4).tolist()),
        competent_step=None if at is None else float(runs[0].steps[at]),
        drop=round(float(of_all.mean()), 4),
        low=_end(whole_low),
        high=_end(whole_high),
        drop_when_learnt=None if at is None else _drop_at(runs, at, untrained),
        verdict=_verdict(saved, recognised),
        categories=tuple(categories),
    )


def _end(of_interval: float) -> float | None:
    return None if np.isnan(of_interval) else round(float(of_interval), 4)


def _verdict(saved: bool, learnt: bool) -> Saving:
    if not learnt:
        return "fails to learn"
    return "saved" if saved else "not saved"


def _drop_at(runs: Sequence[MitigatedRun], at: int, untrained: Sequence[int]) -> float:
    drops = [(run.accuracy[0] - run.accuracy[at])[list(untrained)] for run in runs]
    return round(float(np.mean(drops)), 4)


def estimate_drops(drops: Table, rows: Ints) -> tuple[Table, Table, Table]:
    """What each category loses (K,), and the ends of the interval of the mean over seeds.

    drops (seeds, K), rows (K,) that a seed read. Of few rows one that flips is many points, so that
    a category's drop is drawn to the mean of all, the more the fewer rows were read and the more
    alike the categories are: empirical Bayes, with the variance between categories of DerSimonian &
    Laird, "Meta-analysis in clinical trials" (1986). Of one seed the ends are NaN.
    """
    seeds = len(drops)
    mean = drops.mean(axis=0)
    if seeds < 2:
        unknown = np.full(len(mean), np.nan)
        return mean, unknown, unknown
    error = _error(drops, rows)
    between = _between(mean, error)
    weights = 1 / (error + between)
    centre = (weights * mean).sum() / weights.sum()
    kept = between / (between + error)
    estimate = centre + kept * (mean - centre)
    variance = kept * error + (1 - kept) ** 2 / weights.sum()
    reach = student.ppf((1 + LEVEL) / 2, seeds - 1 + PRIOR_SEEDS) * np.sqrt(variance)
    return estimate, estimate - reach, estimate + reach


def _error(drops: Table, rows: Ints) -> Table:
    """(K,) variance of each category's mean over seeds."""
    seeds = len(drops)
    a_row = rows * drops.var(axis=0, ddof=1)
    # Where no row flipped, as if half a one of all that were read had.
    share = 0.5 / (seeds * rows.sum() + 1)
    of_all = max(float(a_row.mean()), share * (1 - share))
    own = ((seeds - 1) * a_row + PRIOR_SEEDS * of_all) / (seeds - 1 + PRIOR_SEEDS)
    return np.asarray(own / (rows * seeds))


def _between(mean: Table, error: Table) -> float:
    """Variance between categories beyond that of reading few rows of each."""
    weights = 1 / error
    centre = (weights * mean).sum() / weights.sum()
    spread = (weights * (mean - centre) ** 2).sum() - (len(mean) - 1)
    scale = weights.sum() - (weights**2).sum() / weights.sum()
    return max(float(spread / scale), 0.0) if len(mean) > 1 else np.inf


def _interval(values: Table) -> tuple[float, float]:
    """Of the mean of one number a seed; NaN of one seed."""
    if len(values) < 2:
        return np.nan, np.nan
    error = values.std(ddof=1) / np.sqrt(len(values))
    reach = float(student.ppf((1 + LEVEL) / 2, len(values) - 1) * error)
    return float(values.mean()) - reach, float(values.mean()) + reach
