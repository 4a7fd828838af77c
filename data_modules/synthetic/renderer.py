"""Renders one face: parameters in, picture out."""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from data_modules.synthetic.anatomy import EYE_RADIUS
from data_modules.synthetic.appearance import build_coat, strands
from data_modules.synthetic.background import paint_background
from data_modules.synthetic.camera import View, view
from data_modules.synthetic.eyes import Eyes, build_eyes
from data_modules.synthetic.head import Head, build_head, casters, topology
from data_modules.synthetic.parameters import FaceParameters, Light
from data_modules.synthetic.pieces import PIECES
from data_modules.synthetic.quality import develop
from data_modules.synthetic.rasterizer import depth_map, rasterize
from data_modules.synthetic.shading import shade
from data_modules.synthetic.skin import fold_skin, paint_skin
from data_modules.synthetic.surface import surface
from data_modules.synthetic.wear import (
    Outfit,
    dark_lenses,
    dress,
    look_through,
    piece_starts,
    press_hair,
    put_on,
)

Floats = NDArray[np.float32]
_SHADOW_SIZE = 80
_SHADOW_REACH = 13.0  # cm from the head's pivot to the shadow map's edge


class _Shot(NamedTuple):
    head: Head
    camera: Floats
    seen: NDArray[np.int32]
    weights: Floats
    nearest: Floats
    outfit: Outfit
    view: View
    bare: int  # triangles of the head without what is worn
    hairy: bool  # long-haired


def render(parameters: FaceParameters, size: int) -> NDArray[np.uint8]:
    """Photograph a face.

    Args:
        parameters: who, with which muscles at work, seen how.
        size: side of the square picture in pixels, 16 or more.

    Returns:
        (size, size, 3) uint8 sRGB. The same parameters always give the same bytes.

    Raises:
        KeyError: an action unit or shape mode has an unknown name.
        ValueError: size is below 16, or an intensity is outside 0..1.
    """
    if size < 16:
        raise ValueError(f"size must be at least 16, got {size}")
    scale = _samples(size)
    who = parameters.identity
    coat = build_coat(who)
    shot = _shoot(parameters, coat.relief, size * scale)
    turn = shot.view.rotation.astype(np.float32)
    eyes = build_eyes(parameters)
    lamps, to_shadow = _lamps(parameters.light)
    coat = shot.outfit.painted(coat)
    picture = paint_background(parameters.background, size * scale)
    shade(
        shot.seen,
        shot.weights,
        shot.head.triangles.view(np.uint32),  # unsigned numbers need no check for a minus
        shot.head.skin_triangles,
        shot.camera,
        _turned(shot.head.normal, turn),
        shot.head.light,
        coat.colour,
        coat.growth,
        coat.place,
        paint_skin(who),
        fold_skin(who, parameters.action_units),
        strands(),
        lamps,
        _shadow_map(shot, to_shadow),
        to_shadow,
        shot.view.to_camera(eyes.centres),
        _eye_table(eyes),
        _turned(eyes.gaze[None].astype(np.float32), turn)[0],
        turn,
        np.asarray(who.iris, dtype=np.float32),
        np.asarray(who.hair, dtype=np.float32),
        float(who.curl),
        0.35 * float(who.parting),
        float(shot.view.distance),
        picture,
    )
    look_through(shot.outfit, parameters.wear, shot.view, shot.nearest, lamps, turn, picture)
    small = cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA)
    return develop(small, parameters.quality)


def segment(parameters: FaceParameters, size: int) -> NDArray[np.uint8]:
    """What each pixel's centre shows, before the picture is taken.

    Returns:
        (size, size) uint8: 0 background, 1 facial skin, eyes, lips and hair on the skull, 2 the
        mouth's pocket, then 3 + k for the k-th of `accessories.parts`, then as many more for the
        k-th of `pieces.PIECES`; of lenses those of sunglasses.
    """
    shot = _shoot(parameters, build_coat(parameters.identity).relief, size)
    _, _, bounds = topology()
    starts = np.concatenate([[surface().pocket], bounds[1]])
    label = np.searchsorted(starts, shot.seen, side="right") + 1
    after = 3 + len(bounds[1]) - 1
    for start, kind in zip(*piece_starts(shot.head, shot.outfit), strict=True):
        label[shot.seen >= start] = after + kind
    dark = dark_lenses(shot.outfit, parameters.wear, shot.view, shot.nearest)
    label = np.where(shot.seen < 0, 0, label)
    return np.where(dark, after + PIECES.index("lens"), label).astype(np.uint8)


