"""Tables as text."""

from tests.dataset.shapes.shape import ROWS, Shape

COMMAS = "text,label\n" + "".join(f"{text},{label}\n" for text, label in ROWS)

SHAPES = (
    Shape(name="commas.csv", content=COMMAS.encode()),
    Shape(name="tabs.tsv", content=COMMAS.replace(",", "\t").encode()),
)
