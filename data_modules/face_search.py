"""Face search: every face of a picture with its landmarks, small ones too."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self, TypeVar

import cv2
import numpy as np

from data_modules.box import Box, around, middle_within, overlaps
from data_modules.detector import Detection, Detector
from data_modules.landmarker import Landmarker

_PARTS = (2, 4, 8)  # a part's side, as which part of the picture's longer side
_PARTED = 1600  # pixels of the longer side that parts are taken of: the smallest still has 200
_SMALLEST_PART = 160  # pixels; a face in it would have 20, too few to tell a muscle's work
_STEP = 0.6  # of a part's side to the next one: what the overlap cuts is whole in a larger part
_SAME = 0.3  # overlap from which two boxes show one face
_ROOM = 2.5  # sides of a detection's box that the landmarker is shown around its middle
_CLOSER = 2.0  # the same, for the detector's second look, which must be this sure of a face:
_SURE = 0.75  # it is of 98 % of faces of 40 to 120 pixels, and of no dog, fist or shadow so far


class FoundFace(NamedTuple):
    """A face in a picture."""

    points: np.ndarray
    """(478, 2) float64 landmarks, x and y in pixels from the upper left corner."""
    confidence: float
    """The score of the detector, in [0, 1]."""

    @property
    def box(self) -> Box:
        """The smallest box around its landmarks: from the hairline to the chin."""
        return around(self.points)


class FaceSearch:
    """Finds faces; the same picture gives the same ones, whatever was seen before.

    A context manager, since it holds native memory and threads.

    Args:
        model: the landmarker's model file, see ``landmarker.find_model``.

    Raises:
        DataError: no model file, or MediaPipe is not installed.
    """

    def __init__(self, model: Path | None = None) -> None:
        self._landmarker = Landmarker(model)
        self._detector = Detector(model)

    def __call__(self, picture: np.ndarray, parts: bool = False) -> list[FoundFace]:
        """The faces of a picture, the largest first.

        Args:
            picture: (H, W, 3) uint8 RGB, upright.
            parts: look again in overlapping parts, down to an eighth of its longer side, where
                MediaPipe's detector for short range misses faces. Up to 200 parts: a fast
                detector looks at them, and the landmarker where that one sees something new.
        """
        faces = self._whole(picture)
        if parts:
            faces += self._in_parts(picture, faces)
        return sorted(faces, key=lambda face: -face.box[2] * face.box[3])

    def _whole(self, picture: np.ndarray) -> list[FoundFace]:
        """The landmarker's faces; it sees none where its detector alone sees nothing."""
        detections = self._detector(picture)
        faces = self._landmarker(picture) if detections else []
        if not faces:
            return []
        shared = overlaps(
            [around(points) for points in faces], [detection.box for detection in detections]
        )
        kept: list[FoundFace] = []
        for points, of in zip(faces, shared.argmax(axis=1), strict=True):
            face = FoundFace(points, detections[of].confidence)
            if not _within_surer(face.box, face.confidence, kept):
                kept.append(face)
        return kept

    def _in_parts(self, picture: np.ndarray, known: list[FoundFace]) -> list[FoundFace]:
        """Faces that are not known, found in parts of the picture."""
        shrink = max(1.0, max(picture.shape) / _PARTED)
        size = [max(1, round(side / shrink)) for side in (picture.shape[1], picture.shape[0])]
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA) if shrink > 1 else picture
        seen = [
            Detection(_times(shrink, (x + left, y + top, width, height)), confidence)
            for left, top, side in _parts(small.shape[1], small.shape[0])
            for (x, y, width, height), confidence in self._detector(
                small[top : top + side, left : left + side]
            )
        ]
        faces = list(known)
        looked_at = [face.box for face in known]
        for box, confidence in sorted(seen, key=lambda detection: -detection.confidence):
            if looked_at and overlaps([box], looked_at).max() > _SAME:
                continue
            if _within_surer(box, confidence, faces):
                continue
            looked_at.append(box)
            face = self._closer(picture, box)
            if face is None or _within_surer(face.box, face.confidence, faces):
                continue
            if faces and overlaps([face.box], [other.box for other in faces]).max() > _SAME:
                continue
            faces.append(face)
            looked_at.append(face.box)
        return faces[len(known) :]

    def _closer(self, picture: np.ndarray, box: Box) -> FoundFace | None:
        """The face that a part's detection is of, if a closer look confirms it."""
        region, corner = _around(picture, box, _ROOM)
        faces = [points + corner for points in self._landmarker(region)]
        points = _nearest(box, [(around(points), points) for points in faces])
        if points is None:
            return None
        region, corner = _around(picture, around(points), _CLOSER)
        seen = [
            ((x + corner[0], y + corner[1], width, height), confidence)
            for (x, y, width, height), confidence in self._detector(region)
        ]
        confidence = _nearest(around(points), seen)
        return FoundFace(points, confidence) if confidence and confidence >= _SURE else None

    def close(self) -> None:
        """Give memory and threads back."""
        self._landmarker.close()
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


def _times(scale: float, box: Box) -> Box:
    x, y, width, height = box
    return scale * x, scale * y, scale * width, scale * height


def _within_surer(box: Box, confidence: float, faces: Sequence[FoundFace]) -> bool:
    """Whether a face would lie in the middle of one that is surer: a nose and a mouth seem one."""
    return middle_within(box, [face.box for face in faces if face.confidence >= confidence])


T = TypeVar("T")


def _nearest(box: Box, others: Sequence[tuple[Box, T]]) -> T | None:
    """What belongs to the other box that overlaps one most; None if that shows another face."""
    if not others:
        return None
    shared = overlaps([box], [other for other, _ in others])[0]
    return others[int(shared.argmax())][1] if shared.max() > _SAME else None


def _around(picture: np.ndarray, box: Box, room: float) -> tuple[np.ndarray, np.ndarray]:
    """A square of ``room`` times a box's longer side about its middle, and its upper left corner.

    What of it lies beyond the picture is cut off.
    """
    x, y, width, height = box
    side = room * max(width, height)
    start = np.array([x + width / 2, y + height / 2]) - side / 2
    left, top = start.clip(0).astype(int).tolist()
    right, bottom = (start + side).clip(0).astype(int).tolist()
    return picture[top:bottom, left:right], np.array([left, top])


def _parts(width: int, height: int) -> Iterator[tuple[int, int, int]]:
    """The left and the upper edge and the side of overlapping squares that cover a picture."""
    for part in _PARTS:
        side = max(width, height) // part
        if side < _SMALLEST_PART:
            return
        for top in _starts(height, side):
            for left in _starts(width, side):
                yield left, top, side


def _starts(length: int, side: int) -> list[int]:
    """Where parts of a line start, evenly spread from its start to its end."""
    if length <= side:
        return [0]
    count = 1 + int(np.ceil((length - side) / (_STEP * side)))
    return [int(start) for start in np.linspace(0, length - side, count)]
