"""Where an operation came from, in the user's words.

An operation captured from torch carries `loc("layers.2.conv|conv2d|aten.conv2d"("net.py":41:0))`: module path, node
and operator, over the user's file and line.
"""

import re

_NAME = re.compile(r'loc\("(?P<path>[^"|]*)\|(?P<node>[^"|]*)\|(?P<operator>[^"|]*)"')
_FILE = re.compile(r'"(?P<file>[^"|]+)":(?P<line>\d+):\d+')


def origin_name(path: str, node: str, operator: str) -> str:
    """Spell the name that a captured operation's location carries."""
    return "|".join(part.replace("|", "/").replace('"', "'") for part in (path, node, operator))


def describe(location: str) -> str:
    """Turn a printed location into 'net.py:41 in layers.2.conv (aten.conv2d)'; an unknown one is empty."""
    place = _FILE.search(location)
    name = _NAME.search(location)
    words = []
    if place:
        words.append(f"{place['file']}:{place['line']}")
    if name:
        layer = name["path"] or name["node"]
        words.append(f"{'in ' if place else ''}{layer} ({name['operator']})")
    return " ".join(words)
