"""Seconds of a processor core that templates of one category take, the more of them there are.

Beside them stand the seconds of what goes over all templates: their frames in other rows, and the
subtypes that hold them.

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

from auditor.embedding.hashing import HashingEmbedder
from auditor.records.dataset import Dataset, Example
from auditor.records.structure import CopyFamilies
from auditor.structure.matches import find_matches
from auditor.structure.subtypes import find_subtypes
from auditor.structure.templates import find_templates, without_templates

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
        alone = CopyFamilies(family=np.arange(len(data.examples)))
        taken = [time.process_time()]
        found = find_templates(data, alone)
        taken.append(time.process_time())
        find_matches(data, found)
        taken.append(time.process_time())
        stripped = without_templates(data.texts, found)
        vectors = HashingEmbedder().embed(stripped).vectors
        before = time.process_time()
        find_subtypes(data, stripped, vectors, alone, found)
        subtypes = time.process_time() - before
        templates, frames = np.diff(taken)
        click.echo(
            f"{size:5} templates, {len(found):5} with their unions: {templates:7.2f} s, "
            f"frames {frames:6.2f} s, subtypes {subtypes:6.2f} s"
        )


if __name__ == "__main__":
    main()
