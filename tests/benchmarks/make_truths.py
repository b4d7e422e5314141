"""Measures updates of public datasets by real fine-tunes, and writes each as a truth folder.

    python tests/benchmarks/make_truths.py DATA OUT [--only NAME] [--seeds 2] [--part 0/2]

DATA holds `clinc150.csv`, `hwu64.csv` and `bitext.csv` (text, category, subtype, split). A model is
taught the old rows of a plan (`update_plans.py`) once a seed, and each of the plan's updates is
made from there. A folder holds `train.csv`, `update.csv`, `test.csv` and `truth.json`, as
`fit_forecast.py` reads them. A run that was killed goes on where it stopped; parts run beside each
other.

Per category and seed, before the update and at each checkpoint: `accuracy` on its test rows,
`soft`, the mean probability of the right answer, `half`, accuracy on every second test row, and
`masked`, accuracy without the columns of the new categories.

The updates that the shipped coefficients rest on were measured before this file used the package's
own fine-tune: by the same recipe and readings, with batches of another stream. Of one set that was
measured both ways (`c_hwu64_rows10-long_b`) the new runs lose less: .25 to .29 of accuracy is left
in four seeds, .17 to .22 in three of the former. The former loop, run again (one seed), leaves .31,
so that this is not its doing; until it is known whose, do not mix the two in one comparison.
"""

from __future__ import annotations

import copy
import csv
import json
import math
import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from scipy.stats import spearmanr
from torch import nn

from auditor.embedding.embed import Encoder
from auditor.embedding.target import open_target
from auditor.interfaces import Target
from auditor.prediction.fine_tuning.evaluation import OldRows, Run, UpdateRows
from auditor.prediction.fine_tuning.taught import Taught, teach
from auditor.prediction.fine_tuning.training import Classifier
from auditor.records.forecast import Recipe, passes
from auditor.resources import open_encoder
from auditor.settings import Settings
from tests.benchmarks.update_plans import (
    DATA,
    BasePlan,
    Pool,
    UpdatePlan,
    controlled,
    old_rows,
    varied,
)

FEWEST_TEST_ROWS = 8  # of a category that is measured
KERNEL_ROWS, KERNEL_UPDATE_ROWS = 8, 64
Pair = tuple[str, str]


