"""What an audit costs, by rows: processor time, memory and the size of its report.

    python tests/benchmarks/speed.py [FILE ...] [--options "--probe similarity"]

Without a FILE, the tickets and the 5,000 rewordings of the sample sets. Each audit is a process of
its own with one thread and an empty cache of vectors, as the first audit of a set is. Processor
seconds are user and system time; on a machine without other work one thread takes about as long.
Prints a Markdown table, a line a file.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import msgspec

SAMPLES = Path(__file__).parents[2] / "sample_datasets"
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="*")
    parser.add_argument("--options", default="", help="of auditor audit, for every file")
    asked = parser.parse_args()
    files = asked.files or [SAMPLES / f"support_{name}.csv" for name in ("tickets", "synthetic")]
    print("| rows | processor seconds, one thread | peak memory, MB | report.html, MB |")
    print("|---|---|---|---|")
    for path in files:
        print(cost(path, asked.options.split()), flush=True)


def cost(path: Path, options: list[str]) -> str:
    """A line of the table. Raises CalledProcessError where the audit does not end well."""
    with tempfile.TemporaryDirectory() as folder:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        audit = (sys.executable, "-m", "auditor", "audit", path, "--quiet", "--threads", "1")
        places = ("--output", folder, "--cache-dir", f"{folder}/vectors")
        subprocess.run([*audit, *places, *options], env=os.environ | ONE_THREAD, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found = msgspec.json.decode((Path(folder) / "audit.json").read_bytes())
        size = (Path(folder) / "report.html").stat().st_size
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    # Of the largest process so far, so give small files first.
    memory = after.ru_maxrss / 1000
    return (
        f"| {found['dataset']['rows_read']:,} | {seconds:.0f} | {memory:,.0f} | {size / 1e6:.1f} |"
    )


if __name__ == "__main__":
    main()
