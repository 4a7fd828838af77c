"""Sightings: the faces of every frame of what a user names, found, numbered and cut out."""

import os
from collections.abc import Generator, Iterable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

import cv2
import numpy as np

from data_modules.ahead import work_ahead
from data_modules.alignment import Alignment
from data_modules.box import Box
from data_modules.face_search import FaceSearch, FoundFace
from data_modules.picture import read_picture
from data_modules.recording import Frame, Recording
from data_modules.tracking import Tracker

_USUAL_RATE = 25.0  # frames a second where a video does not tell


class SeenFace(NamedTuple):
    """A face in a frame."""

    number: int
    """In a picture 0 for the largest, 1, ...; in a video the same for a person while in view."""
    box: Box
    """x and y of the upper left corner, width and height, in pixels of the upright original: the
    smallest box around the landmarks, from the hairline to the chin and from ear to ear. May reach
    beyond the frame. Of a crop: all of it."""
    confidence: float | None
    """The face detector's score, in [0, 1]; None for crops."""
    crop: np.ndarray
    """(S, S, 3) uint8 RGB as the alignment says; a crop's own pixels (H, W, 3)."""


class Sighting(NamedTuple):
    """A frame and its faces: none where there is none, or where the frame cannot be read."""

    recording: Recording
    frame: Frame
    faces: list[SeenFace]


def see(
    recordings: Iterable[Recording],
    alignment: Alignment | None,
    model: Path | None = None,
    threads: int | None = None,
    crop_size: int | None = None,
) -> Generator[Sighting, None, None]:
    """Find the faces of all frames, and cut them out as for training.

    In a picture every face is found, small ones too, see ``FaceSearch``; in a video or of a camera
    those that MediaPipe finds in the whole frame (an eighth of its longer side or more), for the
    sake of speed. A frame's faces do not depend on the frames before it; only their numbers do.

    A generator that streams: frames are read ahead in one thread and searched in ``threads`` more,
    some few are in memory. Close it (``contextlib.closing``) where a loop over it may end early.

    Args:
        recordings: see ``recording.find_recordings``.
        alignment: how faces are cut out. None: every frame is a crop already and is given as it
            is. With the method "none" it is made square and scaled.
        model: the landmarker's file, see ``landmarker.find_model``.
        threads: that search; None for as many as there are cores to this process.
        crop_size: pixels of a side that pictures which are crops are read with, as training reads
            them: a large JPEG is decoded smaller, which changes its pixels a little. None: whole.

    Yields:
        One sighting a frame, in order; its faces by number.

    Raises:
        DataError: faces must be found, and the landmarker cannot be opened.
    """
    if alignment is None or alignment.method == "none":
        yield from _uncut(recordings, alignment, crop_size)
        return
    threads = threads or cores()
    with ExitStack() as opened:
        # Here and not in the threads: a signal's handler is set, which only the main thread can.
        searches: SimpleQueue[FaceSearch] = SimpleQueue()
        for _ in range(threads):
            searches.put(opened.enter_context(FaceSearch(model)))
        look = partial(_look, alignment, searches)
        seen = work_ahead(_frames(recordings), look, threads, _bytes)
        opened.enter_context(closing(seen))
        tracked: Recording | None = None
        for sighting in seen:
            if sighting.recording.kind == "picture":
                yield sighting
                continue
            if sighting.recording is not tracked:
                tracked, tracker = sighting.recording, Tracker()
            yield _numbered(sighting, tracker)


def _uncut(
    recordings: Iterable[Recording], alignment: Alignment | None, crop_size: int | None
) -> Iterator[Sighting]:
    for recording, frame in _frames(recordings):
        faces = []
        if frame.pixels is not None:
            height, width = frame.pixels.shape[:2]
            width, height = frame.size or (width, height)
            if alignment:
                crop = alignment.whole(frame.pixels)
            elif crop_size and recording.kind == "picture":
                crop = read_picture(recording.path, crop_size)
            else:
                crop = frame.pixels
            faces.append(SeenFace(0, (0.0, 0.0, float(width), float(height)), None, crop))
        yield Sighting(recording, frame, faces)


def _frames(recordings: Iterable[Recording]) -> Iterator[tuple[Recording, Frame]]:
    for recording in recordings:
        for frame in recording.frames():
            yield recording, frame


def _bytes(item: tuple[Recording, Frame]) -> int:
    pixels = item[1].pixels
    return 0 if pixels is None else pixels.nbytes


def _look(
    alignment: Alignment, searches: SimpleQueue[FaceSearch], item: tuple[Recording, Frame]
) -> Sighting:
    """The faces of a frame, the largest first.

    A frame that cannot be searched (a side of 40,000 pixels, say) is one that cannot be read: the
    frames after it are to be seen.
    """
    recording, frame = item
    if frame.pixels is None:
        return Sighting(recording, frame, [])
    search = searches.get()
    try:
        found = search(frame.pixels, parts=recording.kind == "picture")
        crops = alignment.cut_all(frame.pixels, [face.points for face in found])
    except (RuntimeError, ValueError, MemoryError, cv2.error) as error:
        why = " ".join(str(error).split())[:200] or type(error).__name__
        frame = frame._replace(pixels=None, trouble=f"cannot be aligned: {why}")
        return Sighting(recording, frame, [])
    finally:
        searches.put(search)
    faces = [
        SeenFace(rank, _scaled(face, frame), face.confidence, crop)
        for rank, (face, crop) in enumerate(zip(found, crops, strict=True))
    ]
    return Sighting(recording, frame, faces)


def _scaled(face: FoundFace, frame: Frame) -> Box:
    (x, y, width, height), (across, down) = face.box, frame.scale
    return x * across, y * down, width * across, height * down


def _numbered(sighting: Sighting, tracker: Tracker) -> Sighting:
    recording, frame, faces = sighting
    seconds = frame.timestamp
    if seconds is None:
        seconds = frame.number / (recording.rate or _USUAL_RATE)
    numbers = tracker.number([face.box for face in faces], seconds)
    faces = [face._replace(number=number) for face, number in zip(faces, numbers, strict=True)]
    return Sighting(recording, frame, sorted(faces, key=lambda face: face.number))


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
