import numpy as np
import pytest

from au_cotrain.evaluation.bootstrap import draws
from au_cotrain.evaluation.comparison import compare
from au_cotrain.evaluation.measurement import SCORES, mean_over_aus, measure


def faces(outcome, chosen):
    """The outcome of some faces, one after the other, each as often as it is named."""
    return type(outcome)(
        outcome.name, outcome.aus, outcome.probabilities[chosen], outcome.uncalibrated[chosen],
        outcome.views[:, chosen], outcome.thresholds, outcome.labels[chosen],
        None if outcome.intensities is None else outcome.intensities[chosen],
        tuple(outcome.subjects[i] for i in chosen), ("",) * len(chosen), outcome.frames[chosen],
        tuple(outcome.paths[i] for i in chosen),
    )  # fmt: skip


def test_a_resample_is_the_manifest_with_people_repeated(outcome):
    drawn = outcome(people=5, intensities=True)
    measured = measure(drawn, resamples=60, seed=3)
    who = drawn.people[1]
    for resample, weights in enumerate(np.concatenate(list(draws(5, 60, 3)))[:8]):
        repeated = faces(drawn, np.repeat(np.arange(len(drawn)), weights[who].astype(int)))
        expected = measure(repeated, 0, 0).scores
        for name in SCORES:
            assert measured.samples[name][resample] == pytest.approx(expected[name]), name


def test_a_person_is_scored_as_if_alone(outcome):
    drawn = outcome(people=4, intensities=True)
    measured = measure(drawn, 0, 0)
    for person, name in enumerate(measured.people):
        mine = np.flatnonzero(np.array(drawn.subjects) == name)
        alone = measure(faces(drawn, mine), 0, 0)
        for score in SCORES:
            assert measured.persons[score][person] == pytest.approx(alone.scores[score])
        assert (measured.known[person] == (drawn.labels[mine] >= 0).sum(axis=0)).all()


def test_people_in_any_order_of_faces(outcome):
    drawn = outcome(people=4)
    order = np.random.default_rng(0).permutation(len(drawn))
    one, other = measure(drawn, 0, 0), measure(faces(drawn, order), 0, 0)
    for score in one.scores:
        assert one.scores[score] == pytest.approx(other.scores[score])
    places = [one.people.index(person) for person in other.people]
    assert one.persons["auc"][places] == pytest.approx(other.persons["auc"])


def test_no_person_is_scored_alone_where_nobody_is_named(outcome):
    assert measure(outcome(), 0, 0, nameless=True).persons["f1"].shape == (0, 2)


def test_means_are_over_the_aus_that_define_a_score():
    scores = np.array([[0.2, np.nan, 0.4], [np.nan] * 3])
    means = mean_over_aus(scores)
    assert means[0] == pytest.approx(0.3) and np.isnan(means[1])


def test_a_predictor_compared_with_itself_differs_by_nothing(outcome):
    measured = measure(outcome(), 200, 0)
    for of in (compare(measured, measured)["mean"], compare(measured, measured)["per_au"]["AU12"]):
        none = {"value": 0, "low": 0, "high": 0, "p": 1}
        assert all({**score, "sides": None} == {**none, "sides": None} for score in of.values())


def test_a_comparison_is_paired_and_signed(outcome):
    better, worse = outcome(people=12, skill=2.5), outcome(people=12, skill=0.5)
    assert np.array_equal(better.labels, worse.labels)
    one, other = measure(better, 400, 0), measure(worse, 400, 0)
    there, back = compare(one, other), compare(other, one)
    auc = there["mean"]["auc"]
    assert auc["value"] == pytest.approx(one.scores["auc"].mean() - other.scores["auc"].mean())
    assert 0 < auc["low"] < auc["value"] < auc["high"] and auc["p"] < 0.01
    assert back["mean"]["auc"]["value"] == pytest.approx(-auc["value"])
    assert back["mean"]["auc"]["low"] == pytest.approx(-auc["high"])
    error, name = there["mean"]["calibration_error"], "calibration_error"
    samples = (one.samples[name] - other.samples[name]).mean(axis=1)
    assert error["low"] == pytest.approx(2 * error["value"] - np.percentile(samples, 97.5))
    # What people have in common cancels: the interval is narrower than both scores' together.
    apart = [np.ptp(np.percentile(m.samples["auc"].mean(1), [2.5, 97.5])) for m in (one, other)]
    assert auc["high"] - auc["low"] < sum(apart)


def test_a_comparison_is_of_the_aus_that_both_know(outcome):
    one, other = outcome(aus=("AU01", "AU12", "AU04")), outcome(aus=("AU12", "AU01"), seed=1)
    compared = compare(measure(one, 20, 0), measure(other, 20, 0))
    assert compared["aus"] == ["AU01", "AU12"] == list(compared["per_au"])
    first, second = measure(one, 0, 0).scores["f1"], measure(other, 0, 0).scores["f1"]
    expected = (first[0] - second[1], first[1] - second[0])
    values = [of["f1"]["value"] for of in compared["per_au"].values()]
    assert values == pytest.approx(expected)
    assert compared["mean"]["f1"]["value"] == pytest.approx(np.mean(expected))
    ours, theirs = compared["mean"]["f1"]["sides"]  # of the AUs compared, and of no other
    assert ours - theirs == pytest.approx(np.mean(expected))
    assert compared["per_au"]["AU12"]["f1"]["sides"][0] == measure(one, 0, 0).scores["f1"][1]
