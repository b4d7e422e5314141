"""Seconds of a processor core and memory that Ward's tree takes, the more rows a category has.

    python tests/benchmarks/tree_growth.py [--matrix] [8000 16000 30000]

Rows are unit vectors of 384 dimensions around one centre for each forty of them. With `--matrix`
the tree is grown from all distances, as scipy does it. Run one size at a time for its peak memory.
"""

from __future__ import annotations

import resource
import time

import click
import numpy as np
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import pdist

from auditor.records.arrays import Floats
from auditor.structure.trees import ward

DIMENSIONS, A_CENTRE = 384, 40


def rows(count: int) -> Floats:
    """Unit vectors (count, 384)."""
    random = np.random.default_rng(count)
    centres = random.normal(size=(count // A_CENTRE + 1, DIMENSIONS))
    of = random.integers(len(centres), size=count)
    vectors = centres[of] + random.normal(size=(count, DIMENSIONS))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def peak() -> float:
    """Megabytes that this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@click.command(help=__doc__)
@click.argument("sizes", type=int, nargs=-1)
@click.option("--matrix", is_flag=True, help="From the matrix of all distances.")
def main(sizes: tuple[int, ...], *, matrix: bool) -> None:
    """Prints a line for each number of rows."""
    for size in sizes or (8000, 16000, 30000):
        vectors = rows(size)
        before, started = peak(), time.process_time()
        if matrix:
            linkage(pdist(vectors), "ward")
        else:
            ward(vectors)
        seconds = time.process_time() - started
        click.echo(f"{size:6} rows: {seconds:7.1f} s, {peak() - before:6.0f} MB more")


if __name__ == "__main__":
    main()
