"""What the audit and the gate say of the same file, side by side.

    python tests/benchmarks/gate_samples.py [FILE ...] [--embedder hashing]

Without a FILE, of every data file in `sample_datasets`. Prints a Markdown table, a line a file.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from labelled_sets import heading, line, options, settings

from auditor import audit
from auditor.gating.gate import gate
from auditor.reporting.gate.answer import reason
from auditor.reporting.headline import headline

SAMPLES = Path(__file__).parents[2] / "sample_datasets"


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("files", type=Path, nargs="*")
    asked = parser.parse_args()
    files = asked.files or sorted([*SAMPLES.glob("*.csv"), *SAMPLES.glob("*.jsonl")])
    # The columns are found as on the command line; the forecast is not what is compared.
    same = dataclasses.replace(
        settings(asked, probe="similarity", map_points=10), text=None, label=None
    )
    heading("file", "audit", "gate", "because", "errors that stand")
    for path in files:
        found = gate(path, settings=same)
        accepted = found.accepted_errors
        still = (
            f"{accepted.errors} ({', '.join(accepted.codes)}): {accepted.reason}"
            if accepted
            else ""
        )
        training = headline(audit(path, settings=same)).training
        line([path.name, training, found.outcome.upper(), reason(found), still])


if __name__ == "__main__":
    main()
