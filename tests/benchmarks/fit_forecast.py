"""Fits the forecast's coefficients on measured updates; prints the skill with datasets left out.

    python tests/benchmarks/fit_forecast.py TRUTHS... --trials DIR [--write COEFFICIENTS]

Each of TRUTHS holds one folder an update: `train.csv`, `update.csv` (text, category) and
`truth.json` (per category the accuracy of each seed, before and at each checkpoint). The rung
`full` makes each update anew, by other seeds, from the first two files alone; what it measures
stays in DIR, as that takes minutes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click
import msgspec
import numpy as np
from scipy.stats import spearmanr

from auditor.analysis import NEIGHBOURS, find_copies_across
from auditor.dataset import load_dataset
from auditor.embedding.embed import Encoder
from auditor.embedding.target import open_target
from auditor.interfaces import Target
from auditor.prediction.fidelities import FIDELITIES
from auditor.prediction.fine_tuning.trial import Effort, measure_update
from auditor.prediction.fit_weights import Measured
from auditor.prediction.fitting import LeftOut, fit, leave_out
from auditor.prediction.folds import keep_near_together
from auditor.prediction.out_of_fold import score_held_out, score_out_of_fold
from auditor.prediction.scenarios import BaseTask, scenario_of
from auditor.records.forecast import Recipe
from auditor.resources import open_encoder
from auditor.settings import Settings
from auditor.structure.copies import find_copies
from auditor.structure.neighbours import nearest
from auditor.structure.templates import find_templates

EFFORT = Effort(rates=(1.0,))
TRIAL_SEED = 100  # other seeds than the truths were measured with


def measure(
    folder: Path, encoder: Encoder, target: Target, trials: Path, settings: Settings
) -> Measured:
    """The features of one measured update, and what was measured; trials of it are kept."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    data = load_dataset(folder / "train.csv", settings)
    incoming = load_dataset(folder / "update.csv", settings)
    vectors = encoder.embed(data.texts)
    copies = find_copies(data.texts, nearest(vectors.vectors, NEIGHBOURS))
    templates = find_templates(data, copies)
    old = BaseTask(
        dataset=data,
        embeddings=vectors,
        fold_units=keep_near_together(data, copies),
        disjoint=keep_near_together(data, copies, templates),
        out_of_fold=score_out_of_fold(data, vectors, copies, templates, settings.seed),
        held_out=score_held_out(data, vectors, encoder.embed([]), None, settings.seed),
    )
    arriving = encoder.embed(incoming.texts)
    across = find_copies_across(data.examples, incoming.examples, vectors, arriving)
    trial = measure_update(old, incoming, across, target, EFFORT, trials, seed=TRIAL_SEED)
    scenario = scenario_of(old, (incoming, arriving), settings.seed, trial)
    names = [c for c in data.categories if c in truth["categories"]]
    kept = [data.categories.index(c) for c in names]
    runs = np.stack([truth["categories"][c]["accuracy"] for c in names], axis=1)
    steps = Recipe().checkpoints
    return Measured(
        name=truth["update"],
        dataset=truth["dataset"],
        features={
            fidelity: {f: v[:, :, kept] for f, v in FIDELITIES[fidelity](scenario).items()}
            for fidelity in FIDELITIES
        },
        accuracy_before=old.accuracy[kept],
        sets=old.sets[kept],
        runs=runs,
        # Read at other checkpoints, an update serves the weights but not the curve.
        steps=steps if runs.shape[2] == len(steps) + 1 else (),
        ceiling=truth["ceiling"],
        scored_only=not truth["new_categories"]
        or any("old_data" in c for c in truth["categories"].values()),
    )


