"""One compiler for simulation and AI: `compile` a program, `save` the artifact, `load` and call it anywhere.

Compiling needs the extra `isthmus[compiler]`; loading and calling need NumPy and the IREE runtime alone. Every
name is imported when it is first used, so that nobody waits for a half they do not need.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from isthmus.api import compile, load
    from isthmus.errors import (
        ArtifactError,
        CaptureError,
        CommunicationError,
        CompileError,
        IsthmusError,
        PassError,
        RunError,
        VerifyError,
    )
    from isthmus.frontend.numpy.explicit import cond, loop, while_loop
    from isthmus.jitted import jit
    from isthmus.runtime.artifact import Artifact
    from isthmus.runtime.program import Program
    from isthmus.spec import Spec

__all__ = [
    "Artifact",
    "ArtifactError",
    "CaptureError",
    "CommunicationError",
    "CompileError",
    "IsthmusError",
    "PassError",
    "Program",
    "RunError",
    "Spec",
    "VerifyError",
    "__version__",
    "compile",
    "cond",
    "jit",
    "load",
    "loop",
    "while_loop",
]

__version__ = "0.1.0"

_HOMES = {
    "Artifact": "isthmus.runtime.artifact",
    "Program": "isthmus.runtime.program",
    "Spec": "isthmus.spec",
    "compile": "isthmus.api",
    "cond": "isthmus.frontend.numpy.explicit",
    "jit": "isthmus.jitted",
    "load": "isthmus.api",
    "loop": "isthmus.frontend.numpy.explicit",
    "while_loop": "isthmus.frontend.numpy.explicit",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module 'isthmus' has no attribute '{name}'")
    return getattr(import_module(_HOMES.get(name, "isthmus.errors")), name)


def __dir__() -> list[str]:
    return __all__
