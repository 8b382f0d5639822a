"""The one type variable of this room: a formula takes a float or an array and gives back the same."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["Values"]

Values = TypeVar("Values", float, NDArray[np.float64])
