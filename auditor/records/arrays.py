"""Arrays by what they hold; a docstring says their shape."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Table = NDArray[np.float64]
Mask = NDArray[np.bool_]
