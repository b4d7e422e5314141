"""A sentence transformer whose weights can be trained."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from auditor.embedding import opener_of
from auditor.embedding.transformer import TRANSFORMERS, TransformerEmbedder, open_transformer
from auditor.errors import UsageError

if TYPE_CHECKING:
    from torch import Tensor, nn

    from auditor.records.arrays import Ints

TOKENS_COMPARED = 16
SAME = 0.9999  # cosine; float32 leaves .999999, and a lost scale .5 to .9 (tiny Gemma, random)


@dataclass(frozen=True, slots=True)
class TransformerTargets:
    """Every model that embeds as a sentence transformer."""

    listed: str = TRANSFORMERS.listed

    def takes(self, name: str) -> bool:
        return opener_of(name) is TRANSFORMERS

    def open(self, name: str, *, offline: bool) -> TransformerTarget:
        return TransformerTarget(embedder=open_transformer(name, offline=offline))


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformerTarget:
    """The published weights, of which every fine-tune takes a copy."""

    embedder: TransformerEmbedder

    @property
    def identity(self) -> str:
        precision = "bfloat16" if self.reduced else "float32"
        return f"{self.embedder.name}@{self.embedder.revision}/{precision}"

    @property
    def reduced(self) -> bool:
        # A GPU that embeds in float32 still trains in bfloat16, as is usual there.
        return self.embedder.precision == "bfloat16" or self.embedder.model.device.type == "cuda"

    def tokenise(self, texts: Sequence[str]) -> list[list[int]]:
        window = int(self.embedder.model.max_seq_length or 512)
        encoded = self.embedder.model.tokenizer(list(texts), truncation=True, max_length=window)
        return [list(ids) for ids in encoded["input_ids"]]

    def fresh(self, vocabulary: Ints) -> nn.Module:
        """As `Target` says. Raises UsageError for an encoder that cannot work so: one that reads
        more off token ids than their embeddings and places, or that takes nothing but ids.
        """
        from torch import from_numpy, no_grad

        encoder, *behind = self.embedder.model
        try:
            ids = from_numpy(vocabulary).to(self.embedder.model.device)
            model = copy.deepcopy(encoder.auto_model)
            if model.device.type == "cpu":
                # Training in bfloat16, the fused kernel of a processor took 1.4 times as long.
                model.set_attn_implementation("eager")
            module = _on_places(model, copy.deepcopy(behind), ids)
            with no_grad():
                same = self._agrees(module.eval(), vocabulary)
        except (AttributeError, IndexError, NotImplementedError, TypeError, ValueError) as error:
            raise self._refusal(f"its encoder takes nothing but token ids ({error})") from error
        if not same:
            raise self._refusal("its encoder reads more off token ids than their embeddings")
        return module

    def _agrees(self, module: nn.Module, vocabulary: Ints) -> bool:
        """Whether the module gives the model's own vector of a few tokens."""
        from torch import from_numpy, ones_like
        from torch.nn.functional import cosine_similarity

        padding = self.embedder.model.tokenizer.pad_token_id
        places = np.flatnonzero(vocabulary != padding)[:TOKENS_COMPARED]
        if not len(places):
            return True
        device = self.embedder.model.device
        ids, at = (from_numpy(x[None]).to(device) for x in (vocabulary[places], places))
        features = {"input_ids": ids, "attention_mask": ones_like(ids)}
        whole = self.embedder.model(features)["sentence_embedding"]
        return bool((cosine_similarity(module(at, ones_like(at)), whole) > SAME).all())

    def _refusal(self, reason: str) -> UsageError:
        return UsageError(
            f"{self.embedder.name}: cannot be fine-tuned here, since {reason}; name another model "
            f"with --target-model: {TRANSFORMERS.listed}"
        )


def _on_places(model: Any, behind: list[Any], vocabulary: Tensor) -> nn.Module:
    """The encoder as a module from places in `vocabulary` and their mask to vectors (b, dim).

    A whole vocabulary is half the weights of a small model, and its dense gradient took half the
    time of a step, for tokens that no text holds. The model's own module embeds them: some scale
    what they look up. What stands behind the encoder (pooling, dense layers) is the model's too,
    but for a last normalisation: the head on top has weights of any length.
    """
    import torch
    from sentence_transformers.sentence_transformer.modules import Normalize
    from torch import nn

    if behind and isinstance(behind[-1], Normalize):
        behind = behind[:-1]

    class OnPlaces(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words = model.get_input_embeddings()
            self.words.weight = nn.Parameter(self.words.weight.detach()[vocabulary])
            self.words.num_embeddings = len(vocabulary)
            self.words.padding_idx = None  # an id: at this place is another token, to be trained
            # Some lengthen a batch with padding themselves, which they look up.
            padding = getattr(model.config, "pad_token_id", None) or 0
            rows = torch.zeros(padding + 1, self.words.weight.shape[1], device=vocabulary.device)
            stub = nn.Embedding(len(rows), rows.shape[1], _weight=rows, _freeze=True)
            model.set_input_embeddings(stub)
            if getattr(model, "pooler", None) is not None:
                model.pooler = None  # tokens are pooled without it, and it is never trained
            self.model = model
            # Numbered on from the layers, above which they stand.
            layers = int(getattr(model.config, "num_hidden_layers", 0))
            self.behind = nn.ModuleDict({str(layers + i): m for i, m in enumerate(behind)})

        def forward(self, places: Tensor, mask: Tensor) -> Tensor:
            # Without the mask a convolution or a neighbour would see what fills the batch.
            words = self.words(places) * mask[:, :, None]
            states = self.model(inputs_embeds=words, attention_mask=mask).last_hidden_state
            features = {"token_embeddings": states.float(), "attention_mask": mask}
            with torch.autocast(states.device.type, enabled=False):
                for module in self.behind.values():
                    features = module(features)
            vectors: Tensor = features["sentence_embedding"]
            return vectors

    return OnPlaces()


TRANSFORMER_TARGETS = TransformerTargets()
