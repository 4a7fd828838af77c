"""Remarks: what must be known to read an evaluation's numbers rightly."""

import numpy as np

from au_cotrain.evaluation.measurement import Measurement

FEW_PEOPLE = 20
"""With fewer, intervals are known to be too narrow, see benchmarks/intervals.py."""


def remarks(measurement: Measurement, nameless: bool = False) -> list[str]:
    """A sentence for everything that is undefined, shaky, or defined in an unexpected way.

    Args:
        measurement: of one predictor on one manifest.
        nameless: each face counts as a person of its own.
    """
    outcome, people = measurement.outcome, len(measurement.people)
    known, positives = measurement.known.sum(axis=0), measurement.positives.sum(axis=0)
    lines = []

    def name(which: np.ndarray) -> str:
        return ", ".join(np.array(outcome.aus)[which])

    if nameless:
        lines.append(
            "Nobody says who is in a picture: each face counts as a person of its own. Intervals "
            "are too narrow if somebody is in several, and no person is scored alone."
        )
    if people == 1:
        lines.append("All faces are of one person: there are no intervals over people.")
    elif people < FEW_PEOPLE:
        lines.append(
            f"{people} people are few, and their intervals too narrow: in simulations those of 95 "
            "% held the truth in about 70 % of cases with 3 people, 84 % with 5, 89 % with 10, "
            "91 % with 20 (benchmarks/intervals.py). A comparison's p is as much too small."
        )
    if (silent := known == 0).any():
        lines.append(f"Nobody coded {name(silent)}: not scored, not in any mean.")
    if (never := (known > 0) & (positives == 0)).any():
        lines.append(
            f"{name(never)} never occurs here: only the calibration error is defined, and only "
            "that mean holds it."
        )
    if (always := (known > 0) & (positives == known)).any():
        lines.append(f"{name(always)} always occurs here: no AUC, no balanced accuracy.")
    lone = ((measurement.known > 0).sum(axis=0) == 1) & (people > 1)
    if lone.any():
        lines.append(f"Only one person was coded for {name(lone)}: no intervals.")
    samples = measurement.samples["auc"]
    partly = np.isnan(samples).sum(axis=0) * ~np.isnan(measurement.scores["auc"])
    if partly.any():
        counts = ", ".join(f"{outcome.aus[j]} {partly[j]:,}" for j in np.flatnonzero(partly))
        lines.append(
            f"Resamples of {len(samples):,} in which all people drawn have an AU, or none, leave "
            f"it out, of means too: {counts}."
        )
    if "icc" in measurement.scores:
        lines.append(
            "ICC(3,1) is between the coded intensity and 5 times the calibrated probability: the "
            "predictor was not taught intensities, so it cannot be compared with one that was."
        )
        undefined = np.isnan(measurement.scores["icc"])
        if undefined.any():
            lines.append(f"The coded intensity never varies for {name(undefined)}: no ICC.")
    return lines
