"""Fits the forecast's coefficients on measured updates; prints how well they do on left-out
datasets.

    python tests/benchmarks/fit_forecast.py TRUTHS... --keep DIR [--full NAME] [--write FILE]

Each of TRUTHS holds one folder an update: `train.csv`, `update.csv` (text, category) and
`truth.json` (per category the accuracy of each seed, before and at each checkpoint), as
`make_truths.py` writes them. Features are computed from the first two files alone and stay in DIR.
With --full updates are made anew, by other seeds, from these two files; what it measures stays
in DIR too, as that takes minutes. Every line is of coefficients that were fitted without the
update's dataset.

level, end     expected less measured share of the accuracy that is lost, mean over the categories,
               on average over the checkpoints and at the last
80 %, run 80   share of measured drops (means over seeds; single runs) inside the intervals
end 80         the same of the accuracy at the end
Winkler        mean interval score of the drops, and of intervals as wide for all; low is good
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec
import numpy as np

from auditor.analysis import NEIGHBOURS, find_copies_across
from auditor.dataset import load_dataset
from auditor.embedding.embed import Encoder
from auditor.embedding.target import open_target
from auditor.interfaces import Target
from auditor.prediction.features import FIDELITIES, compute_features
from auditor.prediction.fine_tuning.effort import Effort
from auditor.prediction.fine_tuning.evaluation import first_learnt
from auditor.prediction.fine_tuning.trial import measure_update
from auditor.prediction.fitting import LeftOut, fit, having, leave_out
from auditor.prediction.folds import keep_near_together
from auditor.prediction.measured import Measured
from auditor.prediction.out_of_fold import score_held_out, score_out_of_fold
from auditor.prediction.scenarios import BaseTask, scenario_of
from auditor.records.forecast import OLD_BATCH, OLD_EPOCHS, Recipe
from auditor.resources import open_encoder
from auditor.settings import Settings
from auditor.structure.copies import find_copies
from auditor.structure.neighbours import nearest
from auditor.structure.templates import find_templates

EFFORT = Effort(rates=(1.0,))
TRIAL_SEED = 100  # other seeds than the truths were measured with
DATASETS = {"hwu": "hwu64", "clinc": "clinc150"}  # names in the truths that were there first
# Sixteen sets of one dataset differ in rows, damage and steps alone, and share both of their
# updates: they count as three updates each.
CONTROLLED, CONTROLLED_WEIGHT = "c_", 0.2
LEAST_CEILING = 0.3  # of few categories, ceilings are noise


class Reader:
    """Reads measured updates; what is computed of them is kept."""

    def __init__(
        self, encoder: Encoder, target: Target | None, full: tuple[str, ...], keep: Path
    ) -> None:
        self.encoder, self.target, self.full, self.keep = encoder, target, full, keep
        self.settings = Settings(offline=True)
        self._task: tuple[bytes, BaseTask] | None = None  # sets have several updates, in turn

    def read(self, folder: Path) -> Measured:
        truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
        features, sets, names = self._features(folder, truth)
        kept = [c for c in names if c in truth["categories"]]
        at = [names.index(c) for c in kept]
        of = truth["categories"]
        own = {name: v[:, :, at] for name, v in features.items()}
        runs = np.stack([of[c]["accuracy"] for c in kept], axis=1)
        steps, kinds = Recipe().checkpoints, tuple(of[c].get("old_data", "intact") for c in kept)
        controlled = truth["update"].startswith(CONTROLLED)
        return Measured(
            name=truth["update"],
            dataset=DATASETS.get(truth["dataset"], truth["dataset"]),
            features=own,
            sets=sets[at],
            runs=runs,
            # Read at other checkpoints, an update serves the weights but not the curve.
            steps=steps if runs.shape[2] == len(steps) + 1 else (),
            ceiling=max(truth["ceiling"], LEAST_CEILING),
            learnt_at=tuple(map(first_learnt, truth.get("auroc", ()), truth.get("learnt", ()))),
            damaged=set(kinds) != {"intact"},
            fitted=bool(truth["new_categories"]),
            weight=CONTROLLED_WEIGHT if controlled else 1.0,
            alike=_alike(truth) if controlled else (),
        )

    def _features(
        self, folder: Path, truth: Mapping[str, Any]
    ) -> tuple[dict[str, np.ndarray], np.ndarray, list[str]]:
        train, update = ((folder / f"{x}.csv").read_bytes() for x in ("train", "update"))
        kind = "full" if folder.name.startswith(self.full) else "head"
        epochs = OLD_EPOCHS
        if "taught_steps" in truth:  # some were taught longer, or shorter, than the recipe has it
            epochs = float(truth["taught_steps"] / np.ceil(truth["taught_rows"] / OLD_BATCH))
        parts = [train, update, f"{kind} {epochs:.2f}".encode()]
        key = hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]
        path = self.keep / f"{folder.name}-{key}.npz"
        if not path.exists():
            task = self._base_task(folder, train)
            found = compute_features(self._scenario(folder, task, kind, epochs), kind)
            path.parent.mkdir(parents=True, exist_ok=True)
            np.savez(
                path, sets=task.sets, names=np.array(task.dataset.categories),
                **{f"feature {name}": v for name, v in found.items()},
            )  # fmt: skip
            click.echo(f"{folder.name}: features computed", err=True)
        with np.load(path) as kept:
            tables = {k[8:]: kept[k] for k in kept.files if k.startswith("feature ")}
            return tables, kept["sets"], kept["names"].tolist()

    def _scenario(self, folder: Path, task: BaseTask, kind: str, epochs: float) -> Any:
        incoming = load_dataset(folder / "update.csv", self.settings)
        vectors = self.encoder.embed(incoming.texts)
        trial = None
        if self.target and kind == "full":
            rows = task.dataset.examples
            across = find_copies_across(rows, incoming.examples, task.embeddings, vectors)
            trial = measure_update(
                *(task, incoming, across, self.target, EFFORT, self.keep),
                seed=TRIAL_SEED,
                recipe=Recipe(old_epochs=epochs),
            )
        return scenario_of(task, (incoming, vectors), self.settings.seed, trial, old_epochs=epochs)

    def _base_task(self, folder: Path, train: bytes) -> BaseTask:
        if self._task is None or self._task[0] != train:
            data = load_dataset(folder / "train.csv", self.settings)
            vectors = self.encoder.embed(data.texts)
            copies = find_copies(data.texts, nearest(vectors.vectors, NEIGHBOURS))
            templates, seed = find_templates(data, copies), self.settings.seed
            scored = score_out_of_fold(data, vectors, copies, templates, seed)
            if scored is None:
                raise click.ClickException(f"{folder}: one category")
            task = BaseTask(
                dataset=data,
                embeddings=vectors,
                fold_units=keep_near_together(data, copies),
                disjoint=keep_near_together(data, copies, templates),
                out_of_fold=scored,
                held_out=score_held_out(data, vectors, self.encoder.embed([]), None, seed),
            )
            self._task = (train, task)
        return self._task[1]


def _alike(truth: Mapping[str, Any]) -> tuple[str, ...]:
    return (truth["dataset"], *sorted(truth["new_categories"]), f"{truth['taught_steps']} steps")


# --- what it says -------------------------------------------------------------------------------

TITLES = (
    *("K", "skill", "after", "level", "end", "80 %", "90 %", "run 80", "end 80", "end run"),
    *("Winkler", "constant", "end Win.", "constant", "before"),
)


def numbers(x: LeftOut) -> tuple[float, ...]:
    before = np.abs(x.before - x.update.accuracy[:, 0]).mean()
    return (
        *(len(x.drop), x.skill, x.rho_after, x.level_error("average"), x.level_error("end")),
        *(x.coverage(0.8), x.coverage(0.9), x.coverage(0.8, one_run=True)),
        *(x.end_coverage(0.8), x.end_coverage(0.8, one_run=True)),
        *(x.winkler(0.8), x.winkler(0.8, constant=True)),
        *(x.end_winkler(0.8), x.end_winkler(0.8, constant=True), float(before)),
    )


def table(left_out: Sequence[LeftOut]) -> Iterator[str]:
    """Each update with its dataset left out; then means over updates of skill and of the sizes of
    errors, and over categories of the rest. Updates count by their weight."""
    yield " " * 28 + "".join(f"{t:>9s}" for t in TITLES)
    rows = np.array([numbers(x) for x in left_out])
    for x, row in zip(left_out, rows, strict=True):
        mark = "*" if x.update.damaged else " "
        yield f"{x.update.name:26s} {mark}" + "".join(f"{v:9.3f}" for v in row)
    damaged = np.array([x.update.damaged for x in left_out])
    fitted = np.array([x.update.fitted for x in left_out])
    weights = np.array([x.update.weight for x in left_out])
    for name, kept in (("natural", fitted & ~damaged), ("damaged", damaged)):
        if kept.any():
            yield from _means(name, rows[kept], weights[kept])


def _means(name: str, rows: np.ndarray, weights: np.ndarray) -> Iterator[str]:
    by_category = np.average(rows, axis=0, weights=weights * rows[:, 0])
    sized = np.concatenate([rows[:, :3], np.abs(rows[:, 3:5])], axis=1)
    of_updates = np.average(np.nan_to_num(sized), axis=0, weights=weights).tolist()
    means = (*of_updates, *by_category[5:])
    yield f"{name:26s}  " + "".join(f"{v:9.3f}" for v in means)
    largest = np.abs(rows[:, 3:5]).max(axis=0)
    yield f"{'  largest error':26s}  " + " " * 27 + "".join(f"{v:9.3f}" for v in largest)


def scored(left_out: LeftOut, folder: Path, scorer: Path) -> str:
    """A line by a scorer that is not ours."""
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    low, high = left_out.interval(0.8)
    after = left_out.before - left_out.drop
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


@click.command()
@click.argument("truths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--keep", required=True, type=click.Path(path_type=Path), help="Where results are kept."
)
@click.option(
    "--full", multiple=True, help="Make these updates anew, for the level full; names start so."
)
@click.option(
    "--scorer",
    type=click.Path(exists=True, path_type=Path),
    help="A script that is given a forecast's JSON and a truth's folder, and prints its score.",
)
@click.option("--write", type=click.Path(path_type=Path), help="Where to write the coefficients.")
def main(
    truths: tuple[Path, ...],
    keep: Path,
    full: tuple[str, ...],
    scorer: Path | None,
    write: Path | None,
) -> None:
    settings = Settings(offline=True)
    encoder = open_encoder(settings)
    target = open_target(settings.embedder, offline=True) if full else None
    reader = Reader(encoder, target, full, keep)
    folders = [f for folder in truths for f in sorted(folder.iterdir())]
    folders = [f for f in folders if (f / "truth.json").is_file()]
    updates = [reader.read(f) for f in folders]
    for fidelity in FIDELITIES:
        if not (own := having(fidelity, updates)):
            continue
        click.echo(f"{fidelity}, the dataset of each update left out of the fit")
        left_out = leave_out(fidelity, own)
        for line in table(left_out):
            click.echo(line)
        if scorer:
            of = {folder.name: folder for folder in folders}
            for x in left_out:
                click.echo(scored(x, of[x.update.name], scorer))
    if write:
        found = fit(updates, Recipe().checkpoints, provenance(encoder, updates))
        write.write_bytes(msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n")


def provenance(encoder: Encoder, updates: Sequence[Measured]) -> str:
    fitted = [u for u in updates if u.fitted]
    each = Counter(u.dataset for u in fitted)
    named = ", ".join(f"{count} of {name}" for name, count in sorted(each.items()))
    damaged = sum(u.damaged for u in fitted)
    return (
        f"full fine-tunes of {encoder.embedder.name} on {len(fitted)} updates ({named}), in "
        f"{damaged} of which old data was damaged on purpose"
    )


if __name__ == "__main__":
    main()
