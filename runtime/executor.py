"""Executors: one compiled module on one device, called through IREE's lowest interface."""

import os
import threading
from typing import Any

from isthmus.errors import ArtifactError, RunError

from .boot import iree_runtime
from .device import Device
from .failures import run_error
from .fork import refuse_after_fork, survive_fork
from .memory import Array
from .parameters import SCOPE


class Executor:
    """Hold a module loaded on a device.

    IREE's contexts are not safe for threads: whoever calls `invoke` holds `lock`.
    """

    def __init__(
        self, device: Device, module: bytes, index: Any = None, owners: list[Array] | None = None
    ) -> None:
        runtime = iree_runtime()
        self.device = device
        self.lock = threading.Lock()
        self._process = os.getpid()
        self._owners = owners  # memory the parameter index refers to
        modules = [device.hal_module]
        if index is not None:
            provider = index.create_provider(scope=SCOPE)
            modules.insert(0, runtime.create_io_parameters_module(device.instance, provider))
        try:
            loaded = runtime.VmModule.copy_buffer(device.instance, module)
            self._context = runtime.VmContext(device.instance, [*modules, loaded])
            self._module = loaded
        except Exception as error:  # IREE maps its status codes to many Python classes
            raise ArtifactError(run_error(error, "cannot load the compiled module").message) from error
        self.native_invoke = self._context.invoke
        survive_fork(self)

    def function(self, name: str) -> Any:
        """Find an entry point; a module without it is an `ArtifactError`."""
        found = self._module.lookup_function(name)
        if found is None:
            raise ArtifactError(f"the compiled module has no function '{name}'")
        return found

    def invoke(self, function: Any, inputs: Any, outputs: Any) -> None:
        """Run a function on IREE's lists; a failure is a `RunError` of one line."""
        try:
            self.native_invoke(function, inputs, outputs)
        except RunError:
            raise
        except Exception as error:  # IREE maps its status codes to many Python classes
            raise run_error(error) from error

    def after_fork(self) -> None:
        """Make calls in a forked child fail at once where the device's threads did not come along."""
        if self._process == os.getpid():
            return
        self._process = os.getpid()
        self.lock = threading.Lock()
        if self.device.driver != "local-sync":
            self.native_invoke = refuse_after_fork
