"""The unlabeled pool: a folder of faces, or a table of them."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from data_modules.errors import DataError
from data_modules.facs import UNKNOWN
from data_modules.manifest import Manifest, places, read_pool_table

PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")
"""Endings, in any case, of files taken for pictures."""

PREPARED = "manifest.parquet"
"""The table in a folder that ``au-cotrain prepare`` wrote."""

CROPS = ("crops", "shards")
"""The folders beside it that hold the pictures."""


def find_pictures(folder: Path) -> list[str]:
    """Paths of all pictures below a folder, sorted; hidden files and folders left out."""
    found: list[str] = []
    seen: set[str] = set()  # links may lead in circles
    for parent, folders, files in os.walk(folder, followlinks=True):
        real = os.path.realpath(parent)
        if real in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [
            os.path.join(parent, name)
            for name in sorted(files)
            if name.lower().endswith(PICTURES) and not name.startswith(".")
        ]
    return found


def read_pool(source: Path, aus: Sequence[str]) -> Manifest:
    """The faces of a pool, all labels unknown.

    Args:
        source: a folder, searched to any depth, or a CSV or Parquet table, see
            ``manifest.read_pool_table``. A folder that ``au-cotrain prepare`` wrote is its table,
            which knows its people.
        aus: C names of the AUs the labeled faces have.

    Raises:
        DataError: there is no such pool, or nothing in it.
    """
    if (source / PREPARED).is_file():
        source = source / PREPARED
    if not source.is_dir():
        return read_pool_table(source, aus)
    if (source.resolve().parent / PREPARED).is_file() and source.resolve().name in CROPS:
        raise DataError(
            f"{source}: these pictures are of a prepared set, whose table knows their people and "
            f"this folder does not; give data.unlabeled={source.resolve().parent / PREPARED}"
        )
    paths = places(find_pictures(source))
    if not len(paths):
        raise DataError(
            f"{source}: no pictures in this pool ({' '.join(PICTURES)}); give another "
            "data.unlabeled, or data.unlabeled=null to train without one"
        )
    return Manifest(
        source,
        paths,
        pa.array([""] * len(paths), pa.string()),
        tuple(aus),
        np.full((len(paths), len(aus)), UNKNOWN, np.int8),
        np.zeros(len(paths), np.int64),
    )
