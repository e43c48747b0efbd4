"""What a function is made of, as one hash: its code, and everything the code refers to."""

import dis
import enum
import functools
import hashlib
import os
import struct
import sys
import sysconfig
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

_LIBRARIES = tuple(
    os.path.realpath(path) + os.sep
    for path in {
        sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")
    } | {path for path in sys.path if path.endswith(("site-packages", "dist-packages"))}
)  # fmt: skip
_MISSING = object()
COMPILED_METHODS = "__isthmus_jitted__"
"""The field under which an object keeps its compiled methods."""


class UnstableError(Exception):
    """Something has no identity beyond this process: a lock, a file, a generator."""


def fingerprint(*values: object) -> str | None:
    """Hash functions and values by what they are: code, closures, the globals they use, arrays, objects' fields.

    Functions and classes of libraries count by name and version, those of the user by their code, followed to
    everything they name. Equal programs give equal hashes in any process. None where something cannot be hashed.
    """
    walker = _Walker()
    try:
        for value in values:
            walker.add(value)
    except (UnstableError, RecursionError):
        return None
    return walker.digest()


class _Walker:
    """Feed a hash with values, each object once."""

    def __init__(self) -> None:
        self._hash = hashlib.blake2b(digest_size=20)
        self._seen: dict[int, int] = {}
        self._kept: list[object] = []

    def digest(self) -> str:
        return self._hash.hexdigest()

    def _feed(self, *parts: str | bytes) -> None:
        for part in parts:
            data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
            self._hash.update(struct.pack("<q", len(data)))
            self._hash.update(data)

    def add(self, value: object) -> None:
        """Add one value."""
        plain = _plain(value)
        if plain is not None:
            self._feed(*plain)
            return
        if id(value) in self._seen:
            self._feed("again", str(self._seen[id(value)]))
            return
        self._seen[id(value)] = len(self._seen)
        self._kept.append(value)  # its id stays its own
        for kind, method in _METHODS:
            if isinstance(value, kind):
                method(self, value)
                return
        self._object(value)

    def _sequence(self, value: Iterable[object]) -> None:
        children = list(value)
        self._feed(_name(type(value)), str(len(children)))
        for child in children:
            self.add(child)

    def _set(self, value: Iterable[object]) -> None:
        self._feed(_name(type(value)), *sorted(fingerprint(child) or _refuse(child) for child in value))

    def _mapping(self, value: Mapping[object, object]) -> None:
        self._feed(_name(type(value)), str(len(value)))
        for key, child in value.items():
            self.add(key)
            self.add(child)

    def _array(self, value: "np.ndarray[Any, Any]") -> None:
        if value.dtype.hasobject:
            raise UnstableError("an array of objects")
        self._feed(
            _name(type(value)), value.dtype.str, str(value.shape), np.ascontiguousarray(value).tobytes()
        )

    def _function(self, value: types.FunctionType) -> None:
        if _is_own(value.__module__) or _is_library(value.__code__.co_filename):
            self._library(value.__module__, value.__qualname__)
            return
        self._feed("function", value.__qualname__)
        self._code(value.__code__)
        self.add(value.__defaults__)
        self.add(value.__kwdefaults__)
        for name, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=True):
            self._feed(name)
            with_content = _cell_content(cell)
            self._feed("empty") if with_content is _MISSING else self.add(with_content)
        for chain in sorted(set(_global_chains(value.__code__))):
            self._global(value.__globals__, chain)

    def _code(self, code: types.CodeType) -> None:
        names = (*code.co_varnames, "|", *code.co_freevars, "|", *code.co_cellvars, "|", *code.co_names)
        counts = (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags)
        self._feed("code", code.co_code, repr(names), repr(counts))
        for constant in code.co_consts:
            self._code(constant) if isinstance(constant, types.CodeType) else self.add(constant)

    def _global(self, names: Mapping[str, object], chain: tuple[str, ...]) -> None:
        """Add what `name.attribute.attribute` stands for, as far as modules of the user lead."""
        self._feed(".".join(chain))
        value = names.get(chain[0], _MISSING)
        for attribute in chain[1:]:
            if not isinstance(value, types.ModuleType) or _is_library_module(value):
                break
            value = getattr(value, attribute, _MISSING)
        if value is _MISSING:  # a builtin, or a name that is not bound yet
            return
        if isinstance(value, types.ModuleType) and not _is_library_module(value):
            raise UnstableError(f"module '{value.__name__}' as a value")
        self.add(value)

    def _module(self, value: types.ModuleType) -> None:
        self._library(value.__name__, "")

    def _method(self, value: types.MethodType) -> None:
        self._feed("method")
        self.add(value.__func__)
        self.add(value.__self__)

    def _builtin(self, value: types.BuiltinFunctionType) -> None:
        owner = value.__self__
        if isinstance(owner, types.ModuleType) or owner is None:
            self._library(getattr(value, "__module__", None) or "builtins", value.__qualname__)
        else:
            self._feed("bound", value.__name__)
            self.add(owner)

    def _descriptor(self, value: Any) -> None:
        self._library(getattr(value.__objclass__, "__module__", ""), value.__qualname__)

    def _partial(self, value: "functools.partial[object]") -> None:
        self._feed("partial")
        self.add((value.func, value.args, value.keywords))

    def _class(self, value: type) -> None:
        if _is_library_name(value.__module__):
            self._library(value.__module__, value.__qualname__)
            return
        self._feed("class", value.__qualname__)
        self.add(value.__bases__)
        for name, child in sorted(vars(value).items()):
            if not _is_dunder(name) or isinstance(child, types.FunctionType):
                self._feed(name)
                self.add(_unwrapped(child))

    def _enum(self, value: enum.Enum) -> None:
        self._feed("enum", _name(type(value)), value.name)

    def _library(self, module: str | None, name: str) -> None:
        top = (module or "").partition(".")[0]
        self._feed("library", module or "", name, str(getattr(sys.modules.get(top), "__version__", "")))

    def _object(self, value: Any) -> None:
        wrapped = getattr(value, "__wrapped__", None)
        if callable(wrapped):
            self._feed("wrapper", _name(type(value)))
            self.add(wrapped)
            return
        kind = type(value)
        if kind.__module__.partition(".")[0] == "torch" and hasattr(value, "untyped_storage"):
            self._tensor(value)
            return
        fields = _fields(value)
        if fields is None:
            raise UnstableError(f"an object of type '{kind.__name__}'")
        self._feed("object")
        self.add(kind)
        for name, child in fields:
            self._feed(name)
            self.add(child)

    def _tensor(self, value: Any) -> None:
        torch = sys.modules["torch"]
        plain = value.detach().cpu().resolve_conj().resolve_neg().contiguous()
        data = plain.view(-1).view(torch.uint8).numpy() if plain.numel() else np.zeros(0, np.uint8)
        self._feed("tensor", str(plain.dtype), str(tuple(plain.shape)), data.tobytes())


