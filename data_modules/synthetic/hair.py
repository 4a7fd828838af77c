"""How thick hair lies on each part of the skull, and where its line recedes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from data_modules.synthetic.anatomy import Array, smoothstep
from data_modules.synthetic.parameters import Identity
from data_modules.synthetic.surface import surface

Floats = NDArray[np.float32]
_TUFTS = 3
"""Independent fields of locks; `Identity.texture` mixes them."""


@dataclass(frozen=True)
class _Skull:
    sides: Floats  # (N,) 1 beside and behind the head, 0 on its top
    quiff: Floats  # (N,) 1 above the forehead
    furrow: Floats  # (2, N) where hair parts, on the picture's left and right of the crown
    temples: Floats  # (N,) 1 where a receding hairline goes back first
    peak: Floats  # (N,) 1 in the middle of the forehead
    locks: Floats  # (_TUFTS, N) smooth noise of about unit size
    fringe: Floats  # (_TUFTS, N) uneven ends along the hairline, of about unit size


@cache
def _skull() -> _Skull:
    skin = surface()
    x, y = skin.anchor.T
    turn = np.abs(skin.angle)
    z = skin.position[:, 2]
    rng = np.random.default_rng(31337)  # any seed
    locks = np.zeros((_TUFTS, len(x)))
    for field in locks:
        for _ in range(6):  # waves in space, so that they know no grid and no seam
            a, b, c = rng.normal(0.0, 1.1, 3)
            field += np.sin(a * skin.position[:, 0] + b * y + c * z + rng.uniform(0, 2 * np.pi))
    fringe = np.zeros_like(locks)
    for field in fringe:  # few long waves and weaker short ones, so that no comb of teeth shows
        for waves in (4.0, 7.0, 12.0, 21.0, 34.0):
            period = waves * rng.uniform(0.8, 1.25)
            swing = (4.0 / waves) ** 0.7 * np.sin(
                np.deg2rad(skin.angle) * period + rng.uniform(0, 2 * np.pi)
            )
            field += swing
    above = smoothstep(6.0, 8.5, y) * smoothstep(-7.0, 1.0, z)
    furrow = np.stack([np.exp(-(((x - side * 2.7) / 0.55) ** 2)) * above for side in (-1.0, 1.0)])
    peak = np.exp(-((skin.angle / 9.0) ** 2))
    return _Skull(
        sides=(1.0 - smoothstep(3.0, 8.0, y)).astype(np.float32),
        quiff=(np.exp(-(((y - 8.0) / 1.5) ** 2)) * smoothstep(62.0, 20.0, turn)).astype(np.float32),
        furrow=furrow.astype(np.float32),
        temples=np.exp(-(((turn - 36.0) / 13.0) ** 2)).astype(np.float32),
        peak=peak.astype(np.float32),
        locks=(locks / np.sqrt(3.0)).astype(np.float32),
        fringe=(fringe * smoothstep(75.0, 55.0, turn)).astype(np.float32),
    )


def hair_form(identity: Identity) -> Floats:
    """Factor (N,) by which hair is thicker or thinner than `Identity.hair_volume`, 0.05..2."""
    skull = _skull()
    weights = np.random.default_rng(identity.texture).normal(0.0, 0.6, _TUFTS + 1)
    quiff = 0.30 + 0.25 * np.tanh(weights[-1])
    parted = 0.55 * min(1.0, abs(identity.parting))
    furrow = skull.furrow[1 if identity.parting > 0 else 0]
    form: Floats = _form(
        skull.quiff,
        skull.locks,
        skull.sides,
        furrow,
        float(quiff),
        0.13 * weights[:_TUFTS],
        0.85 * identity.fade,
        parted,
    )
    return form


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _form(
    quiffs: Floats,
    locks: Floats,
    sides: Floats,
    furrow: Floats,
    quiff: float,
    weights: Array,
    fade: float,
    parted: float,
) -> Floats:
    form = np.empty(len(quiffs), dtype=np.float32)
    for i in range(len(form)):
        thick = 1.0 + quiff * quiffs[i]
        for k in range(len(weights)):
            thick += weights[k] * locks[k, i]
        thick *= (1.0 - fade * sides[i]) * (1.0 - parted * furrow[i])
        form[i] = min(2.0, max(0.05, thick))
    return form


def recession(identity: Identity) -> Floats:
    """How far in cm the hairline has gone back at each vertex, (N,); negative: it hangs lower."""
    skull = _skull()
    rng = np.random.default_rng(identity.texture)
    peak = rng.uniform(-0.2, 0.3)
    result: Floats = np.float32(identity.temples) * skull.temples - np.float32(peak) * skull.peak
    # A low hairline is a fringe, whose ends are the most uneven.
    uneven = 0.06 + 0.06 * min(1.0, max(0.0, 0.6 - identity.hairline))
    for weight, wave in zip(rng.normal(0.0, uneven, _TUFTS), skull.fringe, strict=True):
        result = result + np.float32(weight) * wave
    return result
