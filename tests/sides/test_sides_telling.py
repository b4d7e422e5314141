"""Two samples: p is uniform where nothing differs, small where something does; words say what."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.sides import two_samples as module
from auditor.sides.telling import count_grams, keywords, log_odds, telling
from auditor.sides.two_samples import balanced, two_samples


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def test_of_halves_of_one_set_the_p_value_is_about_uniform(monkeypatch):
    monkeypatch.setattr(module, "PERMUTATIONS", 99)
    p = []
    for seed in range(200):
        random = np.random.default_rng(seed)
        vectors, codes = unit(random.normal(size=(80, 8))), np.arange(80) % 2
        base = random.permutation(80) < 40
        p.append(two_samples(vectors, codes, np.arange(80), (base, ~base), seed).p)
    assert np.mean(np.array(p) <= 0.05) <= 0.09  # 5 % and 2.6 standard errors
    assert 0.4 <= np.mean(p) <= 0.6


def test_sets_that_differ_are_told_apart():
    random = np.random.default_rng(0)
    vectors = random.normal(size=(120, 8))
    vectors[60:, 0] += 3.0
    base = np.arange(120) < 60
    found = two_samples(unit(vectors), np.arange(120) % 3, np.arange(120), (base, ~base), 0)
    assert found.p <= 0.01
    assert found.accuracy > 0.8


def test_copies_of_few_rows_do_not_make_a_difference_sure():
    """Each side is five rows a dozen times: far from independent, and too few as families."""
    random = np.random.default_rng(0)
    vectors = unit(np.repeat(random.normal(size=(10, 8)), 12, axis=0))
    families, base = np.repeat(np.arange(10), 12), np.arange(120) < 60
    assert two_samples(vectors, np.zeros(120, dtype=np.int64), families, (base, ~base), 0) is None


def test_rows_are_balanced_within_categories_and_no_two_are_of_one_family():
    random = np.random.default_rng(1)
    codes, families = random.integers(0, 3, 300), random.integers(0, 120, 300)
    base = random.random(300) < 0.3
    one, other = balanced(codes, families, (base, ~base), random)
    assert base[one].all()
    assert not base[other].any()
    taken = families[np.concatenate([one, other])]
    assert len(np.unique(taken)) == len(taken)


def test_words_that_one_set_has_more_are_named():
    plain = [["where", "is", "my", "parcel", str(i)] for i in range(60)]
    spiced = [["dear", "team", "where", "is", "my", "parcel", str(i)] for i in range(60, 120)]
    grams = count_grams([*plain, *spiced])
    found = telling(grams, np.arange(60), np.arange(60, 120))
    assert {g.text for g in found} == {"dear", "team"}
    assert {(g.of, g.base_per_1000, g.candidate_per_1000) for g in found} == {
        ("candidate", 0.0, 1000.0)
    }
    assert keywords(grams, np.arange(60, 120), np.arange(120))[0].startswith(("dear", "team"))


def test_log_odds_of_equal_counts_are_zero_and_of_none_too():
    same = np.array([5.0, 0.0, 20.0])
    assert log_odds(same, same).tolist() == pytest.approx([0.0, 0.0, 0.0])


def test_chance_names_few_words():
    random = np.random.default_rng(0)
    named = 0
    for _ in range(10):
        rows = [[f"w{i}" for i in random.integers(0, 50, 12)] for _ in range(200)]
        named += len(telling(count_grams(rows), np.arange(100), np.arange(100, 200)))
    assert named <= 10
