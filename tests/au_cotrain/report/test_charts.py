"""What stands where in the charts."""

import re
from xml.etree import ElementTree as Xml

import numpy as np
import pytest

from au_cotrain.report.axis import axis_over
from au_cotrain.report.bars import draw_bars
from au_cotrain.report.curves import LEFT, SIDE, TOP, draw_precision_recall, draw_reliability
from au_cotrain.report.forest import draw_forest
from au_cotrain.report.graph import draw_graph, draw_relations
from au_cotrain.report.matrix import draw_matrix
from au_cotrain.report.pairs import draw_pairs
from au_cotrain.report.people import draw_people
from au_cotrain.report.web import draw_web


def elements(drawing, kind):
    """Elements of a class."""
    root = Xml.fromstring(drawing.__html__())
    return [found for found in root.iter() if kind in found.get("class", "").split()]


def place(element, name):
    return float(element.get(name).removesuffix("%"))


@pytest.mark.parametrize("values", [[], [None], [0.3], [0.0, 0.0], [-0.7, 0.31], [1e-4, 2e-4]])
def test_an_axis_shows_all_values_and_its_ticks(values):
    axis = axis_over(values)
    known = [value for value in values if value is not None]
    assert all(axis.low <= value <= axis.high for value in (*known, *axis.ticks))
    assert 2 <= len(axis.ticks) <= 7


def metrics_of(value, low, high, prevalence=0.25):
    scored = {"value": value, "low": low, "high": high}
    return {
        "scores": {"f1": "F1", "auc": "AUC"},
        "per_au": {"AU01": {"prevalence": prevalence, "scores": {"f1": scored, "auc": scored}}},
        "mean": {"f1": scored, "auc": scored},
    }


def test_a_bar_ends_at_its_score_and_the_line_at_its_interval():
    row = draw_bars(metrics_of(0.6, 0.5, 0.8), ["auc"]).rows[0]
    (bar,) = elements(row.drawing, "bar")
    assert (place(bar, "x"), place(bar, "width")) == (0, 60)
    line = elements(row.drawing, "whisker")[0]
    assert (place(line, "x1"), place(line, "x2")) == (50, 80)
    assert row.numbers == [("0.60", "[0.50, 0.80]")]


def test_the_mark_of_a_bar_is_what_needs_no_look():
    always_yes = 2 * 0.25 / 1.25
    for key, mark in (("f1", always_yes), ("auc", 0.5)):
        row, mean = draw_bars(metrics_of(0.6, 0.5, 0.8), [key]).rows
        assert place(elements(row.drawing, "blind")[0], "x1") == pytest.approx(100 * mark)
        assert elements(mean.drawing, "blind") == []


def test_an_undefined_score_has_no_bar():
    row = draw_bars(metrics_of(None, None, None, None), ["f1"]).rows[0]
    assert elements(row.drawing, "bar") == elements(row.drawing, "blind") == []
    assert row.numbers == [("n/a", "")]


def test_operating_points_lie_where_counting_puts_them():
    probabilities = np.array([[0.9], [0.6], [0.45], [0.2], [0.99]])
    labels = np.array([[1], [0], [1], [1], [-1]])  # the surest face is unknown: it counts nowhere
    scored = {"average_precision": {"value": 0.5}}
    curve = {"precision_recall": {"precision": [0.6, 1], "recall": [1, 0], "thresholds": [0, 1]}}
    metrics = {
        "aus": ["AU01"],
        "per_au": {"AU01": {"prevalence": 0.75, "threshold": 0.4, "scores": scored}},
        "curves": {"AU01": curve},
    }
    (drawn,) = draw_precision_recall(metrics, probabilities, labels)
    for kind, recall, precision in (("half", 1 / 3, 1 / 2), ("fitted", 2 / 3, 2 / 3)):
        (point,) = elements(drawn.drawing, kind)
        assert float(point.get("cx")) == pytest.approx(LEFT + SIDE * recall, abs=0.01)
        assert float(point.get("cy")) == pytest.approx(TOP + SIDE * (1 - precision), abs=0.01)


def test_reliability_leaves_out_bins_without_a_face(full):
    metrics = {**full.metrics, "aus": ["AU01"]}
    bins = [{"mean_p": 0.2, "share": 0.1, "faces": 8}, {"mean_p": 0.5, "share": None, "faces": 0}]
    metrics["curves"] = {"AU01": {"reliability": {"before": bins, "after": bins}}}
    (drawn,) = draw_reliability(metrics)
    assert len(elements(drawn.drawing, "count")) == 1
    assert len(elements(drawn.drawing, "dot")) == 2