_METHODS: tuple[tuple[Any, Callable[[_Walker, Any], None]], ...] = (
    (enum.Enum, _Walker._enum),
    (np.ndarray, _Walker._array),
    (types.FunctionType, _Walker._function),
    (types.MethodType, _Walker._method),
    (types.BuiltinFunctionType, _Walker._builtin),
    ((types.MethodDescriptorType, types.WrapperDescriptorType), _Walker._descriptor),
    ((types.GetSetDescriptorType, types.MemberDescriptorType), _Walker._descriptor),
    (types.ModuleType, _Walker._module),
    (functools.partial, _Walker._partial),
    (type, _Walker._class),
    ((set, frozenset), _Walker._set),
    (dict, _Walker._mapping),
    ((tuple, list), _Walker._sequence),
)


def _plain(value: object) -> tuple[str, ...] | None:
    """Spell values that need no walk; None for others."""
    match value:
        case enum.Enum():
            return None
        case None | bool() | int() | str() | bytes() | float() | complex() if type(value) in _SPELLED:
            return (type(value).__name__, _spelled(value))
        case np.generic() if not isinstance(value, np.object_):
            return ("scalar", value.dtype.str, value.tobytes().hex())
        case np.dtype() if not value.hasobject:
            return ("dtype", str(value.descr) if value.fields else value.str)
        case np.ufunc():
            return ("ufunc", value.__name__)
        case slice() | range():
            return (type(value).__name__, repr(value))
    if value is Ellipsis or value is NotImplemented:
        return (repr(value),)
    if isinstance(value, types.GenericAlias):
        return ("alias", repr(value))
    return None


