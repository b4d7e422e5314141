"""Measures updates of public datasets by real fine-tunes, and writes each as a truth folder.

    python tests/benchmarks/make_truths.py DATA OUT [--only NAME] [--seeds 2]

DATA holds `clinc150.csv`, `hwu64.csv` and `bitext.csv` (text, category, subtype, split). A folder
holds `train.csv`, `update.csv`, `test.csv` and `truth.json`, as `fit_forecast.py` reads them; one
that is there already is left alone, so that a killed run goes on where it stopped.
"""

from __future__ import annotations

import csv
import json
import math
import shutil
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from scipy.stats import spearmanr

from auditor.embedding.embed import Encoder
from auditor.embedding.target import open_target
from auditor.prediction.fine_tuning.fine_tune import FineTune, Material, fine_tune
from auditor.resources import open_encoder
from auditor.settings import Settings

FEWEST_TEST_ROWS = 8  # of a category that is measured
Row = tuple[str, str, str, str]  # text, category, subtype, split
Pair = tuple[str, str]  # text, label


@dataclass(frozen=True)
class Plan:
    """One update: which labels are new, or of which old ones more rows arrive."""

    name: str
    data: str
    new: Callable[[str], bool] = lambda _: False
    more: tuple[str, ...] = ()
    kept: Callable[[str], bool] = lambda _: True  # labels that are part of the dataset at all
    rows: int = 40  # of a label, to train on
    test_rows: int = 20


def one(*labels: str) -> Callable[[str], bool]:
    return lambda label: label in labels


def below(*prefixes: str) -> Callable[[str], bool]:
    return lambda label: label.startswith(prefixes)


HALF = below("banking", "utility", "work", "meta", "auto_and_commute")
OTHER_HALF = below("travel", "small_talk", "credit_cards", "home", "kitchen_and_dining")
PLANS = (
    Plan("bitext_complaint", "bitext", one("FEEDBACK_complaint"), test_rows=30),
    Plan("hwu_weather", "hwu64", one("weather_weather_query")),
    Plan("bitext_account", "bitext", below("ACCOUNT"), test_rows=30),
    Plan("hwu_more_quirky", "hwu64", more=("general_general_quirky",)),
    Plan("clinc_banking", "clinc150", below("banking"), kept=HALF, rows=25, test_rows=12),
    Plan("hwu_transport", "hwu64", below("transport")),
    Plan("bitext_more_cancel", "bitext", more=("ORDER_cancel_order",), test_rows=30),
    Plan("bitext_newsletter", "bitext", below("NEWSLETTER"), test_rows=30),
    Plan("clinc_todo", "clinc150", one("home_todo_list"), kept=OTHER_HALF, rows=25, test_rows=12),
    Plan("hwu_lists_social", "hwu64", one("lists_lists_query", "social_social_post")),
    Plan("bitext_delivery", "bitext", below("DELIVERY"), test_rows=30),
    Plan("hwu_qa", "hwu64", below("qa_")),
    Plan("hwu_takeaway", "hwu64", one("takeaway_takeaway_order")),
    Plan("clinc_kitchen", "clinc150", below("kitchen"), kept=OTHER_HALF, rows=25, test_rows=12),
    Plan("hwu_lights", "hwu64", below("iot_iot_hue")),
)


def split(plan: Plan, rows: Sequence[Row]) -> tuple[list[Pair], list[Pair], list[Pair]]:
    """Rows to train on, the update's, and those to read: the file's first of each label.

    A plan names a label by its category and subtype; in the rows the subtype alone is the label.
    """
    seen: Counter[tuple[str, str]] = Counter()
    train: list[Pair] = []
    update: list[Pair] = []
    test: list[Pair] = []
    for text, category, subtype, part in rows:
        label = f"{category}_{subtype}"
        if not plan.kept(label):
            continue
        seen[part, label] += 1
        place, fresh = seen[part, label], plan.new(label)
        if part == "train" and place <= plan.rows:
            (update if fresh else train).append((text, subtype))
        elif part == "train" and label in plan.more and place <= 2 * plan.rows:
            update.append((text, subtype))
        elif part == "test" and not fresh and place <= plan.test_rows:
            test.append((text, subtype))
    return train, update, test


def material(train: list[Pair], update: list[Pair], test: list[Pair]) -> tuple[Material, list[str]]:
    """What is fine-tuned, and the old labels by code."""
    old = sorted({label for _, label in train})
    new = sorted({label for _, label in update} - set(old))
    number = {label: i for i, label in enumerate([*old, *new])}
    rows = [*train, *test]
    return Material(
        texts=[t for t, _ in rows],
        codes=np.array([number[label] for _, label in rows]),
        held_out=(np.arange(len(rows)) >= len(train))[None],
        update_texts=[t for t, _ in update],
        update_codes=np.array([number[label] for _, label in update]),
        update_held_out=np.zeros(len(update), dtype=bool),
    ), old