def test_a_matrix_colours_by_sign_and_hatches_what_is_unknown():
    numbers = np.array([[1, 0.5, -0.25], [0.1, 1, np.nan], [0, 0, 1]])
    drawing = draw_matrix(["AU01", "AU02", "AU04"], numbers, "said", most=0.5)
    assert [place(cell, "fill-opacity") for cell in elements(drawing, "less")] == [0.4]
    assert place(elements(drawing, "more")[0], "fill-opacity") == 0.8
    assert len(elements(drawing, "unknown")) == 1 and len(elements(drawing, "diagonal")) == 3
    written = [found.text for found in elements(drawing, "number")]
    assert written == ["50", "\N{MINUS SIGN}25", "10", "0", "0"]


def test_pairs_are_named_only_with_errors_enough():
    errors = [[1.0, 0.6], [0.3, 1.0]]
    for both, named in ((12, 1), (11.4, 0)):  # AU02 is known on 20 and on 19 errors of AU01
        counts = [[200, both], [both, 40]]
        pairs = {"errors": errors, "rates": [0.28, 0.2], "counts": counts}
        assert len(draw_pairs(["AU01", "AU02"], pairs).named) == named
    assert draw_pairs(["AU01"], {"errors": [[1.0]], "rates": [0.1], "counts": [[9]]}) is None
    nothing = {"errors": [[None] * 2] * 2, "rates": [None] * 2, "counts": [[0] * 2] * 2}
    assert draw_pairs(["AU01", "AU02"], nothing) is None


def test_a_web_draws_both_directions_as_one_edge():
    adjacency = np.array([[9.0, 0.4, 0.0], [0.2, 9.0, -0.3], [0.0, -0.3, 9.0]])
    drawing = draw_web(["AU01", "AU02", "AU04"], adjacency, 0.3, "said")
    (more,), (less,) = elements(drawing, "more"), elements(drawing, "less")
    assert more.get("stroke-width") == less.get("stroke-width") == "9.5"
    assert "AU01 and AU02: +0.300" in more[0].text


def test_a_graph_that_moved_shows_what_changed():
    before = np.full((3, 3), 0.2)
    after = before.copy()
    after[2, 0] = 0.5
    aus = ["AU01", "AU02", "AU04"]
    graph = draw_graph(aus, {"before": before.tolist(), "after": after.tolist()})
    assert graph.moved and [title for title, _ in graph.webs][-1] == "What changed"
    assert graph.largest == [("AU04", "AU01", 0.2, 0.5)]
    assert len(elements(graph.webs[-1][1], "edge")) == 1
    still = draw_graph(aus, {"before": before.tolist(), "after": before.tolist()})
    assert not still.moved and len(still.webs) == 1
    assert draw_graph(aus, {"before": None, "after": None}) is None


def test_relations_of_unknown_training_labels_are_left_out():
    graph = {"relation": None, "labels": [[1, 0.5], [0.5, 1]], "found": [[1, 0], [0, 1]]}
    titles = [title for title, _ in draw_relations(["AU01", "AU02"], graph)]
    assert titles == ["Labels of these faces", "Its decisions on these faces"]


def person(value, known=20, faces=20):
    return {"faces": faces, "mean": {"f1": value}, "aus": {"AU01": {"known": known, "f1": value}}}


def test_a_dot_is_a_person_with_faces_enough():
    people = {"a": person(0.5), "b": person(0.7), "c": person(None), "d": person(0.1, faces=3)}
    metrics = {"per_person": people, "aus": ["AU01"], "scores": {"f1": "F1"}}
    drawn = draw_people(metrics, "f1")
    strip = drawn.strips[0]
    assert (strip.people, strip.median, strip.quartiles) == ("2", "0.60", "[0.55, 0.65]")
    dots = re.findall(r"M(\d+) ", elements(strip.drawing, "people")[0].get("d"))
    assert dots == ["500", "700"]
    assert drawn.too_few == 1
    metrics["per_person"] = {**people, "e": person(0.9, known=3)}  # seen often, coded rarely
    mean, au = draw_people(metrics, "f1").strips
    assert (mean.people, au.people) == ("3", "2")
    assert [row[0] for row in drawn.rows] == ["d", "a", "b", "c"]  # lowest first, undefined last


def test_a_difference_is_sure_when_its_interval_leaves_out_none():
    rows = {
        "AU01": {"value": 0.1, "low": 0.05, "high": 0.2, "p": 0.01},
        "AU02": {"value": 0.1, "low": -0.05, "high": 0.2, "p": 0.2},
        "AU04": {"value": None, "low": None, "high": None, "p": None},
        "AU05": {"value": -0.1, "low": -0.2, "high": -0.05, "p": 0.01},
    }
    forest = draw_forest("F1", rows, "f1", of_aus=True)
    kinds = [elements(row.drawing, "difference") for row in forest.rows]
    assert [len(found) for found in kinds] == [1, 1, 0, 1]
    assert "sure" in kinds[0][0].get("class").split()
    assert "unsure" in kinds[1][0].get("class").split()
    assert "sure" in kinds[3][0].get("class").split()
    assert [row.p for row in forest.rows] == ["0.010", "0.200", "n/a", "0.010"]
    assert draw_forest("", rows, "calibration_error").lower_is_better
