"""Which weights of an encoder an update trains: all, those of upper layers, or LoRA's."""

from __future__ import annotations

import re
from collections.abc import Iterator

from torch import Tensor, nn

from auditor.errors import UsageError
from auditor.records.forecast import Recipe

_EMBEDDINGS = "embeddings"
_ADAPTER = "default"  # peft's name of the only one


def layer_of(parameter: str) -> str:
    """Where a weight stands, in words: `...encoder.layer.3.output...` is in layer 3."""
    number = re.search(r"\.(\d+)\.", parameter)
    return f"layer {number[1]}" if number else _EMBEDDINGS


def layers_of(encoder: nn.Module) -> tuple[str, ...]:
    """The layers of an encoder, lowest first, without the embeddings."""
    found = dict.fromkeys(layer_of(name) for name, _ in encoder.named_parameters())
    return tuple(layer for layer in found if layer != _EMBEDDINGS)


def expect_layers(encoder: nn.Module, recipe: Recipe) -> None:
    """Raises UsageError where more layers are to be frozen than there are."""
    count = len(layers_of(encoder))
    if recipe.frozen_layers > count:
        layers = "1 layer" if count == 1 else f"{count} layers"
        raise UsageError(
            f"--frozen-layers {recipe.frozen_layers}: the model has {layers}; give {count} at "
            "most, which trains the classifier head alone"
        )


def choose_weights(encoder: nn.Module, recipe: Recipe) -> None:
    """Leaves only what the recipe trains with a gradient; LoRA's matrices are put in here.

    Raises UsageError as `expect_layers`.
    """
    expect_layers(encoder, recipe)
    if recipe.lora_rank is not None:
        _add_lora(encoder, recipe.lora_rank)
    if recipe.frozen_layers:
        frozen = {_EMBEDDINGS, *layers_of(encoder)[: recipe.frozen_layers]}
        for name, weights in encoder.named_parameters():
            if layer_of(name) in frozen:
                weights.requires_grad_(False)


def _add_lora(encoder: nn.Module, rank: int) -> None:
    """Low-rank matrices beside every linear map, which alone are trained (Hu et al., 2021).

    Their product counts as it is: alpha is the rank, as for the first rank that is tried there.
    """
    from peft import LoraConfig, inject_adapter_in_model

    linear = [name for name, module in encoder.named_modules() if isinstance(module, nn.Linear)]
    config = LoraConfig(r=rank, lora_alpha=rank, target_modules=linear)
    inject_adapter_in_model(config, encoder, adapter_name=_ADAPTER)


def weights_of(encoder: nn.Module) -> Iterator[tuple[str, Tensor]]:
    """The weights as they act, by the names that they have without LoRA."""
    for name, weights in encoder.named_parameters():
        if name.endswith(".base_layer.weight"):
            lora = encoder.get_submodule(name.removesuffix(".base_layer.weight"))
            product = lora.get_delta_weight(_ADAPTER)  # type: ignore[operator]
            yield name.replace(".base_layer.", "."), weights + product
        elif ".lora_" not in name:
            yield name.replace(".base_layer.", "."), weights
