"""Three claims of an article on catastrophic forgetting, on public sets with known subtypes.

    python -m tests.benchmarks.article_claims DATA [--set hwu64] [--seeds 3]

DATA holds `hwu64.csv` and `clinc150.csv` (text, category, subtype). Old categories are CATEGORIES
of the set, at most ROWS rows of each, three others are the updates, made one after the other;
subtypes are the set's own. Of a tenth of the taught rows the label is replaced by another, which is
known here: elsewhere it is suspected.
"""

from __future__ import annotations

import csv
from pathlib import Path

import click
import numpy as np
import torch

from auditor.embedding.target import open_target
from auditor.prediction.claims import measure_claims
from auditor.prediction.claims.material import Material
from auditor.prediction.fine_tuning.evaluation import OldRows, UpdateRows
from auditor.prediction.folds import hold_out
from auditor.reporting.claims import summarise_claims
from auditor.settings import Settings

CATEGORIES, UPDATES, ROWS, WRONG = 12, 3, 40, 0.1


def material(path: Path, seeds: int) -> Material:
    with path.open(encoding="utf-8", newline="") as file:
        rows = list({row["text"]: row for row in csv.DictReader(file)}.values())
    random = np.random.default_rng(18)
    by_name: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        by_name.setdefault(row["category"], []).append(row)
    names = random.permutation(sorted(by_name)).tolist()
    old, new = names[UPDATES : UPDATES + CATEGORIES], names[:UPDATES]
    drawn = [
        (by_name[name][i], c)
        for c, name in enumerate(old)
        for i in random.permutation(len(by_name[name]))[:ROWS]
    ]
    subtypes = sorted({row["subtype"] for row, _ in drawn})
    codes = np.array([c for _, c in drawn])
    held_out = hold_out(np.arange(len(codes)), codes, seeds)
    wrong = (random.random(len(codes)) < WRONG) & ~held_out.any(axis=0)
    labels = np.where(wrong, (codes + random.integers(1, len(old), len(codes))) % len(old), codes)
    return Material(
        old=OldRows(texts=[row["text"] for row, _ in drawn], codes=labels, held_out=held_out),
        subtypes=np.array([subtypes.index(row["subtype"]) for row, _ in drawn]),
        updates=tuple(
            UpdateRows(
                texts=[row["text"] for row in by_name[name][:ROWS]],
                codes=np.full(len(by_name[name][:ROWS]), len(old)),
                held_out=np.zeros(len(by_name[name][:ROWS]), dtype=bool),
            )
            for name in new
        ),
        names=tuple(new),
        left_out=len(new),
        right=np.where(wrong, codes, -1),
    )


@click.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.option("--set", "sets", multiple=True, default=("hwu64", "clinc150"))
@click.option("--seeds", default=3)
def main(data: Path, sets: tuple[str, ...], seeds: int) -> None:
    torch.set_num_threads(1)
    target = open_target(Settings().embedder, offline=True)
    for name in sets:
        of = material(data / f"{name}.csv", seeds)
        found = measure_claims(of, target, name, len(of.old.codes), seeds=range(seeds))
        click.echo(summarise_claims(found))


if __name__ == "__main__":
    main()
