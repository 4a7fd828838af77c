import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from data_modules.tracking import Tracker


def face(x, side=100.0):
    return (float(x), 0.0, float(side), float(side))


def test_faces_that_move_keep_their_numbers_in_whatever_order_they_come():
    tracker = Tracker()
    assert tracker.number([face(0), face(300)], 0.0) == [0, 1]
    assert tracker.number([face(310), face(20)], 0.04) == [1, 0]
    assert tracker.number([face(320, 160), face(40, 90)], 0.08) == [1, 0]  # now another is larger


def test_a_face_lost_for_a_moment_keeps_its_number_and_no_longer():
    tracker = Tracker()
    tracker.number([face(0), face(300)], 0.0)
    assert tracker.number([face(300)], 0.5) == [1]
    assert tracker.number([face(0), face(300)], 1.0) == [0, 1]
    assert tracker.number([face(300)], 1.5) == [1]
    assert tracker.number([face(300), face(0)], 2.1) == [1, 2]  # 1.1 s after 0 was last seen


def test_a_face_elsewhere_is_another_one():
    tracker = Tracker()
    assert tracker.number([face(0)], 0.0) == [0]
    assert tracker.number([face(95)], 0.04) == [1]
    assert tracker.number([face(0)], 0.08) == [0]


def test_pairs_are_chosen_together_and_not_greedily():
    tracker = Tracker()
    tracker.number([face(0), face(60)], 0.0)
    # 40 overlaps number 1 most, but then 100 would have none.
    assert tracker.number([face(40), face(100)], 0.04) == [0, 1]


@given(
    st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=40),
    st.integers(0, 2**32 - 1),
)
def test_people_who_keep_apart_have_one_number_while_in_view(visible, seed):
    rng = np.random.default_rng(seed)
    tracker = Tracker()
    numbers, last, given_out = {}, {}, 0
    for frame, present in enumerate(visible):
        time = frame * 0.3
        people = rng.permutation([person for person in range(4) if present[person]]).tolist()
        boxes = [face(300 * person + rng.uniform(-20, 20)) for person in people]
        for person, number in zip(people, tracker.number(boxes, time), strict=True):
            if person in last and time - last[person] <= 1.0:
                assert number == numbers[person]
            else:
                assert number == given_out  # the next that was never used
                given_out += 1
            numbers[person], last[person] = number, time
