"""Groups outcomes by stage and cause and writes the tables."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from worker import Outcome

_NOISE = (
    (re.compile(r"0x[0-9a-f]+"), "0x…"),
    (re.compile(r"(?:\"[^\"]*\"|<[\w ]+>|/[\w./-]+|-)(?::\d+)+: "), ""),
    (re.compile(r"'?!?[\w.]*(?:tensor|vtensor|memref|vector)<.*"), "…"),
    (re.compile(r"%[\w#:]+"), "%…"),
    (re.compile(r"\d+(?:\.\d+)?(?:e[+-]?\d+)?"), "N"),
)
_TELLING = (" error: ", "Error:", "unsupported", "not implemented")


def cause(outcome: Outcome) -> str:
    """Name the cause: the first telling line of the error, without sizes, places and value names."""
    lines = [line.strip() for line in outcome.text.splitlines() if line.strip()]
    told = (line for word in _TELLING for line in lines if word in line and "Error invoking" not in line)
    line = next(told, lines[-1] if lines else "")
    line = line[line.find("error: ") + 7 :] if "error: " in line else line
    for pattern, replacement in _NOISE:
        line = pattern.sub(replacement, line)
    return f"{outcome.error}: {line[:120]}" if outcome.error not in line else line[:140]


def groups(outcomes: Iterable[Outcome]) -> list[tuple[str, str, list[str]]]:
    """Collect the failures by (stage, cause), the largest group first."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for outcome in outcomes:
        if not outcome.passed:
            found[outcome.stage, cause(outcome)].append(outcome.name)
    rows = [(stage, text, sorted(names)) for (stage, text), names in found.items()]
    return sorted(rows, key=lambda row: (-len(row[2]), row[0], row[1]))


def markdown(outcomes: Sequence[Outcome], path: str) -> str:
    """Write the counts and the table of failures."""
    passed = sum(outcome.passed for outcome in outcomes)
    share = 100 * passed / max(1, len(outcomes))
    lines = [f"**{path}**: {passed} of {len(outcomes)} match ({share:.1f} %)", ""]
    table = groups(outcomes)
    if table:
        lines += ["| programs | stage | cause | names |", "|---:|---|---|---|"]
    for stage, text, names in table:
        shown = ", ".join(names[:4]) + (f", … {len(names) - 4} more" if len(names) > 4 else "")
        lines.append(f"| {len(names)} | {stage} | {text.replace('|', chr(92) + '|')} | {shown} |")
    return "\n".join(lines)


def beside(ours: Sequence[Outcome], theirs: Sequence[Outcome], names: tuple[str, str]) -> str:
    """Count two paths on the programs that both ran."""
    first = {outcome.name: outcome.passed for outcome in ours}
    second = {outcome.name: outcome.passed for outcome in theirs}
    shared = sorted(first.keys() & second.keys())
    lost = [name for name in shared if second[name] and not first[name]]
    rows = [
        f"{len(shared)} programs in both: {names[0]} {sum(first[n] for n in shared)},"
        f" {names[1]} {sum(second[n] for n in shared)}",
        f"only {names[1]} passes: {', '.join(lost) or 'none'}",
    ]
    return "\n".join(rows)


def save(file: Path, path: str, outcomes: Sequence[Outcome]) -> None:
    """Write everything as JSON."""
    file.write_text(json.dumps({"path": path, "outcomes": [asdict(o) for o in outcomes]}, indent=1))


def read(file: Path) -> tuple[str, list[Outcome]]:
    """Read what `save` wrote."""
    data = json.loads(file.read_text())
    return data["path"], [Outcome(**row) for row in data["outcomes"]]
