"""Shapes of files that people have, small and original, each with what is to be read of it.

A shape is a line in one of the modules here; `python -m tests.dataset.shapes FOLDER` writes them
all, to be looked at and tried by hand.
"""

from tests.dataset.shapes import (
    chats,
    delimited,
    documents,
    folders,
    intents,
    packed,
    shards,
    tools,
)
from tests.dataset.shapes.shape import ROWS, Shape

SHAPES: tuple[Shape, ...] = (
    *delimited.SHAPES,
    *documents.SHAPES,
    *tools.SHAPES,
    *intents.SHAPES,
    *chats.SHAPES,
    *folders.SHAPES,
    *packed.SHAPES,
    *shards.SHAPES,
)

__all__ = ["ROWS", "SHAPES", "Shape"]
