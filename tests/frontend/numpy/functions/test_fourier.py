"""Fourier transforms of any number of axes."""

from collections.abc import Callable
from typing import Any

import numpy as np

Check = Callable[..., Any]
_RANDOM = np.random.default_rng(1)
_A = _RANDOM.standard_normal((4, 6))
_V = _RANDOM.standard_normal(6)
_I = _RANDOM.integers(-5, 9, (3, 4)).astype(np.int32)
_C = _RANDOM.standard_normal((4, 3)) + 1j * _RANDOM.standard_normal((4, 3))
_T = _RANDOM.standard_normal((2, 3, 4, 5))


def test_transforms_agree(check: Check) -> None:
    def compute(a: Any, c: Any, i: Any, t: Any, v: Any) -> Any:
        return (
            np.fft.fft(a, axis=0),
            np.fft.fft(c, n=8),
            np.fft.ifft(c, norm="ortho", axis=0),
            np.fft.rfft(a),
            np.fft.rfft(a, n=5, norm="forward"),
            np.fft.irfft(c, n=5, axis=0),
            np.fft.ifft2(c, norm="ortho"),
            np.fft.fftn(t),
            np.fft.ifftn(t, axes=(1, 2)),
            np.fft.irfft2(c, s=(4, 6)),
            np.fft.rfftn(t, axes=(0, 2)),
            np.fft.fftfreq(8, 0.1),
            np.fft.rfftfreq(9),
            np.fft.fftshift(a),
            np.fft.ifftshift(v[:5]),
            np.fft.fftshift(a, axes=1),
        )

    check(compute, _A, _C, _I, _T, _V, ulps=4e4, compiled=True)
