"""Two samples: p is uniform where nothing differs, small where something does; words say what."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.comparing import two_samples as module
from auditor.comparing.distinctive_ngrams import (
    count_grams,
    distinctive_ngrams,
    distinctive_words,
    log_odds,
)
from auditor.comparing.two_samples import _folds, balanced, two_samples


def unit(vectors):
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def share_found(monkeypatch, draw, runs=200):
    """How often sets that `draw` makes of one source have a p of .05 or less, and the mean p."""
    monkeypatch.setattr(module, "PERMUTATIONS", 99)
    p = []
    for seed in range(runs):
        vectors, families, base = draw(np.random.default_rng(seed))
        codes = np.arange(len(base)) % 2
        p.append(two_samples(unit(vectors), codes, families, (base, ~base), seed).p)
    return np.mean(np.array(p) <= 0.05), np.mean(p)


def test_the_interval_of_the_accuracy_holds_chance_about_four_times_in_five(monkeypatch):
    monkeypatch.setattr(module, "PERMUTATIONS", 99)
    contained = []
    for seed in range(200):
        vectors, families, base = of_a_cone(np.random.default_rng(seed))
        codes = np.zeros(len(base), dtype=np.int64)
        low, high = two_samples(unit(vectors), codes, families, (base, ~base), seed).interval
        contained.append(low <= 0.5 <= high)
    assert 0.7 <= np.mean(contained) <= 0.9


def of_a_cone(random):
    """Two dozen rows a side that have most of their direction in common, as embeddings have."""
    vectors = 2 * np.eye(256)[0] + random.normal(size=(48, 256)) / 16
    return vectors, np.arange(48), np.repeat(random.permutation(24) < 12, 2)


def of_customers(random):
    """Customers who write five rows each, and who are on one side or on the other."""
    owner = np.repeat(np.arange(80), 5)
    vectors = random.normal(size=(80, 16))[owner] + 0.3 * random.normal(size=(400, 16))
    return vectors, owner, (random.permutation(80) < 40)[owner]


def of_a_chat_log(random):
    """A few messages are said most often; the second set is ten times as large as the first."""
    often = 1 / np.arange(1, 3001)
    message = random.choice(3000, 880, p=often / often.sum())
    what = np.random.default_rng(5).normal(size=(3000, 16))
    what[:, 0] = np.log(np.arange(1, 3001)) - 6
    return what[message], message, np.arange(880) < 80


@pytest.mark.parametrize("draw", [of_a_cone, of_customers, of_a_chat_log])
def test_of_two_sets_of_one_source_one_pair_in_twenty_differs(monkeypatch, draw):
    found, mean = share_found(monkeypatch, draw)
    assert found <= 0.09  # 5 % and 2.6 standard errors
    assert 0.4 <= mean <= 0.65  # ties make p larger


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


def test_rows_are_paired_within_categories_and_a_family_is_on_a_side_once():
    random = np.random.default_rng(1)
    codes, families = random.integers(0, 3, 300), random.integers(0, 120, 300)
    base = random.random(300) < 0.3
    one, other, stratum = balanced(codes, families, (base, ~base), random)
    assert base[one].all()
    assert not base[other].any()
    assert (codes[one] == codes[other]).all()
    for rows in (one, other):
        assert len(np.unique(families[rows])) == len(rows)
    shared = np.isin(families[one], families[other])
    assert (families[one] == families[other])[shared].all()
    assert len(np.unique(stratum[shared])) == shared.sum()


def test_families_that_are_dealt_out_anew_are_about_as_large():
    families = np.repeat(np.arange(120), np.arange(120) % 5 + 1)
    base = np.random.default_rng(0).random(120)[families] < 0.5
    sets = (base, ~base)
    one, other, _ = balanced(np.zeros_like(families), families, sets, np.random.default_rng(0))
    sizes = np.bincount(families)
    assert (np.frexp(sizes[families[one]])[1] == np.frexp(sizes[families[other]])[1]).all()
    assert len(one) > 40


def test_folds_keep_a_family_and_nearest_rows_together_and_know_no_side():
    random = np.random.default_rng(0)
    rows = random.normal(size=(60, 8))
    rows[30:40] = rows[40:50] + 0.01
    rows = unit(rows)
    paired = np.arange(30) < 5
    folds = _folds(rows @ rows.T, paired, np.random.default_rng(0))
    assert (folds[:5] == folds[30:35]).all()
    assert (folds[30:40] == folds[40:50]).all()
    assert set(folds.tolist()) == set(range(5))


def test_another_seed_takes_other_rows_and_other_permutations():
    random = np.random.default_rng(0)
    vectors, base = unit(random.normal(size=(120, 8))), np.arange(120) < 40
    asked = vectors, np.zeros(120, dtype=np.int64), np.arange(120), (base, ~base)
    one, same, other = (two_samples(*asked, seed) for seed in (0, 0, 1))
    assert (one.p, one.added.tolist()) == (same.p, same.added.tolist())
    assert (one.p, one.added.tolist()) != (other.p, other.added.tolist())


def test_words_that_one_set_has_more_are_named():
    plain = [["where", "is", "my", "parcel", str(i)] for i in range(60)]
    spiced = [["dear", "team", "where", "is", "my", "parcel", str(i)] for i in range(60, 120)]
    grams = count_grams([*plain, *spiced])
    found = distinctive_ngrams(grams, np.arange(60), np.arange(60, 120))
    assert {g.text for g in found} == {"dear", "team"}
    assert {(g.more_in, g.base_per_1000, g.candidate_per_1000) for g in found} == {
        ("candidate", 0.0, 1000.0)
    }
    assert distinctive_words(grams, np.arange(60, 120), np.arange(120))[0].startswith(
        ("dear", "team")
    )


def test_log_odds_of_equal_counts_are_zero_and_of_none_too():
    same = np.array([5.0, 0.0, 20.0])
    assert log_odds(same, same).tolist() == pytest.approx([0.0, 0.0, 0.0])


def test_chance_names_few_words():
    random = np.random.default_rng(0)
    named = 0
    for _ in range(10):
        rows = [[f"w{i}" for i in random.integers(0, 50, 12)] for _ in range(200)]
        named += len(distinctive_ngrams(count_grams(rows), np.arange(100), np.arange(100, 200)))
    assert named <= 10
