"""What mitigations keep: a trial's verdicts against full fine-tunes with other seeds.

    python -m tests.benchmarks.measure_mitigations TRUTHS OUT [--only NAME] [--with NAME] [--table]

TRUTHS holds updates as `make_truths.py` writes them: `train.csv`, `update.csv`, `test.csv`. Each is
made with every mitigation twice. In truth: all old rows are taught, with dropout, by three seeds,
and test rows are read that no audit saw. By the trial of `--probe full`: four other seeds, a sample
of the old rows, some of them held out. OUT gets a file for each; with --table the ones that are
there are compared, and nothing is measured.

A pair is a category that the update does not train, and a mitigation. It is saved where the upper
end of the interval of what it lost at the end is under 5 points, by an update of which half is
recognised: by three seeds in truth, by four in the trial.
"""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec
import numpy as np
import torch

from auditor.analysis import find_copies_across
from auditor.dataset import load_dataset
from auditor.embedding.target import open_target
from auditor.interfaces import Mitigation
from auditor.prediction.estimate import shipped
from auditor.prediction.fine_tuning.branch import Branch
from auditor.prediction.fine_tuning.effort import Effort
from auditor.prediction.fine_tuning.evaluation import (
    RECOGNISED,
    OldRows,
    UpdateRows,
    first_of_each,
)
from auditor.prediction.fine_tuning.fine_tune import fine_tune
from auditor.prediction.fine_tuning.mitigated import summarise_mitigated
from auditor.prediction.fine_tuning.trial import measure_update
from auditor.prediction.forecast import forecast_forgetting
from auditor.prediction.mitigations import MITIGATIONS
from auditor.records.forecast import OLD_EPOCHS, Recipe, passes
from auditor.records.measurement import HARDLY, MitigatedUpdate
from auditor.resources import open_encoder
from auditor.settings import Settings
from tests.benchmarks.fit_forecast import Reader

SEEDS, TRIAL_SEED = range(1000, 1003), 100
TESTS = 40  # rows of a category
HELD = 5  # of the update, every so manieth row


def read(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["text"], row["category"]) for row in csv.DictReader(file)]


def measured_in_truth(
    folder: Path, target: Any, expected: np.ndarray, tried: Sequence[Mitigation[Branch]]
) -> dict[str, Any]:
    """By all rows; `expected` (K,): the quick forecast of the categories, in alphabetic order."""
    train, update, tests = (read(folder / f"{x}.csv") for x in ("train", "update", "test"))
    names = sorted({c for _, c in train})
    number = {c: i for i, c in enumerate([*names, *sorted({c for _, c in update} - set(names))])}
    codes = np.array([number[c] for _, c in (*train, *tests)])
    tested = np.arange(len(codes)) >= len(train)
    read_rows = first_of_each(codes, tested, TESTS)
    rows = np.r_[np.arange(len(train)), read_rows]
    old = OldRows(
        texts=[(*train, *tests)[i][0] for i in rows],
        codes=codes[rows],
        held_out=(rows >= len(train))[None],
    )
    new = UpdateRows(
        texts=[t for t, _ in update],
        codes=np.array([number[c] for _, c in update]),
        held_out=np.arange(len(update)) % HELD == 0,
    )
    found = fine_tune(
        *(target, old, new),
        seeds=SEEDS,
        teaching=passes(len(train), OLD_EPOCHS),
        mitigations=tried,
        expected=expected,
    )
    evaluated = [c for c in range(len(names)) if found.runs[0].rows[c]]
    untrained = [c for c in evaluated if c not in new.arriving]
    mitigated = summarise_mitigated(found.mitigated, found.runs, untrained, evaluated, names)
    plain = np.mean([run.accuracy for run in found.runs], axis=0)
    return {
        "plain": {names[c]: plain[:, c].round(4).tolist() for c in untrained},
        "learnt": np.mean([run.learnt for run in found.runs], axis=0).round(4).tolist(),
        "mitigations": msgspec.to_builtins(tuple(mitigated)),
    }


