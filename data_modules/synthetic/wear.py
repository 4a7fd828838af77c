"""All that is put on or held before a head, in one depth buffer with it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from data_modules.synthetic.accessories import parts
from data_modules.synthetic.anatomy import Array
from data_modules.synthetic.appearance import BARE, Coat
from data_modules.synthetic.camera import View
from data_modules.synthetic.clothes import build_clothes
from data_modules.synthetic.fitting import Floats
from data_modules.synthetic.glasses import build_glasses, glaze, lens_optics
from data_modules.synthetic.hats import build_hat, hair_pressed
from data_modules.synthetic.head import Head, normals_of, topology
from data_modules.synthetic.occluders import build_occluder
from data_modules.synthetic.parameters import GLASSES, HATS, OCCLUDERS, FaceParameters, Wear
from data_modules.synthetic.pieces import PIECES, Piece
from data_modules.synthetic.rasterizer import rasterize
from data_modules.synthetic.shading import AMBIENT, KEY_COLOUR, KEY_DIRECTION

_NO_TWINS = np.zeros((0, 2), dtype=np.int32)


@dataclass(frozen=True)
class Outfit:
    """What a head wears and what is held before it, in head coordinates.

    Attributes:
        solid: opaque pieces, in the order in which `dress` appends them to the head.
        lenses: see-through lenses, or None.
    """

    solid: tuple[Piece, ...]
    lenses: Piece | None = None

    def painted(self, coat: Coat) -> Coat:
        """The head's coat with the pieces' appended: bare of hair, outside of the skin's grid."""
        bare = len(coat.colour)
        count = bare + sum(len(each.position) for each in self.solid)
        colour, growth, place = (
            np.empty((count, whole.shape[1]), dtype=np.float32)
            for whole in (coat.colour, coat.growth, coat.place)
        )
        colour[:bare], growth[:bare], place[:bare] = coat.colour, coat.growth, coat.place
        growth[bare:], place[bare:] = (BARE, 0.0, 0.0), 0.0
        for each in self.solid:
            after = bare + len(each.position)
            colour[bare:after, :3], colour[bare:after, 3] = each.albedo, each.gloss
            bare = after
        return replace(coat, colour=colour, growth=growth, place=place)


def press_hair(relief: Floats, wear: Wear) -> Floats:
    """Growth of the skin outwards (N,) in cm, the hair under a hat pressed flat."""
    _check(wear.hat, HATS, "hat")
    return relief if wear.hat == "none" else relief * hair_pressed(wear.hat)


def put_on(face: FaceParameters, head: Head, relief: Floats, view: View) -> Outfit:
    """Make everything this face wears.

    Args:
        face: wear, occluder and the person's colours count here.
        head: posed-for, its hair pressed by `press_hair`.
        relief: (N,) that hair, cm.
        view: how the camera sees the head; what stands in the world stays upright in it.

    Raises:
        ValueError: an unknown kind of glasses, hat or occluder.
    """
    _check(face.wear.glasses, GLASSES, "glasses")
    _check(face.occluder.kind, OCCLUDERS, "occluder")
    skin = head.position[: len(relief)]
    solid = [build_clothes(face.wear)]
    lenses = None
    if face.wear.glasses != "none":
        frame, lenses = build_glasses(face.wear, skin, relief, _ears(head))
        solid.append(frame)
    if face.wear.hat != "none":
        solid.append(build_hat(face.wear, skin))
    if face.occluder.kind != "none":
        solid.append(build_occluder(face, skin, view.rotation, _ears(head)))
    return Outfit(tuple(solid), lenses)


def _check(kind: str, kinds: tuple[str, ...], what: str) -> None:
    if kind not in kinds:
        raise ValueError(f"unknown {what} {kind!r}, expected one of {', '.join(kinds)}")


