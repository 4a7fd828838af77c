"""Manifests: tables of pictures, the people in them, and the AUs somebody coded."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from data_modules.errors import DataError
from data_modules.facs import UNKNOWN, looks_like_au, parse_au
from data_modules.table import read_table


@dataclass(frozen=True)
class Manifest:
    """Faces of one table, in its order."""

    source: Path
    """The table, or the folder of a pool."""
    paths: pa.StringArray
    """N absolute paths of pictures, see ``places``."""
    subjects: pa.StringArray
    """N people; empty where a pool does not say."""
    aus: tuple[str, ...]
    """C names of AUs, in the project's spelling (AU01)."""
    labels: np.ndarray
    """(N, C) int8: 1 occurs, 0 does not, ``UNKNOWN`` not coded."""
    rows: np.ndarray
    """(N,) int64: each face's line in the table as an editor counts, the header being line 1."""

    def __len__(self) -> int:
        return len(self.paths)

    def where(self, face: int) -> str:
        """File and row of a face, for messages."""
        return f"{self.source}:{self.rows[face]}" if self.rows[face] else str(self.paths[face])

    def take(self, faces: np.ndarray) -> "Manifest":
        """The manifest of some faces, given as an integer or boolean index."""
        index = np.arange(len(self))[faces]
        return Manifest(
            self.source,
            self.paths.take(pa.array(index)),
            self.subjects.take(pa.array(index)),
            self.aus,
            self.labels[index],
            self.rows[index],
        )


def read_manifest(table: Path, aus: Sequence[str] | None = None) -> Manifest:
    """Read a labeled table.

    Args:
        table: CSV (UTF-8, byte order mark allowed) or Parquet with the columns ``path``
            (relative to the table's folder, or absolute), ``subject``, and one an AU (``AU1`` or
            ``AU01``) holding 1, 0 or nothing (unknown). Other columns are left alone.
        aus: the AUs to read, in this order and any spelling; None for all of the table's, in its
            order.

    Raises:
        DataError: the table is missing, empty or malformed, lacks one of ``aus``, has a column
            that means to be an AU but is none of FACS, a label that is not 0, 1 or empty, a face
            without path or subject, or one picture twice.
    """
    frame = read_table(table)
    columns = _au_columns(table, frame)
    if not columns:
        raise DataError(f"{table}: no AU column; name each AU's column AU1, AU2, ... in the header")
    aus = tuple(columns) if aus is None else tuple(parse_au(au) or au for au in aus)
    if not aus or len(set(aus)) < len(aus):
        raise DataError(f"data.aus is [{', '.join(aus)}]; name at least one AU, and each once")
    for au in aus:
        if au not in columns:
            raise DataError(
                f"{table}: no column {au} (there are {', '.join(columns)}); add it, its cells "
                "empty where unknown, or name the AUs to learn with data.aus=[...]"
            )
    if "subject" not in frame:
        raise DataError(
            f"{table}: no column 'subject'; say who is in each picture, so that nobody is both "
            "learned from and tested on"
        )
    rows = frame.index.to_numpy()
    labels = [_labels(table, columns[au], frame[columns[au]]) for au in aus]
    return Manifest(
        table,
        _paths(table, frame),
        pa.array(_filled(table, "subject", frame), pa.string()),
        aus,
        np.stack(labels, axis=1),
        rows,
    )


def read_pool_table(table: Path, aus: Sequence[str]) -> Manifest:
    """Read a table of unlabeled faces: ``path`` and perhaps ``subject``.

    AU columns, should there be any, are not looked at: every label is unknown.

    Raises:
        DataError: the table is missing, empty or malformed, or names one picture twice.
    """
    frame = read_table(table)
    size = len(frame)
    known = "subject" in frame
    return Manifest(
        table,
        _paths(table, frame),
        pa.array(frame["subject"] if known else [""] * size, pa.string()),
        tuple(aus),
        np.full((size, len(aus)), UNKNOWN, np.int8),
        frame.index.to_numpy(),
    )


def _au_columns(table: Path, frame: pd.DataFrame) -> dict[str, str]:
    """AU name → column that holds it, in the table's order."""
    columns: dict[str, str] = {}
    for column in frame.columns:
        au = parse_au(column)
        if au is None and looks_like_au(column):
            raise DataError(
                f"{table}:1: column {column!r} is no action unit of FACS; name it AU1 ... AU64, "
                "or otherwise than an AU if it holds no labels"
            )
        if au in columns:
            raise DataError(f"{table}:1: columns {columns[au]!r} and {column!r} are both {au}")
        if au is not None:
            columns[au] = column
    return columns


def _labels(table: Path, name: str, column: "pd.Series[str]") -> np.ndarray:
    """(N,) int8. Numbers may be written 1 or 1.0, as tables with empty cells often are."""
    values = column.str.replace(r"^([01])\.0+$", r"\1", regex=True)
    wrong = ~values.isin(["0", "1", ""]).to_numpy()
    if wrong.any():
        first = int(wrong.argmax())
        raise DataError(
            f"{table}:{column.index[first]}: {name} is {column.iloc[first]!r}, which is not 0, 1 "
            "or empty; leave the cell empty where the AU was not coded"
        )
    return values.replace("", str(UNKNOWN)).to_numpy(np.int8)


def _filled(table: Path, name: str, frame: pd.DataFrame) -> "pd.Series[str]":
    empty = (frame[name] == "").to_numpy()
    if empty.any():
        row = frame.index[int(empty.argmax())]
        raise DataError(f"{table}:{row}: no {name}; fill the cell or remove the row")
    return frame[name]


def _paths(table: Path, frame: pd.DataFrame) -> pa.StringArray:
    written = _filled(table, "path", frame)
    paths = pd.Series(places(os.path.join(table.parent, path) for path in written), written.index)
    twice = paths.duplicated().to_numpy()
    if twice.any():
        path = paths.iloc[int(twice.argmax())]
        first, second = paths.index[paths == path][:2]
        raise DataError(
            f"{table}:{second}: {written[second]} stands in row {first} too; keep one of the two"
        )
    return pa.array(paths, pa.string())


def places(pictures: Iterable[str]) -> list[str]:
    """One spelling for each picture, however a table reaches its folder (``..``, links).

    Splits are compared by it. A picture that is itself a link stays under its own name.
    """
    real = cache(os.path.realpath)  # of folders: few, where pictures may be millions
    parts = (os.path.split(picture) for picture in pictures)
    return [os.path.join(real(folder), name) for folder, name in parts]
