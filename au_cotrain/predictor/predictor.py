"""The predictor as its users meet it: crops in, a table out; or pictures and videos in.

Here, as in the command line, tensors meet files: what a user names is found, cut out and scored.
"""

import os
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from au_cotrain.errors import PredictorError
from au_cotrain.predictor.folder import GRAPH, read_card, read_predictor, refusing
from au_cotrain.predictor.onnx_session import OnnxSession
from au_cotrain.predictor.scored_frame import ScoredFace, ScoredFrame, columns, rows
from data_modules.alignment import Alignment, stated
from data_modules.errors import DataError
from data_modules.picture import central_crop, middle_square
from data_modules.recording import Recording, find_recordings
from data_modules.sighting import Sighting, cores, see

if TYPE_CHECKING:
    import pandas as pd

    from au_cotrain.predictor.network import PredictorNetwork

Inputs = str | Path | Sequence[str | Path | Recording]
"""Pictures, videos, folders of them, patterns, numbers of cameras: see ``find_recordings``."""

_SOON = 0.2  # seconds that a face waits for others to be scored with
_FRAMES, _BYTES = 256, 64 * 2**20  # scored at once, at most


class Predictor:
    """Scores faces. It can be pickled, and used in any process and thread.

    Where its folder holds an ONNX graph that one is run, by ONNX Runtime; else the network, by
    torch.

    Args:
        folder: that a training or ``au-cotrain export`` wrote.

    Raises:
        PredictorError: the folder holds no predictor, or not a whole one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        self.card, files = read_card(folder)
        if GRAPH in files:
            with refusing(folder):
                self._run: Callable[[np.ndarray], np.ndarray] = OnnxSession(
                    folder / GRAPH, self.card
                )
        else:
            self._run = partial(_run_torch, self.network)

    def __reduce__(self) -> tuple[type["Predictor"], tuple[Path]]:
        return Predictor, (self.folder,)

    @cached_property
    def network(self) -> "PredictorNetwork":
        """The network in torch, in evaluation mode; loaded when it is first asked for."""
        return read_predictor(self.folder)[1]

    @property
    def alignment(self) -> Alignment | None:
        """How faces are cut out as in training; None if nobody stated it but in words.

        Raises:
            DataError: its card states none, or one by another landmarker than this version's.
        """
        said = self.card.alignment
        try:
            return None if isinstance(said, str) else stated(said)
        except DataError as error:
            raise DataError(f"{self.folder}: {error}; predict --crops does without") from error

    def __call__(self, crops: np.ndarray, batch: int = 32) -> "pd.DataFrame":
        """Score faces that are cut out already, as in training.

        Args:
            crops: (N, H, W, 3) uint8 RGB, of any size; the middle square is taken.
            batch: faces scored at once.

        Returns:
            A row a face: for each AU ``AU01_p``, the calibrated probability, then for each
            ``AU01_c``, 1 where it reaches the AU's threshold and 0 where not.

        Raises:
            PredictorError: these are no such crops.
        """
        import pandas as pd

        if crops.ndim != 4 or crops.shape[3] != 3 or crops.dtype != np.uint8:
            raise PredictorError(
                f"crops are {crops.dtype} of shape {crops.shape}; give uint8 RGB of shape "
                "(N, H, W, 3)"
            )
        starts = range(0, len(crops), batch)
        with _one_thread_each() as threads:
            p = np.concatenate(
                [
                    np.empty((0, len(self.card.aus)), np.float32),
                    *threads.map(lambda at: self._score(crops[at : at + batch]), starts),
                ]
            )
        occurs = self._occurs(p).astype(np.int8)
        table = {f"{au}_p": p[:, j] for j, au in enumerate(self.card.aus)}
        table |= {f"{au}_c": occurs[:, j] for j, au in enumerate(self.card.aus)}
        return pd.DataFrame(table)

    def predict(
        self,
        inputs: Inputs,
        crops: bool = False,
        align_model: Path | None = None,
        batch: int = 32,
    ) -> "pd.DataFrame":
        """Find, cut out and score all faces of pictures and videos.

        Args:
            inputs: one or more, as for ``au-cotrain predict``.
            crops: they are crops already, as in training.
            align_model: the landmarker's file, see ``landmarker.find_model``.
            batch: faces scored at once.

        Returns:
            A row a face, in the inputs' order, and a row with ``success`` 0 for what shows no face
            or cannot be read: ``input``, ``frame`` (0-based), ``timestamp`` (seconds; of a picture
            none), ``face``, ``success``, ``confidence``, ``x``, ``y``, ``width``, ``height``
            (pixels), for each AU ``AU01_p``, the calibrated probability, and for each ``AU01_c``,
            1 where it reaches the AU's threshold. ``watch`` does the same in flat memory.

        Raises:
            DataError: nothing is found under such a name, or the landmarker cannot be opened.
        """
        import pandas as pd

        aus = self.card.aus
        found = self.watch(inputs, crops, align_model, batch=batch)
        table = pd.DataFrame.from_records(
            [row for frame in found for row in rows(frame, len(aus))], columns=columns(aus)
        )
        whole = dict.fromkeys(("frame", "success"), "int64") | {"face": "Int64"}
        types = dict.fromkeys(columns(aus)[1:], "float64") | whole
        return table.astype(types | {f"{au}_c": "Int8" for au in aus})

    def watch(
        self,
        inputs: Inputs,
        crops: bool = False,
        align_model: Path | None = None,
        batch: int = 32,
        pixels: bool = False,
    ) -> Generator[ScoredFrame, None, None]:
        """Find, cut out and score all faces, frame by frame, as they come.

        Memory does not grow with a video's length, and a camera's frames come within half a
        second. A generator: close it (``contextlib.closing``) where a loop over it may end early.

        Args:
            inputs: see ``predict``.
            crops: see ``predict``; assumed where the predictor states its alignment in words only.
            align_model: see ``predict``.
            batch: faces scored at once.
            pixels: give the frames' pixels too.

        Yields:
            Every picture, and every frame of a video, in order.

        Raises:
            DataError: see ``predict``.
        """
        recordings = _recordings(inputs)
        places = {id(recording): place for place, recording in enumerate(recordings)}
        alignment = None if crops else self.alignment
        sightings = see(recordings, alignment, align_model, crop_size=self.card.scaled_size)

        def scored(group: list[Sighting]) -> list[ScoredFrame]:
            p = self._score([face.crop for seen in group for face in seen.faces])
            each = iter(zip(p, self._occurs(p), strict=True))
            return [
                ScoredFrame(
                    places[id(seen.recording)],
                    seen.recording.name,
                    seen.frame.number,
                    seen.frame.timestamp,
                    tuple(
                        ScoredFace(face.number, face.box, face.confidence, *next(each))
                        for face in seen.faces
                    ),
                    seen.frame.pixels if pixels else None,
                    seen.frame.size,
                    seen.frame.trouble,
                )
                for seen in group
            ]

        waiting: deque[Future[list[ScoredFrame]]] = deque()
        with _one_thread_each() as threads, closing(sightings):
            for group in _grouped(sightings, batch, pixels):
                waiting.append(threads.submit(scored, group))
                while len(waiting) > cores() or (waiting and waiting[0].done()):
                    yield from waiting.popleft().result()
            while waiting:
                yield from waiting.popleft().result()

    def _score(self, crops: Sequence[np.ndarray] | np.ndarray) -> np.ndarray:
        """(N, C) probabilities of N crops (H, W, 3), each of any size."""
        if not len(crops):
            return np.empty((0, len(self.card.aus)), np.float32)
        scaled, size = self.card.scaled_size, self.card.image_size
        faces = [central_crop(middle_square(crop, scaled), size) for crop in crops]
        return self._run(np.stack(faces).transpose(0, 3, 1, 2).copy())

    def _occurs(self, p: np.ndarray) -> np.ndarray:
        occurs: np.ndarray = p >= np.array(self.card.thresholds)
        return occurs


def load_predictor(folder: str | Path) -> Predictor:
    """Load an exported predictor; nothing in the folder is executed.

    Raises:
        PredictorError: the folder holds no predictor, or not a whole one.
    """
    return Predictor(Path(folder))


def _run_torch(network: "PredictorNetwork", images: np.ndarray) -> np.ndarray:
    import torch

    with torch.inference_mode():
        p: np.ndarray = network(torch.from_numpy(images)).numpy()
    return p


@contextmanager
def _one_thread_each() -> Iterator[ThreadPoolExecutor]:
    """As many batches at once as there are cores, each on one.

    Torch's own threads would wait for each other, and for those that find faces.
    """
    torch = sys.modules.get("torch")
    kept = torch.get_num_threads() if torch else 0
    pool = (
        ThreadPoolExecutor(cores(), "network", torch.set_num_threads, (1,))
        if torch
        else ThreadPoolExecutor(cores(), "network")
    )
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)
        if torch:
            torch.set_num_threads(kept)


def _alone() -> None:
    """A forked process has none of torch's threads, and would wait for them for ever."""
    if torch := sys.modules.get("torch"):
        torch.set_num_threads(1)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_alone)


def _recordings(inputs: Inputs) -> list[Recording]:
    found: list[Recording] = []
    for named in [inputs] if isinstance(inputs, str | Path) else inputs:
        found += [named] if isinstance(named, Recording) else find_recordings([str(named)])
    return found


def _grouped(sightings: Iterator[Sighting], batch: int, pixels: bool) -> Iterator[list[Sighting]]:
    """Frames to be scored at once: until they have enough faces, fill memory, or have waited."""
    group: list[Sighting] = []
    faces = held = 0
    since = time.monotonic()
    for seen in sightings:
        group.append(seen)
        faces += len(seen.faces)
        if pixels and seen.frame.pixels is not None:
            held += seen.frame.pixels.nbytes
        waited = time.monotonic() - since >= _SOON
        if faces >= batch or held >= _BYTES or len(group) >= _FRAMES or waited:
            yield group
            group, faces, held, since = [], 0, 0, time.monotonic()
    if group:
        yield group
