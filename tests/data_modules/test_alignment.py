import json

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from data_modules.alignment import TEMPLATE, Aligner, Alignment, stated
from data_modules.errors import DataError
from data_modules.picture import read_picture

PLACES = np.array(list(TEMPLATE.values()))


def landmarks(places: np.ndarray) -> np.ndarray:
    points = np.full((478, 2), np.nan)  # of the others nothing may be used
    points[list(TEMPLATE)] = places
    return points


def moved(places: np.ndarray, angle: float, scale: float, shift: tuple[float, float]) -> np.ndarray:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return scale * places @ turn.T + shift


@given(
    angle=st.floats(-3, 3),
    scale=st.floats(5, 5000),
    shift=st.tuples(st.floats(-900, 900), st.floats(-900, 900)),
)
def test_a_face_of_the_templates_shape_comes_to_lie_on_the_template(angle, scale, shift):
    points = landmarks(moved(PLACES, angle, scale, shift))
    matrix = Alignment(200).similarity(points)
    onto = np.c_[points[list(TEMPLATE)], np.ones(len(TEMPLATE))] @ matrix.T
    np.testing.assert_allclose(onto, 200 * PLACES, atol=1e-6)


@given(st.integers(0, 2**32 - 1))
def test_no_other_similarity_comes_nearer(seed):
    rng = np.random.default_rng(seed)
    points = landmarks(moved(PLACES, 0.3, 90, (40, 60)) + rng.normal(0, 4, PLACES.shape))
    matrix = Alignment(100).similarity(points)
    known = np.c_[points[list(TEMPLATE)], np.ones(len(TEMPLATE))]

    def miss(matrix):
        return ((known @ matrix.T - 100 * PLACES) ** 2).sum()

    a, b = matrix[0, 0], matrix[1, 0]
    assert matrix[0, 1] == -b and matrix[1, 1] == a  # turns and scales alike, never mirrors
    for step in 1e-3 * rng.normal(size=(20, 4)):
        p, q = a + step[0], b + step[1]
        other = np.array([[p, -q, matrix[0, 2] + step[2]], [q, p, matrix[1, 2] + step[3]]])
        assert miss(other) >= miss(matrix)


@pytest.mark.parametrize("scale", [60, 100, 310, 990])
def test_pixels_come_to_lie_where_landmarks_say(scale):
    places = moved(PLACES, 0.2, scale, (0.4 * scale, 0.3 * scale))
    side = int(2 * scale)
    rows, columns = np.mgrid[:side, :side] + 0.5
    picture = np.zeros((side, side, 3), np.uint8)
    for x, y in places:  # a dot on each landmark
        near = (columns - x) ** 2 + (rows - y) ** 2 < (0.03 * scale) ** 2
        picture[near] = 255
    crop = Alignment(100).cut(picture, landmarks(places))
    dots = cv2.connectedComponentsWithStats((crop[..., 0] > 127).astype(np.uint8))[3][1:] + 0.5
    assert len(dots) == len(PLACES)
    for place in 100 * PLACES:
        assert np.hypot(*(dots - place).T).min() < 0.6


def test_beyond_the_picture_its_border_is_repeated():
    picture = np.full((50, 50, 3), 90, np.uint8)
    crop = Alignment(64).cut(picture, landmarks(moved(PLACES, 0, 50, (-10, 5))))
    assert (crop == 90).all()


def test_landmarks_in_one_point_say_no_scale():
    with pytest.raises(ValueError, match="one point"):
        Alignment(64).similarity(landmarks(np.ones_like(PLACES)))


@pytest.mark.parametrize(("height", "width"), [(40, 40), (30, 60), (500, 200), (3, 7)])
def test_a_crop_is_taken_whole(height, width):
    picture = np.zeros((height, width, 3), np.uint8)
    picture[0, 0], picture[-1, -1] = 255, 255
    with Aligner(Alignment(64, "none")) as align:
        crop = align(picture)
    assert crop.shape == (64, 64, 3)
    assert crop[: 64 // 2].max() > 0 and crop[64 // 2 :].max() > 0  # both corners are in it


def test_an_alignment_is_what_it_states():
    for alignment in (Alignment(), Alignment(96), Alignment(128, "none")):
        said = json.loads(json.dumps(alignment.parameters()))
        assert stated(said) == alignment and stated(said).parameters() == said
    assert "landmarker_sha256" not in Alignment(128, "none").parameters()


@pytest.mark.parametrize(
    "said",
    [{}, {"size": 9}, {"size": 9, "method": "affine", "template": {}},
     {"size": 9, "method": "similarity", "template": [1]}],
)  # fmt: skip
def test_what_states_no_alignment_is_an_error(said):
    with pytest.raises(DataError, match="alignment"):
        stated(said)


def test_faces_of_another_landmarker_are_refused():
    said = Alignment().parameters() | {"landmarker_sha256": "0" * 64}
    with pytest.raises(DataError, match="another landmarker"):
        stated(said)


def test_photographed_faces_come_to_lie_on_the_template(shared, landmarker):
    misses = []
    with Aligner(Alignment(128), shared / "models" / "face_landmarker.task") as align:
        for photo in sorted((shared / "photos").glob("face_*.jpg"))[:20]:
            crop = align(np.asarray(Image.open(photo).convert("RGB")))
            points = landmarker(crop).points[list(TEMPLATE)] / 128
            misses.append(np.hypot(*(points - PLACES).T).mean())
    assert np.mean(misses) < 0.03 and max(misses) < 0.08


def test_a_turned_photograph_gives_the_same_crop(shared):
    pytest.importorskip("mediapipe")
    photo = shared / "photos" / "face_03011.jpg"
    picture = read_picture(photo, 350)
    turn = cv2.getRotationMatrix2D((175, 175), 20, 0.8)
    turned = cv2.warpAffine(picture, turn, (350, 350), borderMode=cv2.BORDER_REPLICATE)
    with Aligner(Alignment(96), shared / "models" / "face_landmarker.task") as align:
        one, other = align(picture), align(turned)
    middle = slice(16, 80)
    difference = np.abs(one[middle, middle].astype(int) - other[middle, middle])
    assert difference.mean() < 8  # grey levels


def test_of_several_faces_the_largest_is_cut(shared):
    pytest.importorskip("mediapipe")
    group = np.asarray(Image.open(shared / "photos" / "group_bald_guys.jpg").convert("RGB"))
    with Aligner(Alignment(64), shared / "models" / "face_landmarker.task") as align:
        faces = align._landmarker(group)
        assert len(faces) > 1
        sizes = [np.prod(np.ptp(face, axis=0)) for face in faces]
        assert sizes == sorted(sizes, reverse=True)
        np.testing.assert_array_equal(align(group), align.alignment.cut(group, faces[0]))


def test_a_picture_without_a_face_has_no_crop(shared):
    pytest.importorskip("mediapipe")
    dogs = np.asarray(Image.open(shared / "photos" / "group_dogs.jpg").convert("RGB"))
    with Aligner(Alignment(64), shared / "models" / "face_landmarker.task") as align:
        assert align(dogs) is None
