"""The map: a drawing of the embedding in two dimensions. It decides nothing."""

from __future__ import annotations

import os
import warnings

import numpy as np

from auditor.records.arrays import Floats
from auditor.structure.neighbours import nearest

NEIGHBOURS = 15
# numba, which compiles UMAP, reads `.numba_config.yaml` in the folder that one works in. These name
# a cache of pickles there, and classes to import; the environment stands above the file.
OF_NUMBA = ("NUMBA_CACHE_DIR", "NUMBA_CACHE_LOCATOR_CLASSES")
MIN_POINTS = NEIGHBOURS + 3  # below, there is no neighbourhood to unfold: a plane of two axes does


def project(vectors: Floats, seed: int) -> Floats:
    """(n, 2) coordinates of `vectors` (n, dim) by UMAP, scaled to 0-1, rounded to four digits."""
    if len(vectors) < MIN_POINTS:
        centred = vectors - vectors.mean(axis=0)
        places = centred @ np.linalg.svd(centred, full_matrices=False)[2][:2].T
        return _scaled(np.pad(places, ((0, 0), (0, 2 - places.shape[1]))))
    near = nearest(vectors, NEIGHBOURS - 1)
    own = np.arange(len(vectors))[:, None]
    index = np.concatenate([own, near.index], axis=1)
    distance = np.concatenate([np.zeros_like(own), 1.0 - near.cosine], axis=1)
    for name in OF_NUMBA:
        os.environ.setdefault(name, "")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its own precomputed neighbours and single thread
        from umap import UMAP

        mapper = UMAP(
            n_neighbors=NEIGHBOURS,
            metric="cosine",
            init="pca",
            n_jobs=1,
            random_state=seed,
            precomputed_knn=(index, np.maximum(distance, 0.0).astype(np.float32), None),
        )
        return _scaled(mapper.fit_transform(vectors))


def _scaled(places: Floats) -> Floats:
    low, span = places.min(axis=0), np.ptp(places, axis=0)
    return np.asarray(((places - low) / np.where(span > 0, span, 1.0)).round(4), dtype=np.float32)
