import json
from dataclasses import replace

import numpy as np
import pytest

from au_cotrain.evaluation.document import metrics
from au_cotrain.evaluation.measurement import SCORES, measure
from au_cotrain.graph import cooccurrence
from au_cotrain.predictor.card import PredictorCard


def card(aus, **graph):
    return PredictorCard(
        aus=list(aus), backbones=[], feature_dim=1, image_size=1, scaled_size=1,
        temperatures=[1.0 + j for j in range(len(aus))], thresholds=[0.5] * len(aus),
        alignment="", provenance={}, metrics={}, graph=graph,
    )  # fmt: skip


def test_numbers_are_plain_and_those_that_were_measured(outcome):
    drawn = outcome(people=8, intensities=True)
    measured = measure(drawn, 100, 0)
    matrix = np.arange(9.0).reshape(3, 3)
    content = metrics(
        measured, card(["AU12", "AU06", "AU01"], after=matrix.tolist()), 0.25, ["a note"],
        manifest="t.csv", seed=0,
    )  # fmt: skip
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    assert content["manifest"] == "t.csv" and content["notes"] == ["a note"]
    assert list(content["scores"]) == list(SCORES) == list(content["mean"])
    for j, au in enumerate(drawn.aus):
        of = content["per_au"][au]
        assert of["known"] == (drawn.labels[:, j] >= 0).sum()
        assert of["positives"] == (drawn.labels[:, j] == 1).sum()
        assert of["threshold"] == round(drawn.thresholds[j], 6) and of["people"] == 8
        for name, score in of["scores"].items():
            assert score["value"] == pytest.approx(measured.scores[name][j], abs=1e-6)
            assert score["low"] <= score["value"] <= score["high"], name
    assert content["per_au"]["AU01"]["temperature"] == 3 and content["graph"]["before"] is None
    assert content["graph"]["after"] == [[8, 6], [2, 0]]  # AU01, AU12 of AU12, AU06, AU01
    found = cooccurrence(drawn.decisions.astype(int)).numpy()
    np.testing.assert_allclose(content["graph"]["found"], found, atol=1e-6)
    person = content["per_person"]["P03"]
    mine = np.array(drawn.subjects) == "P03"
    assert person["faces"] == mine.sum()
    assert person["aus"]["AU12"]["known"] == (drawn.labels[mine, 1] >= 0).sum()
    assert person["mean"]["auc"] == pytest.approx(measured.persons["auc"][3].mean(), abs=1e-6)
    assert content["views"]["conditional_dependence"] == 0.25


def test_the_interval_of_a_calibration_error_lies_below_its_upward_bias(outcome):
    measured = measure(outcome(people=6, frames=15), 300, 0)
    score = metrics(measured, card(["AU01", "AU12"]), None)["per_au"]["AU01"]["scores"]
    samples = measured.samples["calibration_error"][:, 0]
    value = measured.scores["calibration_error"][0]
    assert np.median(samples) > value  # resamples of few people are worse than all of them
    error = score["calibration_error"]
    low, high = 2 * value - np.percentile(samples, [97.5, 2.5])
    assert error["low"] == pytest.approx(max(0, low), abs=1e-6)
    assert error["high"] == pytest.approx(max(value, high), abs=1e-6)
    expected = np.percentile(measured.samples["auc"][:, 0], [2.5, 97.5])
    assert [score["auc"]["low"], score["auc"]["high"]] == pytest.approx(expected, abs=1e-6)


def test_one_person_has_scores_but_no_intervals(outcome):
    content = metrics(measure(outcome(people=1), 20, 0), card(["AU01", "AU12"]), None)
    for score in (*content["mean"].values(), *content["per_au"]["AU01"]["scores"].values()):
        assert score["value"] is not None and score["low"] is score["high"] is None


def test_an_au_coded_for_one_person_has_none_either(outcome):
    drawn = outcome(people=4)
    labels = drawn.labels.copy()
    labels[20:, 1] = -1
    content = metrics(measure(replace(drawn, labels=labels), 50, 0), card(["AU01", "AU12"]), None)
    auc = {au: of["scores"]["auc"] for au, of in content["per_au"].items()}
    assert auc["AU12"]["value"] is not None and auc["AU12"]["low"] is None
    assert auc["AU01"]["low"] is not None and content["mean"]["auc"]["low"] is not None
