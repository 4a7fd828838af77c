"""Playback: all frames of a video with their times, going on after damaged ones."""

from bisect import insort
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from data_modules.video import DAMAGED, Conversion, VideoError, import_av, open_video, told

_SHORT = 2.5  # frame durations that may lack at a video's end before it is said to break off


def play(video: Path) -> Iterator[tuple[float | None, np.ndarray | str]]:
    """Decode all frames of a video.

    Unlike ``video.read_frames`` it makes no promise that frame k is the k-th that was filmed: for
    packets that are missing in the file nothing stands.

    Args:
        video: a file of any format that FFmpeg knows; its first video stream is read.

    Yields:
        Per frame its time in seconds from the video's start (by the frame's number and the rate
        where the file stores no times; None if it has neither), and (H, W, 3) uint8 RGB, turned
        upright as the video says, or the reason why it cannot be read. A video that breaks off, or
        is none, ends with (None, the reason).

    Raises:
        DataError: PyAV is not installed.
    """
    import_av()
    count = 0
    try:
        with open_video(video) as container:
            clock = _Clock(container)
            for pts, lasting, picture in _decode(container):
                yield clock.time(pts, count, lasting), picture
                count += 1
            if not count:
                raise VideoError("unreadable: there is no frame in this video")
            if clock.stopped_early():
                raise VideoError(f"unreadable: the video breaks off after {count:,} frames")
    except VideoError as error:
        yield None, str(error)
    except Exception as error:  # broken files raise whatever PyAV trips over
        yield None, f"unreadable: the video breaks off after {count:,} frames ({error})"


def rate_and_length(video: Path) -> tuple[float | None, int | None]:
    """Frames a second, and how many there are by the file's head; None where it does not say.

    Raises:
        DataError: PyAV is not installed.
    """
    import_av()
    try:
        with open_video(video) as container:
            stream = container.streams.video[0]
            rate = _rate(stream)
            seconds = _seconds(container)
            if not seconds and container.duration:
                seconds = container.duration / 1e6  # perhaps that of its sound
            length = stream.frames or (round(seconds * rate) if seconds and rate else None)
            return rate, length or None
    except Exception:
        return None, None  # who decodes it says so


def _decode(container: Any) -> Iterator[tuple[int | None, int, np.ndarray | str]]:  # noqa: ANN401
    """Time stamps, durations (0 if unknown) and pictures, or why there is none, as shown.

    Raises:
        VideoError: the file cannot be read on.
    """
    stream = container.streams.video[0]
    stream.codec_context.thread_count = 1  # who calls has threads of their own
    packets = container.demux(stream)
    pixels = Conversion()
    lost: list[int] = []  # when packets were to be shown that could not be decoded
    count, whole = 0, True
    damage: int | None = None  # when the last one that is damaged was to be shown
    while True:
        with told(f"the video breaks off after {count:,} frames"):
            packet = next(packets, None)
        if packet is None:
            break
        try:
            frames = packet.decode()
        except import_av().FFmpegError:
            whole = False
            if packet.pts is not None:
                insort(lost, packet.pts)
                damage = packet.pts if damage is None else max(damage, packet.pts)
            else:
                yield None, 0, DAMAGED
                count += 1
            continue
        for frame in frames:
            pts = frame.pts
            # Packets come in the order of decoding, frames in the order of showing.
            while lost and pts is not None and lost[0] < pts:
                yield lost.pop(0), 0, DAMAGED
                count += 1
            if pts in lost:
                lost.remove(pts)
            # What is predicted from a damaged frame is damaged too, up to the next key frame; one
            # that the decoder still held back when the damage came is not the next.
            late = None not in (pts, damage) and pts <= damage
            good = not frame.is_corrupt and (whole or frame.key_frame)
            whole = good and (whole or not late)
            yield pts, frame.duration or 0, _picture(pixels, frame) if good else DAMAGED
            count += 1
    for pts in lost:
        yield pts, 0, DAMAGED


def _picture(pixels: Conversion, frame: Any) -> np.ndarray | str:  # noqa: ANN401
    try:
        return pixels(frame)
    except (ValueError, MemoryError, import_av().FFmpegError) as error:
        return f"unreadable: the frame cannot be converted ({error})"


class _Clock:
    """Tells a frame's time, and whether the last one was the video's end."""

    def __init__(self, container: Any) -> None:  # noqa: ANN401
        stream = container.streams.video[0]
        # AVI stores no times of presentation.
        self._base = None if container.format.name == "avi" else stream.time_base
        self._rate = _rate(stream)
        self._start: int | None = stream.start_time
        self._end = stream.frames / self._rate if self._is_counted(container) else None
        self._end = self._end or _seconds(container)
        self._latest = 0.0

    def _is_counted(self, container: Any) -> bool:  # noqa: ANN401
        return container.format.name == "avi" and self._rate is not None

    def time(self, pts: int | None, number: int, lasting: int) -> float | None:
        """Seconds from the start to a frame, which is shown for ``lasting`` ticks."""
        if pts is not None and self._base:
            self._start = pts if self._start is None else self._start
            seconds = float((pts - self._start) * self._base)
            # Where the rate varies the last one may be shown for many times the average.
            self._latest = max(self._latest, seconds + float(lasting * self._base))
        elif self._rate:
            seconds = number / self._rate
        else:
            return None
        self._latest = max(self._latest, seconds)
        return seconds

    def stopped_early(self) -> bool:
        """Whether the video's head tells of frames after those whose time was asked for."""
        if self._end is None or self._rate is None:
            return False
        return bool(self._latest + _SHORT / self._rate < self._end)


def _rate(stream: Any) -> float | None:  # noqa: ANN401
    rate = stream.average_rate or stream.guessed_rate
    return float(rate) if rate else None


def _seconds(container: Any) -> float | None:  # noqa: ANN401
    """How long the pictures last by the file's head; its sound may last longer."""
    stream = container.streams.video[0]
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    if container.duration and len(container.streams) == 1:
        # Matroska's counts from 0, wherever its first frame is.
        late = max(container.start_time or 0, 0) if "matroska" in container.format.name else 0
        return float((container.duration - late) / 1e6)
    return None
