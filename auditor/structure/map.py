"""The map: a drawing of the embedding in two dimensions. It decides nothing, and nothing that is
wrong with it ends an audit."""

from __future__ import annotations

import logging
import os
import warnings
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from auditor.folders import can_be_written, user_cache
from auditor.records.arrays import Floats, Ints
from auditor.structure.neighbours import nearest
from auditor.threads import forked

NEIGHBOURS = 15
# numba, which compiles UMAP, reads `.numba_config.yaml` in the folder that one works in. These name
# a cache of pickles there, and classes to import; the environment stands above the file.
OF_NUMBA = ("NUMBA_CACHE_DIR", "NUMBA_CACHE_LOCATOR_CLASSES")
COMPILED = ("umap", "pynndescent")  # the packages that it compiles
MIN_POINTS = NEIGHBOURS + 3  # below, there is no neighbourhood to unfold: a plane of two axes does


_LOG = logging.getLogger(__name__)


class _Drawn:
    """What an earlier drawing left."""

    process: int | None = None  # in which it was made
    compiled: TemporaryDirectory[str] | None = None


def project(vectors: Floats, seed: int) -> Floats | None:
    """(n, 2) coordinates of `vectors` (n, dim) by UMAP, scaled to 0-1, rounded to four digits.

    None, and a line of the log, where UMAP cannot draw on this machine.
    """
    if len(vectors) < MIN_POINTS:
        centred = vectors - vectors.mean(axis=0)
        places = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
        return _scaled(np.pad(places, ((0, 0), (0, 2 - places.shape[1]))))
    near = nearest(vectors, NEIGHBOURS - 1)
    own = np.arange(len(vectors))[:, None]
    index = np.concatenate([own, near.index], axis=1)
    distance = np.concatenate([np.zeros_like(own), 1.0 - near.cosine], axis=1)
    try:
        return _scaled(_drawn(vectors, index, np.maximum(distance, 0.0).astype(np.float32), seed))
    except Exception as error:  # noqa: BLE001 - of a compiler, its cache and its threads
        reason = str(error).partition("\n")[0] or type(error).__name__
        _LOG.warning("the map is left out: UMAP cannot draw here (%s)", reason)
        return None


def _drawn(vectors: Floats, index: Ints, distance: Floats, seed: int) -> Floats:
    """(n, 2) by UMAP, of the nearest rows of each and their distances, both (n, NEIGHBOURS)."""
    _keep_compiled_code()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own precomputed neighbours and single thread
        from umap import UMAP

        _compile_once()
        _expect_own_threads()
        mapper = UMAP(
            n_neighbors=NEIGHBOURS,
            metric="cosine",
            init="pca",
            n_jobs=1,
            random_state=seed,
            precomputed_knn=(index, distance, None),
        )
        places: Floats = mapper.fit_transform(vectors)
    _Drawn.process = os.getpid()
    return places


def _compile_once() -> None:
    """numba keeps the code of functions that are marked for it, which UMAP's are not: compiled anew
    in each process they take ten times as long as the drawing."""
    from numba.core.dispatcher import Dispatcher
    from umap import layouts, umap_, utils

    for module in (utils, layouts, umap_):
        for function in vars(module).values():
            if isinstance(function, Dispatcher):
                function.enable_caching()


def _expect_own_threads() -> None:
    """numba ends a process that uses GNU's OpenMP after its parent did. Raises RuntimeError."""
    from numba.np.ufunc import threading_layer

    if not forked() or _Drawn.process == os.getpid():
        return
    try:
        layer = threading_layer()
    except ValueError:  # nothing has computed yet
        return
    if layer == "omp":
        raise RuntimeError("a forked process cannot share OpenMP with its parent")


def _keep_compiled_code() -> None:
    """numba keeps what it compiles beside UMAP, or in the user's cache; where neither can be
    written, as in a container, in a folder that goes with the process.

    It would find no place then, and raise; or make a folder called ~ for a user without a home.
    """
    for name in OF_NUMBA:
        os.environ.setdefault(name, "")
    named, specs = os.environ["NUMBA_CACHE_DIR"], map(find_spec, COMPILED)
    beside = [Path(spec.origin).with_name("__pycache__") for spec in specs if spec and spec.origin]
    of_user = user_cache("numba")
    if (
        (named and can_be_written(Path(named)))
        or all(map(can_be_written, beside))
        or (of_user and can_be_written(of_user))
    ):
        return
    from numba.core import config

    # Kept here since it goes when nobody has it.
    _Drawn.compiled = TemporaryDirectory(prefix="auditor-", ignore_cleanup_errors=True)
    os.environ["NUMBA_CACHE_DIR"] = _Drawn.compiled.name
    config.reload_config()  # type: ignore[no-untyped-call]
    _LOG.warning("the map's compiled code cannot be kept: neither beside UMAP nor in a home folder")


def _scaled(places: Floats) -> Floats:
    low, span = places.min(axis=0), np.ptp(places, axis=0)
    return np.asarray(((places - low) / np.where(span > 0, span, 1.0)).round(4), dtype=np.float32)