def _ears(head: Head) -> tuple[Array, Array]:
    """The top of the ear at x > 0, and of the other, (3,) each."""
    _, _, bounds = topology()
    tops = []
    for k, part in enumerate(parts()):
        if part.name == "ear":
            ear = head.position[bounds[0, k] : bounds[0, k + 1]]
            tops.append(ear[np.argmax(ear[:, 1])].astype(np.float64))
    return (tops[0], tops[1]) if tops[0][0] > 0 else (tops[1], tops[0])


def dress(head: Head, outfit: Outfit) -> Head:
    """The head with the outfit's opaque pieces appended to its mesh."""
    bare = len(head.position)
    count = bare + sum(len(each.position) for each in outfit.solid)
    position, normal = np.empty((count, 3), np.float32), np.empty((count, 3), np.float32)
    light = np.empty(count, np.float32)
    position[:bare], normal[:bare], light[:bare] = head.position, head.normal, head.light
    triangles = [head.triangles]
    for each in outfit.solid:
        after = bare + len(each.position)
        position[bare:after], light[bare:after] = each.position, each.light
        normal[bare:after] = normals_of(position[bare:after], each.triangles, _NO_TWINS)
        triangles.append(each.triangles + np.int32(bare))
        bare = after
    return replace(
        head,
        position=position,
        normal=normal,
        triangles=np.concatenate(triangles),
        light=light,
    )


def piece_starts(head: Head, outfit: Outfit) -> tuple[list[int], list[int]]:
    """First triangle of each piece of a dressed head, and its place in `PIECES`."""
    counts = [len(each.triangles) for each in outfit.solid]
    first = len(head.triangles) - sum(counts)
    starts = first + np.cumsum([0, *counts[:-1]])
    return starts.tolist(), [PIECES.index(each.name) for each in outfit.solid]


def look_through(
    outfit: Outfit,
    wear: Wear,
    view: View,
    nearest: Floats,
    lamps: Floats,
    turn: Floats,
    picture: Floats,
) -> None:
    """Lay the lenses over a shaded picture, in place.

    Args:
        outfit: with lenses or without.
        wear: their kind.
        view: how the camera sees the head.
        nearest: (S, S) depth of what is opaque.
        lamps: the shader's lamp table.
        turn: (3, 3) from head to camera directions.
        picture: (S, S, 3) float32 linear radiance.
    """
    if outfit.lenses is None:
        return
    camera, depth, seen, weights = _lens_samples(outfit.lenses, view, len(nearest))
    points = outfit.lenses.position.astype(np.float32)
    x, y, z = normals_of(points, outfit.lenses.triangles, _NO_TWINS).T
    normal = np.stack([turn[k, 0] * x + turn[k, 1] * y + turn[k, 2] * z for k in range(3)], axis=1)
    through, mirror = lens_optics(wear)
    glaze(
        picture,
        nearest,
        seen,
        weights,
        depth,
        outfit.lenses.triangles,
        camera,
        np.ascontiguousarray(normal),
        through,
        mirror,
        lamps[KEY_DIRECTION],
        lamps[KEY_COLOUR],
        lamps[AMBIENT],
        float(view.distance),
    )


def dark_lenses(outfit: Outfit, wear: Wear, view: View, nearest: Floats) -> NDArray[np.bool_]:
    """Where sunglasses hide what lies behind, (S, S)."""
    if outfit.lenses is None or wear.glasses != "sun":
        return np.zeros(nearest.shape, dtype=bool)
    _, depth, seen, _ = _lens_samples(outfit.lenses, view, len(nearest))
    result: NDArray[np.bool_] = (seen >= 0) & (depth > nearest)
    return result


def _lens_samples(
    lenses: Piece, view: View, samples: int
) -> tuple[Floats, Floats, NDArray[np.int32], Floats]:
    camera = view.to_camera(lenses.position)
    screen, depth = view.samples(camera, samples)
    nearest, seen, weights = rasterize(screen, depth, lenses.triangles.view(np.uint32), samples)
    return camera, nearest, seen, weights
