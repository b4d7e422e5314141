"""Sizes and loads auditor's report and its peers' of the same rows; prints Markdown tables.

    python tests/benchmarks/report_peers.py [DATA_CSV ...] [--out DIR] [--python313 PATH]

Each DATA_CSV has the columns text and category; where there is a column split, only its rows of
`train` are reported on. Without one, it is sample_datasets/support_tickets.csv. Each peer is
installed with pip into an environment of its own below DIR, or of a temporary folder, and run there
by `report_adapters.py`; so is playwright, which loads the pages (`report_loads.py`) in the Chromium
of this machine. A DIR that is given again keeps the environments. label-lens wants Python 3.13:
PATH is one, by default `python3.13`.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pandas as pd
from peers import HERE, Peer, environment, run
from peers import VERSIONS as DETECTORS

SAMPLE = HERE.parents[1] / "sample_datasets" / "support_tickets.csv"
VERSIONS = {
    "ydata-profiling": "4.18.4",
    "evidently": "0.7.23",
    "label-lens": DETECTORS["label-lens"],
    "playwright": "1.65.2",
}
COLUMNS = (
    "",
    "made in, s",
    "size, kB",
    "to the load event, ms",
    "to the first idle, ms",
    "requests",
    "visible characters without JavaScript / with",
    "two renders",
)
NOTES = """\
Made in: the first process from start to end, imports among it; auditor's first audit embeds, and
--no-text finds the vectors kept. Loads: from file://, without a network, the median of the loads,
in which the pages take turns. Requests: to anything but the file, until two seconds after the
load. Visible: `innerText` of the page as it opens. Two renders: two processes, byte by byte."""

Render = Callable[[Path, Path], None]  # data, where the report goes
Result = dict[str, Any]  # what the row shows; or `absent`, a reason


@dataclass(frozen=True)
class Tool:
    title: str
    render: Render
    suffix: str = ".html"


def peers(python313: str) -> dict[str, Peer]:
    """Evidently 0.7.23 says that it runs with any pandas; with 3 it cannot be imported."""

    def only(*packages: str, python: str | None = None, constrained: bool = True) -> Peer:
        return Peer((packages,), {}, python, constrained)

    pinned = {name: f"{name}=={version}" for name, version in VERSIONS.items()}
    return {
        "ydata-profiling": only(pinned["ydata-profiling"], constrained=False),  # wants pandas < 3
        "evidently": only(pinned["evidently"], "pandas<3", constrained=False),
        "label-lens": only(pinned["label-lens"], python=python313),
        "playwright": only(pinned["playwright"]),
    }


def by_auditor(cache: Path, *options: str) -> Render:
    def render(data: Path, out: Path) -> None:
        folder = out.with_suffix("")
        words = ("--format", "html", "--output", folder, "--cache-dir", cache, "--quiet")
        run(sys.executable, "-m", "auditor", "audit", data, *words, *options)
        (folder / "report.html").replace(out)

    return render


def by_peer(name: str, python: Path | str) -> Render:
    def render(data: Path, out: Path) -> None:
        if isinstance(python, str):
            raise OSError(f"does not install here: {python}")
        run(python, HERE / "report_adapters.py", name, data, out)

    return render


def tools(pythons: dict[str, Path | str], cache: Path) -> list[Tool]:
    own = f"auditor {importlib.metadata.version('auditor')}"
    return [
        Tool(own, by_auditor(cache)),
        Tool(f"{own} --no-text", by_auditor(cache, "--no-text")),
        *(
            Tool(f"{name} {VERSIONS[name]}", by_peer(name, python), suffix)
            for name, python, suffix in (
                ("ydata-profiling", pythons["ydata-profiling"], ".html"),
                ("evidently", pythons["evidently"], ".html"),
                ("label-lens", pythons["label-lens"], ".json"),
            )
        ),
    ]


def training_rows(data: Path, folder: Path) -> Path:
    rows = pd.read_csv(data, dtype=str, keep_default_na=False)
    if "split" in rows:
        rows = rows[rows["split"] == "train"].drop(columns="split")
    path = folder / data.name
    rows.to_csv(path, index=False)
    return path


def rendered(tool: Tool, data: Path) -> Result:
    """Two renders of the report; the second one stays."""
    took, bytes_of = [], []
    out = data.with_name(tool.title.replace(" ", "_") + tool.suffix)
    for _ in range(2):
        start = time.perf_counter()
        try:
            tool.render(data, out)
        except OSError as error:
            return {"absent": f"does not run here: {error}"}
        took.append(time.perf_counter() - start)
        bytes_of.append(out.read_bytes())
    same = bytes_of[0] == bytes_of[1]
    return {"seconds": took[0], "bytes": len(bytes_of[1]), "same": same, "path": out}


def loaded(results: list[Result], python: Path, browser: str, loads: int) -> str:
    """Adds to each result with a page how that loads. Returns the browser's version."""
    pages = [r for r in results if r.get("path", Path()).suffix == ".html"]
    paths = [r["path"] for r in pages]
    told = json.loads(run(python, HERE / "report_loads.py", browser, loads, *paths))
    for result, found in zip(pages, told["pages"], strict=True):
        result.update(found)
    version: str = told["chromium"]
    return version


