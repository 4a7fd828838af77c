"""Landmarks: where points of a face's skin, lids and pupils lie in its picture."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from data_modules.synthetic.anatomy import EYE_RADIUS
from data_modules.synthetic.camera import view
from data_modules.synthetic.eyes import Eyes, build_eyes
from data_modules.synthetic.fitting import vertices_at
from data_modules.synthetic.head import build_head
from data_modules.synthetic.parameters import FaceParameters
from data_modules.synthetic.surface import surface

Floats = NDArray[np.float32]

_LATTICES = (  # first, last and step of x, of y, on the face at rest, cm
    ((-6.6, 6.6, 1.1), (-12.0, 4.0, 1.0)),  # all of the face
    ((-3.2, 3.2, 0.8), (-9.2, -6.0, 0.4)),  # the mouth, closer
    ((-5.4, 5.4, 0.6), (0.8, 3.2, 0.6)),  # the brows, closer
)
_ALONG_A_LID = (-0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75)  # from corner to corner, -1 to 1


def landmarks(face: FaceParameters) -> Floats:
    """Where the landmarks of a face lie, hidden ones too.

    Args:
        face: who, with which muscles at work, seen how.

    Returns:
        (K, 2) float32 x and y as parts of the picture's side, from its upper left corner: points
        of the skin, closer together on mouth and brows, then of each eye, the person's left one
        first, its corners, both lids' margins and the pupil. The k-th is the same place of every
        face.

    Raises:
        KeyError: an action unit or shape mode has an unknown name.
        ValueError: an intensity is outside 0..1.
    """
    bald = np.zeros(len(surface().position), dtype=np.float32)
    skin = build_head(face, bald).position[_vertices()]
    camera = view(face.pose)
    points = np.concatenate([skin, _eye_points(build_eyes(face))])
    return camera.project(camera.to_camera(points)).astype(np.float32)


@cache
def _vertices() -> NDArray[np.int64]:
    """Skin vertices at the lattices' points."""
    points = [
        np.stack(np.meshgrid(*(np.arange(a, b + step / 2, step) for a, b, step in axes)), -1)
        for axes in _LATTICES
    ]
    x, y = np.concatenate([each.reshape(-1, 2) for each in points]).T
    return np.unique(vertices_at(x, y))


def _eye_points(eyes: Eyes) -> Floats:
    points = []
    for side, outwards in enumerate((1.0, -1.0)):
        margins = [(-1.0, 0.0), (1.0, 0.0)]  # the corners
        for height in (eyes.upper[side], eyes.lower[side]):
            margins += [(at, height * (1 - at * at)) for at in _ALONG_A_LID]
        for at, height in margins:
            x = at * eyes.half_width
            y = height + eyes.tilt * x * outwards
            points.append(eyes.centres[side] + np.array([x, y, EYE_RADIUS]))
        points.append(eyes.centres[side] + EYE_RADIUS * eyes.gaze)
    return np.asarray(points, dtype=np.float32)
