from pathlib import Path

import cv2
import numpy as np
import pytest

from data_modules import camera
from data_modules.camera import camera_rate, film
from data_modules.errors import DataError


@pytest.fixture
def no_hardware():
    if list(Path("/dev").glob("video*")):
        pytest.skip("this machine has a camera")


def test_no_camera_is_one_line(no_hardware, capfd):
    with pytest.raises(DataError, match=r"^0: no camera of this number"):
        next(film(0))
    with pytest.raises(DataError, match="no camera"):
        camera_rate(0)
    assert capfd.readouterr().err == ""


def test_frames_come_with_the_time_since_the_first_until_there_are_no_more(
    write_film, tmp_path, number_in, monkeypatch
):
    """A file is opened by the class that opens cameras."""
    clock = iter(np.arange(100.0, 200.0, 0.5))
    monkeypatch.setattr(camera.time, "monotonic", lambda: float(next(clock)))
    path = str(write_film(tmp_path / "a.avi", 5))
    *frames, last = list(film(path))
    assert [number_in(pixels) for _, pixels in frames] == list(range(5))
    assert [seconds for seconds, _ in frames] == [0.0, 0.5, 1.0, 1.5, 2.0]
    assert last == (2.5, "unreadable: the camera gives no more frames")
    assert camera_rate(path) == 25


def test_colours_are_in_the_order_red_green_blue(tmp_path):
    writer = cv2.VideoWriter(str(tmp_path / "a.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 25, (64, 48))
    writer.write(np.full((48, 64, 3), (0, 0, 250), np.uint8))  # blue, green, red
    writer.release()
    _, pixels = next(film(str(tmp_path / "a.avi")))
    red, green, blue = pixels.reshape(-1, 3).mean(axis=0)
    assert red > 200 and green < 60 and blue < 60


def test_a_camera_is_let_go_when_nobody_looks_any_more(write_film, tmp_path, monkeypatch):
    opened = []
    real = cv2.VideoCapture
    monkeypatch.setattr(
        camera.cv2, "VideoCapture", lambda path: opened.append(real(path)) or opened[-1]
    )
    frames = film(str(write_film(tmp_path / "a.avi", 5)))
    next(frames)
    assert opened[0].isOpened()
    frames.close()
    assert not opened[0].isOpened()
