"""Meshes of things that are no part of a head: tubes, lofts, sheets, with their own colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from data_modules.synthetic.anatomy import Array
from data_modules.synthetic.parameters import Colour, FaceParameters

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
        return replace(self, position=position)


FIXED, OWN, SKIN, CLOTH, HAIR = range(5)
"""What a template's reflectance is relative to: nothing, the thing's colour, skin, cloth, hair."""


@dataclass(frozen=True)
class Template:
    """A shape to be kept, whose colours come later.

    Attributes:
        piece: its reflectance is a factor on that of its dye.
        dye: (N,) which of `FIXED` ... `HAIR` each vertex has.
    """

    piece: Piece
    dye: NDArray[np.int64]

    def painted(self, own: Colour, face: FaceParameters) -> Piece:
        """The piece in its own colour and those of the person."""
        colours = ((1.0, 1.0, 1.0), own, face.identity.skin, face.wear.cloth, face.identity.hair)
        albedo = np.minimum(self.piece.albedo * np.asarray(colours)[self.dye], 0.95)
        return replace(self.piece, albedo=albedo)


def template(parts: Sequence[tuple[Piece, int]]) -> Template:
    """One template of pieces with the dye of each."""
    counts = [len(piece.position) for piece, _ in parts]
    return Template(
        join([piece for piece, _ in parts]), np.repeat([dye for _, dye in parts], counts)
    )


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
    triangles: NDArray[np.int32],
    colour: Colour | Array,
    gloss: float,
    light: Array | float,
) -> Piece:
    count = len(position)
    return Piece(
        name,
        position,
        np.ascontiguousarray(triangles),
        np.broadcast_to(np.asarray(colour, dtype=np.float64), (count, 3)),
        np.full(count, gloss),
        np.broadcast_to(np.asarray(light, dtype=np.float64), (count,)),
    )


@cache
def _lofted(along: int, around: int, closed: bool) -> NDArray[np.int32]:
    last = along if closed else along - 1
    i = np.repeat(np.arange(last), around)
    k = np.tile(np.arange(around), last)
    j, m = (i + 1) % along, (k + 1) % around
    a, b, c, d = i * around + k, i * around + m, j * around + k, j * around + m
    triangles = np.concatenate([np.stack([a, b, c], 1), np.stack([b, d, c], 1)])
    return triangles.astype(np.int32)


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
    triangles = _lofted(along, around, closed)
    return _piece(name, rings.reshape(-1, 3), triangles, colour, gloss, light)


@cache
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
    cosine, sine = circle(sides)
    outs = np.ascontiguousarray(np.broadcast_to(out, path.shape), dtype=np.float64)
    rings: Array = _rings(
        np.ascontiguousarray(path), np.ascontiguousarray(half), outs, cosine, sine, closed
    )
    return rings


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _rings(path: Array, half: Array, out: Array, cosine: Array, sine: Array, closed: bool) -> Array:
    count, sides = len(path), len(cosine)
    rings = np.empty((count, sides, 3))
    for i in range(count):
        before, after = max(i - 1, 0), min(i + 1, count - 1)
        if closed:
            before, after = (i - 1) % count, (i + 1) % count
        tx, ty, tz = (
            path[after, 0] - path[before, 0],
            path[after, 1] - path[before, 1],
            path[after, 2] - path[before, 2],
        )
        ax = out[i, 1] * tz - out[i, 2] * ty
        ay = out[i, 2] * tx - out[i, 0] * tz
        az = out[i, 0] * ty - out[i, 1] * tx
        norm = 1.0 / (np.sqrt(ax * ax + ay * ay + az * az) + 1e-9)
        ax, ay, az = ax * norm, ay * norm, az * norm
        ux, uy, uz = ty * az - tz * ay, tz * ax - tx * az, tx * ay - ty * ax
        norm = 1.0 / (np.sqrt(ux * ux + uy * uy + uz * uz) + 1e-9)
        ux, uy, uz = ux * norm, uy * norm, uz * norm
        for k in range(sides):
            across, up = half[i, 0] * cosine[k], half[i, 1] * sine[k]
            rings[i, k, 0] = path[i, 0] + across * ax + up * ux
            rings[i, k, 1] = path[i, 1] + across * ay + up * uy
            rings[i, k, 2] = path[i, 2] + across * az + up * uz
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


@cache
def _gridded(rows: int, columns: int) -> NDArray[np.int32]:
    index = np.arange(rows * columns).reshape(rows, columns)
    a, b = index[:-1, :-1].ravel(), index[:-1, 1:].ravel()
    c, d = index[1:, :-1].ravel(), index[1:, 1:].ravel()
    triangles = np.concatenate([np.stack([a, c, b], 1), np.stack([b, c, d], 1)])
    return triangles.astype(np.int32)


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
    triangles = _gridded(rows, columns)
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
