"""The shape of a batch is that of its texts alone, so that no other text decides a last bit."""

from collections import Counter

import pytest

from auditor.embedding.transformer import _batches

TOKENS = 60
WINDOWS = [[0] * n for n in (5, 12, 5, 7, 12, 5, 90, 12, 12, 12, 12, 7)]


def test_every_window_is_in_one_batch():
    found = Counter(i for batch in _batches(WINDOWS, TOKENS) for i in set(batch))
    assert found == Counter(range(len(WINDOWS)))


def test_a_batch_holds_one_length():
    for batch in _batches(WINDOWS, TOKENS):
        assert len({len(WINDOWS[i]) for i in batch}) == 1


@pytest.mark.parametrize("left", [[0], [0, 2], [1], [6], range(12)])
def test_how_many_a_batch_holds_depends_on_their_length_alone(left):
    size = {5: 12, 12: 5, 7: 8, 90: 1}
    windows = [WINDOWS[i] for i in left]
    for batch in _batches(windows, TOKENS):
        assert len(batch) == size[len(windows[batch[0]])]


def test_a_longer_window_than_a_batch_holds_stands_alone():
    assert list(_batches([[0] * 90] * 2, TOKENS)) == [[0], [1]]
