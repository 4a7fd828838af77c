import numpy as np
import pytest

from au_cotrain.predictor.drawing import colour, draw
from au_cotrain.predictor.scored_frame import ScoredFace, ScoredFrame

AUS = [f"AU{number:02d}" for number in (1, 2, 4, 6, 7, 10, 12, 14, 15, 17, 23, 24)]
THRESHOLDS = [0.4] * 12


def face(box, number=0, p=0.8):
    probabilities = np.full(12, p, np.float32)
    return ScoredFace(number, box, 0.9, probabilities, probabilities >= 0.4)


def drawn(size, *faces, full=None):
    width, height = size
    pixels = np.full((height, width, 3), 128, np.uint8)
    frame = ScoredFrame(0, "f", 0, None, faces, pixels, full, "")
    out = draw(frame, AUS, THRESHOLDS)
    assert (pixels == 128).all()
    return out


def share(picture, rgb):
    """Of a colour in a picture."""
    return (picture == np.array(rgb, np.uint8)).all(axis=2).mean()


def test_a_box_is_where_the_face_is_and_nothing_else_is_drawn_without_one():
    picture = drawn((640, 480), face((100, 120, 150, 200)))
    assert tuple(picture[220, 100]) == tuple(picture[220, 250]) == colour(0)
    assert (picture[300, 120:240] == 128).all()
    assert (drawn((640, 480)) == 128).all()


@pytest.mark.parametrize("box", [(0, 0, 200, 250), (450, 300, 190, 180), (-40, -30, 300, 200),
                                 (20, 10, 600, 460), (600, 100, 200, 200)])  # fmt: skip
def test_bars_grow_with_the_probability_wherever_the_face_is(box):
    bars = [share(drawn((640, 480), face(box, p=p)), colour(0)) for p in (0.5, 0.75, 1.0)]
    steps = np.diff(bars)
    assert (steps > 0.002).all() and steps[0] == pytest.approx(steps[1], rel=0.1)


def test_a_bar_below_the_threshold_is_grey():
    low, high = (share(drawn((640, 480), face((100, 120, 150, 200), p=p)), colour(0))
                 for p in (0.39, 0.4))  # fmt: skip
    assert high > 2 * low


@pytest.mark.parametrize("size", [(640, 480), (4000, 3000), (1080, 1920), (480, 360)])
def test_lines_and_bars_grow_with_the_picture(size):
    width, height = size
    box = (0.2 * width, 0.2 * height, 0.3 * width, 0.4 * height)
    picture = drawn(size, face(box))
    assert picture.shape == (height, width, 3)
    assert 0.008 < share(picture, colour(0)) < 0.06


def test_panels_of_several_faces_cover_no_face():
    boxes = [(60, 60, 90, 110), (300, 200, 100, 120), (500, 60, 90, 110)]
    picture = drawn((640, 480), *(face(box, number) for number, box in enumerate(boxes)))
    for x, y, width, height in boxes:
        inner = picture[y + 20 : y + height - 5, x + 5 : x + width - 5]
        assert (inner == 128).all()
    assert all(share(picture, colour(number)) > 0.005 for number in range(3))


def test_a_crowd_is_drawn_with_names_of_aus_for_want_of_room():
    boxes = [(x, y, 50, 60) for x in range(5, 600, 60) for y in range(15, 420, 85)]
    picture = drawn((640, 480), *(face(box, number) for number, box in enumerate(boxes)))
    assert picture.shape == (480, 640, 3)
    assert all((picture[y + 25 : y + 55, x + 5 : x + 45] == 128).all() for x, y, *_ in boxes)


def test_a_crop_gets_its_bars_beside_it_and_is_large_enough_to_read():
    picture = drawn((64, 64), face((0.0, 0.0, 64.0, 64.0)))
    assert picture.shape[0] >= 360 and picture.shape[1] > 1.3 * picture.shape[0]
    assert (picture[:, : picture.shape[0]] == 128).all()
    assert share(picture, colour(0)) > 0.01


def test_boxes_follow_a_picture_that_was_decoded_smaller():
    whole = drawn((640, 480), face((100, 120, 150, 200)))
    smaller = drawn((640, 480), face((400, 480, 600, 800)), full=(2560, 1920))
    assert (whole == smaller).all()


def test_a_frame_without_pixels_is_not_drawn():
    with pytest.raises(ValueError, match="pixels"):
        draw(ScoredFrame(0, "f", 0, None, (), None, None, "damaged"), AUS, THRESHOLDS)
