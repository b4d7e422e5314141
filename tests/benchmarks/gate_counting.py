"""How often the gate fails where nothing has changed: its counting, on sources that repeat.

    python tests/benchmarks/gate_counting.py [--runs 200] [--only zipf,...] [--rows 60,300,3000]

A source draws messages as chat logs hold them: the k-th commonest of 40,000 has a weight of k to
the minus exponent (0 .. 1.2), and each draw brings a cluster of rows, copies of it. Labels are
wrong for a share of rows, or of clusters. A base of so many rows is held against itself and more
draws of the source (growth), or against as many other draws (apart). Copies, contradictions,
suspected labels and sizes are counted from the message's number, so no text is made: all that is
tested is the counting. Four in five wrong labels look wrong, and one right label in a hundred.

Prints a Markdown table with the runs that fail in each cell, and what failed.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np

from auditor.gating import flagging
from auditor.gating.decisions import decide
from auditor.gating.hypotheses import Hypothesis, HypothesisFamily, PValues
from auditor.gating.policy import AGAINST_A_BASE, Policy
from auditor.gating.rate_increases import rate_increase_tests
from auditor.gating.removals import category_loss_tests, shrinkage_test
from auditor.pool import Pool
from auditor.records.arrays import Table
from auditor.records.dataset import Dataset, Example

MESSAGES = 40_000
CATEGORIES = 8
CAUGHT, FALSELY_FLAGGED = 0.8, 0.01  # of wrong and of right labels that look wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How rows are drawn."""

    exponent: float  # of Zipf's law; 0: all messages are alike
    cluster: int  # rows of one draw
    noise: float  # share of wrong labels
    by_cluster: bool  # whether a draw's rows are wrong together

    def draw(self, rows: int, random: np.random.Generator) -> np.ndarray:
        """(rows, 4) message, cluster, label and whether the label looks wrong."""
        draws = -(-rows // self.cluster)
        weight = np.arange(1, MESSAGES + 1) ** -self.exponent
        message = random.choice(MESSAGES, draws, p=weight / weight.sum())
        cluster = np.repeat(np.arange(draws), self.cluster)[:rows]
        of_row = message[cluster]
        wrong = random.random(draws if self.by_cluster else rows) < self.noise
        wrong = wrong[cluster] if self.by_cluster else wrong
        label = (of_row * 7919) % CATEGORIES
        other = (label + random.integers(1, CATEGORIES, rows)) % CATEGORIES
        caught = np.where(
            wrong, random.random(rows) < CAUGHT, random.random(rows) < FALSELY_FLAGGED
        )
        if self.by_cluster:
            first = np.unique(cluster, return_index=True)[1]
            other, caught = other[first][cluster], caught[first][cluster]
        return np.stack([of_row, cluster, np.where(wrong, other, label), caught], axis=1)


def pooled(rows: np.ndarray, base: np.ndarray, candidate: np.ndarray) -> Pool:
    """A pool of rows that say nothing but which message they are."""
    examples = tuple(
        Example(row=i, text=f"message {m}", category=f"c{c}")
        for i, (m, c) in enumerate(rows[:, [0, 2]].tolist())
    )

    def of(rows_of: np.ndarray) -> Dataset:
        own = tuple(examples[i] for i in np.flatnonzero(rows_of))
        return Dataset(name="", examples=own, rows_read=len(own), roles={})

    numbers = np.arange(len(rows))
    return Pool(
        dataset=Dataset(name="", examples=examples, rows_read=len(examples), roles={}),
        base=of(base),
        candidate=of(candidate),
        in_base=base,
        in_candidate=candidate,
        base_rows=np.where(base, numbers, -1),
        candidate_rows=np.where(candidate, numbers, -1),
    )


def run(source: Source, rows: int, growth: float | None, seed: int) -> list[str]:
    """What fails in one gate, its reason first; growth None: the sets share no row."""
    random = np.random.default_rng([seed, rows])
    more = rows if growth is None else max(round(growth * rows), 1)
    drawn = np.concatenate([source.draw(rows, random), source.draw(more, random)])
    base = np.arange(rows + more) < rows
    candidate = ~base if growth is None else np.ones_like(base)
    pool = pooled(drawn, base, candidate)
    family = np.unique(drawn[:, 0], return_inverse=True)[1].astype(np.int64)
    own = np.where(base, family, -1)
    codes = pool.dataset.codes
    suspects = drawn[:, 3] == 1
    flags = {
        "label-conflict": flagging.conflicts(pool, own, family),
        "label-error": flagging.suspected(
            pool,
            np.flatnonzero(suspects & base),
            np.flatnonzero(suspects & ~base),
            (codes + 1) % CATEGORIES,
            np.ones_like(base),
            np.flatnonzero(suspects),
        ),
        "near-duplicate": flagging.copies(pool, own, family),
    }
    rules = {c: r for c, r in AGAINST_A_BASE.items() if c in flags}
    families = [
        shrinkage_test(pool, own, family, AGAINST_A_BASE["shrinkage"]),
        category_loss_tests(pool, family, AGAINST_A_BASE["category-loss"]),
        rate_increase_tests(pool, flags, family, rules),
    ]
    quick = [Unmeasured(f) for f in families]
    decided = decide(pool, quick, Policy())
    return [t.check for t in decided.tested if t.status == "fail"]


@dataclass(frozen=True, slots=True)
class Unmeasured:
    """Questions without their intervals, which take most of the time and fail nothing."""

    family: HypothesisFamily

    @property
    def hypotheses(self) -> Sequence[Hypothesis]:
        return self.family.hypotheses

    def p_values(self) -> PValues:
        return self.family.p_values()

    def intervals(self, level: Table) -> tuple[Table, Table, Table]:
        nothing = np.zeros_like(level)
        return nothing, nothing, nothing


def cells(sizes: list[int]) -> Iterator[tuple[Source, int, float | None]]:
    kinds = [(0.0, 1), (0.6, 1), (0.8, 1), (1.2, 1), (0.0, 5), (0.8, 5), (0.0, 30), (0.8, 30)]
    noises = [(0.0, False), (0.01, False), (0.05, False), (0.01, True), (0.05, True)]
    growths = (0.01, 0.1, 1.0, None)
    for (exponent, cluster), rows, (noise, together), growth in product(
        kinds, sizes, noises, growths
    ):
        if together and cluster == 1:
            continue
        yield (
            Source(exponent=exponent, cluster=cluster, noise=noise, by_cluster=together),
            rows,
            growth,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--rows", default="60,300,3000")
    asked = parser.parse_args()
    print(f"| exponent | rows a draw | wrong labels | growth | rows | FAIL of {asked.runs} | why |")
    print("|---|---|---|---|---|---|---|")
    failing, runs = 0, 0
    for source, rows, growth in cells([int(r) for r in asked.rows.split(",")]):
        failed = [run(source, rows, growth, seed) for seed in range(asked.runs)]
        reasons = Counter(checks[0] for checks in failed if checks)
        failing, runs = failing + reasons.total(), runs + asked.runs
        noise = f"{source.noise:.0%}" + " of draws" * source.by_cluster
        grown = "apart" if growth is None else f"{growth:.0%}"
        told = [source.exponent, source.cluster, noise, grown, f"{rows:,}"]
        why = ", ".join(f"{check} {n}" for check, n in reasons.items())
        print(f"| {' | '.join(map(str, [*told, reasons.total()]))} | {why} |", flush=True)
    print(f"\n{failing} of {runs:,} runs fail")


if __name__ == "__main__":
    main()
