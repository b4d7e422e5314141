"""Shapes of files that people have, small and original, each with what is to be read of it.

A shape is a line in one of the modules here; `python -m tests.dataset.shapes FOLDER` writes them
all, to be looked at and tried by hand.
"""

from tests.dataset.shapes import columns, delimited, documents, tools
from tests.dataset.shapes.shape import ROWS, Shape

SHAPES: tuple[Shape, ...] = (
    *(*columns.SHAPES, *delimited.SHAPES, *documents.SHAPES, *tools.SHAPES),
)

__all__ = ["ROWS", "SHAPES", "Shape"]
