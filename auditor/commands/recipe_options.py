"""The options that state how the model is fine-tuned on the update."""

from __future__ import annotations

import click

STEPS = click.option(
    "--steps",
    type=click.IntRange(1),
    metavar="N",
    help="Steps that the model is trained on the update, which --probe full then measures; so are "
    "the next six  [default: 40]",
)
EPOCHS = click.option(
    "--epochs",
    type=click.FloatRange(0, min_open=True),
    metavar="N",
    help="Passes over the update, in place of --steps.",
)
LEARNING_RATE = click.option(
    "--learning-rate",
    type=click.FloatRange(0, min_open=True),
    metavar="RATE",
    help="Of the encoder on the update  [default: 5e-5]",
)
HEAD_LEARNING_RATE = click.option(
    "--head-learning-rate",
    type=click.FloatRange(0, min_open=True),
    metavar="RATE",
    help="Of the classifier head on the update  [default: 5e-4]",
)
BATCH_SIZE = click.option(
    "--batch-size",
    type=click.IntRange(1),
    metavar="ROWS",
    help="Rows of the update in each step  [default: 16]",
)
FROZEN_LAYERS = click.option(
    "--frozen-layers",
    type=click.IntRange(0),
    metavar="N",
    help="The lowest layers that the update leaves as they are, with the embeddings  [default: 0]",
)
LORA_RANK = click.option(
    "--lora-rank",
    type=click.IntRange(1),
    metavar="RANK",
    help="Train LoRA matrices of this rank in place of the weights (pip install 'auditor[lora]').",
)
OLD_EPOCHS = click.option(
    "--old-epochs",
    type=click.FloatRange(0, min_open=True),
    metavar="N",
    help="Passes over the old data that the model was trained for before the update: the fewer, "
    "the more is forgotten  [default: 3]",
)
RECIPE = (
    *(STEPS, EPOCHS, LEARNING_RATE, HEAD_LEARNING_RATE, BATCH_SIZE),
    *(FROZEN_LAYERS, LORA_RANK, OLD_EPOCHS),
)
