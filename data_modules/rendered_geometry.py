"""Rendered faces with all that is known of them: AUs, muscles, pose, and where every point lies."""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.csv
import torch
from torch.utils.data import Dataset

from data_modules import transforms
from data_modules.errors import DataError
from data_modules.manifest import Manifest, read_manifest
from data_modules.picture import read_picture
from data_modules.progress import progress_of
from data_modules.sampler import Draw
from data_modules.traced_pool import TracedPool

Row = dict[str, Any]

_MUSCLES = ("intensity_", "pose_")
_AT_ONCE = 200


class RenderedGeometry(Dataset[dict[str, torch.Tensor]]):
    """Faces of a manifest that ``au-cotrain synth`` wrote, by whole batches, augmented strongly.

    An item is a batch: ``images`` (N, 3, size, size) uint8 RGB; ``labels`` (N, C) int8, 0 or 1;
    ``muscles`` (N, M) float32, intensities of the AUs on either side of the face and the head's
    pose, each in deviations from its mean over all faces; ``landmarks`` (N, K, 2) float32, parts
    of the picture's sides; with a pool, ``TracedPool``'s batch too. Faces of the pool are counted
    after the rendered ones.

    Args:
        manifest: the table; the landmarks are worked out once and kept beside it.
        size: pixels of a side of a face in a batch.
        pool: faces nobody has coded.
        workers: processes that work out landmarks.

    Raises:
        DataError: the table lacks a face's parameters, or they are none.
    """

    def __init__(
        self, manifest: Path, size: int, pool: Manifest | None = None, workers: int = 2
    ) -> None:
        self.manifest = read_manifest(manifest)
        self.size, self.scaled_size = size, round(size * 15 / 14)
        # Left and right are told apart here.
        self.augment = transforms.training(size, "strong", mirror=False, traced=True)
        try:
            rows = pyarrow.csv.read_csv(manifest).to_pylist()
            if len(rows) != len(self.manifest):
                raise ValueError(f"{len(self.manifest)} faces, but {len(rows)} rows")
            self.muscles = _standardised(rows)
            self.landmarks = _kept_landmarks(manifest, rows, workers)
        except KeyError as error:
            raise _not_rendered(manifest, f"no column {error}") from error
        except (ValueError, TypeError, OverflowError, pyarrow.ArrowException) as error:
            raise _not_rendered(manifest, f"no parameters of faces ({error})") from error
        self.pool = None if pool is None else TracedPool(pool, size, self.scaled_size)

    def __len__(self) -> int:
        return len(self.manifest) + (0 if self.pool is None else len(self.pool))

    def __getitem__(self, draws: Sequence[Draw]) -> dict[str, torch.Tensor]:
        count = len(self.manifest)
        rendered = [draw for draw in draws if draw[0] < count]
        faces = [face for face, _ in rendered]
        images, landmarks = [], []
        for face, seed in rendered:
            picture = read_picture(self.manifest.paths[face].as_py(), self.scaled_size)
            image, moved = transforms.traced(self.augment, picture, self.landmarks[face], seed)
            images.append(image)
            landmarks.append(moved)
        others = [(face - count, seed) for face, seed in draws if face >= count]
        return {
            **({} if self.pool is None else self.pool.batch(others)),
            "images": torch.from_numpy(np.stack(images).transpose(0, 3, 1, 2).copy()),
            "labels": torch.from_numpy(self.manifest.labels[faces]),
            "muscles": torch.from_numpy(self.muscles[faces]),
            "landmarks": torch.from_numpy(np.stack(landmarks)),
        }


def _standardised(rows: Sequence[Row]) -> np.ndarray:
    names = [name for name in rows[0] if name.startswith(_MUSCLES)]
    values = np.array([[row[name] for name in names] for row in rows], np.float32)
    if not names or not np.isfinite(values).all():
        raise ValueError("an intensity or angle is no finite number")
    spread = values.std(0)
    standardised: np.ndarray = (values - values.mean(0))[:, spread > 0] / spread[spread > 0]
    return standardised


def _kept_landmarks(manifest: Path, rows: Sequence[Row], workers: int) -> np.ndarray:
    kept = manifest.with_name("landmarks.npy")
    if (before := _read_kept(kept, len(rows))) is not None:
        return before
    found = _all_landmarks(rows, workers)
    partial = kept.with_name(".landmarks.npy")
    np.save(partial, found)
    partial.replace(kept)
    return found


def _read_kept(kept: Path, count: int) -> np.ndarray | None:
    """The landmarks of so many faces; None if there is no such file, or a damaged or other one."""
    try:
        found = np.load(kept, mmap_mode="r")  # which compares the file's length with its header
        right = found.shape[::2] == (count, 2) and found.ndim == 3 and found.dtype.kind == "f"
        return np.array(found) if right and np.isfinite(found).all() else None
    except Exception:  # numpy raises whatever it trips over
        return None


def _not_rendered(manifest: Path, reason: str) -> DataError:
    said = " ".join(reason.split())
    return DataError(f"{manifest}: {said}; give the manifest that au-cotrain synth wrote")


def _all_landmarks(rows: Sequence[Row], workers: int) -> np.ndarray:
    if len(rows) <= _AT_ONCE:
        return _landmarks_of(rows)
    parts, faces = [], iter(rows)
    chunks = list(iter(lambda: list(islice(faces, _AT_ONCE)), []))
    with (
        progress_of("finding landmarks") as report,
        ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as processes,
    ):
        for part in processes.map(_landmarks_of, chunks):
            parts.append(part)
            report(sum(map(len, parts)), len(rows))
    return np.concatenate(parts)


def _landmarks_of(rows: Sequence[Row]) -> np.ndarray:
    from data_modules.synthetic.landmarks import landmarks  # numba: only when needed
    from data_modules.synthetic.record import from_row

    return np.stack([landmarks(from_row(row)) for row in rows])
