"""A camera: frames as they come, with the time that has passed since the first."""

import time
from collections.abc import Iterator

import cv2
import numpy as np

from data_modules.errors import DataError


def film(camera: int | str) -> Iterator[tuple[float, np.ndarray | str]]:
    """Take frames until there are no more, or for ever.

    Args:
        camera: its number, from 0 on.

    Yields:
        Seconds since the first frame by the clock on the wall, and (H, W, 3) uint8 RGB; at last
        the reason why there is no further frame.

    Raises:
        DataError: there is no such camera.
    """
    capture = _open(camera)
    start: float | None = None
    try:
        while True:
            there, pixels = capture.read()
            now = time.monotonic()
            start = now if start is None else start
            if not there:
                yield now - start, "unreadable: the camera gives no more frames"
                return
            yield now - start, cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB)
    finally:
        capture.release()


def camera_rate(camera: int | str) -> float | None:
    """Frames a second as the camera says; None if it does not.

    Raises:
        DataError: there is no such camera.
    """
    capture = _open(camera)
    try:
        return float(capture.get(cv2.CAP_PROP_FPS)) or None
    finally:
        capture.release()


def _open(camera: int | str) -> cv2.VideoCapture:
    log = cv2.utils.logging
    kept = log.getLogLevel()
    log.setLogLevel(log.LOG_LEVEL_SILENT)  # that there is none is said below, in one line
    try:
        capture = cv2.VideoCapture(camera)
    finally:
        log.setLogLevel(kept)
    if not capture.isOpened():
        capture.release()
        raise DataError(f"{camera}: no camera of this number can be opened; give files instead")
    return capture
