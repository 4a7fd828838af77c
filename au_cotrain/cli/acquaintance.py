"""Acquaintance: whether a predictor has met the faces it is judged on, as far as its card says."""

import os

import numpy as np

from au_cotrain.errors import PredictorError
from au_cotrain.predictor.card import PredictorCard
from data_modules.coded_faces import CodedFaces
from data_modules.prepared_set import MANIFEST

_MET = {
    "labeled": "The predictor learned from this very table: every score is too good.",
    "val": "The predictor's epoch, temperatures and thresholds were chosen on this very table: "
    "scores are too good, and the calibration error is.",
    "unlabeled": "The faces of this table were in the predictor's pool, without their labels.",
}


def tested(coded: CodedFaces, card: PredictorCard, name: object) -> np.ndarray:
    """Which faces are of people whom the predictor's fold tests, (N,) booleans.

    Raises:
        PredictorError: its card names none, or of another set, or none of them is here.
    """
    people = {person.lower() for person in card.provenance.get("test_people") or ()}
    if not people:
        raise PredictorError(
            f"{name}: its card names no test people (it was not trained on a published fold); "
            "leave --test-people out, and give a manifest of the people to test"
        )
    ours, theirs = card.provenance.get("set"), coded.manifest.preparation.get("set")
    if ours and theirs and ours != theirs:  # where F001 is somebody else
        raise PredictorError(
            f"{name}: its test people are of {ours}, and {coded.manifest.source} is of {theirs}; "
            "leave --test-people out"
        )
    chosen = np.array([person.lower() in people for person in coded.people])
    if not chosen.any():
        raise PredictorError(
            f"{name}: none of its {len(people)} test people is in {coded.manifest.source}"
        )
    return chosen


def acquaintance(coded: CodedFaces, card: PredictorCard) -> list[str]:
    """A note for every way in which the card says that these faces were met in training.

    Cards name tables, and people of published folds alone: no note does not mean no person.
    """
    said = card.provenance
    known_set = said.get("set")
    if said.get("test_people") and known_set == coded.manifest.preparation.get("set"):
        return _of_fold(coded, said["test_people"], said.get("val_people") or [])
    here = os.path.realpath(coded.manifest.source)
    met = []
    for role, note in _MET.items():
        table = (said.get("tables") or {}).get(role)
        places = [table, os.path.join(table, MANIFEST)] if table else []
        if here in map(os.path.realpath, places):
            met.append(note)
    if met and known_set:  # of which only a part was learned from, and the card does not say which
        return [
            "The predictor learned from a part of this very table, and chose its epoch on another: "
            "scores are too good."
        ]
    return met


def otherwise_coded(threshold: int | None, card: PredictorCard) -> str | None:
    """A sentence where intensities become labels otherwise than in the predictor's training.

    Args:
        threshold: intensity from which an AU occurs here; None for the labels as they stand.
        card: the predictor's.
    """
    taught = card.provenance.get("threshold")
    if taught == threshold or taught is None:
        return None
    here = "labels are as they stand" if threshold is None else f"it does from {threshold} on"
    return (
        f"In training an AU occurred from intensity {taught} on, here {here}: temperatures and "
        f"thresholds may not fit; --threshold {taught} judges as it was taught."
    )


def _of_fold(coded: CodedFaces, test: list[str], val: list[str]) -> list[str]:
    people = {person.lower() for person in coded.people}
    judged = people & {person.lower() for person in val}
    learned = people - judged - {person.lower() for person in test}
    parts = [
        f"learned from {len(learned)}" * bool(learned),
        f"chose its epoch, temperatures and thresholds on {len(judged)}" * bool(judged),
    ]
    if not any(parts):
        return []
    return [
        f"Of these {len(people)} people the predictor {' and '.join(filter(None, parts))}: scores "
        "are too good; --test-people leaves them out."
    ]