_SPELLED = (type(None), bool, int, str, bytes, float, complex)


def _spelled(value: Any) -> str:
    if isinstance(value, float):
        return value.hex()
    return f"{value.real.hex()},{value.imag.hex()}" if isinstance(value, complex) else repr(value)


def _fields(value: Any) -> list[tuple[str, object]] | None:
    """List an object's fields by name; None for one that keeps them out of Python's sight."""
    slots = [
        name
        for kind in type(value).__mro__
        for name in _names(kind.__dict__.get("__slots__", ()))
        if name not in ("__dict__", "__weakref__")
    ]
    if not hasattr(value, "__dict__") and not slots:
        return None
    held = {name: getattr(value, name) for name in slots if hasattr(value, name)}
    held |= getattr(value, "__dict__", {})
    return sorted((name, child) for name, child in held.items() if name != COMPILED_METHODS)


def _names(slots: object) -> Iterable[str]:
    return (slots,) if isinstance(slots, str) else slots  # type: ignore[return-value]


def _unwrapped(value: object) -> object:
    """Give the function behind a static method, a class method or a property."""
    if isinstance(value, staticmethod | classmethod):
        return value.__func__
    return (value.fget, value.fset) if isinstance(value, property) else value


def _cell_content(cell: types.CellType) -> object:
    try:
        return cell.cell_contents
    except ValueError:
        return _MISSING


def _global_chains(code: types.CodeType) -> Iterator[tuple[str, ...]]:
    """Yield every global the code reads, with the attributes read from it: `np.linalg.inv`, `constants.DT`."""
    chain: tuple[str, ...] = ()
    for step in dis.get_instructions(code):
        if step.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            if chain:
                yield chain
            chain = (str(step.argval),)
        elif step.opname in ("LOAD_ATTR", "LOAD_METHOD") and chain:
            chain = (*chain, str(step.argval))
        elif step.opname not in ("CACHE", "PRECALL", "PUSH_NULL", "EXTENDED_ARG"):
            if chain:
                yield chain
            chain = ()
        if step.opname == "IMPORT_NAME" and not _is_library_name(str(step.argval)):
            raise UnstableError(f"module '{step.argval}' imported inside a function")
    if chain:
        yield chain
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _global_chains(constant)


def _is_library(filename: str) -> bool:
    return filename.startswith("<frozen") or os.path.realpath(filename).startswith(_LIBRARIES)


def _is_library_module(module: types.ModuleType) -> bool:
    if _is_own(module.__name__):
        return True
    file = getattr(module, "__file__", None)
    return (file is None and module.__name__ != "__main__") or (file is not None and _is_library(file))


def _is_library_name(name: str) -> bool:
    module = sys.modules.get(name)
    if module is None:
        return name.partition(".")[0] in sys.stdlib_module_names
    return _is_library_module(module)


def _is_own(module: str | None) -> bool:
    return (module or "").partition(".")[0] == "isthmus"


def _is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _name(kind: type) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


def _refuse(value: object) -> str:
    raise UnstableError(f"an object of type '{type(value).__name__}'")
