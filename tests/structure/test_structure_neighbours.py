"""Nearest neighbours are exact, and ties are no matter of chance."""

import numpy as np
import pytest

from auditor.records.structure import Embeddings
from auditor.structure.neighbours import BLOCK, nearest, nearest_readable, placed


def unit(rng, n, dim=16):
    vectors = rng.normal(size=(n, dim)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def brute_force(queries, pool, k, *, own):
    """Index and cosine (n, k), in double precision, the lower position first."""
    cosine = queries.astype(np.float64) @ pool.astype(np.float64).T
    if own:
        np.fill_diagonal(cosine, -2.0)
    index = np.argsort(-cosine.round(5), axis=1, kind="stable")[:, :k]
    return index, np.take_along_axis(cosine, index, 1)


@pytest.mark.parametrize("n", [2, 30, BLOCK + 7])
def test_neighbours_agree_with_brute_force(n):
    vectors = unit(np.random.default_rng(n), n, dim=3 if n == 2 else 16)
    k = min(8, n - 1)
    found = nearest(vectors, k)
    index, cosine = brute_force(vectors, vectors, k, own=True)
    np.testing.assert_allclose(found.cosine, cosine, atol=2e-5)
    assert (found.index == index).mean() > 0.999  # the rest are ties within rounding


def test_no_row_is_its_own_neighbour():
    vectors = np.repeat(unit(np.random.default_rng(1), 4), 5, axis=0)
    found = nearest(vectors, 10)
    assert not (found.index == np.arange(20)[:, None]).any()


def test_neighbours_stand_nearest_first():
    found = nearest(unit(np.random.default_rng(2), 50), 20)
    assert (np.diff(found.cosine, axis=1) <= 0).all()


def test_ties_go_to_the_lower_position():
    vectors = np.tile(np.array([[0.6, 0.8]], dtype=np.float32), (4, 1))
    assert nearest(vectors, 3).index.tolist() == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]


@pytest.mark.parametrize("n", [60, 3000])
def test_ties_go_to_the_lower_position_where_not_all_of_them_fit(n):
    """Sixty identical rows have fifty-nine equal neighbours; the first five are listed."""
    vectors = np.tile(np.array([[0.6, 0.8]], dtype=np.float32), (n, 1))
    found = nearest(vectors, 5).index
    assert found[0].tolist() == [1, 2, 3, 4, 5]
    assert found[-1].tolist() == [0, 1, 2, 3, 4]


def test_cosines_alike_in_five_digits_are_ties():
    """The later row is nearer by a last bit that decides nothing."""
    query = np.array([[1.0, 0.0]], dtype=np.float32)
    pool = np.array([[0.8, 0.6], [0.800001, 0.6], [0.0, 1.0]], dtype=np.float32)
    assert nearest(query, 2, among=pool).index.tolist() == [[0, 1]]
    assert nearest(query, 1, among=pool).index.tolist() == [[0]]


def test_places_without_a_neighbour_say_so():
    found = nearest(unit(np.random.default_rng(3), 3), 5)
    assert (found.index[:, :2] >= 0).all()
    assert (found.index[:, 2:] == -1).all()
    assert (found.cosine[:, 2:] == -1.0).all()


def test_a_single_row_has_no_neighbours():
    found = nearest(np.array([[1.0, 0.0]], dtype=np.float32), 4)
    assert found.index.tolist() == [[-1] * 4]
    assert found.cosine.tolist() == [[-1.0] * 4]


def test_neighbours_can_be_sought_among_others():
    rng = np.random.default_rng(4)
    queries, pool = unit(rng, 9), unit(rng, 40)
    found = nearest(queries, 6, among=pool)
    index, cosine = brute_force(queries, pool, 6, own=False)
    assert found.index.tolist() == index.tolist()
    np.testing.assert_allclose(found.cosine, cosine, atol=2e-5)


def test_among_others_a_row_may_find_itself():
    vectors = unit(np.random.default_rng(5), 12)
    found = nearest(vectors, 1, among=vectors)
    assert found.index.ravel().tolist() == list(range(12))


def test_the_vectors_are_left_as_they_are():
    vectors = unit(np.random.default_rng(6), 12)
    before = vectors.copy()
    nearest(vectors, 3)
    np.testing.assert_array_equal(vectors, before)


def test_texts_that_the_model_cannot_read_have_no_neighbours_and_are_none():
    vectors = np.eye(4, dtype=np.float32)[[0, 0, 0, 1, 0]]
    embeddings = Embeddings(
        vectors=vectors,
        windows=np.ones(5, dtype=np.int64),
        unknown=np.array([0.0, 1.0, 0.0, 0.2, 0.6], dtype=np.float32),
        embedder="toy",
        revision="1",
        precision="float32",
    )
    found = nearest_readable(embeddings, 3)
    assert found.index.tolist() == [[2, 3, -1], [-1] * 3, [0, 3, -1], [0, 2, -1], [-1] * 3]
    assert found.cosine[0].tolist() == [1.0, 0.0, -1.0]
    assert embeddings.readable.tolist() == [0, 2, 3]
    assert embeddings.unread() == "2 of 5 texts are in a script that toy does not know"
    by_words = placed(nearest(vectors[[1, 4]], 3), np.array([1, 4]), 5, found)
    assert by_words.index.tolist() == [[2, 3, -1], [4, -1, -1], [0, 3, -1], [0, 2, -1], [1, -1, -1]]


def test_where_most_texts_cannot_be_read_none_is():
    unread = Embeddings(
        vectors=np.eye(3, dtype=np.float32),
        windows=np.ones(3, dtype=np.int64),
        unknown=np.array([1.0, 1.0, 0.0], dtype=np.float32),
        embedder="toy",
        revision="1",
        precision="float32",
    )
    assert unread.readable is None
