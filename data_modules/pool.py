"""The unlabeled pool: a folder of faces or of tars of them, or a table."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from data_modules.errors import DataError
from data_modules.facs import UNKNOWN
from data_modules.manifest import Manifest, places, read_pool_table
from data_modules.prepared_set import CROPS, MANIFEST
from data_modules.shard import BROKEN, members
from data_modules.tree import PICTURES, is_picture, read_tree


def find_pictures(folder: Path) -> list[str]:
    """Paths of all pictures below a folder, also within tars; hidden files and folders left out.

    Raises:
        DataError: the folder, or a tar in it, cannot be read.
    """
    tree = read_tree(folder)
    found = [os.path.join(folder, picture) for picture in tree.pictures()]
    for tar in (os.path.join(folder, file) for file in tree.files if file.endswith(".tar")):
        try:
            found += [f"{tar}/{name}" for name in members(tar) if is_picture(name)]
        except BROKEN as error:
            raise DataError(f"{tar}: not a tar ({error}); remove it or write it anew") from error
    return found


def read_pool(source: Path, aus: Sequence[str], within: str | Path | None = None) -> Manifest:
    """The faces of a pool, all labels unknown.

    Args:
        source: a folder of pictures and of tars of them, searched to any depth, or a CSV or
            Parquet table, see ``manifest.read_pool_table``. A folder that ``au-cotrain prepare``
            wrote is its table, which knows its people.
        aus: C names of the AUs the labeled faces have.
        within: of a table, see ``manifest.read_manifest``.

    Raises:
        DataError: there is no such pool, or nothing in it.
    """
    if (source / MANIFEST).is_file():
        source = source / MANIFEST
    if not source.is_dir():
        return read_pool_table(source, aus, within)
    if (source.resolve().parent / MANIFEST).is_file() and source.resolve().name in CROPS:
        raise DataError(
            f"{source}: these pictures are of a prepared set, whose table knows their people and "
            f"this folder does not; give data.unlabeled={source.resolve().parent / MANIFEST}"
        )
    paths = places(find_pictures(source))
    if not len(paths):
        raise DataError(
            f"{source}: no pictures in this pool ({' '.join(PICTURES)}, or tars of them); give "
            "another data.unlabeled, or data.unlabeled=null to train without one"
        )
    return Manifest(
        source,
        paths,
        pa.array([""] * len(paths), pa.string()),
        tuple(aus),
        np.full((len(paths), len(aus)), UNKNOWN, np.int8),
        np.zeros(len(paths), np.int64),
    )
