"""The packaged model as something to train."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from click.testing import CliRunner

from auditor.cli import main
from auditor.embedding.target import open_target
from auditor.errors import UsageError
from auditor.prediction.fine_tuning.training import Classifier, tokenise

TEXTS = ["Where is my parcel?", "I was charged twice for March, and nobody answers.", "no"]


@pytest.fixture(scope="module")
def target():
    return open_target("all-MiniLM-L6-v2", offline=True)


def test_an_embedder_without_weights_cannot_be_trained():
    with pytest.raises(UsageError, match="no weights to fine-tune"):
        open_target("hashing", offline=True)


@pytest.mark.model
def test_before_training_its_vectors_are_those_of_the_embedder(target):
    tokens = tokenise(target, TEXTS)
    model = Classifier(target, tokens.vocabulary, 2, "cpu")
    vectors = torch.nn.functional.normalize(model.encode(tokens.texts)).numpy()
    assert (vectors * target.embedder.embed(TEXTS).vectors).sum(axis=1).min() > 0.9995


@pytest.mark.model
def test_only_the_words_of_the_texts_are_held(target):
    tokens = tokenise(target, TEXTS)
    model = Classifier(target, tokens.vocabulary, 2, "cpu")
    assert model.encoder.words.weight.shape == (len(tokens.vocabulary), 384)
    assert len(tokens.vocabulary) < 30


@pytest.mark.model
def test_training_a_copy_leaves_the_published_weights_as_they_are(target):
    tokens = tokenise(target, TEXTS)
    first = Classifier(target, tokens.vocabulary, 2, "cpu")
    before = first.encode(tokens.texts)
    with torch.no_grad():
        for weights in first.encoder.parameters():
            weights.add_(0.1)
    again = Classifier(target, tokens.vocabulary, 2, "cpu").encode(tokens.texts)
    torch.testing.assert_close(again, before)


@pytest.mark.model
def test_every_weight_of_the_encoder_is_trained(target):
    tokens = tokenise(target, TEXTS)
    model = Classifier(target, tokens.vocabulary, 2, "cpu")
    model.head(model.vectors(tokens.texts)).sum().backward()
    frozen = {n for n, w in model.encoder.named_parameters() if w.grad is None}
    assert frozen == {"model.embeddings.word_embeddings.weight"}  # a stub: `words` stands for it


@pytest.mark.model
def test_a_text_longer_than_the_model_is_cut_to_its_window(target):
    [ids] = target.tokenise(["parcel " * 1000])
    assert len(ids) == target.embedder.model.max_seq_length
    assert np.unique(ids).size == 3  # the special tokens, and one word


@pytest.mark.model
@pytest.mark.slow
def test_the_packaged_model_learns_the_tickets_and_then_what_was_left_out(
    workplace, tickets, as_csv, monkeypatch
):
    """Fifty tickets are few: more passes over them make as many steps as a real dataset has."""
    monkeypatch.setattr("auditor.prediction.fine_tuning.taught.OLD_EPOCHS", 30)
    (workplace / "desk.csv").write_text(as_csv(tickets), encoding="utf-8")
    words = ["backtest", "desk.csv", "--updates", "1", "--seeds", "1", "--label", "category"]
    done = CliRunner().invoke(main, [*words, "--embedder", "all-MiniLM-L6-v2"])
    assert done.exit_code == 0, done.output
    [path] = (workplace / "reports/desk/backtest").glob("*.json")
    [run] = json.loads(path.read_text(encoding="utf-8"))["content"]["runs"]
    assert np.shape(run["moved"]) == (8, 7)  # the embeddings and six layers
    assert np.mean(run["accuracy"][0]) > 0.6
    assert np.min(run["moved"][-1]) > 0
    assert run["learnt"][-1] > run["learnt"][0]
