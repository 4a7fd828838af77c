"""A video that is written: frames with their times, as H.264 in an MP4."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import cv2
import numpy as np

from data_modules.video import import_av

_CLOCK = 90_000  # ticks a second
_BT601 = 6  # what FFmpeg's conversion from RGB assumes; without it players guess by the size


class Film:
    """Writes a video, frame by frame; its size is the first frame's, made even.

    A context manager. The file is in fragments of a second or two: what was written can be played,
    also where the process was killed.

    Args:
        path: to write, .mp4.
        rate: frames a second, as far as known; a frame's own time counts.

    Raises:
        DataError: PyAV is not installed.
        OSError: it cannot be written.
    """

    def __init__(self, path: Path, rate: float | None = None) -> None:
        av = import_av()
        self._file = _File(path)
        self.path, self._rate = path, Fraction(rate or 25).limit_denominator(1001)
        self._container = av.open(
            self._file, "w", format="mp4",
            options={
                "movflags": "frag_keyframe+empty_moov+default_base_moof", "flush_packets": "1"
            },
        )  # fmt: skip
        self._codec = "libx264" if "libx264" in av.codecs_available else "mpeg4"
        self._stream: Any = None
        self._last = -1

    def write(self, pixels: np.ndarray, timestamp: float) -> None:
        """Append a frame.

        Args:
            pixels: (H, W, 3) uint8 RGB; of another size than the first frame's it is scaled.
            timestamp: seconds from the start, more than the last frame's.

        Raises:
            OSError: the disk is full; what was written before can be played.
        """
        if self._stream is None:
            self._start(*pixels.shape[:2])
        height, width = self._stream.height, self._stream.width
        if abs(pixels.shape[0] - height) <= 1 and abs(pixels.shape[1] - width) <= 1:
            pixels = np.ascontiguousarray(pixels[:height, :width])
        else:
            pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
        frame = import_av().VideoFrame.from_ndarray(pixels, "rgb24")
        self._last = max(self._last + 1, round(timestamp * _CLOCK))
        frame.pts, frame.time_base = self._last, Fraction(1, _CLOCK)
        with self._told():
            self._container.mux(self._stream.encode(frame))

    def _start(self, height: int, width: int) -> None:
        stream = self._container.add_stream(self._codec, rate=self._rate)
        stream.height, stream.width = height - height % 2, width - width % 2
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.time_base, context.gop_size = Fraction(1, _CLOCK), max(1, round(2 * self._rate))
        context.colorspace = context.color_primaries = context.color_trc = _BT601
        if self._codec == "libx264":
            # Without B-frames, whose delay would shift all times of a fragmented file.
            stream.options = {"preset": "veryfast", "crf": "21", "bf": "0"}
        else:
            context.time_base = 1 / self._rate  # MPEG-4 counts at most 65,535 ticks a second
            context.bit_rate = 4 * height * width
        self._stream = stream

    def close(self) -> None:
        """Write what the encoder still holds."""
        stream, self._stream = self._stream, None
        with self._told():
            try:
                if stream is not None:
                    self._container.mux(stream.encode())
            finally:
                self._container.close()
                self._file.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except import_av().FFmpegError as error:
            raise OSError(error.errno, error.strerror, str(self.path)) from error
        if failed := self._file.failed:
            raise OSError(failed.errno, failed.strerror, str(self.path)) from failed

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class _File:
    """What FFmpeg writes to.

    It is told that all went well: where writing fails its MP4 muxer may lose the rest without a
    word, or crash. Why it failed is in ``failed``.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb", buffering=0)
        self.failed: OSError | None = None

    def write(self, data: bytes) -> int:
        waiting = memoryview(data)
        try:
            while waiting and self.failed is None:
                waiting = waiting[self._file.write(waiting) :]
        except OSError as error:
            self.failed = error
        return len(data)

    def close(self) -> None:
        self._file.close()
