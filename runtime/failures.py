"""Failures inside IREE, turned into one line of our own."""

import re

from isthmus.errors import RunError

_STATUS = re.compile(r"\b(?P<status>[A-Z][A-Z_]{3,}); (?P<text>[^;\n]+)")
_NOTES = {
    "RESOURCE_EXHAUSTED": "an array is too large for this machine's memory: use smaller inputs",
    "OUT_OF_RANGE": "an index or a size lies outside its array",
}


def run_error(error: BaseException, doing: str = "the compiled program failed") -> RunError:
    """Turn what IREE raised (ValueError, RuntimeError, MemoryError, ...) into a `RunError` of one line."""
    match = _STATUS.search(str(error))
    if isinstance(error, MemoryError):
        return RunError(f"{doing}: out of memory", note=_NOTES["RESOURCE_EXHAUSTED"])
    if not match:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        return RunError(f"{doing}: {lines[0]}")
    return RunError(f"{doing}: {match['text'].strip()} ({match['status']})", note=_NOTES.get(match["status"]))