def measure(
    folder: Path, reader: Reader, target: Any, tried: Sequence[Mitigation[Branch]]
) -> dict[str, Any]:
    task = reader._base_task(folder, (folder / "train.csv").read_bytes())
    incoming = load_dataset(folder / "update.csv", reader.settings)
    vectors = reader.encoder.embed(incoming.texts)
    quick = forecast_forgetting(
        task, (incoming, vectors), fidelity="head", chosen="", coefficients=shipped(),
        seed=0, measurement=None, old_epochs=OLD_EPOCHS,
    )  # fmt: skip
    drops = {c.category: c.expected_drop for c in quick.categories}
    expected = np.array([drops[c] for c in task.dataset.categories])
    across = find_copies_across(task.dataset.examples, incoming.examples, task.embeddings, vectors)
    started = time.process_time()
    trial = measure_update(
        *(task, incoming, across, target, Effort(), None),
        seed=TRIAL_SEED,
        recipe=Recipe(),
        mitigations=tried,
        expected=expected,
    )
    seconds = time.process_time() - started
    truth = measured_in_truth(folder, target, expected, tried)
    return {"trial": msgspec.to_builtins(trial), "seconds": round(seconds, 1), "truth": truth}


# --- what it says -------------------------------------------------------------------------------


def pairs(found: dict[str, Any]) -> Iterator[tuple[str, str, float, bool, float, bool]]:
    """Mitigation, category, drop in truth, whether saved; the same by the trial."""
    for x, y in zip(found["truth"]["mitigations"], found["trial"]["mitigations"], strict=True):
        trial = {c["category"]: c for c in y["categories"]}
        in_truth, told = (m["learnt"][-1] >= RECOGNISED for m in (x, y))
        for c in x["categories"]:
            own = trial.get(c["category"])
            if own and c["category"] in found["truth"]["plain"]:
                yield (
                    *(x["mitigation"], c["category"], c["drop"], in_truth and c["high"] < HARDLY),
                    *(own["drop"], told and own["high"] < HARDLY),
                )


def balanced(told: Sequence[bool], true: Sequence[bool]) -> tuple[float, float]:
    """Of those that are saved, and of those that are not, the share that is told so."""
    said, is_so = np.array(told), np.array(true)
    return float(said[is_so].mean()), float((~said[~is_so]).mean())


def table(files: Sequence[Path]) -> Iterator[str]:
    told, true = [], []
    for path in files:
        found = json.loads(path.read_text(encoding="utf-8"))
        own = list(pairs(found))
        told += [p[5] for p in own]
        true += [p[3] for p in own]
        sure, safe = balanced([p[5] for p in own], [p[3] for p in own])
        lost = np.mean([v[0] - v[-1] for v in found["truth"]["plain"].values()])
        yield (
            f"{path.stem}: {len(found['truth']['plain'])} categories, the update alone takes "
            f"{lost:.2f}; saved {sure:.2f}, not saved {safe:.2f} told; trial {found['seconds']} s"
        )
        for x, y in zip(found["truth"]["mitigations"], found["trial"]["mitigations"], strict=True):
            yield "  " + line(x) + "   trial " + line(y)
    sure, safe = balanced(told, true)
    yield (
        f"{len(true)} pairs, {sum(true)} saved: told {sure:.3f}, of the others {safe:.3f}; "
        f"balanced accuracy {(sure + safe) / 2:.3f}"
    )


def line(x: dict[str, Any]) -> str:
    update = msgspec.convert(x, MitigatedUpdate)
    return (
        f"{update.mitigation:16s} lost {update.drop:5.2f} ({update.low:5.2f} to "
        f"{update.high:5.2f}), learnt {update.learnt[-1]:.2f}, {update.trained_rows:5d} rows"
    )


@click.command()
@click.argument("truths", type=click.Path(exists=True, path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--only", multiple=True, help="These updates.")
@click.option("--with", "names", multiple=True, help="These mitigations; all by default.")
@click.option("--table", "compare", is_flag=True, help="Compare what was measured before.")
def main(
    truths: Path, out: Path, only: tuple[str, ...], names: tuple[str, ...], compare: bool
) -> None:
    if compare:
        for text in table(sorted(out.glob("*.json"))):
            click.echo(text)
        return
    torch.set_num_threads(1)
    tried = tuple(m for m in MITIGATIONS if not names or m.name in names)
    settings = Settings(offline=True)
    target = open_target(settings.embedder, offline=True)
    reader = Reader(open_encoder(settings), None, (), out)
    out.mkdir(parents=True, exist_ok=True)
    for name in only or sorted(p.name for p in truths.iterdir()):
        if not (out / f"{name}.json").exists():
            found = measure(truths / name, reader, target, tried)
            (out / f"{name}.json").write_text(json.dumps(found) + "\n", encoding="utf-8")
            click.echo(f"{name}: {found['seconds']} s of trial")


if __name__ == "__main__":
    main()