def middle(loads: list[Result], what: str) -> str:
    return f"{statistics.median(one[what] for one in loads):,.0f}"


def row(tool: Tool, result: Result) -> list[str]:
    if "absent" in result:
        return [tool.title, result["absent"], *[""] * (len(COLUMNS) - 2)]
    made, size = f"{result['seconds']:.0f}", f"{result['bytes'] / 1000:,.0f}"
    same = "same bytes" if result["same"] else "differ"
    if "loads" not in result:
        return [tool.title, made, f"{size}, no page", "–", "–", "–", "–", same]
    loads = result["loads"]
    requests = max(len(one["requests"]) for one in loads)
    visible = f"{result['unscripted']:,} / {loads[-1]['scripted']:,}"
    times = (middle(loads, "load"), middle(loads, "idle"))
    return [tool.title, made, size, *times, str(requests), visible, same]


def table(title: str, rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(cells) + " |" for cells in (list(COLUMNS), *rows)]
    return "\n".join([title, "", lines[0], "|" + "---|" * len(COLUMNS), *lines[1:]])


def asked(tool: Tool, result: Result) -> str:
    addresses = {a for one in result.get("loads", []) for a in one["requests"]}
    return f"{tool.title} asks for: {', '.join(sorted(addresses))}" if addresses else ""


@click.command()
@click.argument("data", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Keep environments and reports here.")
@click.option("--python313", default="python3.13", help="A Python 3.13, for label-lens.")
@click.option("--chromium", default="chromium", help="The browser.")
@click.option("--loads", default=5, help="Loads of each page.")
def main(
    data: tuple[Path, ...], out: Path | None, python313: str, chromium: str, loads: int
) -> None:
    browser = shutil.which(chromium)
    if browser is None:
        raise click.UsageError(f"no {chromium} here; name one with --chromium")
    with tempfile.TemporaryDirectory() as scratch:
        folder = (out or Path(scratch)).resolve()
        pythons: dict[str, Path | str] = {}
        for name, peer in peers(python313).items():
            try:
                pythons[name] = environment(name, peer, folder / "environments")
            except OSError as error:
                pythons[name] = str(error)
        player = pythons["playwright"]
        if isinstance(player, str):
            raise click.ClickException(f"playwright does not install here: {player}")

        for path in data or (SAMPLE,):
            place = folder / path.stem
            place.mkdir(parents=True, exist_ok=True)
            rows = training_rows(path, place)
            with tempfile.TemporaryDirectory() as cache:
                all_tools = tools(pythons, Path(cache))
                results = [rendered(tool, rows) for tool in all_tools]
            version = loaded(results, player, browser, loads)
            count = len(pd.read_csv(rows, dtype=str, keep_default_na=False))
            title = (
                f"{path.name}, {count:,} rows, {datetime.datetime.now(datetime.UTC).date()}, "
                f"{os.cpu_count()} cores, Chromium {version}, {loads} loads"
            )
            told = list(zip(all_tools, results, strict=True))
            click.echo(f"\n{table(title, [row(*one) for one in told])}")
            for line in filter(None, (asked(*one) for one in told)):
                click.echo(f"\n{line}")
    click.echo(f"\n{NOTES}")


if __name__ == "__main__":
    main()
