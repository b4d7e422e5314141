"""A sentence transformer whose weights can be trained."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from auditor.embedding import opener_of
from auditor.embedding.transformer import TRANSFORMERS, TransformerEmbedder, open_transformer

if TYPE_CHECKING:
    from torch import Tensor, nn

    from auditor.records.arrays import Ints


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
        from torch import from_numpy

        model = copy.deepcopy(self.embedder.model[0].auto_model)
        if model.device.type == "cpu":
            # Training in bfloat16, the fused kernel of a processor took 1.4 times as long a step.
            model.set_attn_implementation("eager")
        return _mean_pooled(model, from_numpy(vocabulary).to(model.device))


def _mean_pooled(model: Any, vocabulary: Tensor) -> nn.Module:
    """The encoder as a module from places in `vocabulary` and their mask to vectors (b, dim).

    A whole vocabulary is half the weights of a small model, and its dense gradient took half the
    time of a step, for tokens that no text holds.
    """
    from torch import nn

    class MeanPooled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            whole = model.get_input_embeddings().weight.detach()
            self.words = nn.Embedding(len(vocabulary), whole.shape[1])
            self.words.weight = nn.Parameter(whole[vocabulary])
            model.set_input_embeddings(nn.Embedding(1, whole.shape[1]).requires_grad_(False))
            if getattr(model, "pooler", None) is not None:
                model.pooler = None  # mean pooling does without it, and it is never trained
            self.model = model

        def forward(self, places: Tensor, mask: Tensor) -> Tensor:
            states = self.model(inputs_embeds=self.words(places), attention_mask=mask)
            weight = mask[:, :, None].float()
            summed: Tensor = (states.last_hidden_state.float() * weight).sum(dim=1)
            return summed / weight.sum(dim=1)

    return MeanPooled()


TRANSFORMER_TARGETS = TransformerTargets()
