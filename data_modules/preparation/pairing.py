"""Pairs of a picture and a code: by person, task and frame number, never by position."""

from collections.abc import Callable, Hashable
from functools import cache
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from data_modules.errors import DataError
from data_modules.preparation.label_file import whole_number
from data_modules.preparation.plan import leave_out
from data_modules.tree import Tree

_KEY = ["subject", "task", "frame"]


def numbered_pictures(
    tree: Tree, owner: Callable[[PurePosixPath], tuple[str, str] | None]
) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """The pictures that are named by a frame's number, in folders of a subject and task.

    Args:
        tree: the data set.
        owner: a folder's subject and task; None for other folders.

    Returns:
        Columns source, subject, task, frame; and other pictures, as left out.

    Raises:
        DataError: one frame has two pictures.
    """
    owners = cache(lambda folder: owner(PurePosixPath(folder)))
    first: dict[tuple[str, str, int], str] = {}
    strays, unnumbered = [], []
    for source in tree.pictures():
        folder, _, name = source.rpartition("/")
        group = owners(folder)
        if group is None:
            strays.append(source)
            continue
        stem = name.rpartition(".")[0]
        number = whole_number(stem) if stem.isdigit() else None
        if number is None:
            unnumbered.append((source, *group))
            continue
        other = first.setdefault((*group, number), source)
        if other != source:
            raise DataError(
                f"{tree.root / source}: {tree.root / other} is frame {number} of "
                f"{' '.join(group)} too; give a ROOT that holds one of them"
            )
    rows = [(source, *key) for key, source in first.items()]
    left_out = [
        leave_out("picture in no folder of a subject and task", strays),
        leave_out(
            "picture whose name is no frame number",
            *([row[column] for row in unnumbered] for column in range(3)),
        ),
    ]
    pictures = pd.DataFrame(rows, columns=["source", *_KEY])
    return pictures.astype(
        {"source": "str", "subject": "str", "task": "str", "frame": "int64"}
    ), left_out


def pair(
    coded: pd.DataFrame, pictures: pd.DataFrame
) -> tuple[np.ndarray, pd.DataFrame, list[pd.DataFrame]]:
    """Match codes with pictures.

    Args:
        coded: columns source (label file), subject, task, frame.
        pictures: the same columns, source being the picture; no key twice in either.

    Returns:
        For N pairs, in the order of the pictures, the rows of ``coded`` and those of ``pictures``;
        and what has no partner, as left out.
    """
    both = pictures.assign(picture=np.arange(len(pictures))).merge(
        coded[_KEY].assign(code=np.arange(len(coded))), "inner", _KEY
    )
    pairs = pictures.iloc[both["picture"]].reset_index(drop=True)
    uncoded = _others(pictures, both["picture"])
    unseen = _others(coded, both["code"])
    left_out = [
        *_split(uncoded, coded, "picture of a frame without a code",
                "picture of a subject and task without a label file"),
        *_split(unseen, pictures, "coded frame without a picture",
                "coded frame of a subject and task without any picture"),
    ]  # fmt: skip
    return both["code"].to_numpy(), pairs, left_out


def _others(rows: pd.DataFrame, paired: "pd.Series[int]") -> pd.DataFrame:
    return rows[~np.isin(np.arange(len(rows)), paired)]


def _split(
    rows: pd.DataFrame, partners: pd.DataFrame, some: str, none: str
) -> list[pd.DataFrame]:  # fmt: skip
    """Left out for one reason where the subject and task have any partner, else for another."""
    groups: set[Hashable] = set(zip(partners["subject"], partners["task"], strict=True))
    inside = np.array(
        [group in groups for group in zip(rows["subject"], rows["task"], strict=True)], bool
    )
    return [
        leave_out(reason, part["source"], part["subject"], part["task"], part["frame"])
        for reason, part in ((some, rows[inside]), (none, rows[~inside]))
    ]
