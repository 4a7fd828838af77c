from au_cotrain.predictor.scored_frame import ScoredFrame
from au_cotrain.predictor.tally import Tally

DAMAGED = "unreadable: the frame is damaged"


def frame(recording, number=0, faces=0, trouble=""):
    return ScoredFrame(
        recording, f"r{recording}", number, None, (None,) * faces, None, None, trouble
    )


def told(*frames):
    tally = Tally()
    lines = [line for frame in frames for line in tally.count(frame)]
    return tally, lines + tally.finish()


def test_a_hundred_damaged_frames_are_one_line():
    frames = [frame(0, n, 1, "") if n % 2 else frame(0, n, 0, DAMAGED) for n in range(4, 204)]
    tally, lines = told(*frames, frame(1, faces=2))
    assert lines == [f"r0: {DAMAGED} (100 frames, the first is frame 4)"]
    assert (tally.frames, tally.faces, tally.empty) == (201, 102, 100)


def test_each_kind_of_trouble_is_a_line_and_one_frame_is_named():
    _, lines = told(
        frame(0, 0, 1), frame(0, 1, 0, DAMAGED), frame(0, 2, 0, "unreadable: it breaks off")
    )
    assert lines == [f"r0: {DAMAGED} (frame 1)", "r0: unreadable: it breaks off (frame 2)"]


def test_pictures_are_told_one_by_one():
    _, lines = told(frame(0, trouble="unreadable: not a picture"), frame(1), frame(2, faces=1))
    assert lines == ["r0: unreadable: not a picture", "r1: no face found"]


def test_a_video_without_a_face_is_one_line_but_one_with_a_face_none():
    _, lines = told(*(frame(0, n) for n in range(5)), frame(1, 0, 1), frame(1, 1))
    assert lines == ["r0: no face found in any of 5 frames"]
    assert Tally().finish() == []