def _samples(size: int) -> int:
    """Samples per pixel side: at least about 128 samples across the face."""
    return 2 if size >= 56 else 3


def _shoot(parameters: FaceParameters, relief: Floats, samples: int) -> _Shot:
    relief = press_hair(relief, parameters.wear)
    head = build_head(parameters, relief)
    looking = view(parameters.pose)
    outfit = put_on(parameters, head, relief, looking)
    bare, long = len(head.triangles), parameters.identity.long_hair
    head = dress(head, outfit)
    camera = looking.to_camera(head.position)
    screen, depth = looking.samples(camera, samples)
    nearest, seen, weights = rasterize(screen, depth, head.triangles.view(np.uint32), samples)
    return _Shot(head, camera, seen, weights, nearest, outfit, looking, bare, long)


def _shadow_map(shot: _Shot, to_shadow: Floats) -> Floats:
    lit = _turned(shot.camera, np.ascontiguousarray(to_shadow[:, :3])) + to_shadow[:, 3]
    worn = shot.head.triangles[shot.bare :]
    # Held against the light a head's grid may be coarse, but not what is worn.
    depth = np.maximum(
        depth_map(lit, casters(shot.hairy), _SHADOW_SIZE),
        depth_map(lit, worn.view(np.uint32), _SHADOW_SIZE),
    )
    around = np.ones((4, 4), dtype=np.uint8)  # all that `shading` may weigh
    return np.stack(
        [depth, cv2.erode(depth, around, anchor=(1, 1)), cv2.dilate(depth, around, anchor=(1, 1))],
        axis=2,
    )


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _turned(vectors: Floats, turn: Floats) -> Floats:
    # Written out, because a BLAS product may differ between machines and threads.
    turned = np.empty((len(vectors), 3), dtype=np.float32)
    for i in range(len(vectors)):
        x, y, z = vectors[i, 0], vectors[i, 1], vectors[i, 2]
        for k in range(3):
            turned[i, k] = turn[k, 0] * x + turn[k, 1] * y + turn[k, 2] * z
    return turned


def _eye_table(eyes: Eyes) -> Floats:
    """One row per eye, as `shading` reads it."""
    rows = [
        [eyes.half_width, up, low, eyes.tilt, eyes.fold, EYE_RADIUS, eyes.rest, eyes.lash]
        for up, low in zip(eyes.upper, eyes.lower, strict=True)
    ]
    return np.asarray(rows, dtype=np.float32)


def _lamps(light: Light) -> tuple[Floats, Floats]:
    """The shader's lamp table and the way from camera coordinates to the shadow map."""
    azimuth, elevation = np.deg2rad([light.azimuth, light.elevation])
    key = np.array(
        [
            np.sin(azimuth) * np.cos(elevation),
            np.sin(elevation),
            np.cos(azimuth) * np.cos(elevation),
        ]
    )
    fill = np.array([-np.sin(azimuth), 0.15, 0.8])
    fill = fill / np.linalg.norm(fill)
    warm = np.array([1.0 + 0.14 * light.warmth, 1.0, 1.0 - 0.22 * light.warmth])
    around = np.deg2rad(light.back_azimuth)
    back = np.array([np.sin(around), 0.45, np.cos(around)])
    back = back / np.linalg.norm(back)
    lamps = np.stack(
        [
            key,
            light.key * 1.35 * warm,
            fill,
            light.fill * np.ones(3),
            back,
            light.back * np.ones(3),
            light.ambient * np.ones(3),
            np.array([light.hardness, 0.0, 0.0]),
        ]
    )
    right = np.cross([0.0, 1.0, 1e-3], key)  # tilted, so that light from above has a right
    right = right / np.linalg.norm(right)
    up = np.cross(key, right)
    half = _SHADOW_SIZE / 2
    gain = half / _SHADOW_REACH
    to_shadow = np.zeros((3, 4))
    to_shadow[0, :3], to_shadow[0, 3] = right * gain, half
    to_shadow[1, :3], to_shadow[1, 3] = -up * gain, half
    to_shadow[2, :3] = key
    return lamps.astype(np.float32), to_shadow.astype(np.float32)
