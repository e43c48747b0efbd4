"""`Spec`: the dtype and shape of an input, written as text, where sizes may vary."""

import re
from dataclasses import dataclass, field
from typing import ClassVar

from isthmus.dtypes import DTYPES
from isthmus.errors import CaptureError

_FORM = re.compile(r"\s*(?P<dtype>\w+)\s*(\[(?P<shape>[^\]]*)\])?\s*")


@dataclass(frozen=True, init=False)
class Spec:
    """Stand for an array of a dtype and shape: `Spec("f32[?,64]")`, `Spec("f64[n,n]")`, `Spec("i64[]")`.

    A size is a number, `?` (varies, unrelated to others) or a name (varies; equal names are equal sizes).
    `example` is an array of that dtype and rank whose sizes, and values, the program may need while it is
    captured (a network that halves its grid three times wants multiples of eight).
    Raises `CaptureError` when the text is malformed.
    """

    dtype: str
    shape: tuple[int | str, ...]
    example: object | None = field(default=None, compare=False, repr=False)

    ANY: ClassVar[str] = "?"

    def __init__(self, text: str, *, example: object | None = None) -> None:
        match = _FORM.fullmatch(text) if isinstance(text, str) else None
        if not match:
            raise _malformed(text, "expected a dtype and sizes in brackets")
        dtype = match["dtype"]
        if dtype not in DTYPES:
            raise _malformed(text, f"unknown dtype '{dtype}', expected one of {', '.join(DTYPES)}")
        sizes = [size.strip() for size in (match["shape"] or "").split(",")]
        shape = () if sizes == [""] else tuple(_size(text, size) for size in sizes)
        object.__setattr__(self, "dtype", dtype)
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "example", example)

    def __str__(self) -> str:
        return f"{self.dtype}[{','.join(map(str, self.shape))}]"


def _size(text: str, size: str) -> int | str:
    if size.isdecimal() and int(size) < 2**63:
        return int(size)
    if size == Spec.ANY or size.isidentifier():
        return size
    raise _malformed(text, f"'{size}' is no size: expected a number, '?' or a name")


def _malformed(text: str, why: str) -> CaptureError:
    return CaptureError(f"malformed spec '{text}': {why}", note='write it as "f32[?,64]" or "f64[n,n]"')
