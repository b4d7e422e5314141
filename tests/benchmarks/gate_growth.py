"""How often the gate fails sets in which nothing has changed, where rows repeat, cluster and err.

    python tests/benchmarks/gate_growth.py [--runs 20] [--cells rows=60,300 --cells noise=none ...]

A source holds 40,000 messages, written from a seed, no two of them copies; it is drawn from as chat
logs are, a message of rank r in proportion to r to the minus `repetition`. Its cells:

    repetition  exponent of Zipf's law: 0.6, 0.8
    cluster     what one draw gives: one (a row), edits3, edits10 (as many trivial edits of one
                message), group5 (five messages of one category and group, which the gate is told)
    noise       labels that are wrong: none, row1, row5 (percent of the rows, each by itself),
                draw1, draw5 (percent of the draws, all rows of one alike)
    growth      0.01, 0.1, 1 (the candidate is the base and so many more), or halves (two sets
                without a row in common)
    rows        of the base: 60, 300, 3000

Each run is a whole one of the gate. Prints a Markdown table, a line a cell, and a last line of all.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from labelled_sets import Rows, first_reason, heading, line, options, settings
from rapidfuzz.distance import OSA

from auditor.gating.gate import gate
from auditor.records.verdict import Verdict
from auditor.settings import Settings

MESSAGES = 40_000
CATEGORIES = ("billing", "delivery", "returns", "account", "repairs", "feedback")
WORDS = 160  # that belong to one category
COMMON = (
    *("i", "we", "you", "it", "my", "the", "a", "this", "that", "is", "was", "can", "could", "do"),
    *("did", "have", "has", "not", "no", "when", "where", "why", "what", "how", "who", "still"),
    *("again", "today", "yesterday", "since", "until", "after", "before", "with", "without"),
    *("from", "about", "for", "and", "but", "or", "because", "only", "just", "never", "maybe"),
)
SHARE_COMMON = 0.45  # of a message's words, about as function words are of English chat
LENGTHS = (2, 13)  # words of a message, from and below
CONSONANTS, VOWELS = "bdfgklmnprstvz", "aeiou"
AXES: Mapping[str, tuple[str, ...]] = {
    "repetition": ("0.6", "0.8"),
    "cluster": ("one", "edits3", "edits10", "group5"),
    "noise": ("none", "row1", "row5", "draw1", "draw5"),
    "growth": ("0.01", "0.1", "1", "halves"),
    "rows": ("60", "300", "3000"),
}
EDITS = (
    *("{}", "{}!", "{}.", "{} please", "please {}", "{}, thanks", "{}?", "{}...", "{} !", " {}"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One kind of source, and how the candidate grew out of the base."""

    repetition: str
    cluster: str
    noise: str
    growth: str
    rows: str

    @property
    def a_draw(self) -> int:
        """Rows that one draw gives."""
        return int(self.cluster.lstrip("editsgroupn") or 1)


@cache
def vocabulary(seed: int) -> tuple[str, ...]:
    """Made-up words, no two of them one letter apart: none is a misspelling of another."""
    random = np.random.default_rng(seed)
    found: list[str] = []
    while len(found) < WORDS * len(CATEGORIES):
        word = "".join(
            CONSONANTS[random.integers(len(CONSONANTS))] + VOWELS[random.integers(len(VOWELS))]
            for _ in range(random.integers(2, 5))
        )
        if all(OSA.distance(word, other, score_cutoff=1) > 1 for other in (*found, *COMMON)):
            found.append(word)
    return tuple(found)


@cache
def messages(seed: int) -> tuple[tuple[str, str], ...]:
    """(text, category) by rank; no two have the same words, in whatever order."""
    random, words = np.random.default_rng(seed), vocabulary(seed)
    found: dict[frozenset[str], tuple[str, str]] = {}
    while len(found) < MESSAGES:
        category = random.integers(len(CATEGORIES))
        own = words[category * WORDS : (category + 1) * WORDS]
        plain = random.random(random.integers(*LENGTHS)) < SHARE_COMMON
        plain[random.integers(len(plain))] = False
        which = random.integers(WORDS * len(COMMON), size=len(plain))
        text = [
            COMMON[w % len(COMMON)] if p else own[w % WORDS]
            for w, p in zip(which, plain, strict=True)
        ]
        found.setdefault(frozenset(text), (" ".join(text), CATEGORIES[category]))
    return tuple(found.values())


