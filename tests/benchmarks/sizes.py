"""How often each test finds something where nothing is, from its smallest allowed n on.

    python tests/benchmarks/sizes.py [--runs 400] [--only two-sample,annotators,...]

Every significance test and interval of the package is put to draws of its null (`nulls.py`,
`nulls_of_pools.py`): at the fewest rows it is made of, and at two larger numbers. The gate's
counting has a benchmark of its own (`gate_counting.py`). Prints a Markdown table: the level that is
stated, how often the null was rejected, with a 95 % interval of that, and where one is stated an
alternative and how often it was found. A line whose interval lies above the level is marked.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import nulls
import nulls_of_pools as pools
import numpy as np

from auditor.statistics import score_interval

Draw = Callable[[int, np.random.Generator], bool | float | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Null:
    """A test under its null; `level` is what is stated of it at most."""

    name: str
    level: float
    sizes: tuple[int, ...]  # of a side or a set, the smallest allowed first
    draw: Draw
    found: Draw | None = None  # one alternative
    part: float = 1.0  # of the runs that are asked for, where a draw is dear

    def runs(self, asked: int) -> int:
        return max(round(self.part * asked), 20)


TEN = (0.1,) * 10
MOST = (0.7, 0.1, 0.1, 0.1)
NULLS = (
    Null(
        name="two-sample: p",
        level=0.05,
        sizes=(20, 60, 200),
        draw=pools.two_sample_differs,
        found=partial(pools.two_sample_differs, shift=0.15),
    ),
    Null(
        name="two-sample: p, a chat log beside one ten times as large",
        level=0.05,
        sizes=(40, 80, 200),
        draw=partial(pools.two_sample_differs, kind="log"),
    ),
    Null(
        name="two-sample: p, customers of five rows",
        level=0.05,
        sizes=(20, 60, 200),
        draw=partial(pools.two_sample_differs, kind="customers"),
    ),
    Null(
        name="two-sample: p, customers on both sides",
        level=0.05,
        sizes=(20, 60, 200),
        draw=partial(pools.two_sample_differs, kind="shared"),
    ),
    Null(
        name="two-sample: 80 % interval of the accuracy",
        level=0.2,
        sizes=(20, 60, 200),
        draw=pools.accuracy,
    ),
    *(
        Null(
            name=f"annotator-inconsistency: {people} annotators of so many rows",
            level=0.05,
            sizes=sizes,
            draw=partial(nulls.annotators, people),
            found=partial(nulls.annotators, people, coin=0.5),
            part=part,
        )
        for people, sizes, part in (
            (2, (30, 100, 300), 1.0),
            (20, (30, 100), 0.5),
            (2000, (30,), 0.1),
        )
    ),
    Null(
        name="annotator-inconsistency: alpha below what it is",
        level=0.1,
        sizes=(20, 50, 200),
        draw=nulls.alpha,
    ),
    Null(
        name="combination-gap",
        level=0.05,
        sizes=(40, 200, 1000),
        draw=nulls.combinations,
    ),
    Null(
        name="combination-gap, customers of ten rows",
        level=0.05,
        sizes=(200, 1000, 3000),
        draw=partial(nulls.combinations, together=10),
    ),
    Null(
        name="coverage-gap: all from one of ten sources",
        level=0.05,
        sizes=(4, 6, 20),
        draw=nulls.one_source,
    ),
    Null(
        name="coverage-gap: all from one of three sources",
        level=0.05,
        sizes=(4, 5, 20),
        draw=partial(nulls.one_source, shares=(1 / 3,) * 3),
    ),
    Null(
        name="coverage-gap: all from one source, of which one is common",
        level=0.05,
        sizes=(4, 6, 20),
        draw=partial(nulls.one_source, shares=MOST),
    ),
    Null(
        name="coverage-gap: all from one of ten sources, customers of five rows",
        level=0.05,
        sizes=(4, 6, 20),
        draw=partial(nulls.one_source, together=5),
    ),
    Null(
        name="reference-gap: a warning", level=0.1, sizes=(60, 200), draw=nulls.reference, part=0.5
    ),
    *(
        null
        for kinds, together in ((2, 1), (5, 1), (5, 3))
        for how in [f"{kinds} categories" + ", customers of three rows" * (together > 1)]
        for null in (
            Null(
                name=f"label-noise: p of labels that are noise, {how}",
                level=0.05,
                sizes=(50, 150, 500)[: 3 if together == 1 else 2],
                draw=partial(nulls.told, kinds=kinds, together=together),
                part=0.5,
            ),
            Null(
                name=f"label-noise: upper end of their skill below nothing, {how}",
                level=0.05,
                sizes=(50, 150),
                draw=partial(nulls.skill_high, kinds=kinds, together=together),
                part=0.5,
            ),
            Null(
                name=f"label-noise: p of a category, {how}",
                level=0.05,
                sizes=(50, 150, 500)[: 3 if together == 1 else 2],
                draw=partial(nulls.category_told, kinds=kinds, together=together),
                part=0.5,
            ),
            Null(
                name=f"label-noise: any category's upper end below nothing, {how}",
                level=0.05,
                sizes=(50, 150),
                draw=partial(nulls.category_skill_high, kinds=kinds, together=together),
                part=0.5,
            ),
        )
    ),
    *(
        Null(
            name=f"label-noise: {end} end of the share beyond {wrong:.0%} wrong labels",
            level=0.025,
            sizes=(50, 150, 500),
            draw=partial(nulls.wrong_share, wrong=wrong, end=end),
            part=0.5,
        )
        for wrong, end in ((0.0, "low"), (0.1, "low"), (0.1, "high"))
    ),
    *(
        Null(
            name=f"label-noise: the curve's {end} end beyond {wrong:.0%}",
            level=0.025,
            sizes=(50, 150, 500),
            draw=partial(nulls.lapse, wrong=wrong, end=end),
        )
        for wrong, end in ((0.0, "low"), (0.1, "low"), (0.1, "high"))
    ),
    Null(
        name="illusion-gap: lower end above nothing",
        level=0.1,
        sizes=(3, 6, 12),
        draw=nulls.template_leakage,
        part=0.1,
    ),
    Null(
        name="illusion-gap: placebo clear of nothing",
        level=0.2,
        sizes=(3, 6, 12),
        draw=partial(nulls.template_leakage, of="placebo"),
        part=0.1,
    ),
    Null(
        name="Wilson's interval of a share", level=0.2, sizes=(5, 20, 100), draw=nulls.share, part=5
    ),
    *(
        Null(
            name=f"gate: coverage-loss, {how}",
            level=0.05,
            sizes=(16, 60, 300),
            draw=partial(pools.coverage, kind=kind, together=together),
        )
        for how, kind, together in (
            ("a part of the base", "part", 1),
            ("another draw of its source", "apart", 1),
            ("another draw, messages of five copies", "apart", 5),
        )
    ),
    Null(
        name="gate: category-loss, rows of a category",
        level=0.05,
        sizes=(2, 5, 20),
        draw=pools.lost_category,
    ),
    Null(
        name="gate: category-loss, messages of five copies",
        level=0.05,
        sizes=(2, 5, 20),
        draw=partial(pools.lost_category, together=5),
    ),
    Null(
        name="gate: category-loss, rows of one of 77 categories",
        level=0.01,
        sizes=(2, 5, 20),
        draw=partial(pools.lost_category, many=77, level=0.01),
    ),
    Null(
        name="gate: forecast, a drop of just the margin",
        level=0.05,
        sizes=(1,),
        draw=pools.drop,
        part=5,
    ),
    Null(
        name="gate: a rate that rises",
        level=0.05,
        sizes=(10, 50, 300),
        draw=pools.rate,
        found=partial(pools.rate, rise=0.1),
        part=2,
    ),
    Null(
        name="gate: a rate that rises, customers of five rows",
        level=0.05,
        sizes=(50, 200, 1000),
        draw=partial(pools.rate, together=5),
        part=2,
    ),
    Null(
        name="compare: 80 % interval of a difference on the same rows",
        level=0.2,
        sizes=(30, 100, 300),
        draw=pools.retained,
    ),
    Null(
        name="compare: the same, customers of three rows",
        level=0.2,
        sizes=(30, 100, 300),
        draw=partial(pools.retained, together=3),
    ),
    Null(
        name="compare: 80 % interval of diversity",
        level=0.2,
        sizes=(30, 100, 400),
        draw=pools.varied,
        part=0.5,
    ),
    Null(
        name="compare: 80 % interval of diversity, a set five times as large",
        level=0.2,
        sizes=(30, 100, 400),
        draw=partial(pools.varied, larger=5),
        part=0.25,
    ),
    Null(
        name="compare: 80 % interval of diversity, messages of three copies",
        level=0.2,
        sizes=(90, 300),
        draw=partial(pools.varied, together=3),
        part=0.25,
    ),
)


def rejected(draw: Draw, size: int, runs: int) -> np.ndarray:
    """(r,) what each draw says, those that could not be tested left out."""
    said = [draw(size, np.random.default_rng([run, size])) for run in range(runs)]
    return np.array([float(s) for s in said if s is not None])


def interval(said: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of the share: of parts of a run, from how they scatter."""
    share, n = said.mean(), len(said)
    alone = max(share * (1 - share), 1e-12)
    worth = n * np.clip(alone / max(float(said.var()), 1e-12), 1.0, 50.0)
    low, high = score_interval(np.array(share), np.array(worth), 0.95)
    return float(low), float(high)


def line(null: Null, size: int, runs: int) -> str:
    start = time.perf_counter()
    said = rejected(null.draw, size, null.runs(runs))
    if not len(said):
        return f"| {null.name} | {size:,} | {null.level:g} | not tested | | | |"
    low, high = interval(said)
    found = ""
    if null.found is not None:
        power = rejected(null.found, size, max(null.runs(runs) // 2, 20))
        found = f"{power.mean():.2f}"
    mark = " **above**" if low > null.level else ""
    seconds = (time.perf_counter() - start) / len(said)
    told = [
        null.name,
        f"{size:,}",
        f"{null.level:g}",
        f"{said.mean():.3f}{mark}",
        f"{low:.3f} to {high:.3f}",
        f"{len(said):,}",
        found,
    ]
    return f"| {' | '.join(told)} | {seconds:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--runs", type=int, default=400)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    print("| test | n | level | P(reject) | 95 % interval | runs | found |")
    print("|---|---|---|---|---|---|---|")
    for null in NULLS:
        if any(word in null.name for word in asked.only.split(",")):
            for size in null.sizes:
                print(line(null, size, asked.runs), flush=True)


if __name__ == "__main__":
    main()
