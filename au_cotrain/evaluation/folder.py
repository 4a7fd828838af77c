"""The folder of an evaluation: claimed before the work, filled at once when it is done."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from au_cotrain.errors import SettingError
from au_cotrain.evaluation.outcome import Outcome

METRICS, PREDICTIONS, PAGE = "metrics.json", "predictions.parquet", "index.html"
AGAINST = "against-"
"""Before the names of the other predictor's files."""


def claim(out: Path) -> None:
    """Refuse a folder that holds something else than an earlier evaluation.

    Raises:
        SettingError: it does, or it is a file.
        OSError: nothing can be written there; better known before the work than after.
    """
    _refuse_others(out)
    above = next(folder for folder in out.absolute().parents if folder.exists())
    try:
        os.rmdir(tempfile.mkdtemp(prefix=f".{out.name}.", dir=above))
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(out)) from error


def _refuse_others(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise SettingError(f"{out}: a file; give a folder for the report")
    if not out.is_dir() or not any(out.iterdir()):
        return
    try:
        ours = {"format", "predictor", "per_au"} <= json.loads((out / METRICS).read_text()).keys()
    except (OSError, ValueError, AttributeError, RecursionError):
        ours = False
    if not ours:
        raise SettingError(f"{out}: not empty, and no report of au-cotrain evaluate; give another")


@contextmanager
def filling(out: Path) -> Iterator[Path]:
    """A folder beside ``out`` to write into; its files take the place of those of ``out``."""
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        yield partial
        out.mkdir(exist_ok=True)
        names = sorted(os.listdir(partial), key=lambda name: name != METRICS)  # it says whose
        for name in names:
            os.replace(partial / name, out / name)
        for name in (METRICS, PREDICTIONS):
            if AGAINST + name not in names:
                (out / (AGAINST + name)).unlink(missing_ok=True)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_metrics(file: Path, metrics: dict[str, Any]) -> None:
    """Write JSON that every reader takes: no NaN."""
    text = json.dumps(metrics, indent=1, allow_nan=False, ensure_ascii=False)
    file.write_text(text + "\n", encoding="utf-8")


def write_predictions(file: Path, outcome: Outcome) -> None:
    """Write a row a face: ``path, subject, sequence, frame``, then per AU what was said and coded.

    ``AU01_p`` is the calibrated probability, ``AU01_c`` 1 from the fitted threshold on; ``AU01``
    and ``AU01_intensity`` are the manifest's, empty where unknown.
    """
    import pandas as pd

    frames = pd.Series(outcome.frames, dtype="Int64")
    columns: dict[str, Any] = {
        "path": outcome.paths,
        "subject": outcome.subjects,
        "sequence": outcome.sequences,
        "frame": frames.where(frames >= 0),
    }
    for j, au in enumerate(outcome.aus):
        columns[f"{au}_p"] = outcome.probabilities[:, j]
        columns[f"{au}_c"] = outcome.decisions[:, j].astype("int8")
        label = pd.Series(outcome.labels[:, j], dtype="Int8")
        columns[au] = label.where(label >= 0)
        if outcome.intensities is not None:
            columns[f"{au}_intensity"] = outcome.intensities[:, j]
    pd.DataFrame(columns).to_parquet(file, index=False)
