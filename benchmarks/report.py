"""The table of a benchmark: a line per case, ratios to Isthmus, and geometric means."""

import math
import os
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Json = Any

OURS = "isthmus"


def line(row: Json) -> str:
    """Write one case: the median of each peer, how many times Isthmus's it is, and the relative error."""
    ours = row["peers"].get(OURS, {}).get("median")
    parts = [f"{row['case']:<14} {row['threads']} thread{'s' if row['threads'] > 1 else ' '}"]
    for name, peer in row["peers"].items():
        parts.append(_cell(name, peer, ours))
    return " | ".join(parts)


def _cell(name: str, peer: Json, ours: float | None) -> str:
    if "median" not in peer:
        return f"{name} missing: {peer.get('missing', 'unknown')[:60]}"
    ratio = f" x{peer['median'] / ours:.2f}" if ours and name != OURS else ""
    return f"{name} {_time(peer['median'])}{ratio} err {peer['error']:.0e}"


def _time(seconds: float) -> str:
    return f"{seconds * 1e6:.1f} us" if seconds < 1e-3 else f"{seconds * 1e3:.2f} ms"


def summary(rows: Sequence[Json]) -> str:
    """Write the geometric mean of each peer's time over Isthmus's, and how compile time divides."""
    lines = ["", "time of each peer over Isthmus's (geometric mean; above 1: Isthmus is faster)"]
    for threads in sorted({row["threads"] for row in rows}):
        chosen = [row for row in rows if row["threads"] == threads]
        means = [f"{name} {value:.2f} ({count})" for name, value, count in _means(chosen)]
        lines.append(
            f"  {threads} thread{'s' if threads > 1 else ' '}: {', '.join(means) or 'nothing to compare'}"
        )
    return "\n".join([*lines, *_compile_times(rows)])


def _means(rows: Sequence[Json]) -> list[tuple[str, float, int]]:
    names = dict.fromkeys(name for row in rows for name in row["peers"] if name != OURS)
    found = []
    for name in names:
        logs = [
            math.log(row["peers"][name]["median"] / row["peers"][OURS]["median"])
            for row in rows
            if "median" in row["peers"].get(name, {}) and "median" in row["peers"].get(OURS, {})
        ]
        if logs:
            found.append((name, math.exp(sum(logs) / len(logs)), len(logs)))
    return found


def _compile_times(rows: Sequence[Json]) -> list[str]:
    ours = [row["peers"][OURS] for row in rows if row["peers"].get(OURS, {}).get("iree_seconds")]
    if not ours:
        return []
    parts = {phase: sum(peer[f"{phase}_seconds"] for peer in ours) for phase in ("capture", "passes", "iree")}
    return ["compile time of all: " + ", ".join(f"{phase} {value:.1f} s" for phase, value in parts.items())]


def machine() -> Json:
    """Describe where this ran."""
    cpuinfo = Path("/proc/cpuinfo")
    names = (
        [text for text in cpuinfo.read_text().splitlines() if "model name" in text]
        if cpuinfo.exists()
        else []
    )
    model = names[0].partition(":")[2].strip() if names else platform.processor()
    return {
        "cpu": model,
        "cores": os.cpu_count(),
        "system": platform.platform(),
        "load": list(os.getloadavg()),
    }
