"""People never cross a split: checks between manifests. F001 and f001 are one person."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from data_modules.errors import DataError
from data_modules.manifest import Manifest


def check_apart(one: Manifest, other: Manifest) -> None:
    """Refuse two splits that share a person or a picture.

    Raises:
        DataError: they do; the message names the first and where it stands in both.
    """
    for what, ours, theirs in (
        ("person", _people(one), _people(other)),
        ("picture", one.paths, other.paths),
    ):
        shared = _among(ours, theirs)
        if not shared.any():
            continue
        face = int(shared.argmax())
        elsewhere = other.where(theirs.index(ours[face]).as_py())
        name = (one.subjects if what == "person" else one.paths)[face]
        raise DataError(
            f"{one.where(face)}: {what} {name} is also at {elsewhere}; "
            f"keep each {what} in one of the two, or what is learned there is tested here"
        )


def in_pool_alone(pool: Manifest, labeled: Manifest, held_out: Sequence[Manifest]) -> np.ndarray:
    """Which faces of a pool may be learned from, besides the labeled ones.

    Args:
        pool: unlabeled faces, perhaps with people.
        labeled: faces to learn from; their people may be in the pool, their pictures not again.
        held_out: validation and test, whose people and pictures may not be in the pool.

    Returns:
        (N,) booleans.
    """
    keep = ~_among(pool.paths, labeled.paths)
    for split in held_out:
        keep &= ~_among(pool.paths, split.paths)
        keep &= ~_among(_people(pool), _people(split))
    return keep


def _people(faces: Manifest) -> pa.StringArray:
    return pc.utf8_lower(faces.subjects)


def _among(ours: pa.StringArray, theirs: pa.StringArray) -> np.ndarray:
    inside: np.ndarray = pc.is_in(ours, theirs).to_numpy(zero_copy_only=False)
    return inside
