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
"""

from __future__ import annotations

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
from scipy.special import softmax
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score
from torch import nn

from auditor.embedding.embed import Encoder
from auditor.embedding.target import open_target
from auditor.interfaces import Target
from auditor.prediction.fine_tuning.taught import BATCH, HEAD_RATE, RATE, WARM_UP
from auditor.prediction.fine_tuning.training import (
    Classifier,
    Phase,
    Tokens,
    draw_batches,
    tokenise,
    train_classifier,
)
from auditor.records.forecast import Recipe
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


class Taught:
    """A model that was taught old rows by one seed, and that updates branch from."""

    def __init__(
        self, target: Target, plan: BasePlan, taught: Sequence[Pair], incoming: Sequence[Pair],
        tests: Sequence[Pair], seed: int,
    ) -> None:  # fmt: skip
        self.plan, self.seed = plan, seed
        self.old = sorted(plan.rows)
        new = sorted({label for _, label in incoming})
        self.number = {c: i for i, c in enumerate([*self.old, *new])}
        texts = [t for t, _ in (*taught, *incoming, *tests)]
        self.tokens: Tokens = tokenise(target, list(dict.fromkeys(texts)))
        self.place = {t: i for i, t in enumerate(dict.fromkeys(texts))}
        torch.manual_seed(seed)
        self.random = np.random.default_rng(seed)
        self.model = Classifier(target, self.tokens.vocabulary, len(self.number), "cpu")
        self.taught, self.codes = self.of(taught)
        self.tests, self.test_codes = self.of(tests)
        batches = math.ceil(len(taught) / BATCH)
        self.steps = plan.as_many_steps or round(plan.epochs * batches)
        phase = Phase(
            rate=RATE, head_rate=HEAD_RATE, batch=BATCH, steps=self.steps, warm_up=WARM_UP,
            decays=True,
        )  # fmt: skip
        for _ in train_classifier(
            self.model, self.taught, self.codes, phase,
            draw_batches(len(taught), phase, self.random),
        ):  # fmt: skip
            pass
        self.start = {name: w.clone() for name, w in self.model.state_dict().items()}
        self.before = self.model.scores(self.model.encode(self.tests)).double().numpy()

    def of(self, pairs: Sequence[Pair]) -> tuple[list[np.ndarray], np.ndarray]:
        return (
            self.tokens.of(np.array([self.place[t] for t, _ in pairs])),
            np.array([self.number[c] for _, c in pairs]),
        )

    def update(
        self, update: UpdatePlan, incoming: Sequence[Pair], held: Sequence[Pair],
        recipe: Recipe, rate: float = 1.0,
    ) -> dict[str, Any]:  # fmt: skip
        """The update's run: the old columns and its own, those of other updates left out."""
        self.model.load_state_dict(self.start)
        own = [*range(len(self.old)), *(self.number[c] for c in sorted(update.rows))]
        whole = self.model.head
        head = nn.Linear(whole.in_features, len(own))
        head.weight.data, head.bias.data = whole.weight.data[own].clone(), whole.bias.data[own]
        self.model.head = head
        column = {code: i for i, code in enumerate(own)}
        rows, codes = self.of(incoming)
        codes = np.array([column[c] for c in codes.tolist()])
        theirs, their_codes = self.of(held)
        their_codes = np.array([column[c] for c in their_codes.tolist()])
        found: list[dict[str, Any]] = []
        phase = Phase(
            rate=rate * recipe.learning_rate, head_rate=rate * recipe.head_learning_rate,
            batch=recipe.batch, steps=recipe.checkpoints[-1],
        )  # fmt: skip
        random = np.random.default_rng([self.seed, 7])
        torch.manual_seed(self.seed)
        try:
            self._read(self.before[:, own], self._scores(theirs), their_codes, found)
            for step in train_classifier(
                self.model, rows, codes, phase, draw_batches(len(rows), phase, random)
            ):
                if step in recipe.checkpoints:
                    self._read(self._scores(self.tests), self._scores(theirs), their_codes, found)
        finally:
            self.model.head = whole
        return {name: np.round([f[name] for f in found], 4).tolist() for name in found[0]}

    def _scores(self, tokens: Sequence[np.ndarray]) -> np.ndarray:
        return self.model.scores(self.model.encode(tokens)).double().numpy()

    def _read(
        self, old: np.ndarray, new: np.ndarray, new_codes: np.ndarray, found: list[dict[str, Any]]
    ) -> None:
        codes, k = self.test_codes, len(self.old)
        right = old.argmax(axis=1) == codes
        count = np.bincount(codes, minlength=k)
        place = np.arange(len(codes)) - np.searchsorted(codes, codes)  # sorted by category
        even = place % 2 == 0

        def mean(values: np.ndarray, among: np.ndarray | None = None) -> np.ndarray:
            among = np.ones(len(codes)) if among is None else among.astype(float)
            sums = np.bincount(codes, weights=values * among, minlength=k)
            return sums / np.maximum(np.bincount(codes, weights=among, minlength=k), 1)

        odds = [np.logaddexp.reduce(x[:, k:], 1) - np.logaddexp.reduce(x[:, :k], 1)
                for x in (old, new)]  # fmt: skip
        found.append({
            "accuracy": mean(right), "half": mean(right, even),
            "soft": mean(softmax(old, axis=1)[np.arange(len(codes)), codes]),
            "masked": mean(old[:, :k].argmax(axis=1) == codes),
            "learnt": float((new.argmax(axis=1) == new_codes).mean()),
            "auroc": float(roc_auc_score(
                np.r_[np.zeros(len(count[codes])), np.ones(len(new))], np.concatenate(odds))),
        })  # fmt: skip

    def kernel(self, incoming: Sequence[Pair]) -> dict[str, list[float]]:
        """Of each old category, the first-order change of its loss under one step of AdamW.

        -eta grad(loss of the category) . sign(grad(loss of the update)); Malladi et al. 2023.
        Rates as the recipe's; of the encoder and of the head.
        """
        self.model.load_state_dict(self.start)
        self.model.eval()
        rows, codes = self.of(incoming[:KERNEL_UPDATE_ROWS])
        self._backward(rows, codes)
        signs = {n: w.grad.sign() for n, w in self.model.named_parameters() if w.grad is not None}
        out: dict[str, list[float]] = {"encoder": [], "head": []}
        for c in range(len(self.old)):
            own = np.flatnonzero(self.codes == c)[:KERNEL_ROWS]
            self._backward([self.taught[i] for i in own], self.codes[own])
            sums = {"encoder": 0.0, "head": 0.0}
            for n, w in self.model.named_parameters():
                if n in signs and w.grad is not None:
                    sums["head" if n.startswith("head") else "encoder"] -= float(
                        (w.grad * signs[n]).sum()
                    )
            for name, value in sums.items():
                out[name].append(round(value, 4))
        self.model.zero_grad()
        return out

    def _backward(self, rows: Sequence[np.ndarray], codes: np.ndarray) -> None:
        self.model.zero_grad()
        logits = self.model.head(self.model.vectors(rows))
        torch.autograd.backward(nn.functional.cross_entropy(logits, torch.tensor(codes)))


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
    pairs = [p for part in (*incoming.values(), *held.values()) for p in part]
    runs: dict[str, list[dict[str, Any]]] = {u.name: [] for u in plan.updates}
    for seed in range(seeds):
        taught = Taught(target, plan, train, pairs, tests, seed)
        for u in plan.updates:
            kernel = {"kernel": taught.kernel(incoming[u.name])} if seed == 0 else {}
            run = taught.update(u, incoming[u.name], held[u.name], Recipe())
            runs[u.name].append({"steps": taught.steps, **run, **kernel})
    for u in plan.updates:
        content = truth(plan, u, runs[u.name], train, incoming[u.name], tests, encoder)
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
