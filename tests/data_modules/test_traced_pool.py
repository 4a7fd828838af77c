import numpy as np
import pytest
import torch
from PIL import Image

from data_modules.pool import read_pool
from data_modules.traced_pool import TracedPool


@pytest.fixture
def pool(tmp_path):
    """A dot at one fifth of the way right and down in the central crop of 80 of 100 pixels."""
    face = np.zeros((100, 100, 3), np.uint8)
    face[24:29, 24:29] = 255
    Image.fromarray(face).save(tmp_path / "dot.png")
    (tmp_path / "broken.png").write_bytes(b"no")
    return TracedPool(read_pool(tmp_path, ()), 80, 100)


def centre(image: torch.Tensor) -> torch.Tensor:
    bright = image.float().mean(0)
    weight = (bright - bright.median()).clamp(min=0) ** 2
    ys, xs = torch.meshgrid(torch.arange(80.0), torch.arange(80.0), indexing="ij")
    return torch.stack([(weight * a).sum() / weight.sum() + 0.5 for a in (xs, ys)]) / 80


def test_corners_tell_where_every_point_went(pool):
    pool.augment.transforms = pool.augment.transforms[:2]  # what moves, without light and noise
    dot = next(index for index, path in enumerate(pool.faces.paths) if "dot" in path.as_py())
    batch = pool.batch([(dot, seed) for seed in range(8)])
    assert torch.allclose(
        centre(batch["pool_seen"][0]), torch.tensor([0.2, 0.2]) + 0.0062, atol=2e-3
    )
    for image, (origin, right, down) in zip(
        batch["pool_images"], batch["pool_corners"], strict=True
    ):
        x, y = centre(batch["pool_seen"][0])
        moved = origin + x * (right - origin) + y * (down - origin)
        assert torch.allclose(centre(image), moved, atol=0.006)


def test_unreadable_pictures_are_left_out(pool):
    batch = pool.batch([(0, 1), (1, 2)])
    assert batch["pool_images"].shape == (1, 3, 80, 80)
    assert batch["pool_corners"].shape == (1, 3, 2)
    assert pool.batch([])["pool_corners"].shape == (0, 3, 2)
