"""Segments: some consecutive faces of a plan, cut out and noted as done together."""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any

import cv2
import numpy as np
import pandas as pd

from data_modules.preparation.claim import WORKING, partial_file, write_whole
from data_modules.preparation.footage import Shot, read_footage
from data_modules.shard import open_shard

NO_FACE = "no face found"
_JPEG = [
    *(cv2.IMWRITE_JPEG_QUALITY, 95),
    *(cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444),
]

Cut = Callable[[np.ndarray], np.ndarray | None]
Store = Callable[[str, int, bytes], None]


@dataclass(frozen=True)
class Cutting:
    """Where faces come from, and where their crops go."""

    root: Path
    out: Path
    shards: bool

    @property
    def segment_size(self) -> int:
        """Rows of the plan that are cut together; a shard is a segment.

        Few enough that a few hundred pictures keep all workers busy.
        """
        return 1000 if self.shards else 50

    def cut(self, faces: pd.DataFrame, cut: Cut, tick: Callable[[], None]) -> None:
        """Cut whole segments, writing each one's crops and then, last of all, its result.

        Args:
            faces: rows of the manifest and ``place``, indexed by their number in the plan.
            cut: an ``Aligner``.
            tick: called after every face.

        Raises:
            OSError: OUT cannot be written.
        """
        # Footage is a stream: no more than one picture of it is in memory.
        paths = [str(path) for path in faces["path"]]
        footage = enumerate(read_footage(self.root, shots_of(faces)))
        of_row = faces.index.to_numpy() // self.segment_size
        for segment, together in groupby(footage, lambda pair: int(of_row[pair[0]])):
            reasons: list[str | None] = []
            cut_paths: list[str] = []
            with self._store(segment, faces) as store:
                for row, picture in together:
                    outcome = picture if isinstance(picture, str) else _crop(cut, picture)
                    if isinstance(outcome, bytes):
                        store(paths[row], row, outcome)
                        cut_paths.append(paths[row])
                    reasons.append(outcome if isinstance(outcome, str) else None)
                    tick()
            result = {"left_out": reasons, "bytes": self._sizes(segment, cut_paths)}
            write_whole(self.out, self._result(segment), json.dumps(result).encode())

    def reasons(self, segment: int, paths: Sequence[str]) -> list[str | None] | None:
        """Why each row of a finished segment was left out, None for one that was not.

        Args:
            segment: its number.
            paths: of its rows in the manifest.

        Returns:
            None if it is still to be cut, or if its crops are no longer what was written.
        """
        try:
            result = json.loads(self._result(segment).read_text(encoding="utf-8"))
            reasons: list[str | None] = result["left_out"]
            cut = [path for path, reason in zip(paths, reasons, strict=True) if reason is None]
            return reasons if result["bytes"] == self._sizes(segment, cut) else None
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _result(self, segment: int) -> Path:
        return self.out / WORKING / f"{segment:06d}.json"

    def _shard(self, segment: int) -> Path:
        return self.out / "shards" / f"{segment:06d}.tar"

    def _sizes(self, segment: int, paths: Sequence[str]) -> list[int]:
        """Bytes of the files that a segment's crops are in."""
        loose = [self.out / path for path in paths]
        files = [self._shard(segment)] if self.shards and paths else loose
        return [file.stat().st_size for file in files]

    @contextmanager
    def _store(self, segment: int, faces: pd.DataFrame) -> Iterator[Store]:
        """Takes the path, the place among ``faces`` and the JPEG of a crop."""
        if not self.shards:
            yield self._store_crop
            return
        with partial_file(self.out).open("wb") as file, open_shard(file) as shard:
            yield partial(_store_member, shard, faces)
        self._shard(segment).parent.mkdir(exist_ok=True)
        os.replace(file.name, self._shard(segment))

    def _store_crop(self, path: str, _row: int, jpeg: bytes) -> None:
        crop = self.out / path
        if not crop.parent.is_dir():
            crop.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self.out, crop, jpeg)


def _store_member(
    shard: Any,  # noqa: ANN401 - webdataset's TarWriter
    faces: pd.DataFrame,
    path: str,
    row: int,
    jpeg: bytes,
) -> None:
    """Put a crop into a shard, its row of the manifest beside it."""
    face = {
        str(name): None if pd.isna(value) else value if isinstance(value, str) else int(value)
        for name, value in faces.iloc[row].to_dict().items()
        if name != "place"
    }
    key = PurePosixPath(path).stem
    shard.write({"__key__": key, "jpg": jpeg, "json": json.dumps(face).encode()})


def shots_of(faces: pd.DataFrame) -> list[Shot]:
    """Where the pictures of some faces are."""
    return [
        Shot(source, None if pd.isna(place) else int(place))
        for source, place in zip(faces["source"], faces["place"], strict=True)
    ]


def _crop(cut: Cut, picture: np.ndarray) -> bytes | str:
    """The JPEG of the face in a picture, or why there is none."""
    try:
        crop = cut(picture)
    except (cv2.error, RuntimeError, ValueError) as error:  # one odd picture among many thousands
        return f"cannot be aligned: {' '.join(str(error).split())}"
    if crop is None:
        return NO_FACE
    done, code = cv2.imencode(".jpg", crop[..., ::-1], _JPEG)
    if not done:
        raise RuntimeError("the JPEG encoder refused a crop")
    return bytes(code)
