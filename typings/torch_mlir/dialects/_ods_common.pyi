"""What generated bindings share."""

from typing import Any

_cext: Any
