"""Faces nobody has coded, each shown twice: as it is, and changed by a map that is told."""

from collections.abc import Sequence

import numpy as np
import torch

from data_modules import transforms
from data_modules.manifest import Manifest
from data_modules.picture import PictureError, central_crop, read_picture
from data_modules.sampler import Draw

Batch = dict[str, torch.Tensor]


class TracedPool:
    """A pool by whole batches.

    A batch: ``pool_seen`` (P, 3, size, size) uint8 RGB, each face's central crop;
    ``pool_images`` (P, 3, size, size), the same faces augmented strongly, never mirrored;
    ``pool_corners`` (P, 3, 2) float32, where the upper left, upper right and lower left corner of
    the crop went, as parts of the sides: all that moves points is affine, so these tell of all.

    Args:
        faces: the pool; pictures that cannot be read are left out of their batch.
        size: pixels of a side of a face in a batch.
        scaled_size: pixels of a side of a face before it is cropped.
    """

    def __init__(self, faces: Manifest, size: int, scaled_size: int) -> None:
        self.faces, self.size, self.scaled_size = faces, size, scaled_size
        self.augment = transforms.training(size, "strong", mirror=False, traced=True)
        near = (scaled_size - size) // 2 / scaled_size
        far = near + size / scaled_size
        self.corners = np.array([[near, near], [far, near], [near, far]])

    def __len__(self) -> int:
        return len(self.faces)

    def batch(self, draws: Sequence[Draw]) -> Batch:
        """The faces of these draws, twice."""
        seen, images, corners = [], [], []
        for face, seed in draws:
            try:
                picture = read_picture(self.faces.paths[face].as_py(), self.scaled_size)
            except PictureError:
                continue
            image, moved = transforms.traced(self.augment, picture, self.corners, seed)
            seen.append(central_crop(picture, self.size))
            images.append(image)
            corners.append(moved)
        return {
            "pool_seen": self._stack(seen),
            "pool_images": self._stack(images),
            "pool_corners": torch.from_numpy(np.array(corners, np.float32).reshape(-1, 3, 2)),
        }

    def _stack(self, pictures: list[np.ndarray]) -> torch.Tensor:
        pixels = np.array(pictures, np.uint8).reshape(-1, self.size, self.size, 3)
        return torch.from_numpy(pixels.transpose(0, 3, 1, 2).copy())
