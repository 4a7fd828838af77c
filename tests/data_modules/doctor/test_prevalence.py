import numpy as np
import pytest

from data_modules.doctor.prevalence import judge
from data_modules.doctor.published import PUBLISHED, Published
from data_modules.facs import UNKNOWN

AUS = tuple(PUBLISHED["bp4d"].prevalence)


def drawn_set(rng, spread):
    """Labels of a whole set of 41 people, in runs as in videos, and what would be published.

    ``spread`` is beta's concentration: at 1.2 most people show an AU nearly always or never.
    """
    frames = rng.integers(60, 180, 41)
    people = np.repeat(np.arange(41), frames)
    labels = np.empty((len(people), len(AUS)), np.int8)
    for place, share in enumerate(PUBLISHED["bp4d"].prevalence.values()):
        shares = rng.beta(spread * share, spread * (1 - share), 41)
        phase = (np.concatenate([np.arange(n) / n for n in frames]) + rng.random()) % 1
        labels[:, place] = phase < shares[people]
    prevalence = dict(zip(AUS, labels.mean(0).round(3).tolist(), strict=True))
    return labels, people, Published(41, len(people), prevalence)


def far(labels, people, published):
    return [au for au, one in judge(labels, people, AUS, published).items() if one.far]


@pytest.mark.parametrize("spread", [1.2, 3, 8])
@pytest.mark.parametrize("people", [3, 5, 14, 27, 41])
def test_honest_people_are_not_far(spread, people):
    rng = np.random.default_rng(people)
    alarms = 0
    for _ in range(60):
        labels, persons, published = drawn_set(rng, spread)
        chosen = np.isin(persons, rng.choice(41, people, replace=False))
        alarms += bool(far(labels[chosen], persons[chosen], published))
    assert alarms <= (0 if people == 41 else 2)


@pytest.mark.parametrize("spread", [3, 8])
def test_columns_in_another_order_are_far(spread):
    rng = np.random.default_rng(0)
    for _ in range(30):
        labels, persons, published = drawn_set(rng, spread)
        chosen = np.isin(persons, rng.choice(41, 14, replace=False))
        as_text = [AUS.index(au) for au in sorted(AUS, key=lambda au: str(int(au[2:])))]
        assert far(labels[chosen][:, as_text], persons[chosen], published)


def test_of_all_people_two_columns_exchanged_are_far():
    labels, persons, published = drawn_set(np.random.default_rng(1), 3)
    exchanged = labels[:, [1, 0, *range(2, 12)]]
    if abs(published.prevalence["AU01"] - published.prevalence["AU02"]) > 0.02:
        assert far(exchanged, persons, published) == ["AU01", "AU02"]


def test_unknown_read_as_absent_is_far():
    labels, persons, published = drawn_set(np.random.default_rng(2), 8)
    lost = np.random.default_rng(3).random(labels.shape) < 0.5
    unknown, absent = labels.copy(), labels.copy()
    unknown[lost], absent[lost] = UNKNOWN, 0
    assert far(unknown, persons, published) == []
    assert len(far(absent, persons, published)) >= 10


def test_people_weigh_by_their_frames_as_in_the_published_number():
    labels = np.repeat([[1], [0], [0]], [900, 50, 50], axis=0).astype(np.int8)
    people = np.repeat([0, 1, 2], [900, 50, 50])
    one = judge(labels, people, ("AU01",), Published(3, 1000, {"AU01": 0.9}))["AU01"]
    assert (one.prevalence, one.people, one.standard_error) == (0.9, 3, 0)
    assert one.allowed == 0.02 and not one.far


def test_the_standard_error_is_that_of_subsets_of_a_whole():
    rng = np.random.default_rng(4)
    labels, persons, published = drawn_set(rng, 8)
    told, seen = [], []
    for _ in range(300):
        chosen = np.isin(persons, rng.choice(41, 20, replace=False))
        one = judge(labels[chosen][:, :1], persons[chosen], ("AU01",), published)["AU01"]
        told.append(one.standard_error)
        seen.append(one.prevalence)
    assert np.sqrt(np.mean(np.square(told))) == pytest.approx(np.std(seen), rel=0.15)


def test_faces_of_nobody_and_fewer_than_three_people_are_not_judged():
    labels = np.array([[1], [0], [1], [0]], np.int8)
    published = Published(41, 1000, {"AU01": 0.5, "AU02": 0.5})
    for people in ([0, 0, 1, 1], [-1, -1, -1, -1], [0, 1, -1, -1]):
        judged = judge(labels, np.array(people), ("AU01", "AU99"), published)
        assert list(judged) == ["AU01"]
        assert np.isnan(judged["AU01"].allowed) and not judged["AU01"].far
