"""`numpy.einsum`: pairs of operands contracted in a cheap order."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..array import Array
from ..where import error
from .index_notation import Notation, from_lists, read
from .operands import as_array, as_operand, into
from .products import contracted
from .reductions import reduced


def einsum(
    *operands: Any,
    out: Any = None,
    dtype: Any = None,
    order: str = "K",
    casting: str = "safe",
    optimize: Any = False,
) -> Any:
    """Multiply and sum as the letters say."""
    arguments = list(operands)
    if not arguments:
        raise error("'numpy.einsum': must specify the subscripts and at least one operand")
    if isinstance(arguments[0], str):
        text, values = arguments[0], arguments[1:]
    else:
        values, text = from_lists(arguments)
    arrays = [as_array(value) for value in values]
    if dtype is not None:
        arrays = [x.astype(dtype, copy=False) for x in arrays]
    notation = read([text], [x.ndim for x in arrays])
    kind = np.result_type(*(x.dtype for x in arrays))
    found = _einsum([x.astype(kind, copy=False) for x in arrays], notation)
    return into(out, found)


def _einsum(arrays: Sequence[Array], notation: Notation) -> Any:
    terms = [_diagonals(x, letters) for x, letters in zip(arrays, notation.inputs, strict=True)]
    terms = _without_units(terms, notation.output)
    for pair in _path(terms, notation.output):
        chosen = [terms[place] for place in pair]
        terms = [term for place, term in enumerate(terms) if place not in pair]
        needed = set(notation.output).union(*(letters for _, letters in terms))
        terms.append(_pair(chosen[0], chosen[1], needed))
    return _ordered(terms[0], notation.output)


def _diagonals(x: Array, letters: str) -> tuple[Array, str]:
    """Take diagonals until every letter stands once."""
    from .matrices import diagonal

    for letter in letters:
        while letters.count(letter) > 1:
            first = letters.index(letter)
            second = letters.index(letter, first + 1)
            x = diagonal(x, 0, first, second)
            letters = letters[:first] + letters[first + 1 : second] + letters[second + 1 :] + letter
    return x, letters


def _without_units(terms: list[tuple[Array, str]], output: str) -> list[tuple[Array, str]]:
    """Leave out axes of size 1 whose letter is longer in another operand; check the other sizes."""
    sizes: dict[str, Any] = {}
    for x, letters in terms:
        for letter, size in zip(letters, x.shape, strict=True):
            known = sizes.get(letter, 1)
            if isinstance(known, int) and isinstance(size, int) and known != size and 1 not in (known, size):
                raise error(f"'numpy.einsum': index '{letter}' has sizes {known} and {size}")
            sizes[letter] = size if isinstance(known, int) and known == 1 else known
    found = []
    for x, letters in terms:
        units = [letter for letter, size in zip(letters, x.shape, strict=True) if size == 1 != sizes[letter]]
        key = tuple(0 if letter in units else slice(None) for letter in letters)
        kept = "".join(letter for letter in letters if letter not in units)
        found.append((as_array(x[key]) if units else x, kept))
    return found


def _path(terms: Sequence[tuple[Array, str]], output: str) -> list[tuple[int, int]]:
    """Choose the order: NumPy's greedy one where sizes are known, else from left to right."""
    if len(terms) < 2:
        return []
    shapes = [x.shape for x, _ in terms]
    if len(terms) == 2 or not all(isinstance(n, int) for shape in shapes for n in shape):
        return [(0, 1)] + [(0, len(terms) - 1 - step) for step in range(1, len(terms) - 1)]
    examples = [np.broadcast_to(np.int8(0), shape) for shape in shapes]
    text = ",".join(letters for _, letters in terms) + "->" + output
    steps = np.einsum_path(text, *examples, optimize=("greedy", 2**62))[0][1:]
    pairs: list[tuple[int, int]] = []
    for step in steps:
        places = sorted(step)
        pairs.append((places[0], places[1]))
        pairs += [(0, -1)] * (len(places) - 2)
    return pairs if all(len(step) == 2 for step in steps) else [(0, 1)] * (len(terms) - 1)


def _pair(first: tuple[Array, str], second: tuple[Array, str], needed: set[str]) -> tuple[Array, str]:
    a, a_letters = _summed(first, needed | set(second[1]))
    b, b_letters = _summed(second, needed | set(a_letters))
    output = "".join(x for x in dict.fromkeys(a_letters + b_letters) if x in needed)
    shared = [x for x in output if x in a_letters and x in b_letters]
    output = "".join([*shared, *(x for x in output if x not in shared)])
    return as_array(contracted(a, a_letters, b, b_letters, output)), output


def _summed(term: tuple[Array, str], needed: set[str]) -> tuple[Array, str]:
    """Sum over the letters that nobody else has."""
    x, letters = term
    gone = tuple(place for place, letter in enumerate(letters) if letter not in needed)
    if not gone:
        return term
    kept = "".join(letter for letter in letters if letter in needed)
    return as_array(reduced(np.add, x, gone, x.dtype)), kept


def _ordered(term: tuple[Array, str], output: str) -> Any:
    x, letters = _summed(term, set(output))
    if not output:
        return as_operand(x)[()] if x.ndim == 0 else x
    return x.transpose(tuple(letters.index(letter) for letter in output))


def einsum_path(*operands: Any, optimize: Any = "greedy", einsum_call: bool = False) -> Any:
    """Refuse: the order is chosen at capture."""
    raise error("'numpy.einsum_path' is not supported", note="numpy.einsum chooses a cheap order by itself")


TABLE = {np.einsum: einsum, np.einsum_path: einsum_path}
