"""From identity and action units to one mesh in centimetres, ready to be photographed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numba import njit
from numpy.typing import NDArray

from data_modules.synthetic.accessories import Part, parts, turn_jaw
from data_modules.synthetic.anatomy import BREADTH, Array
from data_modules.synthetic.contraction import contract
from data_modules.synthetic.deformation import basis
from data_modules.synthetic.field import Field, sparse
from data_modules.synthetic.identity import EYE_MODES, SHAPE_MODES
from data_modules.synthetic.parameters import FaceParameters
from data_modules.synthetic.surface import surface

Floats = NDArray[np.float32]
_STRETCHED = ("head_width", "head_depth")


@dataclass(frozen=True)
class Head:
    """A posed-for mesh.

    Attributes:
        position: (V, 3) float32, cm, in the frame of `anatomy`; skin vertices come first.
        normal: (V, 3) float32, unit length, outwards.
        triangles: (T, 3) int32.
        skin_triangles: how many of the first triangles are facial skin.
        light: (V,) float32, share of ambient light that reaches the vertex.
    """

    position: Floats
    normal: Floats
    triangles: NDArray[np.int32]
    skin_triangles: int
    light: Floats


@cache
def topology() -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    """All triangles, first vertex and first triangle of each part (one more at the end)."""
    skin = surface()
    triangles = [skin.triangles]
    vertex, triangle = [len(skin.position)], [len(skin.triangles)]
    for each in parts():
        triangles.append(each.triangles + vertex[-1])
        vertex.append(vertex[-1] + len(each.position))
        triangle.append(triangle[-1] + len(each.triangles))
    bounds = np.asarray([vertex, triangle], dtype=np.int64)
    return np.concatenate(triangles).astype(np.int32), skin.twins, bounds


@cache
def casters(long_hair: bool) -> NDArray[np.uint32]:
    """Triangles that stand for a head before the light.

    Every second row and column of its skin, and the parts that lie outside.
    """
    skin = surface()
    rows = np.arange(len(skin.position) // skin.columns)
    pocket = skin.triangles[skin.pocket :] // skin.columns
    column = _every_second(np.arange(skin.columns))
    kept = []
    for sheet in (rows[: pocket.min() + 1], rows[pocket.max() :]):
        corner = _every_second(sheet)[:, None] * skin.columns + column
        a, b = corner[:-1, :-1].ravel(), corner[:-1, 1:].ravel()
        c, d = corner[1:, :-1].ravel(), corner[1:, 1:].ravel()
        kept += [np.stack([a, c, b], axis=1), np.stack([b, c, d], axis=1)]
    triangles, _, bounds = topology()
    for k, each in enumerate(parts()):
        if not each.mouth and (long_hair or each.name != "long_hair"):
            kept.append(triangles[bounds[1, k] : bounds[1, k + 1]])
    return np.concatenate(kept).astype(np.uint32)


def _every_second(line: NDArray[np.int64]) -> NDArray[np.int64]:
    """Every second of a line's points, and its last."""
    return np.union1d(line[::2], line[-1:])


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _add(target: Floats, field: Floats, weight: float) -> None:
    flat, source, factor = target.ravel(), field.ravel(), np.float32(weight)
    for i in range(flat.size):
        flat[i] += factor * source[i]


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def normals_of(position: Floats, triangles: NDArray[np.int32], twins: NDArray[np.int32]) -> Floats:
    """Unit normals (V, 3) outwards; vertices that coincide (`twins`) share theirs."""
    normal = np.zeros_like(position)
    for t in range(len(triangles)):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ux, uy, uz = (
            position[b, 0] - position[a, 0],
            position[b, 1] - position[a, 1],
            position[b, 2] - position[a, 2],
        )
        vx, vy, vz = (
            position[c, 0] - position[a, 0],
            position[c, 1] - position[a, 1],
            position[c, 2] - position[a, 2],
        )
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for v in (a, b, c):
            normal[v, 0] += nx
            normal[v, 1] += ny
            normal[v, 2] += nz
    for k in range(len(twins)):
        for axis in range(3):
            both = normal[twins[k, 0], axis] + normal[twins[k, 1], axis]
            normal[twins[k, 0], axis] = both
            normal[twins[k, 1], axis] = both
    for v in range(len(normal)):
        x, y, z = normal[v, 0], normal[v, 1], normal[v, 2]
        scale = np.float32(1.0) / (np.sqrt(x * x + y * y + z * z) + np.float32(1e-9))
        normal[v, 0], normal[v, 1], normal[v, 2] = scale * x, scale * y, scale * z
    return normal


