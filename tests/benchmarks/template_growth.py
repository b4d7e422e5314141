"""Seconds of a processor core that templates of one category take, the more of them there are.

    python tests/benchmarks/template_growth.py [100 200 400 800]

Each template is a message of its own words, sent by four people; all begin with one opening, so
that each of them is a variant of every other. Sentences are generated.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator

import click
import numpy as np

from auditor.records.dataset import Dataset, Example
from auditor.records.structure import CopyFamilies
from auditor.structure.templates import find_templates

OPENING = "Hello support team,"  # so short that alone it is no evident template, which would be all
PEOPLE = ("Aino", "Bram", "Chidi", "Dalia")
WORDS = 12  # of a message, before and after who sends it
SYLLABLES = ("ba", "ce", "di", "fo", "gu", "la", "me", "ni", "po", "ru", "sa", "te", "vi", "zo")


def messages(templates: int) -> Iterator[str]:
    """The rows of so many templates, four of each."""
    draw = random.Random(templates)
    vocabulary = ["".join(draw.choices(SYLLABLES, k=draw.randint(2, 4))) for _ in range(4000)]
    for _ in range(templates):
        before, after = (" ".join(draw.choices(vocabulary, k=WORDS)) for _ in range(2))
        yield from (f"{OPENING} {before} {person} {after}" for person in PEOPLE)


def dataset(templates: int) -> Dataset:
    """One category that holds nothing but the templates."""
    return Dataset(
        name="tickets",
        examples=tuple(
            Example(row=i, text=text, category="support")
            for i, text in enumerate(messages(templates))
        ),
        rows_read=4 * templates,
        roles={"text": "text", "label": "label"},
    )


@click.command(help=__doc__)
@click.argument("sizes", type=int, nargs=-1)
def main(sizes: tuple[int, ...]) -> None:
    """Prints a line for each number of templates."""
    for size in sizes or (100, 200, 400, 800):
        data = dataset(size)
        started = time.process_time()
        found = find_templates(data, CopyFamilies(family=np.arange(len(data.examples))))
        seconds = time.process_time() - started
        click.echo(f"{size:5} templates, {len(found):5} found with their unions: {seconds:7.2f} s")


if __name__ == "__main__":
    main()
