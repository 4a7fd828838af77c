"""The face detector that the landmarker starts from: boxes, and how sure it is of each."""

import zipfile
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import numpy as np

from data_modules.box import Box
from data_modules.landmarker import (
    find_model,
    import_mediapipe,
    mediapipe_image,
    outlive_profiler,
    quiet,
)

_FILE = "face_detector.tflite"  # within the landmarker's model file


class Detection(NamedTuple):
    """Where a face seems to be."""

    box: Box
    """From the brows to below the chin, in pixels of the picture."""
    confidence: float
    """The detector's score, in [0.5, 1]; not the probability of anything."""


class Detector:
    """Finds faces, fast and without their landmarks: BlazeFace for short range.

    MediaPipe's landmarker runs this same network first, but keeps the scores to itself. A face
    is found if it takes about an eighth of the picture's longer side or more.

    A context manager, since it holds native memory and threads.

    Args:
        model: the landmarker's model file, see ``landmarker.find_model``.

    Raises:
        DataError: no model file, or MediaPipe is not installed.
    """

    def __init__(self, model: Path | None = None) -> None:
        path = find_model(model)
        mediapipe = import_mediapipe()
        vision = mediapipe.tasks.vision
        with zipfile.ZipFile(path) as task:
            network = task.read(_FILE)
        options = vision.FaceDetectorOptions(
            base_options=mediapipe.tasks.BaseOptions(model_asset_buffer=network),
            running_mode=vision.RunningMode.IMAGE,
            min_detection_confidence=0.5,  # as within the landmarker, whose faces are all among
            min_suppression_threshold=0.5,  # these then
        )
        with quiet():
            self._detector = vision.FaceDetector.create_from_options(options)
            # LiteRt warns once, when a tensor happens to lie at an odd address.
            for side in range(40, 360, 40):
                self(np.zeros((side, side + 24, 3), np.uint8))
        outlive_profiler()

    def __call__(self, picture: np.ndarray) -> list[Detection]:
        """What seems to be a face in an (H, W, 3) uint8 RGB picture, the surest first.

        Raises:
            ValueError: a side is longer than ``landmarker.LONGEST``.
        """
        found = self._detector.detect(mediapipe_image(picture))
        detections = []
        for face in found.detections:
            at = face.bounding_box
            box = (float(at.origin_x), float(at.origin_y), float(at.width), float(at.height))
            detections.append(Detection(box, float(face.categories[0].score)))
        return sorted(detections, key=lambda detection: -detection.confidence)

    def close(self) -> None:
        """Give memory and threads back."""
        with quiet():
            self._detector.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
