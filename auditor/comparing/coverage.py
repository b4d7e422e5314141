"""Coverage gained and lost: the gate's test (`gating/coverage.py`) of two sets, both ways.

What has the candidate lost, and with base and candidate swapped: what has it gained? Each is
decided as by the gate with its default policy, and by itself, so that however much was gained, what
the gate fails as lost is listed here as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from auditor.comparing.distinctive_ngrams import Grams, distinctive_words
from auditor.gating.coverage import Subjects, coverage_tests, find_subjects
from auditor.gating.hypotheses import decide_together, without_repeats
from auditor.gating.policy import AGAINST_A_BASE, Policy
from auditor.pool import Pool
from auditor.records.arrays import Floats, Ints, Mask
from auditor.records.comparison import Region, SetName

MAX_ROWS = 3  # rows of each set that are shown


@dataclass(frozen=True, slots=True, kw_only=True)
class _LostRegion:
    """A region that one set has and the other lacks."""

    members: Ints  # positions
    has: int  # examples of the set that has it
    lacks: int  # of the other
    expected: float  # of the other, had it lost nothing
    p: float


def find_regions(pool: Pool, vectors: Floats, families: Ints, grams: Grams) -> tuple[Region, ...]:
    """The regions that the candidate lacks, then those that the base lacks; of each the one that
    explains most of what left, or came, first.

    vectors (n, dim): unit rows of the pool; families (n,): rows of one number are copies or
    paraphrases of one another; grams: the words of each text.
    """
    subjects = find_subjects(pool, vectors, pool.added | pool.removed)
    directions: tuple[tuple[SetName, Pool], ...] = (("candidate", pool), ("base", pool.swapped))
    return tuple(
        _region(pool, vectors, families, grams, lost, missing_in)
        for missing_in, oriented in directions
        for lost in _find_lost(oriented, subjects, families)
    )


def _find_lost(pool: Pool, subjects: Subjects, families: Ints) -> Iterator[_LostRegion]:
    """What the base of `pool` has and its candidate lacks."""
    tests = coverage_tests(pool, subjects, families, AGAINST_A_BASE["coverage-loss"])
    found, number = (
        tests.found,
        {id(hypothesis): g for g, hypothesis in enumerate(tests.hypotheses)},
    )
    for decision in without_repeats(decide_together([tests], Policy())):
        g = number[id(decision.hypothesis)]
        if decision.status == "fail":
            yield _LostRegion(
                members=found.members[g],
                has=int(found.base[g]),
                lacks=int(found.candidate[g]),
                expected=round(float(found.expected[g]), 1),
                p=decision.p,
            )


def _region(
    pool: Pool,
    vectors: Floats,
    families: Ints,
    grams: Grams,
    lost: _LostRegion,
    missing_in: SetName,
) -> Region:
    dataset, rows = pool.dataset, lost.members
    category = dataset.examples[int(rows[0])].category
    among = np.flatnonzero(dataset.codes == dataset.codes[rows[0]])
    closeness = np.round(vectors[rows] @ vectors[rows].mean(axis=0), 5)
    typical = rows[np.lexsort((rows, -closeness))]
    base, candidate = lost.has, lost.lacks
    if missing_in == "base":
        base, candidate = candidate, base
    return Region(
        category=category,
        missing_in=missing_in,
        keywords=distinctive_words(grams, rows, among) if len(rows) < len(among) else (),
        base=base,
        candidate=candidate,
        expected=lost.expected,
        p=lost.p,
        base_rows=_shown(typical, pool.in_base, families, pool.base_rows),
        candidate_rows=_shown(typical, pool.in_candidate, families, pool.candidate_rows),
    )


def _shown(typical: Ints, in_set: Mask, families: Ints, file_rows: Ints) -> tuple[int, ...]:
    """Rows of a set's file, one of each example, in the order of `typical`."""
    own = typical[in_set[typical]]
    first = np.sort(np.unique(families[own], return_index=True)[1])[:MAX_ROWS]
    return tuple(int(r) for r in file_rows[own[first]])
