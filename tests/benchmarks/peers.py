"""Scores auditor and its peers on the same planted files and embeddings; prints Markdown tables.

    python tests/benchmarks/peers.py SHARED [--seeds 1] [--out DIR] [--python313 PATH]

SHARED holds `bench/` (plant.py, score_detection.py) and `data/` (CSV files with text, category,
subtype, split). Each peer is installed with pip into an environment of its own below DIR, or of a
temporary folder, and run there at its defaults by `peer_adapters.py`; a DIR that is given again
keeps the environments. label-lens wants Python 3.13: PATH is one, by default `python3.13`.
"""

from __future__ import annotations

import datetime
import functools
import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import click
import numpy as np
import pandas as pd
from peer_adapters import clock

import auditor
from auditor import pipeline
from auditor.resources import open_encoder
from auditor.settings import Settings

HERE = Path(__file__).parent
CONSTRAINTS = HERE.parents[1] / "constraints.txt"
DATA = {"clinc150": "CLINC150", "hwu64": "HWU64"}
VERSIONS = {"cleanlab": "2.9.0", "semhash": "0.5.0", "samey": "0.1.0", "label-lens": "0.1.0"}
TITLES = {"cleanlab": "cleanlab Datalab"}
CODES = ("near-duplicate", "label-error", "label-conflict", "template-dominance", "coverage-gap")
PARTS = dict.fromkeys(CODES, ("recall", "precision")) | {
    "label-error": ("recall", "precision", "ap")
}

NOTES = """\
auditor, Datalab and semhash read the same embeddings, auditor's all-MiniLM-L6-v2; samey and
label-lens read the texts alone. auditor: without forecast and map; the vectors of its texts without
their templates were kept as well. Datalab: probabilities by cross-validated logistic regression, in
its seconds; its underperforming group is taken as coverage-gap. semhash: `self_deduplicate`. samey:
the skeletons and n-grams that its report lists. "nothing": no check of that kind. Bold: best of
the row."""
CLOCKS = ("seconds", "processor_seconds")  # the second tells more where others share the cores

Result = dict[str, Any]  # what score_detection.py prints, and both clocks; or `absent`, a reason


@dataclass(frozen=True)
class Peer:
    """What is installed, and for which codes the peer names rows."""

    installs: tuple[tuple[str, ...], ...]  # arguments of pip, one call each
    checks: dict[str, str | None]  # code -> what is said in place of scores; None = scored
    python: str | None = None
    constrained: bool = True  # to the versions that auditor is tested with


def nothing_but(*codes: str, **said: str) -> dict[str, str | None]:
    told = {k.replace("_", "-"): v for k, v in said.items()}
    return {c: None if c in codes else told.get(c, "nothing") for c in CODES}


def peers(python313: str) -> dict[str, Peer]:
    pin = {name: f"=={version}" for name, version in VERSIONS.items()}
    return {
        "cleanlab": Peer(
            ((f"cleanlab[datalab]{pin['cleanlab']}",),),
            nothing_but("near-duplicate", "label-error", "coverage-gap"),
        ),
        "semhash": Peer(((f"semhash{pin['semhash']}",),), nothing_but("near-duplicate")),
        "samey": Peer(  # at its defaults it does not import sentence-transformers
            (("numpy", "pandas", "scikit-learn"), ("--no-deps", f"samey{pin['samey']}")),
            nothing_but("template-dominance", near_duplicate="a rate, no rows"),
        ),
        "label-lens": Peer(
            ((f"label-lens{pin['label-lens']}",),),
            nothing_but("near-duplicate", "label-error", "label-conflict"),
            python313,
        ),
    }


def run(*command: object) -> str:
    """Its output. Raises OSError with the last line of its errors where it fails."""
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise OSError((done.stderr.strip() or f"exit status {done.returncode}").splitlines()[-1])
    return done.stdout


def environment(name: str, peer: Peer, folder: Path) -> Path:
    """The python of the peer's environment, made where it is not there yet."""
    python = folder / name / "bin" / "python"
    done = folder / name / "installed"
    if not done.exists():
        base = peer.python or sys.executable
        try:
            run(base, "-m", "venv", "--clear", folder / name)
        except OSError as error:
            raise OSError(f"no {base} that makes an environment") from error
        limits = ("-c", CONSTRAINTS) if peer.constrained else ()
        for packages in peer.installs:
            run(python, "-m", "pip", "install", "-q", *limits, *packages)
        done.touch()
    return python


def scored(shared: Path, folder: Path, found: Path, took: Iterable[float]) -> Result:
    judge = shared / "bench" / "score_detection.py"
    told = json.loads(run(sys.executable, judge, found, folder / "key.json", "--json"))
    return {**told, **dict(zip(CLOCKS, took, strict=True))}


