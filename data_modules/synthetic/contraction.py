"""Muscles at work together on one face: what they add up to."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numba import njit
from numpy.typing import NDArray

from data_modules.synthetic.action_units import ACTION_UNITS, contractions
from data_modules.synthetic.deformation import Halves, basis
from data_modules.synthetic.parameters import Intensity

Floats = NDArray[np.float32]
_ROLLED = 0.68
"""Most of the lips' red that may roll in; more would fold skin through itself."""


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _gather(
    total: Floats,
    squares: Floats,
    index: NDArray[np.int32],
    moved_left: Floats,
    moved_right: Floats,
    left: float,
    right: float,
) -> None:
    """Add one field, and its squared length, at the strength of each side."""
    for k in range(len(index)):
        i = index[k]
        square = np.float32(0.0)
        for axis in range(3):
            step = np.float32(left) * moved_left[k, axis]
            step += np.float32(right) * moved_right[k, axis]
            total[i, axis] += step
            square += step * step
        squares[i] += square


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _settle(skin: Floats, total: Floats, squares: Floats) -> None:
    """Move skin by the sum of its pulls, but no further than the root of their squares."""
    for i in range(len(skin)):
        if squares[i] > 0.0:
            length = total[i, 0] ** 2 + total[i, 1] ** 2 + total[i, 2] ** 2
            scale = np.float32(1.0)
            if length > squares[i]:
                scale = np.sqrt(squares[i] / length)
            for axis in range(3):
                skin[i, axis] += scale * total[i, axis]
                total[i, axis] = 0.0
            squares[i] = 0.0


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _darken(
    loss: Floats,
    index: NDArray[np.int32],
    shade: Floats,
    share: Floats,
    left: float,
    right: float,
) -> None:
    for k in range(len(index)):
        loss[index[k]] += shade[k] * (np.float32(right) + np.float32(left - right) * share[k])


def contract(skin: Floats, loss: Floats, action_units: Mapping[str, Intensity]) -> float:
    """Move the skin and take its light away, in place.

    Pulls in different directions add as vectors, so opposing ones cancel. Pulls in the same
    direction saturate: skin that one muscle has stretched gives way less to the next.

    Args:
        skin: (N, 3) float32 positions in cm.
        loss: (N,) float32 loss of light.
        action_units: intensities by name.

    Returns:
        Drop of the chin in cm.

    Raises:
        KeyError: an action unit has an unknown name.
        ValueError: an intensity is outside 0..1, or differs between the sides of a unit whose
            muscle is one.
    """
    active = contractions(action_units)
    if not active:
        return 0.0
    fields = basis()
    total, squares = np.zeros_like(skin), np.zeros_like(loss)

    def pull(field: Halves, left: float, right: float) -> None:
        _gather(total, squares, field.index, field.left, field.right, left, right)

    pressed, drop = 0.0, 0.0
    opened, flat = np.zeros(2), np.ones(2)
    for name, value in active.items():
        unit, strength = ACTION_UNITS[name], np.array(value)
        pressed = min(1.0, pressed + unit.press * max(value))
        opened = np.minimum(1.0, opened + unit.opens * strength)
        flat *= 1.0 - unit.thin * strength
        drop += unit.jaw * max(value)
    for name, (left, right) in active.items():
        pull(fields.units[name], left, right)
        shade = fields.shades[name]
        _darken(loss, shade.index, shade.loss, shade.share, left, right)
    _settle(skin, total, squares)
    for name, value in active.items():
        share = np.array(value) * (1.0 - pressed)
        if not ACTION_UNITS[name].opens:
            share = share * opened
        pull(fields.parting[name], float(share[0]), float(share[1]))
    _settle(skin, total, squares)
    drop *= 1.0 - pressed
    pull(fields.jaw, drop, drop)
    _settle(skin, total, squares)
    rolled = np.minimum(1.0 - flat, _ROLLED)
    pull(fields.roll, float(rolled[0]), float(rolled[1]))
    _settle(skin, total, squares)
    return drop
