"""Origins of arrays: which writes make which others unknown."""

import pytest

import isthmus
from isthmus.frontend.numpy.origins import Origin, Watch, keep_apart


def _joined(*sources: Origin) -> Origin:
    made = Origin()
    made.descend(sources)
    return made


def test_a_write_makes_all_that_may_be_the_same_array_unknown() -> None:
    a, b, c = Origin("'a'"), Origin(), Origin()
    w, x = _joined(a, b), _joined(a, c)
    a.write()
    assert w.stale and x.stale and not (a.stale or b.stale or c.stale)
    with pytest.raises(isthmus.CaptureError, match="'a' written here"):
        w.read()
    w.write()
    assert a.stale and b.stale and not c.stale and not w.stale


def test_exchanged_arrays_stay_apart() -> None:
    a, b = Origin(), Origin()
    for _ in range(30):
        u, v = _joined(a, b), _joined(b, a)
        keep_apart([(u, [a, b]), (v, [b, a])])
        a, b = u, v
    u.write()
    assert not v.stale
    assert u.is_apart(v) and not u.is_apart(_joined(v, u))


def test_what_a_piece_makes_unknown_counts_once_the_piece_is_used() -> None:
    a = Origin()
    w, watch = _joined(a), Watch()
    with watch.open([a, w]):
        w.read()
        a.write()
    assert w.stale is None and watch.repeated is not None
    watch.settle()
    assert w.stale is watch.repeated
