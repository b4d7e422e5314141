"""How many threads compute decides no number; nor does it hang a process that was forked."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

_LOG = logging.getLogger(__name__)


class _Process:
    """What is known of the process that we run in."""

    forked = False


def _note_fork() -> None:
    _Process.forked = True


if hasattr(os, "register_at_fork"):  # Windows has none, and no forks
    os.register_at_fork(after_in_child=_note_fork)


def forked() -> bool:
    """Whether the process was forked from one that had loaded this module."""
    return _Process.forked


def compute_with(threads: int | None) -> None:
    """From now on torch computes with `threads`, as many as there are processors at most; None: as
    many as it would by itself. A forked process keeps the one that `one_blas_thread` gave it.
    """
    if threads and not forked():
        import torch

        processors = _processors()
        if threads > processors:
            _LOG.warning("threads: %d, of %d processors; as many are used", threads, processors)
        torch.set_num_threads(min(threads, processors))


def _processors() -> int:
    """Those that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Meanwhile numpy and scipy multiply and solve with one thread; a decorator, too.

    OpenBLAS adds up in another order with another number of threads: between one and two, 2.5 % of
    the cosines of 3,000 vectors differed in their last bit, and every number of an inverse. torch's
    float32 products did not, and keep their threads, but in a forked process: GNU's OpenMP, which
    computes them, is not told of the fork, and waits for ever for threads that the parent has.
    """
    if forked():
        import torch

        torch.set_num_threads(1)
    import scipy.linalg  # noqa: F401  (its BLAS is not numpy's, and is limited only when loaded)
    from threadpoolctl import ThreadpoolController

    # Of BLAS alone: `threadpool_limits` would in the end also put back the threads of torch.
    with ThreadpoolController().select(user_api="blas").limit(limits=1):
        yield


@contextmanager
def one_torch_thread() -> Iterator[None]:
    """Each thread that starts meanwhile computes alone in torch."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
