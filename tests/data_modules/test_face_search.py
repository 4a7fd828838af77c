import cv2
import numpy as np
import pytest

from data_modules.box import overlaps
from data_modules.face_search import FaceSearch, FoundFace, _parts, _within_surer
from data_modules.landmarker import Landmarker
from data_modules.picture import read_whole

pytest.importorskip("mediapipe")


@pytest.fixture(scope="module")
def search(shared):
    with FaceSearch(shared / "models" / "face_landmarker.task") as search:
        yield search


@pytest.mark.parametrize(
    ("name", "count"), [("2008_001322", 3), ("2009_004587", 2), ("bald_guys", 24), ("dogs", 0)]
)
def test_every_face_of_a_group_is_found_once_and_no_dogs(shared, search, name, count):
    picture = read_whole(shared / "photos" / f"group_{name}.jpg")
    faces = search(picture, parts=True)
    assert len(faces) == count
    boxes = [face.box for face in faces]
    assert (overlaps(boxes, boxes) - np.eye(count)).max(initial=0) < 0.2
    sizes = [width * height for *_, width, height in boxes]
    assert sizes == sorted(sizes, reverse=True)
    assert all(0.5 <= face.confidence <= 1 for face in faces)


def test_a_portrait_has_one_face_with_the_landmarkers_own_points(shared, search):
    with Landmarker(shared / "models" / "face_landmarker.task") as landmarks:
        for photo in sorted((shared / "photos").glob("face_*.jpg")):
            picture = read_whole(photo)
            (face,) = search(picture, parts=True)
            np.testing.assert_array_equal(face.points, landmarks(picture)[0])


@pytest.mark.parametrize("side", [70, 120])
def test_small_faces_are_found_where_they_are(shared, search, side):
    photos = sorted((shared / "photos").glob("face_*.jpg"))[:12]
    crowd = np.full((900, 1200, 3), 110, np.uint8)
    places = [(60 + 290 * (k % 4), 80 + 290 * (k // 4)) for k in range(12)]
    for (x, y), photo in zip(places, photos, strict=True):
        crowd[y : y + side, x : x + side] = cv2.resize(
            read_whole(photo), (side, side), interpolation=cv2.INTER_AREA
        )
    assert len(search(crowd)) < 6  # what the parts are for
    faces = search(crowd, parts=True)
    found = [
        [
            x < box[0] + box[2] / 2 < x + side and y < box[1] + box[3] / 2 < y + side
            for x, y in places
        ]
        for box in (face.box for face in faces)
    ]
    assert np.sum(found, axis=1).tolist() == [1] * len(faces)
    assert np.sum(found, axis=0).max() == 1 and len(faces) >= 11


def test_the_same_picture_gives_the_same_faces_whatever_was_seen_before(shared, search):
    one = read_whole(shared / "photos" / "group_2008_001322.jpg")
    other = read_whole(shared / "photos" / "face_00151.jpg")
    first = search(one, parts=True)
    search(other, parts=True)
    for face, again in zip(first, search(one, parts=True), strict=True):
        np.testing.assert_array_equal(face.points, again.points)
        assert face.confidence == again.confidence


@pytest.mark.parametrize("shape", [(1, 1), (3, 4000), (4000, 3), (2, 2)])
def test_a_picture_of_any_shape_is_searched(search, shape):
    assert search(np.zeros((*shape, 3), np.uint8), parts=True) == []


@pytest.mark.parametrize(("width", "height"), [(1600, 1200), (500, 400), (320, 900), (2000, 161)])
def test_parts_overlap_and_cover_the_picture(width, height):
    sides = {side for *_, side in _parts(width, height)}
    assert len(sides) == sum(max(width, height) // part >= 160 for part in (2, 4, 8))
    for side in sides:
        covered = np.zeros((height, width), int)
        for left, top, of in _parts(width, height):
            if of == side:
                assert left >= 0 and top >= 0 and left + side <= max(width, side)
                covered[top : top + side, left : left + side] += 1
        assert covered.min() >= 1


def test_small_pictures_have_no_parts():
    assert list(_parts(319, 200)) == []


def test_a_face_within_a_surer_one_is_none():
    large = FoundFace(np.array([(0.0, 0.0), (100.0, 100.0)]), 0.8)
    assert _within_surer((40, 40, 20, 20), 0.7, [large])
    assert not _within_surer((40, 40, 20, 20), 0.9, [large])
    assert not _within_surer((140, 40, 20, 20), 0.7, [large])
