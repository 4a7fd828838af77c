"""A tally: one AU's faces, counted by person, so that any resample of people is scored exactly."""

import numpy as np

BINS = 15
"""Of the calibration error, as ``calibration.calibration_error`` has it."""


class Tally:
    """Scores of one AU, over the faces whose label is known, when people count several times.

    A person drawn k times counts as if each of their faces stood k times in the manifest: scores
    are scikit-learn's with ``sample_weight`` k. F1, balanced accuracy, calibration error and ICC
    need sums by person alone; AUC and average precision take the faces sorted, once.

    Args:
        p: (N,) calibrated probabilities.
        before: (N,) probabilities before calibration.
        labels: (N,) 1, 0 or −1 (unknown).
        intensities: (N,) 0 to 5, NaN where not coded; None for no ICC.
        threshold: of calibrated probabilities.
        who: (N,) person of each face, 0 to people − 1.
        people: P.
    """

    def __init__(
        self,
        p: np.ndarray,
        before: np.ndarray,
        labels: np.ndarray,
        intensities: np.ndarray | None,
        threshold: float,
        who: np.ndarray,
        people: int,
    ) -> None:
        known = labels >= 0
        q, y, person = p[known], labels[known] == 1, who[known]

        def by_person(values: np.ndarray, persons: np.ndarray = person) -> np.ndarray:
            return np.bincount(persons, values.astype(np.float64), people)

        self.known, self.positives = by_person(np.ones(len(y))), by_person(y)
        """(P,) faces each."""
        self._decided = [
            (by_person(found), by_person(found & y)) for found in (q >= 0.5, q >= threshold)
        ]
        self._gaps = [
            _binned(values, y, person, people) for values in (before[known], q)
        ]  # (P, BINS) each
        self._moments: np.ndarray | None = None
        if intensities is not None:
            coded = ~np.isnan(intensities)
            x, z = intensities[coded].astype(np.float64), 5.0 * p[coded].astype(np.float64)
            sums = (np.ones(len(x)), x, z, x * x, z * z, x * z)
            self._moments = np.stack([by_person(s, who[coded]) for s in sums], axis=1)
        order = np.argsort(-q, kind="stable")
        self._person, self._positive = person[order], y[order].astype(np.float64)
        last = np.flatnonzero(np.diff(q[order]))
        self._ends = np.append(last, len(y) - 1) if len(last) < len(y) - 1 else None

    def scores(self, weights: np.ndarray) -> dict[str, np.ndarray]:
        """Every score of R resamples.

        Args:
            weights: (R, P) how often each person counts, integers in floats.

        Returns:
            Score → (R,), NaN where undefined: F1 and average precision without a positive, AUC
            and balanced accuracy without a positive or a negative, calibration error without a
            known face, ICC where the coded intensity never varies.
        """
        known, positives = weights @ self.known, weights @ self.positives
        some, both = positives > 0, (positives > 0) & (positives < known)
        (found, right), (found_fitted, right_fitted) = [
            (weights @ counted, weights @ hit) for counted, hit in self._decided
        ]
        recall = _ratio(right_fitted, positives, both)
        specificity = 1 - _ratio(found_fitted - right_fitted, known - positives, both)
        auc, precision = self._ranked(weights, both, some)
        scores = {
            "f1": _ratio(2 * right, found + positives, some),
            "f1_fitted": _ratio(2 * right_fitted, found_fitted + positives, some),
            "auc": auc,
            "average_precision": precision,
            "balanced_accuracy": (recall + specificity) / 2,
        }
        if self._moments is not None:
            scores["icc"] = _icc(weights @ self._moments)
        for name, gaps in zip(ERRORS, self._gaps, strict=True):
            scores[name] = _ratio(np.abs(weights @ gaps).sum(axis=1), known, known > 0)
        return scores

    def _ranked(
        self, weights: np.ndarray, both: np.ndarray, some: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """AUC and average precision, (R,) each: areas under steps, taken where values end."""
        auc, precision = np.full(len(weights), np.nan), np.full(len(weights), np.nan)
        for resample in np.flatnonzero(some):
            w = weights[resample][self._person]
            hits, counted = np.cumsum(w * self._positive), np.cumsum(w)
            if self._ends is not None:
                hits, counted = hits[self._ends], counted[self._ends]
            new = np.diff(hits, prepend=0.0)
            positives, known = hits[-1], counted[-1]
            shares = np.divide(hits, counted, out=np.zeros_like(hits), where=counted > 0)
            precision[resample] = new @ shares / positives
            if both[resample]:
                misses = counted - hits
                # Of a positive and a negative with one value, each goes first half of the time.
                above = np.diff(misses, prepend=0.0) @ (hits - new / 2)
                auc[resample] = above / (positives * (known - positives))
        return auc, precision


ERRORS = ("calibration_error_before", "calibration_error")


def _binned(p: np.ndarray, y: np.ndarray, person: np.ndarray, people: int) -> np.ndarray:
    """(P, BINS) sums of probability − label."""
    bins = np.minimum((p * BINS).astype(np.int64), BINS - 1)
    gaps = p.astype(np.float64) - y
    sums: np.ndarray = np.bincount(person * BINS + bins, gaps, people * BINS)
    by_person: np.ndarray = sums.reshape(people, BINS)
    return by_person


def _icc(moments: np.ndarray) -> np.ndarray:
    """ICC(3,1) of two raters, from (R, 6) sums of 1, x, z, x², z², xz.

    Of two raters, (BMS − EMS) / (BMS + EMS) of Shrout & Fleiss 1979 is 2 cov(x, z) over
    var(x) + var(z).
    """
    n, x, z, xx, zz, xz = moments.T
    varies = n * xx - x * x
    return _ratio(2 * (n * xz - x * z), varies + (n * zz - z * z), varies > 1e-9 * n * n)


def _ratio(part: np.ndarray, whole: np.ndarray, defined: np.ndarray) -> np.ndarray:
    ratio: np.ndarray = np.divide(part, whole, out=np.full(len(part), np.nan), where=defined)
    return ratio


def all_scores(tallies: list[Tally], weights: np.ndarray) -> dict[str, np.ndarray]:
    """Score → (R, C), of C AUs; see ``Tally.scores``."""
    each = [tally.scores(weights) for tally in tallies]
    return {name: np.stack([scores[name] for scores in each], axis=1) for name in each[0]}
