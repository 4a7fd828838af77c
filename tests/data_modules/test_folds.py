import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_modules.folds import FOLDS, NUMBERS, people_tested, third, validating

PEOPLE = st.lists(st.from_regex(r"[FM]\d{3}", fullmatch=True), min_size=2, unique=True)


def everyone(dataset):
    return [person for fold in NUMBERS for person in people_tested(dataset, fold)]


@pytest.mark.parametrize(("dataset", "sizes"), [("bp4d", [14, 14, 13]), ("disfa", [9, 9, 9])])
def test_the_folds_test_everybody_once(dataset, sizes):
    assert [len(people_tested(dataset, fold)) for fold in NUMBERS] == sizes
    people = everyone(dataset)
    assert len(set(people)) == len(people) == {"bp4d": 41, "disfa": 27}[dataset]
    assert set(FOLDS) == {"bp4d", "disfa"}


def test_bp4ds_people_are_its_23_women_and_18_men():
    women, men = range(1, 24), range(1, 19)
    people = {f"F{n:03d}" for n in women} | {f"M{n:03d}" for n in men}
    assert set(everyone("bp4d")) == people


def test_disfas_people_are_numbered():
    assert all(re.fullmatch(r"SN0[0-3]\d", person) for person in everyone("disfa"))


@pytest.mark.parametrize(
    ("dataset", "fold", "first", "last"),
    [("bp4d", 1, "F001", "M014"), ("bp4d", 2, "F003", "M018"), ("bp4d", 3, "F004", "M015"),
     ("disfa", 1, "SN001", "SN032"), ("disfa", 2, "SN006", "SN031"),
     ("disfa", 3, "SN003", "SN029")],
)  # fmt: skip
def test_a_fold_is_numbered_by_the_people_it_tests(dataset, fold, first, last):
    people = people_tested(dataset, fold)
    assert (people[0], people[-1]) == (first, last) and list(people) == sorted(people)


@given(PEOPLE, st.floats(0.01, 0.99), st.sampled_from(NUMBERS), st.integers(0, 99), st.randoms())
def test_validation_people_are_a_share_whatever_the_order(people, share, fold, seed, random):
    drawn = validating(people, share, fold, seed)
    assert drawn < set(people) and abs(len(drawn) - share * len(people)) <= 1
    shuffled = [*people, *people]  # a row a frame
    random.shuffle(shuffled)
    assert validating(shuffled, share, fold, seed) == drawn


def test_another_seed_draws_other_validation_people():
    people = [*people_tested("bp4d", 1), *people_tested("bp4d", 2)]
    draws = {validating(people, 0.2, 3, seed) for seed in range(20)}
    assert len(draws) > 15


@given(PEOPLE.filter(lambda people: len(people) > 6), st.integers(0, 9))
def test_who_validates_hangs_little_on_who_is_missing(people, seed):
    whole, part = validating(people, 0.3, 1, seed), validating(people[1:], 0.3, 1, seed)
    assert len(whole - part) <= 1


def test_pictures_are_parted_in_thirds_each_by_its_name_alone():
    folds = np.array([third(f"{n}.jpg", seed=4) for n in range(6000)])
    assert np.bincount(folds).tolist()[0] == 0
    assert (np.abs(np.bincount(folds)[1:] - 2000) < 150).all()
    assert (folds != [third(f"{n}.jpg", seed=5) for n in range(6000)]).mean() > 0.6
