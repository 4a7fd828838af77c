"""What several tests share: where the reference material lies, and small tables of faces."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

SHARED = Path(os.environ.get("AU_COTRAIN_SHARED", Path(__file__).parents[2] / "shared"))


@pytest.fixture
def shared() -> Path:
    """The reference material, which is not part of the project."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the reference material in {SHARED}")
    return SHARED


@pytest.fixture
def faces_table(tmp_path: Path) -> Callable[..., Path]:
    """Writes a manifest of plain pictures whose brightness says AU01, and returns its path."""

    def write(name: str, people: int = 4, frames: int = 4, aus: str = "AU01 AU02") -> Path:
        rng = np.random.default_rng(sum(map(ord, name)))
        columns = aus.split()
        rows = [",".join(["path", "subject", *columns])]
        for person in range(people):
            for frame in range(frames):
                labels = rng.integers(0, 2, len(columns))
                labels[0] = frame % 2
                picture = rng.integers(0, 60, (20, 20, 3)) + 180 * labels[0]
                path = tmp_path / name / f"{person}_{frame}.png"
                path.parent.mkdir(exist_ok=True)
                Image.fromarray(picture.astype(np.uint8)).save(path)
                rows.append(f"{name}/{path.name},{name}-{person}," + ",".join(map(str, labels)))
        table = tmp_path / f"{name}.csv"
        table.write_text("\n".join(rows) + "\n")
        return table

    return write