def draw(cell: Cell, rows: int, random: np.random.Generator, seed: int, start: int = 0) -> Rows:
    """`rows` rows of the source; its draws are numbered from `start`, as groups."""
    known = messages(seed)
    weight = np.arange(1.0, MESSAGES + 1) ** -float(cell.repetition)
    first = random.choice(MESSAGES, -(-rows // cell.a_draw), p=weight / weight.sum())
    found = [
        (text, label, f"g{number}")
        for number, rank in enumerate(first.tolist(), start)
        for text, label in _drawn(cell, known, rank, weight, random)
    ]
    frame = pd.DataFrame(found[:rows], columns=["text", "label", "group"])
    return frame.assign(label=_mislabelled(frame, cell.noise, random))


def _drawn(
    cell: Cell,
    known: Sequence[tuple[str, str]],
    rank: int,
    weight: np.ndarray,
    random: np.random.Generator,
) -> list[tuple[str, str]]:
    """The rows that one draw gives."""
    text, label = known[rank]
    if "edits" in cell.cluster:
        return [
            (EDITS[e].format(text), label) for e in random.permutation(len(EDITS))[: cell.a_draw]
        ]
    if "group" in cell.cluster:
        alike = weight * np.array([c == label for _, c in known])
        ranks = random.choice(MESSAGES, cell.a_draw - 1, p=alike / alike.sum())
        return [known[r] for r in (rank, *ranks)]
    return [known[rank]]


def _mislabelled(frame: Rows, noise: str, random: np.random.Generator) -> list[str]:
    share = 0.0 if noise == "none" else int(noise[-1]) / 100
    by = frame.index.astype(str) if noise.startswith("row") else frame.group
    moved = {
        key: random.integers(1, len(CATEGORIES)) if random.random() < share else 0
        for key in dict.fromkeys(by)
    }
    return [
        CATEGORIES[(CATEGORIES.index(label) + moved[key]) % len(CATEGORIES)]
        for key, label in zip(by, frame.label, strict=True)
    ]


def run(cell: Cell, number: int, settings: Settings) -> Verdict:
    """One gate over a base and a candidate of one source."""
    random, rows = np.random.default_rng([number, *map(ord, str(cell))]), int(cell.rows)
    base = draw(cell, rows, random, number)
    if cell.growth == "halves":
        candidate = draw(cell, rows, random, number, rows)
    else:
        more = max(round(float(cell.growth) * rows), 1)
        candidate = pd.concat([base, draw(cell, more, random, number, rows)], ignore_index=True)
    if "group" not in cell.cluster:
        base, candidate = base.drop(columns="group"), candidate.drop(columns="group")
    return gate(candidate, base=base, settings=settings)


def cells(wanted: list[str]) -> Iterator[Cell]:
    """All cells, or those of the values that are named for some of the axes."""
    axes = dict(AXES)
    for one in wanted:
        axis, _, values = one.partition("=")
        axes[axis] = tuple(values.split(","))
        if axis not in AXES or not {*axes[axis]} <= {*AXES[axis]}:
            raise SystemExit(f"--cells {one}: expected AXIS=VALUE,... of {AXES}")
    for values in itertools.product(*axes.values()):
        yield Cell(**dict(zip(axes, values, strict=True)))


def main() -> None:
    parser = options(__doc__)
    parser.set_defaults(embedder="hashing")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--cells", action="append", default=[], metavar="AXIS=VALUE,...")
    asked = parser.parse_args()
    heading(*AXES, "runs", "PASS", "INCONCLUSIVE", "FAIL", "fails first for")
    total: Counter[str] = Counter()
    for cell in cells(asked.cells):
        given = settings(asked, roles={"group": "group"} if "group" in cell.cluster else {})
        verdicts, reasons = Counter(), Counter()
        for number in range(asked.start, asked.start + asked.runs):
            found = run(cell, number, given)
            verdicts[found.outcome] += 1
            if found.outcome == "fail" and (reason := first_reason(found)):
                reasons[reason.check] += 1
        total += verdicts
        counts = (verdicts[o] for o in ("pass", "inconclusive", "fail"))
        told = ", ".join(f"{check}: {n}" for check, n in reasons.most_common())
        line([*(getattr(cell, axis) for axis in AXES), asked.runs, *counts, told])
    counts = (total[o] for o in ("pass", "inconclusive", "fail"))
    line(["all", *[""] * (len(AXES) - 1), total.total(), *counts, ""])


if __name__ == "__main__":
    main()
