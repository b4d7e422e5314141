"""Fits the forecast's coefficients on measured updates; prints the skill with datasets left out.

    python tests/benchmarks/fit_forecast.py TRUTHS [--write auditor/prediction/coefficients.json]

TRUTHS holds one folder an update: `train.csv`, `update.csv` (text, category) and
`truth.json` (per category the accuracy of each seed, before and at each checkpoint).
"""

from __future__ import annotations

import json
from pathlib import Path

import click
import msgspec
import numpy as np

from auditor.dataset import load_dataset
from auditor.embedding.copies import find_copies
from auditor.embedding.embed import Encoder
from auditor.embedding.neighbours import nearest
from auditor.embedding.templates import find_templates
from auditor.pipeline import NEIGHBOURS, open_encoder
from auditor.prediction.fitting import Measured, fit
from auditor.prediction.folds import keep_together
from auditor.prediction.out_of_fold import score_held_out, score_out_of_fold
from auditor.prediction.rungs import RUNGS
from auditor.prediction.scenes import Old, scene_of
from auditor.results import Recipe
from auditor.settings import Settings


def measure(folder: Path, encoder: Encoder, settings: Settings) -> Measured:
    """What the rungs see of one measured update, and what was measured."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    data = load_dataset(folder / "train.csv", settings)
    incoming = load_dataset(folder / "update.csv", settings)
    vectors = encoder.embed(data.texts)
    copies = find_copies(data.texts, nearest(vectors.vectors, NEIGHBOURS))
    templates = find_templates(data, copies)
    old = Old(
        data,
        vectors,
        keep_together(data, copies),
        score_out_of_fold(data, data.texts, vectors, copies, templates, settings.seed),
        score_held_out(data, vectors, encoder.embed([]), settings.seed),
    )
    scene = scene_of(old, (incoming, encoder.embed(incoming.texts)), settings.seed)
    names = [c for c in data.categories if c in truth["categories"]]
    kept = [data.categories.index(c) for c in names]
    curves = np.array([np.mean(truth["categories"][c]["accuracy"], axis=0) for c in names])
    steps = Recipe().checkpoints
    return Measured(
        name=truth["update"],
        dataset=truth["dataset"],
        features={
            rung: {f: v[:, :, kept] for f, v in RUNGS[rung](scene).items()} for rung in RUNGS
        },
        accuracy_before=old.accuracy[kept],
        accuracy=curves,
        # Read at other checkpoints, an update serves the weights but not the curve.
        steps=steps if curves.shape[1] == len(steps) + 1 else (),
        ceiling=truth["ceiling"],
    )


@click.command()
@click.argument("truths", type=click.Path(exists=True, path_type=Path))
@click.option("--write", type=click.Path(path_type=Path), help="Where to write the coefficients.")
def main(truths: Path, write: Path | None) -> None:
    settings = Settings()
    encoder = open_encoder(settings)
    updates = [
        measure(f, encoder, settings)
        for f in sorted(truths.iterdir())
        if (f / "truth.json").is_file()
    ]
    provenance = (
        f"full fine-tunes of {encoder.embedder.name} on {len(updates)} updates "
        f"({', '.join(u.name for u in updates)})"
    )
    found = fit(updates, Recipe().checkpoints, provenance)
    for rung, weights in found.rungs.items():
        click.echo(
            f"{rung}: {dict(weights.weights)}, level {weights.level}, residual {weights.residual}"
        )
        for name, skill in weights.skill.items():
            inside = weights.coverage[name]
            click.echo(f"  {name:16s} dataset left out: skill {skill:.3f}  coverage {inside:.2f}")
    if write:
        write.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")


if __name__ == "__main__":
    main()
