"""What forecasts for one encoder say of updates that were measured on another.

    python -m tests.benchmarks.other_encoder TRUTHS OTHER --keep DIR [--full NAME]

OTHER holds updates of TRUTHS, measured with `make_truths.py --target MODEL`. Each is forecast from
TRUTHS without its dataset, as `fit_forecast.py` does, and compared with both measurements.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
from scipy.stats import spearmanr

from auditor.prediction.fitting import LeftOut, having, leave_out
from auditor.resources import open_encoder
from auditor.settings import Settings
from tests.benchmarks.fit_forecast import LEAST_CEILING, Reader

FIDELITIES = ("head", "full")


def measured_on(left_out: LeftOut, own: Path, other: Path) -> LeftOut:
    """The same forecast beside the other encoder's measurement."""
    first, second = (
        json.loads((folder / "truth.json").read_text(encoding="utf-8")) for folder in (own, other)
    )
    names = list(first["categories"])
    if set(names) != set(second["categories"]):
        raise click.ClickException(f"{other}: other categories")
    # In the order of the forecast, which is that of the first truth.
    runs = np.stack([second["categories"][c]["accuracy"] for c in sorted(names)], axis=1)
    ceiling = max(second["ceiling"], LEAST_CEILING)
    return replace(left_out, update=replace(left_out.update, runs=runs, ceiling=ceiling))


def line(x: LeftOut, y: LeftOut) -> str:
    lost = [z.update.outcome(o) for z in (x, y) for o in ("average", "end")]
    return (
        f"{x.update.name:16s} K {len(x.drop):3d}  lost {lost[0].mean():.2f} {lost[1].mean():.2f}, "
        f"other {lost[2].mean():.2f} {lost[3].mean():.2f}, forecast {x.lost.mean():.2f}  "
        f"skill {x.skill:.2f}, other {y.skill:.2f}  80 % holds {y.coverage(0.8):.2f}, at the end "
        f"{y.end_coverage(0.8):.2f}  both drops {spearmanr(x.update.drop, y.update.drop)[0]:.2f}"
    )


@click.command()
@click.argument("truths", type=click.Path(exists=True, path_type=Path))
@click.argument("other", type=click.Path(exists=True, path_type=Path))
@click.option("--keep", required=True, type=click.Path(path_type=Path))
@click.option("--full", multiple=True, help="As of `fit_forecast.py`, which has made the trials.")
def main(truths: Path, other: Path, keep: Path, full: tuple[str, ...]) -> None:
    reader = Reader(open_encoder(Settings(offline=True)), None, full, keep)
    updates = [reader.read(f) for f in sorted(truths.iterdir()) if (f / "truth.json").is_file()]
    for fidelity in FIDELITIES:
        pairs = [
            (x, measured_on(x, truths / x.update.name, other / x.update.name))
            for x in leave_out(fidelity, having(fidelity, updates))
            if (other / x.update.name / "truth.json").is_file()
        ]
        if not pairs:
            continue
        click.echo(fidelity)
        for x, y in pairs:
            click.echo(line(x, y))
        found = np.array(
            [
                (
                    *(x.skill, y.skill, y.level_error("average"), y.level_error("end")),
                    *(len(y.drop), y.coverage(0.8), y.end_coverage(0.8)),
                )
                for x, y in pairs
            ]
        )
        alike = np.mean([spearmanr(x.update.drop, y.update.drop)[0] for x, y in pairs])
        lost = [np.mean([z[i].update.outcome("average").mean() for z in pairs]) for i in (0, 1)]
        click.echo(f"lost {lost[0]:.2f}, other {lost[1]:.2f}; both drops {alike:.2f}")
        sizes = found[:, 4]
        mean, held = found.mean(axis=0), np.average(found[:, 5:], axis=0, weights=sizes)
        click.echo(
            f"{len(pairs)} updates: skill {mean[0]:.2f}, other {mean[1]:.2f}; level {mean[2]:+.2f}"
            f", at the end {mean[3]:+.2f}; 80 % holds {held[0]:.2f}, at the end {held[1]:.2f}"
        )


if __name__ == "__main__":
    main()