def read_pools(folder: Path, seed: int) -> dict[tuple[str, str], Pool]:
    """The datasets by level, each label's texts in an order of the seed's."""
    pools = {}
    for data in DATA:
        with (folder / f"{data}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for level in ("subtype", "category"):
            texts: dict[str, dict[str, None]] = {}
            for row in rows:
                texts.setdefault(row[level], {}).setdefault(row["text"])
            random = np.random.default_rng([seed, len(level)])
            pools[data, level] = Pool(
                texts={c: tuple(random.permutation(list(t)).tolist()) for c, t in texts.items()},
                group={row[level]: row["category"] for row in rows},
            )
    return pools


def arrange(
    plan: BasePlan,
    train: Sequence[Pair],
    tests: Sequence[Pair],
    parts: Sequence[tuple[Sequence[Pair], Sequence[Pair]]],
) -> tuple[OldRows, list[UpdateRows]]:
    """What is taught and tested; `parts` of each update: rows to train on, and to test on.

    Old rows are evaluated in groups: every second row of a category, then the others.
    """
    old = sorted(plan.rows)
    codes = np.array([old.index(c) for _, c in (*train, *tests)])
    tested = np.arange(len(codes)) >= len(train)
    odd = np.zeros(len(codes), dtype=np.int64)
    for own in (np.flatnonzero((codes == c) & (tested == t)) for c in set(codes) for t in (0, 1)):
        odd[own] = np.arange(len(own)) % 2
    rows = OldRows(
        texts=[t for t, _ in (*train, *tests)],
        codes=codes,
        held_out=tested[None],
        groups=codes + len(old) * odd,
    )
    updates = []
    for incoming, held in parts:
        number = {c: i for i, c in enumerate(sorted({c for _, c in incoming}), len(old))}
        updates.append(
            UpdateRows(
                texts=[t for t, _ in (*incoming, *held)],
                codes=np.array([number[c] for _, c in (*incoming, *held)]),
                held_out=np.arange(len(incoming) + len(held)) >= len(incoming),
            )
        )
    return rows, updates


def readings(run: Run, kinds: int) -> dict[str, Any]:
    """What a truth keeps of a run whose old rows are in groups: lists by checkpoint."""
    rows = np.zeros(2 * kinds)
    rows[: len(run.rows)] = run.rows
    count = np.maximum(rows.reshape(2, kinds).sum(axis=0), 1)

    def by_half(table: np.ndarray) -> np.ndarray:
        whole = np.zeros((len(table), 2 * kinds))
        whole[:, : table.shape[1]] = np.nan_to_num(table)
        return whole.reshape(-1, 2, kinds)

    def mean(table: np.ndarray) -> np.ndarray:
        return (by_half(table) * rows.reshape(2, kinds)).sum(axis=1) / count

    found = {
        "accuracy": mean(run.accuracy),
        "half": by_half(run.accuracy)[:, 0],
        "soft": mean(run.soft),
        "masked": mean(run.masked),
        "learnt": run.learnt,
        "auroc": run.auroc,
    }
    return {name: np.round(values, 4).tolist() for name, values in found.items()}


def kernel(taught: Taught, which: int) -> dict[str, list[float]]:
    """Of each old category, the first-order change of its loss under one step of AdamW.

    -eta grad(loss of the category) . sign(grad(loss of the update)); Malladi et al. 2023. Rates as
    the recipe's; of the encoder and of the head.
    """
    course, model = taught.course, copy.deepcopy(taught.model)
    model.eval()
    update, tokens = course.updates[which], course.rows_of(which)
    rows = np.flatnonzero(~update.held_out)[:KERNEL_UPDATE_ROWS]
    columns = np.array(course.columns(which))
    _backward(model, [tokens[i] for i in rows], columns[update.codes[rows]])
    signs = {n: w.grad.sign() for n, w in model.named_parameters() if w.grad is not None}
    out: dict[str, list[float]] = {"encoder": [], "head": []}
    for c in range(course.old.kinds):
        own = np.flatnonzero(taught.codes == c)[:KERNEL_ROWS]
        _backward(model, [taught.rows[i] for i in own], taught.codes[own])
        sums = {"encoder": 0.0, "head": 0.0}
        for n, w in model.named_parameters():
            if n in signs and w.grad is not None:
                sums["head" if n.startswith("head") else "encoder"] -= float(
                    (w.grad * signs[n]).sum()
                )
        for name, value in sums.items():
            out[name].append(round(value, 4))
    return out


def _backward(model: Classifier, rows: Sequence[np.ndarray], codes: np.ndarray) -> None:
    model.zero_grad()
    logits = model.head(model.vectors(rows))
    torch.autograd.backward(nn.functional.cross_entropy(logits, torch.tensor(codes)))


def runs_of(
    target: Target, plan: BasePlan, old: OldRows, updates: Sequence[UpdateRows], seeds: int
) -> list[list[dict[str, Any]]]:
    """Of each update, what each seed's run left."""
    runs: list[list[dict[str, Any]]] = [[] for _ in updates]
    steps = plan.as_many_steps or passes(int((~old.held_out[0]).sum()), plan.epochs)
    models = teach(target, old, updates, seeds=range(seeds), steps=steps, device="cpu")
    for taught in models:
        for which, found in enumerate(runs):
            run = readings(taught.update(Recipe(), which=which), old.kinds)
            first = {} if found else {"kernel": kernel(taught, which)}
            found.append({"steps": steps, **run, **first})
    return runs


# --- what a truth says --------------------------------------------------------------------------


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(spearmanr(a, b)[0]) if np.ptp(a) and np.ptp(b) else 0.0


def agreement(values: np.ndarray) -> float:
    """Mean rank correlation between seeds of values (seeds, K)."""
    pairs = [(i, j) for i in range(len(values)) for j in range(i)]
    return float(np.mean([correlation(values[i], values[j]) for i, j in pairs]))


def ceiling(values: np.ndarray) -> float:
    """What a perfect forecast of the mean over seeds could reach (Spearman-Brown)."""
    r, n = max(agreement(values), 0.0), len(values)
    return math.sqrt(n * r / (1 + (n - 1) * r))


def read_ceiling(halves: np.ndarray) -> float:
    """The same, with the noise of few test rows in it: of values (2, seeds, K), by halves of the
    test rows, the agreement of two seeds that are read on different halves."""
    n = halves.shape[1]
    across = [(a, b) for a in range(n) for b in range(n) if a != b]
    r = max(float(np.mean([correlation(halves[0, a], halves[1, b]) for a, b in across])), 0.0)
    same = max(float(np.mean([correlation(halves[0, a], halves[0, b]) for a, b in across])), 1e-6)
    # The read noise of a half, then of the whole; the seeds' noise by their agreement.
    share = min(r / same, 1.0)
    whole = 2 * share / (1 + share)
    return float(np.sqrt(whole))


def truth(
    plan: BasePlan,
    update: UpdatePlan,
    runs: Sequence[Mapping[str, Any]],
    train: Sequence[Pair],
    incoming: Sequence[Pair],
    tests: Sequence[Pair],
    encoder: Encoder,
) -> dict[str, object]:
    """The measurement, in the format of the truths that were there first."""
    old = sorted(plan.rows)
    rows = Counter(label for _, label in tests)
    names = [c for c in old if rows[c] >= FEWEST_TEST_ROWS]
    at = [old.index(c) for c in names]
    kept = ("accuracy", "half", "soft", "masked")
    table = {k: np.array([r[k] for r in runs])[:, :, at] for k in kept}
    accuracy = table["accuracy"]  # (seeds, C, K)
    drops = accuracy[:, 0] - accuracy[:, 1:].mean(axis=1)
    counts = np.array([rows[c] for c in names])
    first = np.ceil(counts / 2)
    other = (accuracy * counts - table["half"] * first) / np.maximum(counts - first, 1)
    halves = np.stack([x[:, 0] - x[:, 1:].mean(axis=1) for x in (table["half"], other)])
    sizes = Counter(label for _, label in train)
    said = {
        "centroid cosine to the nearest new category": nearest_centroid(
            train, incoming, names, encoder
        ),
        "category size (small first)": -np.array([sizes[c] for c in names]),
        "accuracy before the update (low first)": -accuracy[:, 0].mean(axis=0),
    }
    drop = drops.mean(axis=0)
    return {
        "update": update.name,
        "dataset": plan.data,
        "base": plan.name,
        "seeds": len(runs),
        "taught_rows": len(train),
        "taught_steps": runs[0]["steps"],
        "new_categories": sorted(update.rows),
        "more_rows_for": [],
        "reliability": round(agreement(drops), 3),
        "ceiling": round(ceiling(drops) * read_ceiling(halves), 3),
        "ceiling_of_seeds": round(ceiling(drops), 3),
        "ceiling_after": round(ceiling(accuracy[:, 1:].mean(axis=1)), 3),
        "baselines": {k: round(correlation(v, drop), 3) for k, v in said.items()},
        "mean_accuracy_by_checkpoint": [
            np.average(a, axis=1, weights=counts).round(4).tolist() for a in accuracy
        ],
        "categories": {
            c: {
                "test_rows": rows[c],
                "rows": sizes[c],
                "old_data": plan.damage.get(c, "intact"),
                "drop": drops[:, i].round(4).tolist(),
                **{k: v[:, :, i].round(4).tolist() for k, v in table.items()},
                "kernel": {k: v[at[i]] for k, v in runs[0].get("kernel", {}).items()},
            }
            for i, c in enumerate(names)
        },
        "auroc": [r["auroc"] for r in runs],
        "learnt": [r["learnt"] for r in runs],
    }


def nearest_centroid(
    train: Sequence[Pair], update: Sequence[Pair], names: Sequence[str], encoder: Encoder
) -> np.ndarray:
    def centres(pairs: Sequence[Pair], labels: Sequence[str]) -> np.ndarray:
        vectors = encoder.embed([t for t, _ in pairs]).vectors
        own = np.array([label for _, label in pairs])
        means = np.stack([vectors[own == c].mean(axis=0) for c in labels if (own == c).any()])
        return means / np.linalg.norm(means, axis=1, keepdims=True)

    return (centres(train, names) @ centres(update, sorted({c for _, c in update})).T).max(axis=1)


def write(folder: Path, parts: Mapping[str, Sequence[Pair]], content: dict[str, object]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for part, pairs in parts.items():
        with (folder / f"{part}.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerows([("text", "category"), *pairs])
    (folder / "truth.json").write_text(json.dumps(content) + "\n", encoding="utf-8")


def measure(
    plan: BasePlan, data: Path, out: Path, target: Target, encoder: Encoder, seeds: int
) -> None:
    pool = read_pools(data, plan.pool_seed)[plan.data, plan.level]
    train, left = old_rows(plan, pool, np.random.default_rng([18, plan.pool_seed]))
    tests = [(t, c) for c in sorted(left) for t in left[c]]
    incoming = {
        u.name: [(t, c) for c, n in sorted(u.rows.items()) for t in pool.texts[c][:n]]
        for u in plan.updates
    }
    held = {
        u.name: [(t, c) for c, n in sorted(u.rows.items()) for t in pool.texts[c][n:][-60:]]
        for u in plan.updates
    }
    parts = [(incoming[u.name], held[u.name]) for u in plan.updates]
    found = runs_of(target, plan, *arrange(plan, train, tests, parts), seeds)
    for u, runs in zip(plan.updates, found, strict=True):
        content = truth(plan, u, runs, train, incoming[u.name], tests, encoder)
        write(out / u.name, {"train": train, "update": incoming[u.name], "test": tests}, content)


def plans(data: Path) -> Iterator[BasePlan]:
    pools = read_pools(data, 0)
    yield from varied(pools)
    yield from controlled(pools)


@click.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--only", default="", help="Measure the bases whose names start so.")
@click.option("--seeds", default=2)
@click.option("--target", default=Settings().embedder, help="The model that is fine-tuned.")
@click.option("--threads", default=1)
def main(data: Path, out: Path, only: str, seeds: int, target: str, threads: int) -> None:
    torch.set_num_threads(threads)
    encoder = open_encoder(Settings(offline=True))
    model = open_target(target, offline=True)
    out.mkdir(parents=True, exist_ok=True)
    for plan in plans(data):
        if not plan.name.startswith(only):
            continue
        try:  # one process a base
            os.close(os.open(out / f".{plan.name}", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            continue
        started = time.monotonic()
        measure(plan, data, out, model, encoder, seeds)
        rows = sum(plan.rows.values())
        click.echo(
            f"{plan.name}: {len(plan.rows)} old, {rows} rows, {len(plan.damage)} damaged, "
            f"{time.monotonic() - started:.0f} s"
        )


if __name__ == "__main__":
    main()
