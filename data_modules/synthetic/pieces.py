"""Meshes of things that are no part of a head: tubes, lofts, sheets, with their own colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_modules.synthetic.anatomy import Array
from data_modules.synthetic.parameters import Colour

PIECES = ("frame", "lens", "hat", "clothes", "occluder")
"""What pieces are called; `renderer.segment` counts them in this order after the head's parts."""


@dataclass(frozen=True)
class Piece:
    """One thing that is worn or held, in head coordinates.

    Attributes:
        name: one of `PIECES`.
        position: (N, 3) in cm.
        triangles: (T, 3) int32, counter-clockwise seen from outside.
        albedo: (N, 3) linear reflectance.
        gloss: (N,) strength of the highlight; above 1 for metal.
        light: (N,) share of ambient light that arrives.
    """

    name: str
    position: Array
    triangles: NDArray[np.int32]
    albedo: Array
    gloss: Array
    light: Array

    def moved(self, position: Array) -> Piece:
        """The same thing with its vertices elsewhere."""
        return Piece(self.name, position, self.triangles, self.albedo, self.gloss, self.light)


def join(pieces: Sequence[Piece]) -> Piece:
    """One piece of several; the first gives the name."""
    start = np.cumsum([0, *(len(each.position) for each in pieces)])
    return Piece(
        pieces[0].name,
        np.concatenate([each.position for each in pieces]),
        np.concatenate(
            [each.triangles + np.int32(s) for each, s in zip(pieces, start[:-1], strict=True)]
        ),
        np.concatenate([each.albedo for each in pieces]),
        np.concatenate([each.gloss for each in pieces]),
        np.concatenate([each.light for each in pieces]),
    )


def _piece(
    name: str,
    position: Array,
    triangles: NDArray[np.int64],
    colour: Colour | Array,
    gloss: float,
    light: Array | float,
) -> Piece:
    count = len(position)
    return Piece(
        name,
        position,
        triangles.astype(np.int32),
        np.broadcast_to(np.asarray(colour, dtype=np.float64), (count, 3)),
        np.full(count, gloss),
        np.broadcast_to(np.asarray(light, dtype=np.float64), (count,)),
    )


def loft(
    name: str,
    rings: Array,
    colour: Colour | Array,
    gloss: float = 0.3,
    light: Array | float = 1.0,
    closed: bool = False,
) -> Piece:
    """A skin over rings.

    Args:
        name: one of `PIECES`.
        rings: (M, K, 3); each ring runs counter-clockwise seen from where the rings go.
        colour: one reflectance, or one per vertex (M * K, 3).
        gloss: strength of the highlight.
        light: share of ambient light, one or per vertex (M * K,).
        closed: whether the last ring joins the first.
    """
    along, around = rings.shape[:2]
    i, k = np.meshgrid(np.arange(along if closed else along - 1), np.arange(around), indexing="ij")
    i, k = i.ravel(), k.ravel()
    j, m = (i + 1) % along, (k + 1) % around
    a, b, c, d = i * around + k, i * around + m, j * around + k, j * around + m
    triangles = np.concatenate([np.stack([a, b, c], 1), np.stack([b, d, c], 1)])
    return _piece(name, rings.reshape(-1, 3), triangles, colour, gloss, light)


def circle(sides: int) -> tuple[Array, Array]:
    """Cosine and sine around a ring of `sides` corners."""
    turn = np.arange(sides) * (2.0 * np.pi / sides)
    return np.cos(turn), np.sin(turn)


def rings_along(path: Array, half: Array, out: Array, sides: int, closed: bool = False) -> Array:
    """Elliptic rings (M, sides, 3) around a path.

    Args:
        path: (M, 3).
        half: (M, 2) half widths across and along `out`, cm.
        out: (3,) or (M, 3), any direction not along the path; corner 0 lies across, the quarter
            after it on the side of `out`.
        sides: corners of a ring.
        closed: whether the path returns to its start.
    """
    if closed:
        tangent = np.roll(path, -1, axis=0) - np.roll(path, 1, axis=0)
    else:
        tangent = np.gradient(path, axis=0)
    across = np.cross(out, tangent)
    across = across / (np.linalg.norm(across, axis=1, keepdims=True) + 1e-9)
    up = np.cross(tangent, across)
    up = up / (np.linalg.norm(up, axis=1, keepdims=True) + 1e-9)
    cosine, sine = circle(sides)
    rings: Array = (
        path[:, None]
        + across[:, None] * (half[:, :1] * cosine)[..., None]
        + up[:, None] * (half[:, 1:] * sine)[..., None]
    )
    return rings


def tube(
    name: str,
    path: Array,
    half: Array,
    out: Array,
    colour: Colour | Array,
    gloss: float = 0.3,
    light: Array | float = 1.0,
    sides: int = 8,
    closed: bool = False,
) -> Piece:
    """A tube around a path; see `rings_along` and `loft`."""
    rings = rings_along(path, half, out, sides, closed)
    return loft(name, rings, colour, gloss, light, closed)


def sheet(
    name: str,
    grid: Array,
    colour: Colour | Array,
    gloss: float = 0.2,
    light: Array | float = 1.0,
    two_sided: bool = False,
) -> Piece:
    """A piece from a grid (rows, columns, 3), rows running down, columns to the right."""
    rows, columns = grid.shape[:2]
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b = index[:-1, :-1].ravel(), index[:-1, 1:].ravel()
    c, d = index[1:, :-1].ravel(), index[1:, 1:].ravel()
    triangles = np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)])
    front = _piece(name, grid.reshape(-1, 3), triangles, colour, gloss, light)
    if not two_sided:
        return front
    back = _piece(name, front.position, triangles[:, ::-1], colour, gloss, light)
    return join([front, back])


def resample(path: Array, count: int) -> Array:
    """`count` points at even parameter along a polyline (M, 3), smoothed by Catmull and Rom."""
    m = len(path)
    at = np.linspace(0.0, m - 1.0, count)
    i = np.minimum(at.astype(int), m - 2)
    t = (at - i)[:, None]
    p0, p1 = path[np.maximum(i - 1, 0)], path[i]
    p2, p3 = path[i + 1], path[np.minimum(i + 2, m - 1)]
    smooth: Array = 0.5 * (
        2 * p1
        + (p2 - p0) * t
        + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
        + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )
    return smooth


def rounded(count: int, first: bool = True, last: bool = True) -> Array:
    """Share 0..1 of the full radius along a tube (count,), round at its ends."""
    t = np.linspace(0.0, 1.0, count)
    share = np.ones(count)
    if first:
        share = np.minimum(share, np.sqrt(np.clip(1.0 - (1.0 - t / 0.12) ** 2, 0.0, 1.0)))
        share[t > 0.12] = 1.0
    if last:
        end = np.sqrt(np.clip(1.0 - ((t - 0.88) / 0.12) ** 2, 0.0, 1.0))
        share[t > 0.88] = end[t > 0.88]
    return share
