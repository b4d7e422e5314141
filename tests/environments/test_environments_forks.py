"""A process that was forked after an audit can audit again, and finds the same."""

from __future__ import annotations

import subprocess
import sys

import pytest
from processes import environment

pytestmark = pytest.mark.slow
SCRIPT = """
import os, sys
import pandas as pd
import auditor

def found(rows):
    audit = auditor.audit(rows, **{options})
    return sorted(f.fingerprint for f in audit.findings), len(audit.map)

rows = pd.read_csv("desk.csv", dtype=str)
before = found(rows)
{fork}
"""
FORK = """
child = os.fork()
if not child:
    again = found(rows)
    print(again[0] == before[0], again[1], flush=True)
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""
POOL = """
import multiprocessing
with multiprocessing.get_context("fork").Pool(2) as pool:
    for again in pool.map(found, [rows, rows]):
        print(again[0] == before[0], again[1], flush=True)
"""


def ran(options: str, fork: str) -> subprocess.CompletedProcess[str]:
    """In a process whose torch has several threads, those that a fork loses."""
    script = SCRIPT.format(options=options, fork=fork)
    return subprocess.run(
        [sys.executable, "-c", script],
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        env=environment({"OMP_NUM_THREADS": "2"}),
    )


QUICK = "embedder='hashing', probe='{probe}', map_points={points}, cache_dir='vectors'"


@pytest.mark.parametrize("fork", [FORK, POOL], ids=["os.fork", "multiprocessing"])
@pytest.mark.parametrize("threads", [None, 2])
def test_a_forked_process_audits_as_its_parent_did(workplace, desk, fork, threads):
    options = QUICK.format(probe="head", points=10)
    done = ran(f"dict({options}, threads={threads})", fork)
    assert (done.returncode, done.stderr) == (0, "")
    assert set(done.stdout.splitlines()) == {"True 10"}


def test_a_forked_process_leaves_out_the_map_that_it_cannot_draw(workplace, desk):
    """numba ends a process that shares OpenMP with its parent."""
    done = ran(f"dict({QUICK.format(probe='similarity', points=50)})", FORK)
    assert done.returncode == 0, done.stderr
    assert done.stdout in ("True 0\n", "True 50\n")  # by what numba computes with
    assert done.stdout == "True 50\n" or "the map is left out" in done.stderr


@pytest.mark.model
def test_a_forked_process_loads_the_model_again(workplace, desk):
    options = QUICK.format(probe="similarity", points=10).replace("hashing", "all-MiniLM-L6-v2")
    script = FORK.replace(
        "    again", "    os.environ['TOKENIZERS_PARALLELISM'] = 'false'\n    again"
    )
    fresh = script.replace("found(rows)", "found(rows.assign(text=rows.text + ' again'))").replace(
        "again[0] == before[0]", "True"
    )
    done = ran(f"dict({options})", fresh)
    assert (done.returncode, done.stdout) == (0, "True 10\n"), done.stderr
