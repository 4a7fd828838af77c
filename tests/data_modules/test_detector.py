import numpy as np
import pytest

from data_modules.box import around, overlaps
from data_modules.detector import Detector
from data_modules.landmarker import Landmarker
from data_modules.picture import read_whole

pytest.importorskip("mediapipe")


@pytest.fixture(scope="module")
def model(shared):
    return shared / "models" / "face_landmarker.task"


def test_a_face_is_seen_where_it_is(shared, model):
    portrait = read_whole(shared / "photos" / "face_00151.jpg")
    canvas = np.full((480, 640, 3), 120, np.uint8)
    canvas[100:450, 200:550] = portrait
    with Detector(model) as detect:
        (alone,), (moved,) = detect(portrait), detect(canvas)
    assert 0.5 <= moved.confidence <= 1
    shifted = (alone.box[0] + 200, alone.box[1] + 100, *alone.box[2:])
    assert overlaps([moved.box], [shifted])[0, 0] > 0.7


def test_nothing_is_seen_where_there_is_nothing(model):
    with Detector(model) as detect:
        assert detect(np.full((60, 80, 3), 90, np.uint8)) == []
        assert detect(np.zeros((1, 1, 3), np.uint8)) == []


def test_every_face_of_the_landmarker_is_among_its_detections(shared, model):
    photos = sorted((shared / "photos").glob("*.jpg"))
    faces = 0
    with Landmarker(model) as landmarks, Detector(model) as detect:
        for photo in photos:
            picture = read_whole(photo)
            detections = [detection.box for detection in detect(picture)]
            for points in landmarks(picture):
                faces += 1
                assert overlaps([around(points)], detections).max() > 0.5
    assert faces >= 45


def test_it_is_silent(shared, model, capfd):
    with Detector(model) as detect:
        detect(read_whole(shared / "photos" / "face_00151.jpg"))
    assert capfd.readouterr().err == ""
