"""The stand-in embedder knows words, repeats itself and needs no model."""

import numpy as np

from auditor.embedding import open_embedder
from auditor.embedding.hashing import DIM, HashingEmbedder

TEXTS = [
    *["Where is my parcel?", "my parcel is nowhere", "I was charged twice"],
    *["", "?!", "Где моя посылка", "👍"],
]


def test_it_is_opened_by_name():
    assert isinstance(open_embedder("hashing"), HashingEmbedder)


def test_the_same_texts_get_the_same_vectors():
    one, other = HashingEmbedder().embed(TEXTS), HashingEmbedder().embed(TEXTS)
    np.testing.assert_array_equal(one.vectors, other.vectors)


def test_every_vector_has_length_one_whatever_the_text():
    found = HashingEmbedder().embed(TEXTS)
    assert found.vectors.shape == (len(TEXTS), DIM)
    assert found.vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1.0, atol=1e-6)


def test_a_vector_does_not_depend_on_the_other_texts():
    together = HashingEmbedder().embed(TEXTS).vectors
    alone = np.concatenate([HashingEmbedder().embed([t]).vectors for t in TEXTS])
    np.testing.assert_allclose(together, alone, atol=1e-7)


def test_texts_that_share_words_are_nearer():
    cosine = HashingEmbedder().embed(TEXTS).vectors
    assert cosine[0] @ cosine[1] > cosine[0] @ cosine[2] + 0.1


def test_every_length_and_script_fits():
    found = HashingEmbedder().embed([*TEXTS, "very " * 5000])
    assert (found.windows == 1).all()
    assert (found.unknown == 0).all()


def test_the_identity_changes_with_the_revision():
    assert HashingEmbedder().identity != HashingEmbedder(revision="2").identity
