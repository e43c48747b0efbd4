"""Weights, kept outside the IR: one key per array, tied ones once."""

import numpy as np
import torch

from .examples import dtype_name, to_numpy

Array = np.ndarray[tuple[int, ...], np.dtype[np.generic]]


class Weights:
    """Collect the arrays a program reads, under the names the user's module gives them.

    Arrays share memory with the module's tensors where their layout allows. Two names of one tensor (tied
    weights) give one key: the first.
    """

    def __init__(self) -> None:
        self.arrays: dict[str, Array] = {}
        self.dtypes: dict[str, str] = {}
        self._owners: dict[tuple[object, ...], str] = {}
        self._kept: list[torch.Tensor] = []

    def add(self, name: str, tensor: torch.Tensor) -> str:
        """Register a tensor and give its key; complex128 is stored as pairs of f64."""
        identity = self._identity(tensor)
        if identity in self._owners:
            return self._owners[identity]
        self._kept.append(tensor)  # the identity holds while the storage lives
        if tensor.dtype == torch.complex128:
            tensor = torch.view_as_real(tensor.detach().resolve_conj())
        return self._store(name, tensor, identity)

    def add_state(self, name: str, tensor: torch.Tensor) -> str:
        """Register the initial value of an array that changes: a copy, and never shared with another name."""
        return self._store(name, tensor.detach().clone(), (name, "state"))

    def _store(self, name: str, tensor: torch.Tensor, identity: tuple[object, ...]) -> str:
        self._owners[identity] = name
        self.dtypes[name] = dtype_name(tensor.dtype)
        self.arrays[name] = to_numpy(tensor)
        return name

    @staticmethod
    def _identity(tensor: torch.Tensor) -> tuple[object, ...]:
        place = tensor.untyped_storage().data_ptr() if tensor.numel() else id(tensor)
        layout = (tensor.storage_offset(), tuple(tensor.shape), tensor.stride())
        return (place, *layout, tensor.dtype, tensor.is_conj(), tensor.is_neg())