def table(left_out: Sequence[LeftOut], centroid: Mapping[str, float]) -> Iterator[str]:
    """Each update with its dataset left out; means over the natural ones, and over their
    categories."""
    titles = ("skill", "centroid", "after", "80 %", "90 %", "run 80", "run 90")
    titles += ("Winkler", "constant", "Winkler90", "constant90")
    yield " " * 20 + "".join(f"{t:>11s}" for t in titles)
    rows = np.array(
        [
            (
                *(x.skill, centroid[x.update.name] / x.update.ceiling, x.rho_after),
                *(x.coverage(s, one_run=run) for run in (False, True) for s in (0.8, 0.9)),
                *(x.winkler(s, constant=same) for s in (0.8, 0.9) for same in (False, True)),
            )
            for x in left_out
        ]
    )
    for x, row in zip(left_out, rows, strict=True):
        yield f"{x.update.name:20s}" + "".join(f"{v:11.3f}" for v in row)
    natural = np.array([not x.update.scored_only for x in left_out])
    sizes = np.array([len(x.drop) for x in left_out])
    repeats = [_repeat(x.update) for x in left_out]
    yield f"one full repeat of the recipe, natural: {np.mean(np.array(repeats)[natural]):.3f}"
    for name, kept in (("natural", natural), ("all", np.full(len(natural), True))):
        mean, pooled = rows[kept].mean(axis=0), np.average(rows[kept], 0, sizes[kept])
        numbers = (*mean[:3], *pooled[3:])
        yield f"{name:20s}" + "".join(f"{v:11.3f}" for v in numbers)


@click.command()
@click.argument("truths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--trials", required=True, type=click.Path(path_type=Path), help="Where fine-tunes are kept."
)
@click.option(
    "--scorer",
    type=click.Path(exists=True, path_type=Path),
    help="A script that is given a forecast's JSON and a truth's folder, and prints its score.",
)
@click.option("--write", type=click.Path(path_type=Path), help="Where to write the coefficients.")
def main(truths: tuple[Path, ...], trials: Path, scorer: Path | None, write: Path | None) -> None:
    settings = Settings()
    encoder, target = open_encoder(settings), open_target(settings.embedder, offline=True)
    folders = [f for folder in truths for f in sorted(folder.iterdir())]
    folders = [f for f in folders if (f / "truth.json").is_file()]
    updates = [measure(f, encoder, target, trials, settings) for f in folders]
    centroid = {u.name: _centroid(f) for u, f in zip(updates, folders, strict=True)}
    natural = [u.name for u in updates if not u.scored_only]
    provenance = (
        f"full fine-tunes of {encoder.embedder.name} on {len(natural)} updates "
        f"({', '.join(natural)})"
    )
    if scored_only := [u.name for u in updates if u.scored_only]:
        provenance += f"; scored, not fitted to ({', '.join(scored_only)})"
    for fidelity in FIDELITIES:
        click.echo(f"{fidelity}, the dataset of each update left out of the fit")
        left_out = leave_out(fidelity, updates)
        for line in table(left_out, centroid):
            click.echo(line)
        if scorer:
            for x, folder in zip(left_out, folders, strict=True):
                click.echo(scored(x, folder, scorer))
    if write:
        found = fit(updates, Recipe().checkpoints, provenance)
        write.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")


def _repeat(update: Measured) -> float:
    """What one more run of the recipe would be worth as a forecast of these runs' mean.

    A run agrees with a perfect mean as the root of the runs' mean rank correlation.
    """
    n = len(update.drops)
    pairs = [(i, j) for i in range(n) for j in range(i)]
    agreement = np.mean([spearmanr(update.drops[i], update.drops[j])[0] for i, j in pairs])
    return float(np.sqrt(max(agreement, 0.0)))


def scored(left_out: LeftOut, folder: Path, scorer: Path) -> str:
    """A line by a scorer that is not ours."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    low, high = left_out.interval(0.8)
    after = left_out.update.accuracy_before - left_out.drop
    columns = (
        sorted(truth["categories"]),
        *map(np.ndarray.tolist, (left_out.drop, after, low, high)),
    )
    names = ("category", "expected_drop", "accuracy_after", "low", "high")
    rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "audit.json"
        path.write_bytes(msgspec.json.encode({"forecast": {"categories": rows}}))
        command = [sys.executable, scorer, path, folder, "--json"]
        printed = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    kept = ("update", "rho", "skill", "p_at_k", "rho_after", "coverage")
    return "  ".join(f"{k} {printed[k]}" for k in kept)


def _centroid(folder: Path) -> float:
    """The rank correlation of the one-line baseline, which is stored with the truth."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    return float(truth["baselines"]["centroid cosine to the nearest new category"])


if __name__ == "__main__":
    main()
