"""The tables of `simulation.py`: a line per case, ratios to Isthmus, geometric means, shares of copy bandwidth."""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from report import machine

__all__ = ["line", "machine", "tables", "timing"]

Json = Any

OURS = "isthmus"


def timing(samples: Sequence[float]) -> Json:
    """Sum up the samples of one program; without any, say so."""
    if not samples:
        return {"missing": "died while it was timed"}
    return {"median": statistics.median(samples), "fastest": min(samples), "samples": len(samples)}


def line(row: Json) -> str:
    """Write one case: the median of each program per step, how many times Isthmus's it is, and the error."""
    parts = [f"{row['case']} {row['threads']}t"]
    return " | ".join([*parts, *(f"{name} {_cell(row, name)}" for name in row["peers"])])


def _cell(row: Json, name: str) -> str:
    peer = row["peers"].get(name, {"missing": "not asked for"})
    if "median" not in peer:
        return f"missing: {peer['missing'][:60]}"
    ratio = "" if name == OURS or (value := _ratio(row, name)) is None else f" x{value:.2f}"
    return f"{_time(peer['median'] / row['steps'])}{ratio} err {peer['error']:.0e}"


def _ratio(row: Json, name: str) -> float | None:
    peer, ours = row["peers"].get(name, {}), row["peers"].get(OURS, {})
    return peer["median"] / ours["median"] if "median" in peer and "median" in ours else None


def _time(seconds: float) -> str:
    return f"{seconds * 1e6:.3g} us" if seconds < 1e-3 else f"{seconds * 1e3:.3g} ms"


def tables(rows: Sequence[Json], copies: Mapping[int, Mapping[str, float]]) -> str:
    """Write a table for each group and number of threads, with geometric means in the last line."""
    lines: list[str] = []
    for threads, found in copies.items():
        lines += ["", f"copy bandwidth, {threads} threads: {found['memory'] / 1e9:.1f} GB/s"]
        for group in dict.fromkeys(row["group"] for row in rows):
            chosen = [row for row in rows if row["group"] == group and row["threads"] == threads]
            lines += _table(group, threads, chosen, found["memory"]) if chosen else []
    return "\n".join(lines)


def _table(group: str, threads: int, rows: Sequence[Json], memory: float) -> list[str]:
    peers = [name for name in dict.fromkeys(name for row in rows for name in row["peers"]) if name != OURS]
    has_traffic = any(row["traffic"] for row in rows)
    heads = ["case", "Isthmus", *peers, "error", *(["of copying", "of memory"] if has_traffic else [])]
    lines = ["", f"{group}, {threads} thread{'s' if threads > 1 else ''}: time of each over Isthmus's", ""]
    lines += [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for row in rows:
        ours = row["peers"].get(OURS, {})
        time = _time(ours["median"] / row["steps"]) if "median" in ours else "missing"
        cells = [
            row["case"],
            time,
            *(_entry(row, name) for name in peers),
            f"{ours.get('error', math.nan):.0e}",
        ]
        if has_traffic:
            cells += [_share(row, row["copy"]), _share(row, memory)]
        lines.append(f"| {' | '.join(cells)} |")
    means = [_mean([_ratio(row, name) for row in rows]) for name in peers]
    best = _mean([_best(row, peers) for row in rows])
    lines.append(
        f"| geometric mean | best peer {best} | {' | '.join(means)} |" + " |" * (len(heads) - 2 - len(peers))
    )
    return lines


def _entry(row: Json, name: str) -> str:
    if (ratio := _ratio(row, name)) is not None:
        return f"{ratio:.2f}"
    peer = row["peers"].get(name, {})
    return _time(peer["median"] / row["steps"]) if "median" in peer else "–"


def _best(row: Json, peers: Sequence[str]) -> float | None:
    return min((value for name in peers if (value := _ratio(row, name)) is not None), default=None)


def _mean(ratios: Sequence[float | None]) -> str:
    logs = [math.log(ratio) for ratio in ratios if ratio]
    return f"{math.exp(sum(logs) / len(logs)):.2f} ({len(logs)})" if logs else "–"


def _share(row: Json, bandwidth: float) -> str:
    ours = row["peers"].get(OURS, {})
    if "median" not in ours or not row["traffic"] or not bandwidth:
        return ""
    return f"{row['traffic'] * row['steps'] / ours['median'] / bandwidth:.0%}"
