"""The compiler run as a program."""

from typing import Any

class CompilerToolError(Exception): ...

def compile_str(input_str: str | bytes, **options: Any) -> bytes: ...
