"""The larger set is sampled to the size, and as far as it can the mix, of the smaller one."""

from __future__ import annotations

import numpy as np
import pytest

from auditor.comparing.matching import matched_samples, sample


@pytest.mark.parametrize("size_of", [(10, 10), (18, 2), (0, 20)])
def test_a_sample_has_the_size_and_where_it_can_the_mix_of_the_smaller_set(size_of):
    codes = np.array([0] * 15 + [1] * 40)
    drawn = sample(codes, np.array(size_of), 20, np.random.default_rng(0))
    assert len(np.unique(drawn)) == 20
    counts = np.bincount(codes[drawn], minlength=2)
    assert counts.tolist() == [min(15, size_of[0]), 20 - min(15, size_of[0])]


def test_samples_are_rows_of_the_larger_set_and_differ_from_one_another():
    codes, smaller, larger = np.arange(60) % 3, np.arange(12), np.arange(12, 60)
    one, other = matched_samples(codes, smaller, larger, 2, seed=4)
    assert set(one) | set(other) <= set(larger)
    assert np.bincount(codes[one]).tolist() == np.bincount(codes[smaller]).tolist()
    assert set(one) != set(other)
