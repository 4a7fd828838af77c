"""The dataset: drawn faces in, a batch out."""

from collections.abc import Sequence
from typing import Any

import albumentations as A
import numpy as np
import torch
from torch.utils.data import Dataset

from data_modules.errors import DataError
from data_modules.manifest import Manifest
from data_modules.picture import PictureError, central_crop, read_picture
from data_modules.sampler import Draw
from data_modules.transforms import augmented


class FaceDataset(Dataset[dict[str, Any]]):
    """Faces of one or several manifests, by whole batches.

    An item is a batch: ``images`` (N, 3, size, size) uint8 RGB; ``labels`` (N, C) int8, 1, 0 or
    −1 (unknown), all −1 for a face of the pool; ``paths``, N of them; ``unreadable``, the paths of
    pool faces that were left out because no picture could be read there; the same faces, augmented
    otherwise, are ``images_2`` with ``own_looks`` and ``teacher_images`` with ``teacher_augment``.

    Args:
        manifests: coded faces first, then the pool; faces are counted through both.
        size: pixels of a side of a face in a batch.
        scaled_size: pixels of a side of a face before it is cropped to ``size``.
        augment: random augmentation, or None for the central crop.
        teacher_augment: that of what a teacher is shown; None for no such images.
        own_looks: whether the second view has its own random augmentation.
    """

    def __init__(
        self,
        manifests: Sequence[Manifest],
        size: int,
        scaled_size: int,
        augment: A.Compose | None = None,
        teacher_augment: A.Compose | None = None,
        own_looks: bool = False,
    ) -> None:
        self.manifests = list(manifests)
        self.starts = np.cumsum([0] + [len(manifest) for manifest in manifests])
        self.size, self.scaled_size = size, scaled_size
        looks = {
            "images": augment,
            "teacher_images": teacher_augment,
            "images_2": augment if own_looks else None,
        }
        self.looks = {
            name: look for name, look in looks.items() if look is not None or name == "images"
        }

    def __len__(self) -> int:
        return int(self.starts[-1])

    def __getitem__(self, draws: Sequence[Draw]) -> dict[str, Any]:
        shape = (len(draws), self.size, self.size, 3)
        seen = {name: np.empty(shape, np.uint8) for name in self.looks}
        codes = np.empty((len(draws), len(self.manifests[0].aus)), np.int8)
        paths: list[str] = []
        unreadable = []
        for face, seed in draws:
            part = int(np.searchsorted(self.starts, face, side="right")) - 1
            manifest, row = self.manifests[part], face - int(self.starts[part])
            path = manifest.paths[row].as_py()
            try:
                picture = read_picture(path, self.scaled_size)
            except PictureError as error:
                if part == 0:
                    raise DataError(f"{manifest.where(row)}: unreadable picture {error}") from error
                unreadable.append(path)
                continue
            for another, (name, look) in enumerate(self.looks.items()):
                seen[name][len(paths)] = self._crop(picture, look, seed + another)
            codes[len(paths)] = manifest.labels[row]
            paths.append(path)
        return {
            # Channels come last in memory, as the networks want them: no copy.
            **{
                name: torch.from_numpy(faces[: len(paths)]).permute(0, 3, 1, 2)
                for name, faces in seen.items()
            },
            "labels": torch.from_numpy(codes[: len(paths)]),
            "paths": paths,
            "unreadable": unreadable,
        }

    def _crop(self, picture: np.ndarray, look: A.Compose | None, seed: int) -> np.ndarray:
        return central_crop(picture, self.size) if look is None else augmented(look, picture, seed)