def _placed(each: Part, stretch: Array, mouth: Array, drop: float) -> Array:
    position = each.position + (mouth if each.mouth else 0.0)
    if each.jaw and drop:
        position = position + each.jaw * turn_jaw(position, drop)
    result: Array = position * (1.0 + stretch) * np.array([BREADTH, 1.0, 1.0])
    return result


def build_head(face: FaceParameters, relief: Floats) -> Head:
    """Bend the mean face into this person with these muscles at work.

    Args:
        face: whose identity and action units count here.
        relief: (N,) growth of the skin outwards in cm, as hair and beard add.

    Raises:
        KeyError: an action unit or shape mode has an unknown name.
        ValueError: an intensity is outside 0..1, or differs between the sides of one muscle.
    """
    fields = basis()
    skin = fields.base.copy()
    loss = np.zeros(len(skin), dtype=np.float32)
    for name, value in face.identity.shape.items():
        if name not in EYE_MODES and value:
            _modes()[name].add_to(skin, float(value))
    mouth = (skin[fields.middle] - fields.base[fields.middle]).astype(np.float64)
    stretch = np.zeros(3)
    for name in _STRETCHED:
        stretch += np.array(SHAPE_MODES[name].stretch) * face.identity.shape.get(name, 0.0)
    mouth -= stretch * fields.base[fields.middle]
    _add(skin, fields.folds, float(face.identity.age))
    _add(loss, fields.fold_shade, float(face.identity.age))
    drop = contract(skin, loss, face.action_units)
    triangles, twins, bounds = topology()
    shown = len(parts()) if face.identity.long_hair else len(parts()) - 1
    rest = [_placed(each, stretch, mouth, drop) for each in parts()[:shown]]
    if face.identity.long_hair:
        rest[-1][:, 1] += (face.identity.hair_length - 1.0) * np.minimum(rest[-1][:, 1] - 2.0, 0.0)
    position = np.empty((bounds[0, shown], 3), dtype=np.float32)
    light = _lights()[: bounds[0, shown]].copy()
    _clad(skin, relief, _outwards(), loss, position, light)
    for k, placed in enumerate(rest):
        position[bounds[0, k] : bounds[0, k + 1]] = placed
    triangles = triangles[: bounds[1, shown]]
    return Head(
        position=position,
        normal=normals_of(position, triangles, twins),
        triangles=triangles,
        skin_triangles=int(bounds[1, 0]),
        light=light,
    )


@cache
def _modes() -> dict[str, Field]:
    return {name: sparse(dense) for name, dense in basis().modes.items()}


@cache
def _lights() -> Floats:
    """Share of ambient light at rest, of the skin and all parts."""
    return np.concatenate([basis().light, *[each.occlusion for each in parts()]]).astype(np.float32)


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _clad(
    skin: Floats, relief: Floats, outwards: Floats, loss: Floats, position: Floats, light: Floats
) -> None:
    """Lay hair on the skin and take the folds' loss off its light, in place in the last two."""
    for i in range(len(skin)):
        for axis in range(3):
            position[i, axis] = skin[i, axis] + relief[i] * outwards[i, axis]
        if loss[i] != 0.0:
            light[i] *= np.exp(-loss[i])


@cache
def _outwards() -> Floats:
    direction = surface().position * np.array([1.0, 0.55, 1.0])
    direction = direction / np.linalg.norm(direction, axis=1, keepdims=True)
    result: Floats = direction.astype(np.float32)
    return result
