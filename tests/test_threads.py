"""The number of threads decides no number: BLAS has one, whoever calls."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
import torch
from threadpoolctl import threadpool_info, threadpool_limits

from auditor import threads
from auditor.comparing.compare import compare
from auditor.gating.gate import gate
from auditor.pipeline import audit
from auditor.prediction.out_of_fold import probabilities
from auditor.structure.neighbours import nearest
from auditor.threads import compute_with, one_blas_thread, one_torch_thread


def of_blas() -> set[int]:
    """The threads of each BLAS that is loaded."""
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


@pytest.fixture
def two_threads():
    with threadpool_limits(2, user_api="blas"):
        yield


def test_blas_has_one_thread_inside_and_those_of_before_afterwards(two_threads):
    with one_blas_thread():
        assert of_blas() == {1}
    assert of_blas() == {2}


def test_torch_has_one_thread_in_what_starts_inside_and_those_of_before_afterwards():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with one_torch_thread(), ThreadPoolExecutor(1) as pool:
            assert pool.submit(torch.get_num_threads).result() == 1
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)


@pytest.fixture
def torch_as_before():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_torch_computes_with_the_threads_that_are_wanted(torch_as_before):
    torch.set_num_threads(2)
    compute_with(1)
    assert torch.get_num_threads() == 1
    compute_with(None)
    assert torch.get_num_threads() == 1


def test_more_than_there_are_processors_are_as_many_and_said(torch_as_before, caplog, monkeypatch):
    monkeypatch.setattr(threads, "_processors", lambda: 2)
    compute_with(2)
    assert caplog.messages == []
    compute_with(900)
    assert torch.get_num_threads() == 2
    assert caplog.messages == ["threads: 900, of 2 processors; as many are used"]


def test_a_forked_process_computes_alone(torch_as_before, monkeypatch):
    monkeypatch.setattr(threads, "forked", lambda: True)
    torch.set_num_threads(2)
    with one_blas_thread():
        compute_with(2)
        assert torch.get_num_threads() == 1


@pytest.mark.parametrize("verb", [audit, gate, compare], ids=lambda verb: verb.__name__)
def test_every_verb_works_with_one_thread_of_blas(two_threads, verb, tickets, quick, tmp_path):
    seen: set[int] = set()
    rows = pd.DataFrame(tickets)
    given = (rows, rows) if verb is compare else (rows,)
    options = {**quick, "cache_dir": str(tmp_path)}
    verb(*given, progress=lambda *_: seen.update(of_blas()), **options)
    assert seen == {1}
    assert of_blas() == {2}


@pytest.mark.parametrize("threads", [2, 3, 8])
def test_probes_and_neighbours_are_the_same_from_any_number_of_threads(threads):
    """Measured, not promised by torch: its float32 products split no sum between threads."""
    random = np.random.default_rng(7)
    codes = np.arange(900, dtype=np.int64) % 30
    vectors = random.normal(size=(30, 384))[codes] + 2.0 * random.normal(size=(900, 384))
    vectors = np.float32(vectors / np.linalg.norm(vectors, axis=1, keepdims=True))

    def computed(threads: int) -> tuple[np.ndarray, ...]:
        before = torch.get_num_threads()
        torch.set_num_threads(threads)
        try:
            near = nearest(vectors, 20)
            return probabilities(vectors, codes, codes % 5, 0), near.index, near.cosine
        finally:
            torch.set_num_threads(before)

    for one, several in zip(computed(1), computed(threads), strict=True):
        np.testing.assert_array_equal(one, several)
