"""`isthmus-opt` with three passes that go wrong on purpose: by a signal, by an exception, by broken IR."""

import os
import signal
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import ClassVar

from isthmus.dialects.mlir import collect, ir
from isthmus.lowering.passes import Pass
from isthmus.lowering.registry import PASSES
from isthmus.tools.opt import main


@dataclass(frozen=True)
class Crash(Pass):
    """End the process as a fault in native code does."""

    name: ClassVar[str] = "crash"

    def apply(self, module: ir.Module) -> None:
        """Never return."""
        os.kill(os.getpid(), signal.SIGSEGV)


@dataclass(frozen=True)
class Stumble(Pass):
    """Raise what no pass should."""

    name: ClassVar[str] = "stumble"

    def apply(self, module: ir.Module) -> None:
        """Never return."""
        raise KeyError("stumbled")


@dataclass(frozen=True)
class Spoil(Pass):
    """Leave IR that does not verify."""

    name: ClassVar[str] = "spoil"

    def apply(self, module: ir.Module) -> None:
        """Drop the operands of every return."""
        for found in collect(module, "func.return"):
            with ir.InsertionPoint(found), found.location:
                ir.Operation.create("func.return")
            found.erase()


wrong = ModuleType("isthmus.lowering.wrong")
wrong.__dict__.update(Crash=Crash, Stumble=Stumble, Spoil=Spoil)
sys.modules["isthmus.lowering.wrong"] = wrong
PASSES.update(crash="wrong:Crash", stumble="wrong:Stumble", spoil="wrong:Spoil")
sys.exit(main())
