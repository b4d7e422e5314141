"""One update of the user's own data: categories left out, then taught by a real fine-tune.

It is one file, keyed by the rows, the recipe and the model, with a checksum: a run that was killed
finds those that are done, and what is damaged is measured anew. The forecast sees the rows that the
fine-tune is trained on, and none of those that it is evaluated on.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from scipy.stats import spearmanr

from auditor.atomic import keep, kept
from auditor.interfaces import Progress, Target
from auditor.prediction.features import PROBES, compute_features
from auditor.prediction.fine_tuning.evaluation import OldRows, Run, UpdateRows, first_learnt
from auditor.prediction.fine_tuning.fine_tune import FineTune, fine_tune
from auditor.prediction.leave_out import FullDataset
from auditor.prediction.measured import Measured
from auditor.prediction.scenarios import BaseTask, scenario_of
from auditor.records.arrays import Ints, Table
from auditor.records.forecast import Recipe

FORMAT = 4  # of the files; another number is measured anew


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredUpdate:
    """One update that was really made; lists are by the old categories, in order."""

    key: str
    name: str
    dataset: str
    target: str
    new_categories: tuple[str, ...]
    categories: tuple[str, ...]
    rows: tuple[int, ...]  # that each category was trained on
    features: Mapping[str, Any]  # feature -> (2, K), of the most accurate probe
    sets: tuple[float, ...]  # independent rows of each category
    steps: tuple[int, ...]  # 0 and the checkpoints
    layers: tuple[str, ...]
    runs: tuple[Mapping[str, Any], ...]  # the fields of `evaluation.Run`; no number is null

    def table(self, name: str) -> Table:
        """A field of every run, stacked."""
        return np.array([run[name] for run in self.runs], dtype=np.float64)

    @property
    def drops(self) -> Table:
        """(seeds, K); NaN for a category without held-out rows."""
        accuracy = self.table("accuracy")
        return np.asarray(accuracy[:, 0] - accuracy[:, 1:].mean(axis=1))

    @property
    def evaluated(self) -> Ints:
        """(r,) the categories that were evaluated."""
        return np.flatnonzero(np.isfinite(self.drops).all(axis=0))

    @property
    def ceiling(self) -> float | None:
        """The rank correlation that a perfect forecast of the mean could reach; None: one seed.

        The square root of the reliability of the mean over seeds (Spearman-Brown).
        """
        drops = self.drops[:, self.evaluated]
        n = len(drops)
        if n < 2:
            return None
        agreements = [rank_correlation(drops[i], drops[j]) for i in range(n) for j in range(i)]
        r = max(float(np.mean(agreements)), 0.0)
        return math.sqrt(n * r / (1 + (n - 1) * r))

    def measured(self) -> Measured:
        """What `fitting.fit` takes; each update stands for a dataset of its own."""
        kept = self.evaluated
        return Measured(
            name=self.name,
            dataset=self.name,
            features={
                f: np.array(v, dtype=np.float64)[:, None, kept] for f, v in self.features.items()
            },
            sets=np.array(self.sets, dtype=np.float64)[kept],
            runs=self.table("accuracy")[:, :, kept].transpose(0, 2, 1),
            steps=self.steps[1:],
            ceiling=self.ceiling or 1.0,
            learnt_at=tuple(first_learnt(run["auroc"], run["learnt"]) for run in self.runs),
        )


def measure_held_out_update(
    full_dataset: FullDataset,
    update: Sequence[int],
    target: Target,
    folder: Path,
    *,
    seeds: int,
    seed: int,
    progress: Progress = lambda *_: None,
) -> MeasuredUpdate:
    """The update that teaches these categories, from `folder` or by fine-tunes; it is left there.

    Raises OSError where the folder cannot be written.
    """
    names = tuple(full_dataset.dataset.categories[c] for c in update)
    key = _key(full_dataset, names, target, seeds, seed)
    path = folder / f"{key}.json"
    if known := kept(path, key, MeasuredUpdate):
        return known
    held_out, new = full_dataset.held_out, np.isin(full_dataset.dataset.codes, list(update))
    task = full_dataset.base_task(np.flatnonzero(~new & ~held_out), seed)
    found = fine_tune(
        target,
        *_rows(full_dataset, new, held_out),
        seeds=range(seed, seed + seeds),
        progress=progress,
    )
    incoming = full_dataset.pick(np.flatnonzero(new & ~held_out))
    content = _content(task, incoming, found, key, names, target.identity, seed)
    keep(path, key, content)
    return msgspec.json.decode(msgspec.json.encode(content), type=MeasuredUpdate)


def _key(
    full_dataset: FullDataset, names: tuple[str, ...], target: Target, seeds: int, seed: int
) -> str:
    embeddings = full_dataset.embeddings
    parts = (
        FORMAT,
        full_dataset.dataset.fingerprint,
        names,
        target.identity,
        (embeddings.embedder, embeddings.revision, embeddings.precision),
        msgspec.to_builtins(Recipe()),
        (seeds, seed),
    )
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:16]


def _rows(
    full_dataset: FullDataset, new: np.ndarray, held_out: np.ndarray
) -> tuple[OldRows, UpdateRows]:
    codes = full_dataset.dataset.codes
    texts = np.array(full_dataset.dataset.texts, dtype=object)
    order = np.r_[np.unique(codes[~new]), np.unique(codes[new])]
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.arange(len(order))
    old = OldRows(
        texts=texts[~new].tolist(), codes=number[codes[~new]], held_out=held_out[~new][None]
    )
    update = UpdateRows(texts=texts[new].tolist(), codes=number[codes[new]], held_out=held_out[new])
    return old, update


def _content(
    task: BaseTask,
    incoming: tuple[Any, Any],
    found: FineTune,
    key: str,
    names: tuple[str, ...],
    target: str,
    seed: int,
) -> MeasuredUpdate:
    scenario = scenario_of(task, incoming, seed)
    return MeasuredUpdate(
        key=key,
        name=" + ".join(names),
        dataset=task.dataset.name,
        target=target,
        new_categories=names,
        categories=task.dataset.categories,
        rows=tuple(np.bincount(task.dataset.codes).tolist()),
        features={
            name: v[:, 0].round(6).tolist()
            for name, v in compute_features(scenario, PROBES[-1]).items()
        },
        sets=tuple(task.sets.tolist()),
        steps=found.steps,
        layers=found.layers,
        runs=tuple(_plain(run) for run in found.runs),
    )


def _plain(run: Run) -> dict[str, Any]:
    """A run in lists; what is not a number is written as null."""
    tables = {name: getattr(run, name) for name in Run.__slots__ if name != "seed"}
    return {"seed": run.seed, **{k: np.round(v, 6).tolist() for k, v in tables.items()}}


def rank_correlation(a: Table, b: Table) -> float:
    """Rank correlation; 0 where one of them does not vary."""
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return 0.0
    return float(spearmanr(a, b)[0])