def score_auditor(shared: Path, folder: Path) -> Result:
    """The second of two audits, when all vectors are kept, without its forecast and its map."""
    aside: list[np.ndarray] = []

    def apart(step: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(step)
        def timed(*args: Any, **kwargs: Any) -> Any:
            start = clock()
            result = step(*args, **kwargs)
            aside.append(clock() - start)
            return result

        return timed

    steps = ("open_encoder", "forecast_forgetting", "draw")
    with mock.patch.multiple(pipeline, **{s: apart(getattr(pipeline, s)) for s in steps}):
        for _ in range(2):
            aside.clear()
            start = clock()
            found = auditor.audit(folder / "data.csv", probe="similarity", map_points=10)
            took = clock() - start - sum(aside)
    auditor.save(found, folder, ("json",))
    return scored(shared, folder, folder / "audit.json", took)


def score_peer(shared: Path, folder: Path, name: str, python: Path | str) -> Result:
    """What the peer in the environment of `python` finds; a text is why there is none."""
    if isinstance(python, str):
        return {"absent": f"does not install here: {python}"}
    found = folder / f"{name}.json"
    adapter = HERE / "peer_adapters.py"
    try:
        run(python, adapter, name, folder / "data.csv", folder / "vectors.npy", found)
    except OSError as error:
        return {"absent": f"does not run here: {error}"}
    told = json.loads(found.read_text(encoding="utf-8"))
    return scored(shared, folder, found, [told[c] for c in CLOCKS])


def installed(wanted: dict[str, Peer], out: Path) -> dict[str, Path | str]:
    pythons: dict[str, Path | str] = {}
    for name, peer in wanted.items():
        try:
            pythons[name] = environment(name, peer, out / "environments")
        except OSError as error:
            pythons[name] = str(error)
    return pythons


def planted(shared: Path, name: str, seed: int, out: Path) -> Path:
    """A folder with the planted file, its key, and auditor's vectors of its rows."""
    folder = out / f"{name}-{seed}"
    data = shared / "data" / f"{name}.csv"
    run(sys.executable, shared / "bench" / "plant.py", data, folder, "--seed", seed)
    texts = pd.read_csv(folder / "data.csv", dtype=str, keep_default_na=False).text.tolist()
    np.save(folder / "vectors.npy", open_encoder(Settings()).embed(texts).vectors)
    return folder


def compare(shared: Path, name: str, seed: int, out: Path, pythons: dict[str, Path | str]) -> dict:
    folder = planted(shared, name, seed, out)
    results = {"auditor": score_auditor(shared, folder)}
    for peer, python in pythons.items():
        results[peer] = score_peer(shared, folder, peer, python)
    return results


def absent(runs: list[Result]) -> str | None:
    """Why a tool has no scores, if it lacks some."""
    return next((r["absent"] for r in runs if "absent" in r), None)


def mean(runs: list[Result], *path: str) -> float | None:
    found = [functools.reduce(lambda r, k: r[k], path, r) for r in runs]
    values = [v for v in found if v is not None]
    return float(np.mean(values)) if values else None


def shown(values: list[float | None], digits: int, best: Callable[[list[str]], str]) -> list[str]:
    """One number of each tool as Markdown, the best of them bold."""
    told = ["–" if v is None else f"{v:.{digits}f}" for v in values]
    numbers = [t for t in told if t != "–"]
    top = best(numbers) if numbers else None
    return [f"**{t}**" if t == top else t for t in told]


def row_of(code: str, runs: dict[str, list[Result]], wanted: dict[str, Peer]) -> list[str]:
    """The cell of each tool: recall / precision, for label-error / ap too."""
    said = {n: absent(runs[n]) or peer.checks[code] for n, peer in wanted.items()}
    judged = [n for n in runs if not said.get(n)]
    parts = [
        shown([mean(runs[n], code, part) for n in judged], 2, functools.partial(max, key=float))
        for part in PARTS[code]
    ]
    cells = dict(zip(judged, zip(*parts, strict=True), strict=True))
    return [said.get(n) or " / ".join(cells[n]) for n in runs]


def row_of_seconds(name: str, runs: dict[str, list[Result]]) -> list[str]:
    """Seconds, and their ratio to auditor's."""
    ran = [n for n, r in runs.items() if not absent(r)]
    values = [mean(runs[n], name) for n in ran]
    told = dict(zip(ran, shown(values, 1, functools.partial(min, key=float)), strict=True))
    ratios = {n: f"{v / values[0]:.2f}" for n, v in zip(ran, values, strict=True)}
    return [f"{told[n]} ({ratios[n]})" if n in told else "–" for n in runs]


def table(name: str, runs: dict[str, list[Result]], wanted: dict[str, Peer], rows: int) -> str:
    seeds = len(runs["auditor"])
    versions = {"auditor": importlib.metadata.version("auditor"), **VERSIONS}
    titles = [f"{TITLES.get(n, n)} {versions[n]}" for n in runs]
    lines = [
        f"{DATA[name]}, {rows:,} rows, plant seed{f's 0-{seeds - 1}' if seeds > 1 else ' 0'}, "
        f"{datetime.datetime.now(datetime.UTC).date()}, {os.cpu_count()} cores\n",
        "| | " + " | ".join(titles) + " |",
        "|---|" + "---|" * len(titles),
        *(
            f"| {code}: {' / '.join(PARTS[code])} | {' | '.join(row_of(code, runs, wanted))} |"
            for code in CODES
        ),
        *(
            f"| {c.replace('_', ' ')} after embedding (ratio) | "
            f"{' | '.join(row_of_seconds(c, runs))} |"
            for c in CLOCKS
        ),
    ]
    return "\n".join(lines)


@click.command()
@click.argument("shared", type=click.Path(exists=True, path_type=Path))
@click.option("--seeds", default=1, help="Plant seeds 0 to this less one.")
@click.option("--out", type=click.Path(path_type=Path), help="Keep environments and results here.")
@click.option("--python313", default="python3.13", help="A Python 3.13, for label-lens.")
def main(shared: Path, seeds: int, out: Path | None, python313: str) -> None:
    wanted = peers(python313)
    with tempfile.TemporaryDirectory() as scratch:
        folder = (out or Path(scratch)).resolve()
        pythons = installed(wanted, folder)
        for name in DATA:
            each = [compare(shared, name, seed, folder, pythons) for seed in range(seeds)]
            runs = {tool: [results[tool] for results in each] for tool in each[0]}
            rows = len(np.load(folder / f"{name}-0" / "vectors.npy"))
            click.echo(f"\n{table(name, runs, wanted, rows)}")
    click.echo(f"\n{NOTES}")


if __name__ == "__main__":
    main()
