"""Writes every shape into a folder."""

import sys
from pathlib import Path

from tests.dataset.shapes import SHAPES

for shape in SHAPES:
    print(shape.write(Path(sys.argv[1])), *shape.options)