def truth(
    plan: Plan,
    train: list[Pair],
    update: list[Pair],
    found: FineTune,
    old: list[str],
    encoder: Encoder,
) -> dict[str, object]:
    """The measurement, in the format of the truths that were there first."""
    trained = {label for _, label in update}
    rows = found.runs[0].rows
    names = [c for i, c in enumerate(old) if rows[i] >= FEWEST_TEST_ROWS and c not in trained]
    at = [old.index(c) for c in names]
    forecast_tests = np.stack([run.drop[at] for run in found.runs])
    left = np.stack([run.accuracy[1:, at].mean(axis=0) for run in found.runs])
    before = np.mean([run.accuracy[0, at] for run in found.runs], axis=0)
    sizes = Counter(label for _, label in train)
    cosine = nearest_centroid(train, update, names, encoder)
    said = {
        "centroid cosine to the nearest new category": cosine,
        "category size (small first)": -np.array([sizes[c] for c in names]),
        "accuracy before the update (low first)": -before,
    }
    mean_drop = forecast_tests.mean(axis=0)
    return {
        "update": plan.name,
        "dataset": plan.name.split("_")[0],
        "seeds": len(found.runs),
        "new_categories": sorted(trained - set(old)),
        "more_rows_for": sorted(trained & set(old)),
        "reliability": round(agreement(forecast_tests), 3),
        "ceiling": round(ceiling(forecast_tests), 3),
        "ceiling_after": round(ceiling(left), 3),
        "baselines": {k: round(correlation(v, mean_drop), 3) for k, v in said.items()},
        "mean_accuracy_by_checkpoint": [
            np.average(run.accuracy[:, at], axis=1, weights=rows[at]).round(4).tolist()
            for run in found.runs
        ],
        "categories": {
            c: {
                "test_rows": int(rows[i]),
                "drop": [round(float(run.drop[i]), 4) for run in found.runs],
                "accuracy": [run.accuracy[:, i].round(4).tolist() for run in found.runs],
                "masked": [run.masked[:, i].round(4).tolist() for run in found.runs],
            }
            for c, i in zip(names, at, strict=True)
        },
        "auroc": [run.auroc.round(4).tolist() for run in found.runs],
        "learnt": [run.learnt.round(4).tolist() for run in found.runs],
    }


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


def nearest_centroid(
    train: list[Pair], update: list[Pair], names: list[str], encoder: Encoder
) -> np.ndarray:
    def centres(pairs: list[Pair], labels: Sequence[str]) -> np.ndarray:
        vectors = encoder.embed([t for t, _ in pairs]).vectors
        own = np.array([label for _, label in pairs])
        means = np.stack([vectors[own == label].mean(axis=0) for label in labels])
        return means / np.linalg.norm(means, axis=1, keepdims=True)

    return (centres(train, names) @ centres(update, sorted({c for _, c in update})).T).max(axis=1)


def write(
    folder: Path, name: str, parts: dict[str, list[Pair]], content: dict[str, object]
) -> None:
    """All files of one truth, whole or not at all."""
    beside = folder / f".{name}"
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    for part, pairs in parts.items():
        with (beside / f"{part}.csv").open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerows([("text", "category"), *pairs])
    (beside / "truth.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    beside.rename(folder / name)


@click.command()
@click.argument("data", type=click.Path(exists=True, path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--only", multiple=True, help="Names of updates to measure; by default all.")
@click.option("--seeds", default=2)
def main(data: Path, out: Path, only: tuple[str, ...], seeds: int) -> None:
    encoder = open_encoder(Settings(offline=True))
    target = open_target(Settings().embedder, offline=True)
    for plan in PLANS:
        if (out / plan.name).exists() or (only and plan.name not in only):
            continue
        started = time.monotonic()
        with (data / f"{plan.data}.csv").open(encoding="utf-8", newline="") as file:
            columns = ("text", "category", "subtype", "split")
            rows = [tuple(row[c] for c in columns) for row in csv.DictReader(file)]
        train, update, test = split(plan, rows)
        made, old = material(train, update, test)
        found = fine_tune(target, made, seeds=range(seeds))
        content = truth(plan, train, update, found, old, encoder)
        write(out, plan.name, {"train": train, "update": update, "test": test}, content)
        click.echo(
            f"{plan.name}: {len(old)} old categories, {len(train)} rows, ceiling "
            f"{content['ceiling']}, baselines {content['baselines']}, "
            f"{time.monotonic() - started:.0f} s"
        )


if __name__ == "__main__":
    main()
