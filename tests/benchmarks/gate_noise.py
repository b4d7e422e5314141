"""What the gate says where labels are wrong: from none to all of them.

    python tests/benchmarks/gate_noise.py FILE ... [--rows 1500] [--runs 1] [--embedder hashing]

FILE is a CSV file with the columns text and category (or topic, or label); of a larger one `--rows`
training rows are drawn. A wrong label is one of the other categories, drawn at random. Two more
cases: all labels permuted, and two labels given by a coin. Each set is judged alone and against the
file as it is. Prints a Markdown table, a line a share: verdicts with the reasons that stand first,
and the share of wrong labels as the gate estimates it where it does (mean, with the mean interval).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from labelled_sets import Rows, first_reason, heading, judged, labelled, line, options, settings

from auditor.records.verdict import Tested, Verdict
from auditor.settings import Settings

SHARES = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
ESTIMATE = "label-noise"  # the check that estimates the share


def noisy(rows: Rows, share: float, random: np.random.Generator) -> Rows:
    """With `share` of the labels wrong."""
    names, labels = sorted(set(rows.label)), rows.label.to_numpy(copy=True)
    for row in random.choice(len(rows), round(share * len(rows)), replace=False):
        labels[row] = random.choice([name for name in names if name != labels[row]])
    return rows.assign(label=labels)


def cases(rows: Rows, random: np.random.Generator) -> Iterator[tuple[str, Rows]]:
    for share in SHARES:
        yield f"{share:.1%} wrong", noisy(rows, share, random)
    yield "permuted", rows.assign(label=random.permutation(rows.label))
    yield "by a coin", rows.assign(label=random.choice(["heads", "tails"], len(rows)))


def estimate(found: Verdict) -> Tested | None:
    """Of the whole set."""
    return next((t for t in found.tested if t.check == ESTIMATE and t.category is None), None)


def told(verdicts: Sequence[Verdict]) -> str:
    """How many ended how, and for what."""
    reasons = ((v.outcome, first_reason(v)) for v in verdicts)
    ends = Counter(f"{o.upper()} {r.check if r else ''}".strip() for o, r in reasons)
    return ", ".join(end if n == len(verdicts) else f"{n} {end}" for end, n in ends.most_common())


def estimated(verdicts: Sequence[Verdict]) -> str:
    found = [t for t in map(estimate, verdicts) if t]
    if not found:
        return "-"
    mean, low, high = (
        float(np.mean([getattr(t, name) for t in found])) for name in ("candidate", "low", "high")
    )
    return f"{mean:.1%} ({low:.1%} to {high:.1%})"


def run(rows: Rows, number: int, settings: Settings) -> Iterator[tuple[str, Verdict, Verdict]]:
    for name, spoilt in cases(rows, np.random.default_rng(number)):
        yield name, judged(spoilt, None, settings), judged(spoilt, rows, settings)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--rows", type=int, default=1500)
    parser.add_argument("--runs", type=int, default=1)
    asked = parser.parse_args()
    heading("set", "labels", "alone", "estimate", "against the clean set", "estimate")
    for path in asked.files:
        rows = labelled(path, asked.rows)
        every = zip(*(run(rows, n, settings(asked)) for n in range(asked.runs)), strict=True)
        for same in every:
            alone, against = [a for _, a, _ in same], [b for _, _, b in same]
            cells = [told(alone), estimated(alone), told(against), estimated(against)]
            line([f"{path.stem}, {len(rows):,} rows", same[0][0], *cells])


if __name__ == "__main__":
    main()
