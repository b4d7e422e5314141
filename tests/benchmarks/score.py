"""Scores audits against planted faults and measured forgetting; prints one table of each.

    python tests/benchmarks/score.py SHARED [--seeds 5] [--out DIR]

SHARED holds `bench/` (plant.py, score_detection.py, score_forecast.py), `data/` (CSV files with
text, category, subtype, split) and `truth/` (measured updates). The forecast is scored with the
shipped coefficients; `fit_forecast.py` prints the skill with each dataset left out of the fit.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import click
import numpy as np

import auditor

KEPT = ("recall", "precision", "false_per_1000_rows", "false_per_category", "ap", "warnings_right")
FALSE_A_CATEGORY = (0.25, 0.5, 1.0, 2.0)


def run(*command: object) -> str:
    done = subprocess.run(
        [sys.executable, *map(str, command)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return done.stdout


def detection(shared: Path, name: str, seed: int, out: Path, *options: str) -> dict:
    """One planted set, audited and scored."""
    folder = out / "-".join([name, str(seed), *(o.strip("-") for o in options)])
    bench, data = shared / "bench", shared / "data" / f"{name}.csv"
    run(bench / "plant.py", data, folder, "--seed", seed, *options)
    reference = folder / "reference.csv"
    found = auditor.audit(
        folder / "data.csv",
        reference=reference if reference.exists() else None,
        probe="similarity",  # no fault depends on the forecast
        map_points=10,
    )
    auditor.save(found, folder, ("json",))
    scored = json.loads(
        run(bench / "score_detection.py", folder / "audit.json", folder / "key.json", "--json")
    )
    scored["label-error"]["warnings_right"] = warnings_right(found, folder)
    return scored


def warnings_right(found: auditor.Audit, folder: Path) -> float | None:
    """Share of the label warnings that are planted errors; those on planted conflicts aside."""
    planted = json.loads((folder / "key.json").read_text())["row_faults"]
    wrong, conflicts = (
        {row for pair in planted[code] for row in pair}
        for code in ("label-error", "label-conflict")
    )
    sure = [f.rows[0] for f in found.of("label-error") if f.severity == "warning"]
    judged = [row in wrong for row in sure if row not in conflicts]
    return float(np.mean(judged)) if wrong and judged else None


def thin_curve(folder: Path) -> list[float]:
    """Share of planted thin subtypes found by the top of the list, at FALSE_A_CATEGORY."""
    found = auditor.audit(
        folder / "data.csv",
        probe="similarity",
        map_points=10,
        checks={"coverage-gap": {"separation": 0.0}},
    )
    key = json.loads((folder / "key.json").read_text())
    planted = {s: set(key["subtypes"][s]) for s, f in key["subtype_faults"].items() if f == "thin"}
    other = {r for s, f in key["subtype_faults"].items() if f != "thin" for r in key["subtypes"][s]}
    categories = len({s.split("/")[0] for s in key["subtypes"]})
    hit: set[str] = set()
    curve, wrong = [0.0] * len(FALSE_A_CATEGORY), 0
    for finding in found.of("coverage-gap"):
        rows = set(finding.rows)
        mine = {s for s, t in planted.items() if 2 * len(t & rows) >= max(len(t), len(rows))}
        hit |= mine
        wrong += not mine and 2 * len(rows & other) < len(rows)
        for i, allowed in enumerate(FALSE_A_CATEGORY):
            if wrong <= allowed * categories:
                curve[i] = len(hit) / len(planted)
    return curve


def print_detection(shared: Path, seeds: int, out: Path) -> None:
    plans = [(), ("--flip-share", "0.05"), ("--clean",), ("--reference", "10")]
    for name in ("clinc150", "hwu64"):
        for options in plans:
            runs = [detection(shared, name, s, out, *options) for s in range(seeds)]
            click.echo(f"\n{name} {' '.join(options) or '--flip-share 0.01'}, seeds 0-{seeds - 1}")
            for code in runs[0]:
                means = {
                    k: round(float(np.mean(v)), 3)
                    for k in KEPT
                    if (v := [r[code][k] for r in runs if r[code].get(k) is not None])
                }
                kinds = runs[0][code].get("by_kind", {})
                told = {
                    k: f"{sum(r[code]['by_kind'][k][0] for r in runs)}"
                    f"/{sum(r[code]['by_kind'][k][1] for r in runs)}"
                    for k in kinds
                }
                early = [r[code].get("found_at_1_false_a_category", {}) for r in runs]
                at_one = {k: sum(e[k] for e in early) for k in early[0]} if early[0] else {}
                more = f"  at 1 false a category {at_one}" if code == "coverage-gap" else ""
                click.echo(f"  {code:20s} {means}  {told}{more}")
            if not options:
                curves = [thin_curve(out / f"{name}-{s}") for s in range(seeds)]
                means = np.mean(curves, axis=0).round(3).tolist()
                curve = dict(zip(FALSE_A_CATEGORY, means, strict=True))
                click.echo(f"  recall of thin subtypes by false alarms a category: {curve}")


def print_templates(shared: Path) -> None:
    """How many categories of untouched sets are said to come from templates."""
    for name in ("bitext", "clinc150", "hwu64"):
        found = auditor.audit(
            shared / "data" / f"{name}.csv", label="category", probe="similarity", map_points=10
        )
        told = {f.category for f in found.of("template-dominance") if f.severity != "note"}
        of = len(found.dataset.categories)
        click.echo(f"\n{name}, untouched: templates in {len(told)} of {of} categories")
        for finding in found.of("template-dominance")[:12]:
            said = finding.measured.get("pattern") or "; ".join(finding.measured["patterns"][:3])
            click.echo(f"  {finding.category}: {len(finding.rows)} rows, {said}")


def print_forecasts(shared: Path, out: Path) -> None:
    keys = ("rho", "skill", "rho_after", "p_at_k", "coverage")
    for probe in ("similarity", "head"):
        click.echo(f"\nforecast, rung {probe}, shipped coefficients")
        for folder in sorted(p for p in (shared / "truth").iterdir() if p.is_dir()):
            found = auditor.audit(
                folder / "train.csv", update=folder / "update.csv", probe=probe, map_points=10
            )
            where = out / f"forecast-{probe}-{folder.name}"
            auditor.save(found, where, ("json",))
            scored = json.loads(
                run(shared / "bench/score_forecast.py", where / "audit.json", folder, "--json")
            )
            centroid = scored["baseline_skill"]["centroid cosine to the nearest new category"]
            told = "  ".join(f"{k} {scored[k]}" for k in keys)
            click.echo(f"  {folder.name:15s} {told}  centroid's skill {centroid}")


@click.command()
@click.argument("shared", type=click.Path(exists=True, path_type=Path))
@click.option("--seeds", default=5, help="Plant seeds 0 to this less one.")
@click.option("--out", type=click.Path(path_type=Path), help="Keep the audits here.")
def main(shared: Path, seeds: int, out: Path | None) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        folder = out or Path(scratch)
        print_forecasts(shared, folder)
        print_detection(shared, seeds, folder)
        print_templates(shared)


if __name__ == "__main__":
    main()
