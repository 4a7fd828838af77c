"""A pinhole camera that frames the face as aligned crops do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from data_modules.synthetic.anatomy import Array
from data_modules.synthetic.parameters import Pose

FACE_PLANE = 7.0
"""z in cm of the plane whose width the zoom defines."""
WINDOW = 19.9
"""Width in cm of that plane shown at zoom 1."""
EYE_LEVEL = 0.37
"""Height of the eyes in the crop, as a fraction from the top."""
_PIVOT = np.array([0.0, -2.5, 0.0])
_EYES = np.array([0.0, 0.0, 7.6])
_MOUTH = np.array([0.0, -7.6, 8.6])


@dataclass(frozen=True)
class View:
    """A camera looking at a turned head.

    Attributes:
        rotation: (3, 3) from head to camera directions.
        focal: focal length in picture widths.
        distance: camera to the head's pivot in cm.
        centre: (x, y) of the optical axis in the crop, fractions.
    """

    rotation: Array
    focal: float
    distance: float
    centre: tuple[float, float]

    def to_camera(self, position: NDArray[np.floating]) -> NDArray[np.float32]:
        """Head coordinates (N, 3) to camera coordinates (N, 3): y up, z towards the camera."""
        camera: NDArray[np.float32] = _to_camera(
            np.ascontiguousarray(position), self.rotation, _PIVOT
        )
        return camera

    def project(self, camera: NDArray[np.floating]) -> Array:
        """Camera coordinates (N, 3) to crop fractions (N, 2), x right and y down from 0 to 1."""
        scale = self.focal / (self.distance - camera[:, 2].astype(np.float64))
        return np.stack(
            [self.centre[0] + camera[:, 0] * scale, self.centre[1] - camera[:, 1] * scale], axis=1
        )

    def samples(
        self, camera: NDArray[np.float32], size: int
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Where points lie among `size` samples a side, (N, 2), and how near they are, (N,).

        Nearness is 1 / distance, which is linear on the screen, so it sorts rightly between
        vertices.
        """
        placed: tuple[NDArray[np.float32], NDArray[np.float32]] = _samples(
            camera, self.focal, self.distance, *self.centre, size
        )
        return placed


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _to_camera(position: NDArray[np.floating], turn: Array, pivot: Array) -> NDArray[np.float32]:
    # Written out, because a BLAS product may differ between machines and threads.
    camera = np.empty((len(position), 3), dtype=np.float32)
    for i in range(len(position)):
        x, y, z = position[i, 0] - pivot[0], position[i, 1] - pivot[1], position[i, 2] - pivot[2]
        for k in range(3):
            camera[i, k] = turn[k, 0] * x + turn[k, 1] * y + turn[k, 2] * z
    return camera


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _samples(
    camera: NDArray[np.float32],
    focal: float,
    distance: float,
    x: float,
    y: float,
    size: int,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    screen = np.empty((len(camera), 2), dtype=np.float32)
    depth = np.empty(len(camera), dtype=np.float32)
    for i in range(len(camera)):
        nearness = 1.0 / (distance - camera[i, 2])
        screen[i, 0] = (x + camera[i, 0] * focal * nearness) * size
        screen[i, 1] = (y - camera[i, 1] * focal * nearness) * size
        depth[i] = nearness
    return screen, depth


def view(pose: Pose) -> View:
    """Place the camera so that the eyes lie at `EYE_LEVEL` and the face in the middle."""
    yaw, pitch, roll = np.deg2rad([pose.yaw, -pose.pitch, -pose.roll])
    turn_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    turn_x = np.array(
        [[1, 0, 0], [0, np.cos(pitch), -np.sin(pitch)], [0, np.sin(pitch), np.cos(pitch)]]
    )
    turn_z = np.array(
        [[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]]
    )
    focal = (pose.distance - FACE_PLANE) / WINDOW * pose.zoom
    raw = View(turn_z @ turn_x @ turn_y, focal, pose.distance, (0.0, 0.0))
    eyes, mouth = raw.project(raw.to_camera(np.stack([_EYES, _MOUTH])))
    centre = (
        0.5 + pose.shift_x - 0.5 * float(eyes[0] + mouth[0]),
        EYE_LEVEL + pose.shift_y - float(eyes[1]),
    )
    return View(raw.rotation, focal, pose.distance, centre)
