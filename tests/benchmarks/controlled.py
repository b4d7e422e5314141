"""What rows, damage and steps of teaching each do to what an update takes: the table of
`docs/forgetting.md`.

    python tests/benchmarks/controlled.py TRUTHS

TRUTHS holds the sets `c_*` that `make_truths.py` measures (`update_plans.controlled`): 18 labels,
three seeds, updates a (one new category) and b (three). Numbers are mean shares of the accuracy
before that are lost on average over the checkpoints, and at the last; below, what damage adds to
the log odds of the mean share at equal steps, with a 95 % interval over datasets and updates.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
from scipy.special import logit
from scipy.stats import t

from auditor.prediction.forgetting import share_lost, share_lost_at_end

SETS = (  # what is measured, and what it differs from in damage alone
    ("rows80", None),
    ("rows80-short", None),
    ("intact", None),
    ("intact-short", None),
    ("few", None),
    ("few-long", None),
    ("rows20", None),
    ("rows20-long", None),
    ("rows10", None),
    ("rows10-long", None),
    ("thin", None),
    ("thin-long", "intact"),
    ("template", "intact"),
    ("noisy", "intact"),
    ("damaged", "intact-short"),
    ("damaged-long", "intact"),
)
DATA, UPDATES = ("hwu64", "clinc150", "bitext"), ("a", "b")


def read(truths: Path, data: str, name: str, update: str) -> dict[str, float]:
    path = truths / f"c_{data}_{name}_{update}" / "truth.json"
    truth = json.loads(path.read_text(encoding="utf-8"))
    each = np.array([c["accuracy"] for c in truth["categories"].values()]).mean(axis=1)
    return {
        "rows": truth["taught_rows"],
        "steps": truth["taught_steps"],
        "before": float(each[:, 0].mean()),
        "average": float(share_lost(each).mean()),
        "end": float(share_lost_at_end(each).mean()),
    }


def table(truths: Path) -> Iterator[str]:
    columns = [(d, u) for d in DATA for u in UPDATES]
    heads = " | ".join(f"{d} {u}" for d, u in columns)
    yield f"| set | rows | steps | before | {heads} |"
    yield "|---|---|---|---|" + "---|" * len(columns)
    for name, _ in SETS:
        found = [read(truths, d, name, u) for d, u in columns]
        cells = " | ".join(f"{f['average']:.2f}, {f['end']:.2f}" for f in found)
        rows = "-".join(str(n) for n in sorted({f["rows"] for f in found}))
        before = np.mean([f["before"] for f in found])
        yield f"| {name} | {rows} | {found[0]['steps']:.0f} | {before:.2f} | {cells} |"


def pairs(truths: Path) -> Iterator[str]:
    for name, other in SETS:
        if other is None:
            continue
        more = np.array(
            [
                logit(read(truths, d, name, u)["average"])
                - logit(read(truths, d, other, u)["average"])
                for d in DATA
                for u in UPDATES
            ]
        )
        half = t.ppf(0.975, len(more) - 1) * more.std(ddof=1) / len(more) ** 0.5
        each = ", ".join(f"{m:+.2f}" for m in more)
        yield f"{name} against {other}: {more.mean():+.2f} +- {half:.2f} ({each})"


@click.command()
@click.argument("truths", type=click.Path(exists=True, path_type=Path))
def main(truths: Path) -> None:
    for line in (*table(truths), "", *pairs(truths)):
        click.echo(line)


if __name__ == "__main__":
    main()
