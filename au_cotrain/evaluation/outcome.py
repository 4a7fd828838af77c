"""An outcome: what one predictor says of the faces of one manifest, beside what was coded."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np


@dataclass(frozen=True)
class Outcome:
    """N faces, C AUs: those that predictor and manifest both know, in the predictor's order."""

    name: str
    """Of the predictor: its folder."""
    aus: tuple[str, ...]
    """C names."""
    probabilities: np.ndarray
    """(N, C) floats in [0, 1], calibrated."""
    uncalibrated: np.ndarray
    """(N, C) floats, of both views together, before calibration."""
    views: np.ndarray
    """(2, N, C) floats, of each view alone, not calibrated."""
    thresholds: np.ndarray
    """(C,) calibrated probabilities from which an AU occurs."""
    labels: np.ndarray
    """(N, C) int8: 1 occurs, 0 does not, -1 unknown."""
    intensities: np.ndarray | None
    """(N, C) floats 0 to 5, NaN where not coded; None where the manifest has none."""
    subjects: tuple[str, ...]
    """N people."""
    sequences: tuple[str, ...]
    """N: frames of one recording, a time line, have the same, ``subject/task``; or empty."""
    frames: np.ndarray
    """(N,) int64, -1 unknown."""
    paths: tuple[str, ...]
    """N pictures."""

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def decisions(self) -> np.ndarray:
        """(N, C) booleans: at the fitted thresholds, which AUs occur."""
        found: np.ndarray = self.probabilities >= self.thresholds
        return found

    @property
    def people(self) -> tuple[tuple[str, ...], np.ndarray]:
        """P people in the order of their first face, and (N,) who of them each face is."""
        numbers: dict[str, int] = {}
        who = np.array([numbers.setdefault(person, len(numbers)) for person in self.subjects])
        return tuple(numbers), who.astype(np.int64)

    def of(self, aus: Sequence[str]) -> "Outcome":
        """The same of some AUs alone, in the order given."""
        place = [self.aus.index(au) for au in aus]
        return replace(
            self,
            aus=tuple(aus),
            probabilities=self.probabilities[:, place],
            uncalibrated=self.uncalibrated[:, place],
            views=self.views[:, :, place],
            thresholds=self.thresholds[place],
            labels=self.labels[:, place],
            intensities=None if self.intensities is None else self.intensities[:, place],
        )
