import numpy as np
import pytest

from data_modules.synthetic import sample
from data_modules.synthetic.landmarks import landmarks
from data_modules.synthetic.parameters import FaceParameters, Pose
from data_modules.synthetic.renderer import segment

EYE = 17  # landmarks of an eye: two corners, two margins of seven, the pupil


def eye(points: np.ndarray, side: int) -> np.ndarray:
    return points[-2 * EYE :][side * EYE : (side + 1) * EYE]


@pytest.mark.parametrize("subject", range(6))
def test_points_lie_on_the_face(subject):
    face = sample("lab", subject, 0, 0)
    size = 128
    shown = segment(face, size)
    points = landmarks(face)
    inside = points[((points >= 0) & (points < 1)).all(1)]
    x, y = (inside * size).astype(int).T
    assert (shown[y, x] > 0).mean() > 0.97  # not the background
    assert len(inside) > 0.9 * len(points)


def test_the_same_places_in_the_same_order():
    faces = [sample("web", subject, 0, 0) for subject in range(5)]
    points = np.stack([landmarks(face) for face in faces])
    assert points.dtype == np.float32
    # Places are told apart better than people.
    assert points.mean(0).std(0).min() > 2 * points.std(0).mean()


def test_a_turned_picture_turns_its_points():
    face = FaceParameters()
    straight = landmarks(face)
    shifted = landmarks(FaceParameters(pose=Pose(shift_x=0.03)))
    np.testing.assert_allclose(shifted - straight, [[0.03, 0.0]] * len(straight), atol=1e-5)


def test_closing_eyes_brings_their_lids_together():
    def gap(face: FaceParameters, side: int) -> float:
        margins = eye(landmarks(face), side)[2:16]
        return float((margins[7:, 1] - margins[:7, 1]).mean())

    still = FaceParameters()
    wink = still.with_action_units(AU43=(1.0, 0.0))  # the person's left, first
    assert gap(wink, 0) < 0.2 * gap(still, 0)
    assert gap(wink, 1) == pytest.approx(gap(still, 1), rel=0.05)


def test_pupils_look_where_the_eyes_do():
    right = landmarks(FaceParameters(pose=Pose(gaze_x=10.0)))
    ahead = landmarks(FaceParameters())
    assert right[-1, 0] - ahead[-1, 0] == pytest.approx(
        right[-1 - EYE, 0] - ahead[-1 - EYE, 0], abs=1e-3
    )
    assert abs(right[-1, 0] - ahead[-1, 0]) > 0.005


def test_a_smile_lifts_the_corners_of_the_mouth():
    still, smile = FaceParameters(), FaceParameters().with_action_units(AU12=1.0)
    moved = landmarks(smile) - landmarks(still)
    mouth = np.abs(landmarks(still) - [0.5, 0.76]).max(1) < 0.2
    assert moved[mouth, 1].min() < -0.02  # y points down
