"""Cross-validation: a training a fold, and what all of them together say of each AU."""

import csv
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from au_cotrain.errors import SettingError
from au_cotrain.metrics import METRICS, AUScore, mean_score
from au_cotrain.predictor.folder import CARD

OWN = ("data.fold", "hydra.run.dir", "hydra.sweep.dir", "ckpt_path")
"""Settings that a cross-validation gives each training itself."""


class Spread(NamedTuple):
    """One score over the folds where it is defined; ``None`` where it is not."""

    folds: dict[int, float | None]
    mean: float | None
    deviation: float | None
    """Sample standard deviation over the folds; None of fewer than two."""


class CrossValidation:
    """The trainings of a set's folds, below one folder; what is there is not done again.

    Args:
        out: folder; fold k's run goes to ``out/fold-k``.
        overrides: of ``train.py``, the same for each fold.
        folds: their numbers.

    Raises:
        SettingError: the overrides set what a fold must have of its own, or the folder holds
            something else.
    """

    def __init__(self, out: Path, overrides: Sequence[str], folds: Sequence[int]) -> None:
        self.out, self.overrides, self.folds = out, list(overrides), sorted(set(folds))
        for override in overrides:
            name = override.lstrip("+~").partition("=")[0]
            if name in OWN or override.startswith("-"):
                raise SettingError(
                    f"{override}: cv gives each fold its own; choose folds with --folds, the "
                    "folder with --out"
                )
        self._open()

    def _open(self) -> None:
        """Note the settings, by which a later start knows whether it goes on with the same."""
        said = self.out / "cv.json"
        if said.is_file():
            try:
                before = list(map(str, json.loads(said.read_text())["overrides"]))
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise SettingError(f"{said}: not a cross-validation's; give another --out") from (
                    error
                )
            if sorted(before) != sorted(self.overrides):
                raise SettingError(
                    f"{self.out}: was started with other settings ({' '.join(before)}); give the "
                    "same, or another --out"
                )
        elif self.out.is_dir() and any(self.out.iterdir()):
            raise SettingError(f"{self.out}: in use, and not by a cross-validation; give another")
        else:
            self._write({"overrides": self.overrides})

    def _write(self, content: dict[str, Any]) -> None:
        self.out.mkdir(parents=True, exist_ok=True)
        partial = self.out / ".cv.json.part"
        partial.write_text(json.dumps(content, indent=2) + "\n")
        os.replace(partial, self.out / "cv.json")

    def run_folder(self, fold: int) -> Path:
        """Where a fold's run lies."""
        return self.out / f"fold-{fold}"

    def train(self, fold: int, script: Path) -> bool:
        """Run a fold's training, unless its predictor is there; go on where a stopped one was.

        Args:
            fold: its number.
            script: ``train.py``.

        Returns:
            Whether there is a predictor now.
        """
        if self.scores(fold):
            return True
        folder = self.run_folder(fold)
        own = [f"data.fold={fold}", f"hydra.run.dir={_quoted(folder)}", "ckpt_path=last"]
        done = subprocess.run([sys.executable, script, *self.overrides, *own])
        return done.returncode == 0 and bool(self.scores(fold))

    def scores(self, fold: int) -> list[AUScore]:
        """The test scores of a fold, as its predictor tells them; none, if it is not finished."""
        try:
            card = json.loads((self.run_folder(fold) / "predictor" / CARD).read_text())
            return [AUScore(au=au, **of) for au, of in card["metrics"]["test"]["aus"].items()]
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return []

    def summary(self) -> dict[str, dict[str, Spread]]:
        """Score → AU, and "mean" last → its spread over the folds that are finished.

        "mean" is each fold's mean over its AUs, and the spread of these means.
        """
        finished = {fold: scores for fold in self.folds if (scores := self.scores(fold))}
        aus = dict.fromkeys(score.au for scores in finished.values() for score in scores)
        result: dict[str, dict[str, Spread]] = {}
        for metric in METRICS:
            by_fold = {
                fold: {score.au: getattr(score, metric) for score in scores}
                for fold, scores in finished.items()
            }
            result[metric] = {
                au: spread({fold: of.get(au) for fold, of in by_fold.items()}) for au in aus
            }
            means = {fold: mean_score(scores, metric) for fold, scores in finished.items()}
            result[metric]["mean"] = spread(means)
        return result

    def save(self) -> None:
        """Write ``cv.csv``, a row an AU and fold, and the summary into ``cv.json``."""
        partial = self.out / ".cv.csv.part"
        with partial.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["fold", *AUScore._fields])
            for fold in self.folds:
                writer.writerows([fold, *score] for score in self.scores(fold))
        os.replace(partial, self.out / "cv.csv")
        summary = {
            metric: {au: of._asdict() for au, of in aus.items()}
            for metric, aus in self.summary().items()
        }
        finished = [fold for fold in self.folds if self.scores(fold)]
        self._write({"overrides": self.overrides, "folds": finished, "scores": summary})


def spread(folds: dict[int, float | None]) -> Spread:
    """Mean and standard deviation of a score over the folds that define it."""
    defined = [value for value in folds.values() if value is not None]
    return Spread(
        folds,
        statistics.fmean(defined) if defined else None,
        statistics.stdev(defined) if len(defined) > 1 else None,
    )


def _quoted(path: Path) -> str:
    """A path as Hydra reads it, whatever signs it holds."""
    escaped = str(path.absolute()).replace("'", "\\'")
    return f"'{escaped}'"
