import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_modules.box import around, middle_within, overlaps

sides = st.floats(0.1, 100)
boxes = st.tuples(st.floats(-100, 100), st.floats(-100, 100), sides, sides)


def test_a_box_lies_around_its_points():
    points = np.array([(3.0, 8.0), (-1.0, 9.5), (2.0, 1.0)])
    assert around(points) == (-1.0, 1.0, 4.0, 8.5)


def test_overlap_is_what_is_shared_of_what_is_covered():
    shared = overlaps([(0, 0, 4, 2), (0, 0, 1, 1)], [(2, 0, 4, 2), (0, 0, 4, 2), (9, 9, 1, 1)])
    np.testing.assert_allclose(shared, [[4 / 12, 1, 0], [0, 1 / 8, 0]])


def test_boxes_without_an_area_overlap_nothing():
    assert overlaps([(1, 1, 0, 0)], [(1, 1, 0, 0)]).tolist() == [[0]]
    assert overlaps([], [(1, 1, 1, 1)]).shape == (0, 1)


@given(boxes, boxes)
def test_overlap_is_symmetric_and_at_most_one(one, other):
    there, back = overlaps([one], [other])[0, 0], overlaps([other], [one])[0, 0]
    assert there == pytest.approx(back) and 0 <= there <= 1 + 1e-9
    assert overlaps([one], [one])[0, 0] == pytest.approx(1)


def test_the_middle_of_a_box_may_lie_within_another():
    assert middle_within((2, 2, 2, 2), [(9, 9, 1, 1), (0, 0, 4, 4)])
    assert not middle_within((3, 3, 4, 4), [(0, 0, 4, 4)])
    assert not middle_within((3, 3, 4, 4), [])
