"""The encoder asks the model for as little as it can, in an order that no row order decides."""

import numpy as np
import pytest

from auditor.embedding import embed
from auditor.embedding.cache import VectorCache
from auditor.embedding.embed import Encoder

TEXTS = ["Where is my parcel?", "Cancel it", "I was charged twice", "Cancel it", "Déjà payé ?"]


def test_identical_texts_are_embedded_once(counting):
    embedder = counting()
    Encoder(embedder).embed(TEXTS * 3)
    assert sorted(embedder.seen) == sorted(set(TEXTS))


def test_each_text_gets_its_own_vector_in_the_order_of_the_rows(counting):
    embedder = counting()
    found = Encoder(embedder).embed(TEXTS)
    np.testing.assert_array_equal(found.vectors, np.stack([embedder.vector(t) for t in TEXTS]))
    assert found.windows.tolist() == [1, 1, 1, 1, 1]
    assert (found.unknown > 0).tolist() == [False, False, False, False, True]


def test_the_model_hears_the_texts_in_the_same_order_whatever_that_of_the_rows(counting):
    one, other = counting(), counting()
    Encoder(one).embed(TEXTS)
    Encoder(other).embed(TEXTS[::-1])
    assert one.calls == other.calls


def test_texts_go_to_the_model_shortest_first(counting):
    embedder = counting()
    Encoder(embedder).embed(TEXTS)
    assert [len(t) for t in embedder.seen] == sorted(len(t) for t in embedder.seen)


def test_what_was_embedded_before_is_not_embedded_again(counting):
    embedder = counting()
    encoder = Encoder(embedder)
    encoder.embed(TEXTS)
    embedder.calls.clear()
    found = encoder.embed(["Cancel it", "A new message"])
    assert embedder.seen == ["A new message"]
    np.testing.assert_array_equal(found.vectors[0], embedder.vector("Cancel it"))


def test_the_result_names_the_embedder(counting):
    found = Encoder(counting(name="mini", revision="7", precision="bfloat16")).embed(TEXTS)
    assert (found.embedder, found.revision, found.precision) == ("mini", "7", "bfloat16")
    assert found.dim == 8
    assert found.vectors.dtype == np.float32


def test_case_and_spaces_tell_texts_apart(counting):
    embedder = counting()
    Encoder(embedder).embed(["Cancel it", "cancel it", "cancel it "])
    assert len(embedder.seen) == 3


def test_progress_ends_at_the_number_of_new_texts(counting):
    heard = []
    Encoder(counting(), None, lambda *step: heard.append(step)).embed(TEXTS)
    assert heard[0] == ("embedding", 0, 4)
    assert heard[-1] == ("embedding", 4, 4)


def test_a_second_encoder_with_the_same_cache_embeds_nothing(counting, tmp_path):
    first, second = counting(), counting()
    before = Encoder(first, VectorCache(tmp_path, first.identity)).embed(TEXTS)
    after = Encoder(second, VectorCache(tmp_path, second.identity)).embed(TEXTS[::-1])
    assert second.calls == []
    np.testing.assert_array_equal(after.vectors[::-1], before.vectors)
    np.testing.assert_array_equal(after.unknown[::-1], before.unknown)


def test_an_interrupted_run_is_resumed_where_it_stopped(counting, tmp_path, monkeypatch):
    monkeypatch.setattr(embed, "TEXTS_AT_ONCE", 2)
    texts = [f"My order {'very ' * i}late" for i in range(7)]
    stopped, resumed, whole = counting(stops_after=2), counting(), counting()
    with pytest.raises(KeyboardInterrupt):
        Encoder(stopped, VectorCache(tmp_path, stopped.identity)).embed(texts)
    found = Encoder(resumed, VectorCache(tmp_path, resumed.identity)).embed(texts)
    assert sorted(resumed.seen + stopped.seen) == sorted(texts)
    np.testing.assert_array_equal(found.vectors, Encoder(whole).embed(texts).vectors)


def test_progress_moves_before_the_model_has_seen_every_text(counting):
    heard = []
    texts = [f"order {i}" for i in range(500)]
    Encoder(counting(), None, lambda *step: heard.append(step)).embed(texts)
    assert heard[:2] == [("embedding", 0, 500), ("embedding", embed.FIRST_TEXTS, 500)]
