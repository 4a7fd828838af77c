"""Pictures and tables of faces, made where a test wants them."""

import numpy as np
import pytest
from PIL import Image


@pytest.fixture
def draw(tmp_path):
    """Write a picture of one colour, or of given pixels, below the test's folder."""

    def draw(name, colour=(120, 60, 30), size=(32, 32), pixels=None, **options):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        image = Image.new("RGB", size, colour) if pixels is None else Image.fromarray(pixels)
        image.save(path, **options)
        return path

    return draw


@pytest.fixture
def write(tmp_path):
    """Write a table as text or bytes below the test's folder."""

    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.fixture
def noise():
    """Pixels no two of which are alike, so that every crop and flip of them is another."""

    def noise(seed=0, side=32):
        return np.random.default_rng(seed).integers(0, 256, (side, side, 3), dtype=np.uint8)

    return noise
