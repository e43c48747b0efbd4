"""The array-API namespace that traced arrays name: NumPy's functions, traced."""

from types import ModuleType
from typing import Any

import numpy as np

from .standard import STANDARD
from .table import find


class Namespace:
    """Give, for each name of the standard, NumPy's object: functions in the form that traces them."""

    __array_api_version__ = "2024.12"

    def __init__(self, module: ModuleType = np) -> None:
        self._module = module
        self.__name__ = f"isthmus traced {module.__name__}"

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._module, name)
        if isinstance(found, ModuleType):
            return Namespace(found)
        if isinstance(found, type) or not callable(found):
            return found
        return STANDARD.get(found) or find(found) or found

    def __dir__(self) -> list[str]:
        return [name for name in dir(self._module) if not name.startswith("_")]

    def __repr__(self) -> str:
        return f"<{self.__name__}>"


namespace = Namespace()
