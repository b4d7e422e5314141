"""What the gate says of a candidate that lost rows or categories, or whose categories were renamed.

    python tests/benchmarks/gate_truncated.py FILE ... [--rows 1500] [--embedder hashing]

FILE is a CSV file with the columns text and category (or topic, or label); of a larger one `--rows`
training rows are drawn. The whole is the base, and the candidate is what is left of it. The last
cases are pairs of a small base and the first of its rows. Prints a Markdown table, a line a case:
the verdict, and the reason that stands first.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from labelled_sets import Rows, first_reason, heading, judged, labelled, line, options, settings

from auditor.settings import Settings

SHARES = (0.9, 0.5, 0.1)
FIRST = (50, 5, 1)  # rows
PAIRS = ((300, 1), (30, 3), (2, 1))  # rows of the base, and of the candidate

Case = tuple[str, Rows, Rows]  # what it is, base, candidate


def cases(rows: Rows, random: np.random.Generator) -> Iterator[Case]:
    yield "shuffled", rows, rows.iloc[random.permutation(len(rows))]
    for share in SHARES:
        count = round(share * len(rows))
        drawn = np.sort(random.choice(len(rows), count, replace=False))
        yield f"{share:.0%} at random", rows, rows.iloc[drawn]
        yield f"first {share:.0%}", rows, rows.iloc[:count]
    for count in FIRST:
        yield f"first {count}", rows, rows.iloc[:count]
    yield from _without_categories(rows, random)
    yield from _renamed(rows, random)
    for of, left in PAIRS:
        base = rows.iloc[np.sort(random.choice(len(rows), of, replace=False))]
        yield f"{of} to {left}", base, base.iloc[:left]


def _without_categories(rows: Rows, random: np.random.Generator) -> Iterator[Case]:
    order = random.permutation(sorted(set(rows.label)))
    for gone in (1, len(order) // 2, len(order) - 1):
        left = rows[~rows.label.isin(order[:gone])]
        yield f"{gone} of {len(order)} categories removed", rows, left


def _renamed(rows: Rows, random: np.random.Generator) -> Iterator[Case]:
    order = random.permutation(sorted(set(rows.label)))
    for count in (1, len(order)):
        names = {name: f"kind {i} ({name})" for i, name in enumerate(order[:count])}
        renamed = rows.assign(label=rows.label.replace(names))
        yield f"{count} of {len(order)} categories renamed", rows, renamed
    merged = rows.assign(label=rows.label.replace({order[0]: order[1]}))
    yield "two categories made one", rows, merged


def told(case: Case, settings: Settings) -> tuple[str, str]:
    """The verdict, and why."""
    _, base, candidate = case
    found = judged(candidate.reset_index(drop=True), base.reset_index(drop=True), settings)
    reason = first_reason(found)
    if reason:
        return found.outcome.upper(), f"{reason.check}: {reason.summary}"
    warned = ", ".join(t.check for t in found.of("warn"))
    renamed = f"{len(found.renamed)} renamed" if found.renamed else ""
    return found.outcome.upper(), "; ".join(filter(None, (renamed, warned and f"warns: {warned}")))


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--rows", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    heading("set", "candidate", "rows", "verdict", "first reason")
    for path in asked.files:
        rows = labelled(path, asked.rows, asked.seed)
        for case in cases(rows, np.random.default_rng(asked.seed)):
            sizes = f"{len(case[1]):,} to {len(case[2]):,}"
            line([path.stem, case[0], sizes, *told(case, settings(asked))])


if __name__ == "__main__":
    main()
