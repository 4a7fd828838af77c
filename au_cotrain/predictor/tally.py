"""What happened on the way: counted, and told in a line a recording."""

from au_cotrain.predictor.scored_frame import ScoredFrame


class Tally:
    """Counts frames and faces, and what went wrong with each picture or video.

    Attributes:
        frames: counted so far; pictures are frames too.
        faces: in them.
        empty: frames without a face, unreadable ones among them.
    """

    def __init__(self) -> None:
        self.frames = self.faces = self.empty = 0
        self._recording: int | None = None
        self._start()

    def _start(self) -> None:
        self._input, self._number, self._seen = "", 0, 0
        self._troubles: dict[str, list[int]] = {}  # trouble, its first frame and how many

    def count(self, frame: ScoredFrame) -> list[str]:
        """Count a frame.

        Returns:
            What is to be told of the recording before, if this frame is of the next one.
        """
        lines = self.finish() if frame.recording != self._recording else []
        self._recording, self._input = frame.recording, frame.input
        self.frames += 1
        self.faces += len(frame.faces)
        self.empty += not frame.faces
        self._number += 1
        self._seen += len(frame.faces)
        if frame.trouble:
            self._troubles.setdefault(frame.trouble, [frame.number, 0])[1] += 1
        return lines

    def finish(self) -> list[str]:
        """What is to be told of the last recording: a line for each kind of trouble."""
        lines = []
        for trouble, (first, times) in self._troubles.items():
            many = f"{times:,} frames, the first is " if times > 1 else ""
            where = f" ({many}frame {first})" * (self._number > 1)
            lines.append(f"{self._input}: {trouble}{where}")
        if self._number and not self._seen and not self._troubles:
            where = "" if self._number == 1 else f" in any of {self._number:,} frames"
            lines.append(f"{self._input}: no face found{where}")
        self._start()
        return lines
