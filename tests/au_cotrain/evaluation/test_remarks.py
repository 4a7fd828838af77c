from dataclasses import replace

import numpy as np
import pytest

from au_cotrain.evaluation.measurement import measure
from au_cotrain.evaluation.remarks import remarks


@pytest.fixture
def said(outcome):
    def said(people=25, nameless=False, resamples=50, **changed):
        drawn = outcome(people=people, frames=8)
        return " ".join(remarks(measure(replace(drawn, **changed), resamples, 0), nameless))

    return said


@pytest.fixture
def labels(outcome):
    return outcome(people=25, frames=8).labels.copy()


def test_nothing_is_said_where_all_is_well(said):
    assert said() == ""


def test_few_people_are_said_to_be_few(said):
    assert "19 people are few" in said(people=19) and "of one person" in said(people=1)


def test_aus_that_cannot_be_scored_are_named(said, labels):
    labels[:, 1] = -1
    assert "Nobody coded AU12" in said(labels=labels)
    labels[:, 1] = 0
    assert "AU12 never occurs here" in said(labels=labels)
    labels[:, 1] = 1
    assert "AU12 always occurs here" in said(labels=labels)
    labels[8:, 1] = -1
    labels[0, 1] = 0
    assert "Only one person was coded for AU12" in said(labels=labels)


def test_resamples_without_an_au_are_counted(said, labels):
    labels[:, 1] = np.where(np.arange(len(labels)) < 8, 1, 0)  # of one person alone
    text = said(labels=labels, resamples=1000)
    missing = int(text.rpartition("AU12 ")[2].split(".")[0])
    assert missing == pytest.approx(1000 * (24 / 25) ** 25, abs=60)


def test_intensities_are_said_not_to_be_learned(said, labels):
    levels = np.where(labels < 0, np.nan, 2.0 * labels)
    levels[:, 1] = 0
    text = said(intensities=levels)
    assert "5 times the calibrated probability" in text and "never varies for AU12" in text


def test_faces_of_nobody_are_people_of_their_own(said):
    assert "each face counts as a person of its own" in said(nameless=True)
