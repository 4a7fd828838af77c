from xml.etree import ElementTree as Xml

import numpy as np

from au_cotrain.report.timeline import AUS, SEQUENCES, draw_timelines

AU_NAMES = ["AU01", "AU02"]


def draw(labels, sequences, frames=None, probabilities=None, subjects=None, aus=AU_NAMES):
    labels = np.array(labels, dtype=np.int8).reshape(-1, len(aus))
    size = len(labels)
    chance = np.full(labels.shape, 0.5) if probabilities is None else np.array(probabilities)
    return draw_timelines(
        aus, chance, labels, np.full(len(aus), 0.5), sequences,
        np.arange(size) if frames is None else np.array(frames),
        [name.partition("/")[0] for name in sequences] if subjects is None else subjects,
    )  # fmt: skip


def shapes(line, kind):
    root = Xml.fromstring(line.drawing.__html__())
    return [found for found in root.iter() if kind in found.get("class", "").split()]


def band(line, kind):
    found = shapes(line, kind)
    return [(float(b.get("x")[:-1]), float(b.get("width")[:-1])) for b in found]


def test_the_sequence_with_most_aus_in_both_states_comes_first():
    dull = [[0, 0]] * 10
    half = [[1, 0]] * 5 + [[0, 0]] * 5
    rich = [[1, 1]] * 5 + [[0, 0]] * 5
    names = ["a/1"] * 10 + ["b/1"] * 10 + ["c/1"] * 10
    timelines, candidates = draw([*dull, *half, *rich], names, frames=[*range(10)] * 3)
    assert [line.sequence for line in timelines] == ["c/1", "b/1", "a/1"]
    assert candidates == 3


def test_one_sequence_a_person_and_not_too_many():
    names = [
        f"{person}/{task}" for person in range(SEQUENCES + 2) for task in (1, 2) for _ in range(8)
    ]
    timelines, candidates = draw(
        [[0, 1]] * len(names), names, frames=[*range(8)] * (len(names) // 8)
    )
    assert (
        len({line.sequence.partition("/")[0] for line in timelines}) == SEQUENCES == len(timelines)
    )
    assert candidates == 2 * (SEQUENCES + 2)


def test_what_is_in_no_sequence_is_no_time_line():
    assert draw([[0, 1]] * 20, [""] * 20) == ([], 0)
    assert draw([[0, 1]] * 20, ["a/1"] * 20, frames=[-1] * 20) == ([], 0)
    assert draw([[0, 1]] * 7, ["a/1"] * 7) == ([], 0)


def test_bands_lie_on_the_coded_frames_and_unknown_is_not_absent():
    labels = [[1, 0]] * 2 + [[0, 0]] * 4 + [[-1, 0]] * 4
    (timeline,), _ = draw(labels, ["a/1"] * 10)
    assert band(timeline.lines[0], "shown") == [(0, 20)]
    assert band(timeline.lines[0], "uncoded") == [(60, 40)]
    assert timeline.lines[0].said == "2 of 6 frames right"  # at the threshold is yes


def test_frames_are_drawn_in_their_order_and_a_gap_is_not_bridged():
    frames = [9, 8, 7, 6, 5, 4, 3, 2, 1, 30]
    chance = [[frame / 40, 0.5] for frame in frames]
    (timeline,), _ = draw([[1, 0]] * 10, ["a/1"] * 10, frames=frames, probabilities=chance)
    assert (timeline.first, timeline.last) == (1, 30)
    path = shapes(timeline.lines[0], "curve")[0].get("d")
    assert path.count("M") == 2
    places = [float(point.split()[0]) for point in path.replace("M", "L").split("L")[1:]]
    assert places == sorted(places) and len(places) == 10


def test_frames_that_are_missing_are_neither_present_nor_absent():
    frames = [*range(1, 6), *range(16, 21)]
    (timeline,), _ = draw([[1, 0]] * 10, ["a/1"] * 10, frames=frames)
    assert band(timeline.lines[0], "shown") == [(0, 25), (75, 25)]
    for line in timeline.lines:
        assert band(line, "uncoded") == [(25, 50)]


def test_recordings_that_nobody_told_apart_are_no_time_line():
    assert draw([[1, 0]] * 20, ["a"] * 20, frames=[*range(10)] * 2) == ([], 0)


def test_a_long_sequence_keeps_its_extremes():
    size = 5000
    chance = np.full((size, 2), 0.5)
    chance[1234, 0], chance[4321, 0] = 1.0, 0.0
    (timeline,), _ = draw([[1, 0]] * size, ["a/1"] * size, probabilities=chance)
    path = shapes(timeline.lines[0], "curve")[0].get("d")
    heights = [float(point.split()[1]) for point in path.replace("M", "L").split("L")[1:]]
    assert min(heights) == 4 and max(heights) == 60 and len(heights) < 500
    assert path.count("M") == 1


def test_aus_that_change_most_are_shown():
    aus = [f"AU{n:02d}" for n in (1, 2, 4, 5, 6, 7)]
    labels = np.zeros((12, 6), dtype=np.int8)
    labels[::2, 5] = labels[:6, 2] = labels[3:6, 0] = labels[4:8, 1] = 1
    (timeline,), _ = draw(labels, ["a/1"] * 12, aus=aus)
    assert [line.au for line in timeline.lines] == ["AU01", "AU02", "AU04", "AU07"]
    assert len(timeline.lines) == AUS
