"""Faces without codes: pictures of the web, or rendered ones."""

from pathlib import Path

import numpy as np
import pandas as pd

from data_modules.errors import DataError
from data_modules.preparation.plan import Plan, drawn_up, unread
from data_modules.preparation.shards import gather
from data_modules.tree import read_tree


def read_faces(root: Path, out: Path | None = None) -> Plan:
    """All pictures below a folder, loose or in tar shards.

    Args:
        root: the folder.
        out: a folder to leave out.

    Raises:
        DataError: there is no picture.
    """
    tree = read_tree(root, out)
    pictures, left_out, assumed = gather(tree)
    if not pictures:
        raise DataError(
            f"{root}: no picture (.jpg, .png ...) among {len(tree.files):,} files or in their tar "
            "shards; give the folder that holds them"
        )
    known = sum(picture.subject is not None for picture in pictures)
    people = f"{known:,} of {len(pictures):,} pictures say who is in them; the others' are unknown"
    places = pd.DataFrame({
        "source": [picture.source for picture in pictures],
        "subject": [picture.subject for picture in pictures],
    })  # fmt: skip
    return drawn_up(
        "faces", places, [], np.empty((len(pictures), 0), np.int8), None,
        [*left_out, *unread(tree)],
        ["no codes are read", people if known else "who is in the pictures is unknown", *assumed],
    )  # fmt: skip
