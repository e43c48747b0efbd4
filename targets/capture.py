"""Catches IREE's diagnostics with their locations whole, through MLIR's C interface.

The handler of the Python bindings aborts when a diagnostic comes out of IREE's C interface (it expects the
interpreter's lock, which ctypes has released); a ctypes callback takes the lock itself.
"""

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from iree.compiler import ir
from iree.compiler.api import ctypes_dl

Json = Any
_SEVERITIES = ("error", "warning", "note", "remark")
_DEPTH = 50
"""How deep a location is followed."""


class _Handle(ctypes.Structure):
    """Any of the C interface's one-pointer structures: context, diagnostic, location, identifier."""

    _fields_ = [("pointer", ctypes.c_void_p)]


class _Text(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("length", ctypes.c_size_t)]


_OnText = ctypes.CFUNCTYPE(None, _Text, ctypes.c_void_p)
# A structure cannot be a callback's result in ctypes; success is one non-zero byte in a register.
_OnDiagnostic = ctypes.CFUNCTYPE(ctypes.c_int8, _Handle, ctypes.c_void_p)
_OnDelete = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


def _function(name: str, result: Any, *arguments: Any) -> Any:
    function = getattr(ctypes_dl._dylib, name)
    function.restype, function.argtypes = result, arguments
    return function


@contextmanager
def captured(context: ir.Context, report: Callable[[Json], None]) -> Iterator[None]:
    """Report the diagnostics of `context` while the block runs: severity, message, location, notes."""

    def take(diagnostic: _Handle, _: object) -> int:
        report(_diagnostic(diagnostic))
        return 1

    handler = _OnDiagnostic(take)
    get_pointer = ctypes_dl.PyCapsule_GetPointer
    handle = _Handle(get_pointer(context._CAPIPtr, ctypes_dl.MLIR_PYTHON_CAPSULE_CONTEXT))
    attach = _function(
        "mlirContextAttachDiagnosticHandler",
        ctypes.c_uint64, _Handle, _OnDiagnostic, ctypes.c_void_p, _OnDelete,
    )  # fmt: skip
    detach = _function("mlirContextDetachDiagnosticHandler", None, _Handle, ctypes.c_uint64)
    token = attach(handle, handler, None, _OnDelete(0))
    try:
        yield
    finally:
        detach(handle, token)


def _diagnostic(handle: _Handle) -> Json:
    severity = _function("mlirDiagnosticGetSeverity", ctypes.c_int, _Handle)(handle)
    place = _function("mlirDiagnosticGetLocation", _Handle, _Handle)(handle)
    count = _function("mlirDiagnosticGetNumNotes", ctypes.c_ssize_t, _Handle)(handle)
    note = _function("mlirDiagnosticGetNote", _Handle, _Handle, ctypes.c_ssize_t)
    return {
        "severity": _SEVERITIES[severity],
        "message": _message(handle),
        "location": _location(place, 0),
        "notes": [_diagnostic(note(handle, index)) for index in range(count)],
    }


def _message(handle: _Handle) -> str:
    parts: list[bytes] = []
    on_text = _OnText(lambda text, _: parts.append(_bytes(text)))
    _function("mlirDiagnosticPrint", None, _Handle, _OnText, ctypes.c_void_p)(handle, on_text, None)
    return b"".join(parts).decode(errors="replace")


def _bytes(text: _Text) -> bytes:
    return ctypes.string_at(text.data, text.length) if text.length else b""


def _is(kind: str, location: _Handle) -> bool:
    return bool(_function(f"mlirLocationIsA{kind}", ctypes.c_bool, _Handle)(location))


def _part(name: str, location: _Handle) -> _Handle:
    part: _Handle = _function(f"mlirLocation{name}", _Handle, _Handle)(location)
    return part


def _name(identifier: _Handle) -> str:
    text = _function("mlirIdentifierStr", _Text, _Handle)(identifier)
    return _bytes(text).decode(errors="replace")


def _location(location: _Handle, depth: int) -> Json:
    """Turn a location into JSON: the keys tell its kind; an unknown one is None."""
    if depth > _DEPTH:
        return None
    if _is("Name", location):
        child = _location(_part("NameGetChildLoc", location), depth + 1)
        return {"name": _name(_part("NameGetName", location)), "child": child}
    if _is("FileLineColRange", location):
        number = [
            _function(f"mlirLocationFileLineColRangeGetStart{what}", ctypes.c_int, _Handle)(location)
            for what in ("Line", "Column")
        ]
        file = _name(_part("FileLineColRangeGetFilename", location))
        return {"file": file, "line": number[0], "column": number[1]}
    if _is("CallSite", location):
        callee = _location(_part("CallSiteGetCallee", location), depth + 1)
        return {"callee": callee, "caller": _location(_part("CallSiteGetCaller", location), depth + 1)}
    if _is("Fused", location):
        return {"fused": [_location(part, depth + 1) for part in _fused(location)]}
    return None


def _fused(location: _Handle) -> list[_Handle]:
    count = _function("mlirLocationFusedGetNumLocations", ctypes.c_uint, _Handle)(location)
    parts = (_Handle * count)()
    get = _function("mlirLocationFusedGetLocations", None, _Handle, ctypes.c_void_p)
    get(location, ctypes.addressof(parts))
    return list(parts)
