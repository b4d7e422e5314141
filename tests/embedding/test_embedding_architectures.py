"""Encoders of other families than the packaged one, tiny and with random weights, as targets.

A target holds the embeddings of some tokens alone, so that a model sees vectors in place of token
ids. What a family reads off the ids besides (positions, a scale, padding) must not be lost, nor
what comes behind the encoder.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import (
    Dense,
    Normalize,
    Pooling,
    Transformer,
)
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import AutoConfig, AutoModel, PreTrainedTokenizerFast

from auditor.embedding import transformer
from auditor.embedding.target import open_target
from auditor.errors import UsageError
from auditor.prediction.fine_tuning.trained_weights import layers_of
from auditor.prediction.fine_tuning.training import Classifier, tokenise

TEXTS = (
    "my parcel never came",
    "please send the parcel again to the new address and tell me when it leaves your shop",
    "thanks",
    "the card was charged two times and the second time nobody asked me for a code",
)
MARKS = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")  # padding is 1, as in MPNet and RoBERTa
ROLES = {
    f"{role}_token": mark
    for role, mark in zip(
        ("bos", "pad", "eos", "unk", "mask", "cls", "sep"), (*MARKS, "<s>", "</s>"), strict=True
    )
}
WORDS = sorted({w for t in TEXTS for w in t.split()})

PLAIN = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "max_position_embeddings": 80,
}
CAUSAL = {**PLAIN, "num_key_value_heads": 1, "head_dim": 16}
FAMILIES = {
    "bert": PLAIN,
    "mpnet": PLAIN,
    "roberta": PLAIN,
    "xlm-roberta": PLAIN,
    "camembert": PLAIN,
    "distilbert": {"dim": 32, "n_layers": 2, "n_heads": 2, "hidden_dim": 48},
    "albert": {**PLAIN, "embedding_size": 16},
    "electra": {**PLAIN, "embedding_size": 16},
    "deberta": {**PLAIN, "relative_attention": True, "pos_att_type": ["c2p", "p2c"]},
    "deberta-v2": {
        **PLAIN,
        "relative_attention": True,
        "position_buckets": 8,
        "pos_att_type": ["c2p", "p2c"],
        "conv_kernel_size": 3,
    },
    "modernbert": {**PLAIN, "global_attn_every_n_layers": 2},
    "longformer": {**PLAIN, "attention_window": [8, 8]},
    "big_bird": {**PLAIN, "attention_type": "original_full"},
    "mobilebert": {
        **PLAIN,
        "embedding_size": 16,
        "true_hidden_size": 16,
        "intra_bottleneck_size": 16,
    },
    "t5": {"d_model": 32, "d_kv": 16, "d_ff": 48, "num_layers": 2, "num_heads": 2},
    "gemma3_text": {**CAUSAL, "use_bidirectional_attention": True},
    "gemma": CAUSAL,
    "qwen3": CAUSAL,
    "canine": {**PLAIN, "local_transformer_stride": 8},
}


@pytest.fixture(autouse=True)
def in_float32(monkeypatch):
    monkeypatch.setattr(transformer, "_precision", lambda _: "float32")


def save(folder: Path, family: str, *behind: torch.nn.Module) -> Path:
    """A tiny encoder of a family, its weights random, with modules behind it."""
    vocabulary = {word: i for i, word in enumerate((*MARKS, *WORDS))}
    words = Tokenizer(models.WordLevel(vocabulary, MARKS[3]))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=words, **ROLES, model_max_length=64, padding_side="right"
    )
    tokenizer.save_pretrained(folder / "encoder")
    marks = {"pad_token_id": 1, "bos_token_id": 0, "eos_token_id": 2}
    config = AutoConfig.for_model(
        family, vocab_size=len(vocabulary), **{**marks, **FAMILIES[family]}
    )
    torch.manual_seed(0)
    model = AutoModel.from_config(config)
    for weights in model.parameters():  # so large that each tells; of padding too
        if weights.dim() > 1:
            torch.nn.init.normal_(weights, std=0.5)
    model.save_pretrained(folder / "encoder")
    encoder = Transformer(str(folder / "encoder"), max_seq_length=64)
    SentenceTransformer(modules=[encoder, *behind]).save(str(folder / "model"))
    return folder / "model"


def cosines(folder: Path, texts=TEXTS) -> np.ndarray:
    """Of the vectors that training starts from and those that the model itself gives a text."""
    target = open_target(str(folder), offline=True)
    tokens = tokenise(target, texts)
    model = Classifier(target, tokens.vocabulary, 2, "cpu")
    with torch.inference_mode():
        ours = model.vectors(tokens.texts)  # padded to the longest
    theirs = torch.tensor(np.stack([target.embedder.model.encode(t) for t in texts]))
    return torch.nn.functional.cosine_similarity(ours, theirs).numpy()


@pytest.mark.parametrize("family", [f for f in FAMILIES if f != "canine"])
def test_training_starts_from_the_vectors_of_the_model(family, tmp_path):
    assert cosines(save(tmp_path, family, Pooling(32))).min() > 0.9999


@pytest.mark.parametrize("mode", ["cls", "mean", "max", "lasttoken", "weightedmean"])
def test_tokens_are_pooled_as_the_model_pools_them(mode, tmp_path):
    assert cosines(save(tmp_path, "bert", Pooling(32, mode))).min() > 0.9999


def test_layers_behind_the_pooling_are_kept(tmp_path):
    folder = save(tmp_path, "bert", Pooling(32), Dense(32, 24), Normalize())
    assert cosines(folder).min() > 0.9999


def test_a_last_normalisation_is_left_to_the_head(tmp_path):
    target = open_target(str(save(tmp_path, "bert", Pooling(32), Normalize())), offline=True)
    tokens = tokenise(target, TEXTS)
    lengths = Classifier(target, tokens.vocabulary, 2, "cpu").encode(tokens.texts).norm(dim=1)
    assert not torch.allclose(lengths, torch.ones(len(TEXTS)), atol=0.1)


@pytest.mark.parametrize("family", ["mpnet", "gemma3_text"])
def test_every_word_of_the_texts_is_trained_and_no_other_is_held(family, tmp_path):
    """Also the one whose place is the id of padding."""
    target = open_target(str(save(tmp_path, family, Pooling(32))), offline=True)
    tokens = tokenise(target, TEXTS)
    model = Classifier(target, tokens.vocabulary, 2, "cpu")
    model.head(model.vectors(tokens.texts)).square().sum().backward()
    words = model.encoder.words.weight
    assert words.shape == (len(tokens.vocabulary), 32)
    assert (words.grad.abs().sum(dim=1) > 0).all()


def test_a_copy_draws_no_random_numbers(tmp_path):
    target = open_target(str(save(tmp_path, "mpnet", Pooling(32))), offline=True)
    vocabulary = tokenise(target, TEXTS).vocabulary
    before = torch.random.get_rng_state()
    target.fresh(vocabulary)
    assert torch.equal(torch.random.get_rng_state(), before)


def test_an_encoder_that_reads_more_off_its_ids_is_refused(tmp_path, monkeypatch):
    """Here: whether a token is rare, which its embedding does not tell."""
    target = open_target(str(save(tmp_path, "bert", Pooling(32))), offline=True)
    encoder = target.embedder.model[0].auto_model
    plain = type(encoder.embeddings).forward

    def forward(self, input_ids=None, **others):
        found = plain(self, input_ids=input_ids, **others)
        return found if input_ids is None else found + (input_ids > 9)[:, :, None] * found.flip(-1)

    monkeypatch.setattr(type(encoder.embeddings), "forward", forward)
    with pytest.raises(UsageError, match="cannot be fine-tuned here"):
        target.fresh(tokenise(target, TEXTS).vocabulary)


def test_an_encoder_of_characters_is_refused(tmp_path):
    target = open_target(str(save(tmp_path, "canine", Pooling(32))), offline=True)
    with pytest.raises(UsageError, match="nothing but token ids"):
        target.fresh(tokenise(target, TEXTS).vocabulary)


@pytest.mark.parametrize("family", ["bert", "mpnet"])
@pytest.mark.parametrize("token", [0, 1])
def test_a_vocabulary_of_one_token_will_do_be_it_padding(family, token, tmp_path):
    target = open_target(str(save(tmp_path, family, Pooling(32))), offline=True)
    module = target.fresh(np.array([token]))
    assert layers_of(module) == ("layer 0", "layer 1")


def test_a_layer_behind_the_pooling_is_a_layer_above_those_of_the_encoder(tmp_path):
    target = open_target(str(save(tmp_path, "bert", Pooling(32), Dense(32, 24))), offline=True)
    module = target.fresh(np.arange(4))
    assert layers_of(module) == ("layer 0", "layer 1", "layer 3")
