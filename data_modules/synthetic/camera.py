"""A pinhole camera that frames the face as aligned crops do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
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
        turn = self.rotation
        x, y, z = (position - _PIVOT).astype(np.float64).T
        # Written out, because a BLAS product may differ between machines and threads.
        turned = [turn[k, 0] * x + turn[k, 1] * y + turn[k, 2] * z for k in range(3)]
        return np.stack(turned, axis=1).astype(np.float32)

    def project(self, camera: NDArray[np.floating]) -> Array:
        """Camera coordinates (N, 3) to crop fractions (N, 2), x right and y down from 0 to 1."""
        scale = self.focal / (self.distance - camera[:, 2].astype(np.float64))
        return np.stack(
            [self.centre[0] + camera[:, 0] * scale, self.centre[1] - camera[:, 1] * scale], axis=1
        )


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
