"""Diversity is compared at one size and one mix of lengths."""

from __future__ import annotations

import numpy as np

from auditor.comparing.diversity import diversity


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def sets(sizes, words, seed=0):
    """Rows of either set, its words drawn from so many."""
    random = np.random.default_rng(seed)
    tokens, sides = [], []
    for size, vocabulary in zip(sizes, words, strict=True):
        tokens += [
            [f"w{i}" for i in random.integers(0, vocabulary, random.integers(5, 15))]
            for _ in range(size)
        ]
        sides.append(size)
    base = np.arange(sum(sides)) < sides[0]
    return tokens, unit(random.normal(size=(sum(sides), 8))), (base, ~base)


def test_a_set_is_not_less_varied_for_being_larger():
    found, rows = diversity(*sets((200, 2000), (400, 400)), 0)
    assert rows <= 100
    for told in found:
        difference = told.contrast.difference
        assert difference.low - 0.02 <= 0 <= difference.high + 0.02, told.measure


def test_fewer_words_are_less_variety():
    found, _ = diversity(*sets((200, 200), (2000, 40)), 0)
    assert found[0].contrast.differs
    assert found[0].contrast.difference.value < 0


def test_too_few_rows_say_nothing():
    assert diversity(*sets((6, 6), (50, 50)), 0) == ((), 0)
