"""Labels that are steps of a scale: which, and in what order.

Words are known as such. Numbers may be classes as well: they are a scale where annotators who
differ are mostly a step or two apart, nearer than by most other orders of the same labels.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import permutations
from math import factorial

import numpy as np

from auditor.records.arrays import Ints, Table

# The commonest response scales (Vagias 2006, Likert-type scale response anchors, Clemson
# University), and those of severity, size and priority; words of one step share a place.
SCALES: Sequence[Sequence[Sequence[str]]] = (
    (
        *(("very low", "lowest"), ("low",), ("medium", "moderate", "middle", "mid", "normal")),
        *(("high",), ("very high", "highest", "critical", "urgent")),
    ),
    (("very negative",), ("negative",), ("neutral", "mixed"), ("positive",), ("very positive",)),
    (
        *(("strongly disagree",), ("disagree",)),
        *(("neutral", "neither agree nor disagree", "undecided"), ("agree",), ("strongly agree",)),
    ),
    (
        *(("very dissatisfied",), ("dissatisfied",), ("neutral", "neither")),
        *(("satisfied",), ("very satisfied",)),
    ),
    (("never",), ("rarely", "seldom"), ("sometimes",), ("often", "frequently"), ("always",)),
    (
        *(("none", "no"), ("slight", "mild", "minor", "weak"), ("moderate", "medium")),
        *(("severe", "strong", "major"), ("extreme", "very severe", "critical")),
    ),
    (
        *(
            ("terrible", "very bad", "very poor"),
            ("bad", "poor"),
            ("ok", "okay", "fair", "average"),
        ),
        *(("good",), ("very good", "great"), ("excellent",)),
    ),
    (
        ("very easy",),
        ("easy",),
        ("medium", "moderate", "normal"),
        ("hard", "difficult"),
        ("very hard",),
    ),
    (
        *(("very unlikely",), ("unlikely",), ("possible", "neutral", "maybe", "unsure")),
        *(("likely",), ("very likely",)),
    ),
    (("small",), ("medium",), ("large", "big"), ("very large", "huge")),
    (
        ("irrelevant", "not relevant"),
        ("partially relevant", "somewhat relevant"),
        ("relevant",),
        ("very relevant", "highly relevant"),
    ),
)
MIN_STEPS = 3  # of two labels every disagreement is one step
MAX_STEPS = 11  # 0 to 10
NEARER = 0.8  # of the mean distance by any order: numbers of classes have 1 (K + 1 of 3 steps)
BEST = 0.1  # share of the orders that may be as good
MAX_ORDERS = 5040  # that are tried: of seven labels all
_NUMBERED = re.compile(r"(\D*?)([+-]?\d+)(?:\.0+)?(\D*)")


def scale_of(labels: Sequence[str], differing: Table, seed: int) -> tuple[str, ...]:
    """The labels from the lowest step to the highest; () where they are no scale.

    differing (K, K): how many pairs of annotators gave a text the two labels.
    """
    if words := _in_words(labels):
        return words
    numbers = _numbers(labels)
    if not numbers:
        return ()
    order = sorted(labels, key=lambda label: numbers[label])
    at = [labels.index(label) for label in order]
    return tuple(order) if _is_ordered(differing[np.ix_(at, at)], seed) else ()


def _in_words(labels: Sequence[str]) -> tuple[str, ...]:
    plain = {
        label: " ".join(re.findall(r"\w+", label.casefold().replace("_", " "))) for label in labels
    }
    for scale in SCALES:
        step = {word: i for i, words in enumerate(scale) for word in words}
        steps = {step.get(word) for word in plain.values()}
        if None not in steps and MIN_STEPS <= len(steps) == len(labels):
            return tuple(sorted(labels, key=lambda label: step[plain[label]]))
    return ()


def _numbers(labels: Sequence[str]) -> dict[str, int]:
    """Label -> its number, where all are numbers in one frame, such as "4 stars", in a row."""
    found = {label: _NUMBERED.fullmatch(label.strip()) for label in labels}
    frames = {(m[1], m[3].rstrip("s")) if m else None for m in found.values()}
    numbers = {label: int(m[2]) for label, m in found.items() if m}
    distinct = sorted({*numbers.values()})
    in_a_row = distinct == [*range(distinct[0], distinct[0] + len(distinct))] if distinct else False
    one_frame = len(frames) == 1 and None not in frames
    several = MIN_STEPS <= len(distinct) == len(labels) <= MAX_STEPS
    return numbers if one_frame and several and in_a_row else {}


def _is_ordered(differing: Table, seed: int) -> bool:
    """Whether those who differ are nearer by this order of the (K, K) labels than by others."""
    kinds = len(differing)
    place = np.arange(kinds)
    pairs = differing * (1 - np.eye(kinds))
    if not pairs.sum():
        return False

    def distance(order: Ints) -> float:
        return float((pairs * np.abs(order[:, None] - order)).sum() / pairs.sum())

    own = distance(place)
    if own > NEARER * (kinds + 1) / 3:
        return False
    orders = _orders(kinds, seed)
    as_good = np.mean([distance(order) <= own + 1e-9 for order in orders])
    return bool(as_good <= max(BEST, 2 / factorial(kinds)))


def _orders(kinds: int, seed: int) -> list[Ints]:
    """All orders of few labels, of more a sample."""
    if factorial(kinds) <= MAX_ORDERS:
        return [np.array(order) for order in permutations(range(kinds))]
    random = np.random.default_rng(seed)
    return [random.permutation(kinds) for _ in range(MAX_ORDERS)]
