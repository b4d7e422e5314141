"""How many threads compute decides no number."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Meanwhile numpy and scipy multiply and solve with one thread; a decorator, too.

    OpenBLAS adds up in another order with another number of threads: between one and two, 2.5 % of
    the cosines of 3,000 vectors differed in their last bit, and every number of an inverse. torch's
    float32 products did not, and keep their threads.
    """
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
