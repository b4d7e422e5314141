"""Regions: a planted loss is found, chance finds none, and copies cover no more than one row."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

from auditor.records import Dataset, Example
from auditor.sides.pool import pool
from auditor.sides.regions import find_regions
from auditor.sides.telling import count_grams

DIM = 16


def dataset(texts, category="a"):
    examples = (Example(row=i, text=t, category=category) for i, t in enumerate(texts))
    ordered = tuple(sorted(examples, key=lambda e: e.content))
    return Dataset(name="d", examples=ordered, rows_read=len(ordered), roles={})


def vector(text):
    """Texts of one kind, their first word, lie about one direction."""
    kind, number = text.split()
    centre = np.random.default_rng([ord(c) for c in kind]).normal(size=DIM)
    noise = np.random.default_rng([ord(c) for c in kind + number]).normal(size=DIM)
    mixed = centre + 0.7 * noise
    return (mixed / np.linalg.norm(mixed)).astype(np.float32)


def regions_of(base, candidate, families=None):
    both = pool(dataset(base), dataset(candidate))
    texts = both.dataset.texts
    grams = count_grams([t.split() for t in texts], (1, 1), 2)
    numbers = np.arange(len(texts)) if families is None else np.array([families(t) for t in texts])
    return find_regions(both, np.stack([vector(t) for t in texts]), numbers, grams)


def kinds(prefix, sizes):
    return [f"{k} {prefix}{i}" for k, n in sizes.items() for i in range(n)]


def test_a_lost_subtype_is_found_with_its_words():
    base = kinds("b", {"late": 30, "lost": 30, "broken": 30, "wrong": 30})
    candidate = kinds("c", {"late": 40, "lost": 40, "broken": 40})
    (lost,) = regions_of(base, candidate)
    assert lost.missing_in == "candidate"
    assert lost.base >= 28
    assert lost.candidate == 0
    assert "wrong" in lost.keywords
    assert lost.p < 0.01


def test_a_gained_subtype_is_one_that_the_base_lacks():
    base = kinds("b", {"late": 40, "lost": 40})
    candidate = base + kinds("c", {"late": 40, "wrong": 40})
    (gained,) = regions_of(base, candidate)
    assert gained.missing_in == "base"
    assert gained.candidate == 40


def test_variations_of_one_row_are_no_coverage():
    base = kinds("b", {"late": 40, "lost": 40})
    candidate = base + kinds("c", {"late": 40, "wrong": 40})
    assert (
        regions_of(base, candidate, lambda t: 0 if "wrong" in t else zlib.crc32(t.encode())) == ()
    )


@pytest.mark.parametrize("seed", range(8))
def test_halves_of_one_set_lack_nothing(seed):
    rows = kinds("r", {"late": 40, "lost": 40, "broken": 40, "wrong": 40})
    half = np.random.default_rng(seed).permutation(len(rows)) < len(rows) // 2
    one = [r for r, h in zip(rows, half, strict=True) if h]
    other = [r for r, h in zip(rows, half, strict=True) if not h]
    assert regions_of(one, other) == ()
