"""The face landmarker: 478 points on each face of a picture, by MediaPipe and its model file."""

import hashlib
import os
import shutil
import signal
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from data_modules.errors import DataError
from data_modules.extra import optional

MODEL = "face_landmarker.task"
MODEL_SHA256 = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"
MODEL_URL = (
    "https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/float16/1/"
    + MODEL
)
LONGEST = 32766
"""Pixels of a picture's side beyond which MediaPipe ends the process."""
_MOST_FACES = 16  # of a picture
_WITHOUT = "for pictures that are crops already, prepare --no-align and predict --crops do without"


def default_model() -> Path:
    """Where the model file is looked for: ``AU_COTRAIN_LANDMARKER``, or in the cache."""
    cache_folder = os.environ.get("AU_COTRAIN_CACHE", "~/.cache/au_cotrain")
    named = os.environ.get("AU_COTRAIN_LANDMARKER")
    return Path(named or Path(cache_folder) / MODEL).expanduser()


def find_model(model: Path | None = None) -> Path:
    """The model file, whole and of the version that templates were made with.

    Args:
        model: its path; None for ``default_model``.

    Raises:
        DataError: it is missing, or another file.
    """
    path = default_model() if model is None else model
    if not path.is_file():
        raise DataError(
            f"{path}: no face landmarker here; fetch it (3.7 MB) with au-cotrain fetch-landmarker, "
            f"or copy {MODEL} from another machine and name it with --align-model or "
            f"AU_COTRAIN_LANDMARKER; {_WITHOUT}"
        )
    digest = _digest(path.resolve(), path.stat().st_mtime_ns)
    if digest != MODEL_SHA256:
        raise DataError(
            f"{path}: not the face landmarker this project knows (sha256 {digest[:12]}..., not "
            f"{MODEL_SHA256[:12]}...); fetch it with au-cotrain fetch-landmarker"
        )
    return path


@cache
def _digest(path: Path, _changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def fetch_model(model: Path | None = None) -> Path:
    """Download the model file, unless it is there.

    Raises:
        DataError: there is no way to it, or what came is another file.
    """
    path = default_model() if model is None else model
    if path.is_file():
        return find_model(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.part")
    try:
        with urllib.request.urlopen(MODEL_URL, timeout=60) as answer, partial.open("wb") as file:
            shutil.copyfileobj(answer, file)
        if hashlib.sha256(partial.read_bytes()).hexdigest() != MODEL_SHA256:
            raise DataError(
                f"{MODEL_URL}: another file than expected; copy the right one to {path}"
            )
    except OSError as error:
        raise DataError(
            f"{MODEL_URL}: not to be had ({error}); fetch it on a machine with internet and copy "
            f"it to {path}"
        ) from error
    else:
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
    return path


class Landmarker:
    """Finds faces; the same picture gives the same points, whatever was seen before.

    A context manager, since it holds native memory and threads.

    Args:
        model: the model file, see ``find_model``.

    Raises:
        DataError: no model file, or MediaPipe is not installed.
    """

    def __init__(self, model: Path | None = None) -> None:
        path = find_model(model)
        mediapipe = import_mediapipe()
        vision = mediapipe.tasks.vision
        # IMAGE mode: the VIDEO mode tracks, so that a frame's points would depend on where a
        # stopped run was taken up again.
        options = vision.FaceLandmarkerOptions(
            base_options=mediapipe.tasks.BaseOptions(model_asset_path=str(path)),
            running_mode=vision.RunningMode.IMAGE,
            num_faces=_MOST_FACES,
        )
        with quiet():
            self._landmarker = vision.FaceLandmarker.create_from_options(options)
        outlive_profiler()

    def __call__(self, picture: np.ndarray) -> list[np.ndarray]:
        """The faces of a picture, the largest first.

        Args:
            picture: (H, W, 3) uint8 RGB, upright.

        Returns:
            Per face (478, 2) float64 x and y in pixels, from the upper left corner; none, if none.

        Raises:
            ValueError: a side is longer than ``LONGEST``.
        """
        found = self._landmarker.detect(mediapipe_image(picture))
        height, width = picture.shape[:2]
        faces = [
            np.array([(point.x * width, point.y * height) for point in points])
            for points in found.face_landmarks
        ]
        return sorted(faces, key=lambda face: -float(np.prod(np.ptp(face, axis=0))))

    def close(self) -> None:
        """Give memory and threads back."""
        self._landmarker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def import_mediapipe() -> Any:  # noqa: ANN401 - a module
    """MediaPipe, or a ``DataError`` that says how to install it."""
    return optional("mediapipe", "prepare", "finding faces needs mediapipe", f"; {_WITHOUT}")


def mediapipe_image(picture: np.ndarray) -> Any:  # noqa: ANN401 - MediaPipe's class
    """MediaPipe's form of an (H, W, 3) uint8 RGB picture.

    Raises:
        ValueError: a side is longer than ``LONGEST``.
    """
    if max(picture.shape) > LONGEST:
        raise ValueError(f"a side of {max(picture.shape):,} pixels, more than {LONGEST:,}")
    mediapipe = import_mediapipe()
    return mediapipe.Image(mediapipe.ImageFormat.SRGB, np.ascontiguousarray(picture))


@contextmanager
def quiet() -> Iterator[None]:
    """Without what native code writes to stderr: MediaPipe heeds no setting of its log's level."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def outlive_profiler() -> None:
    """Keep this process alive beside MediaPipe's profiler, which sends it SIGPROF for ever.

    MediaPipe ignores the signal behind Python's back. Whoever puts back the handlers that Python
    knows of (Lightning after a training) would bring back the default: the process is killed.
    """
    if threading.current_thread() is threading.main_thread() and hasattr(signal, "SIGPROF"):
        signal.signal(signal.SIGPROF, signal.SIG_IGN)
