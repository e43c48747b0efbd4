"""Between NumPy arrays and device buffers."""

from typing import Any

import numpy as np

from . import HalElementType

def map_dtype_to_element_type(dtype: np.dtype[Any]) -> HalElementType: ...
