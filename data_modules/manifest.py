"""Manifests: tables of pictures, the people in them, and the AUs somebody coded."""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from data_modules.errors import DataError
from data_modules.facs import UNKNOWN, looks_like_au, parse_au, parse_intensity
from data_modules.table import Table, read_table

SEPARATORS = re.escape(os.sep + (os.altsep or ""))
MOST_INTENSE = 5
"""FACS codes intensities A to E: 1 to 5, and 0 for an AU that does not occur."""


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
    preparation: dict[str, Any] = field(default_factory=dict)
    """What ``au-cotrain prepare`` says of the table: set, alignment, ...; {} if it is not its."""

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def alignment(self) -> dict[str, Any] | None:
        """How the faces were cut out, None where nobody says."""
        return self.preparation.get("alignment")

    def where(self, face: int) -> str:
        """File and row of a face, for messages."""
        return f"{self.source}:{self.rows[face]}" if self.rows[face] else str(self.paths[face])

    def take(self, faces: np.ndarray) -> "Manifest":
        """The manifest of some faces, given as an integer or boolean index."""
        index = np.arange(len(self))[faces]
        return replace(
            self,
            paths=self.paths.take(pa.array(index)),
            subjects=self.subjects.take(pa.array(index)),
            labels=self.labels[index],
            rows=self.rows[index],
        )


def read_manifest(
    table: Path,
    aus: Sequence[str] | None = None,
    threshold: int | None = None,
    strangers: bool = False,
    within: str | Path | None = None,
) -> Manifest:
    """Read a labeled table.

    Args:
        table: CSV (UTF-8, byte order mark allowed) or Parquet with the columns ``path``
            (relative to the table's folder, or absolute), ``subject``, and one an AU (``AU1`` or
            ``AU01``) holding 1, 0 or nothing (unknown). Other columns are left alone.
        aus: the AUs to read, in this order and any spelling; None for all of the table's, in its
            order.
        threshold: intensity, 1 to 5, from which an AU occurs: labels come from the columns
            ``AU01_intensity`` (0 to 5, or nothing) instead. None for the labels as they stand.
        strangers: a face without a subject is taken for a person of its own, named by its
            ``source`` (or else ``path``) as the table writes it, instead of being refused.
        within: a folder outside of which no picture may be named; None for the table's own. Links
            in it are their owner's will and are followed.

    Raises:
        DataError: the table is missing, empty or malformed, lacks one of ``aus``, has a column
            that means to be an AU but is none of FACS, a label that is not 0, 1 or empty, an
            intensity that is not 0 to 5 or empty, a face without path or subject, one picture
            twice or one from elsewhere; or the threshold is none.
    """
    if threshold is not None and threshold not in range(1, MOST_INTENSE + 1):
        raise DataError(f"data.threshold is {threshold}; it can be 1 to {MOST_INTENSE}, or null")
    return manifest_of(read_table(table, within=within), aus, threshold, strangers)


def manifest_of(
    content: Table, aus: Sequence[str] | None, threshold: int | None, strangers: bool
) -> Manifest:
    """The manifest of a table that was read already; see ``read_manifest``."""
    table = content.path
    labels, intensities = au_columns(content)
    columns, end = (labels, "") if threshold is None else (intensities, "_intensity")
    if not columns:
        raise DataError(
            f"{table}: no AU column; name each AU's column AU1, AU2, ... in the header"
            if threshold is None
            else f"{table}: no column of intensities (AU01_intensity), to which data.threshold "
            "could be applied; give data.threshold=null to take the labels as they stand"
        )
    aus = tuple(columns) if aus is None else tuple(parse_au(au) or au for au in aus)
    if not aus or len(set(aus)) < len(aus):
        raise DataError(f"data.aus is [{', '.join(aus)}]; name at least one AU, and each once")
    for au in aus:
        if au not in columns:
            raise DataError(
                f"{table}: no column {au}{end} (there are {', '.join(columns)}); add it, its cells "
                "empty where unknown, or name the AUs to learn with data.aus=[...]"
            )
    codes = [_labels(content, columns[au], threshold) for au in aus]
    return Manifest(
        table,
        _distinct(content, _filled(content, "path")),
        _people(content, strangers),
        aus,
        np.stack(codes, axis=1),
        content.rows,
        content.preparation,
    )


def read_pool_table(table: Path, aus: Sequence[str], within: str | Path | None = None) -> Manifest:
    """Read a table of unlabeled faces: ``path`` and perhaps ``subject``.

    AU columns, should there be any, are not read: every label is unknown.

    Raises:
        DataError: the table is missing, empty or malformed, or names one picture twice or one from
            outside of ``within``, see ``read_manifest``.
    """
    content = read_table(table, labels=False, within=within)
    size = len(content.rows)
    known = "subject" in content.columns
    return Manifest(
        table,
        _distinct(content, _filled(content, "path")),
        content.text("subject") if known else pa.array([""] * size, pa.string()),
        tuple(aus),
        np.full((size, len(aus)), UNKNOWN, np.int8),
        content.rows,
        content.preparation,
    )


def au_columns(table: Table) -> tuple[dict[str, str], dict[str, str]]:
    """AU name → column that holds its labels, and → that of its intensities, in their order.

    Raises:
        DataError: a column means to be an AU but is none of FACS, or two are the same.
    """
    labels: dict[str, str] = {}
    intensities: dict[str, str] = {}
    for column in table.columns:
        intensity = parse_intensity(column)
        au, found = (parse_au(column), labels) if intensity is None else (intensity, intensities)
        if au is None and looks_like_au(column):
            raise DataError(
                f"{table.path}:1: column {column!r} is no action unit of FACS; name it AU1 ... "
                "AU64, or otherwise than an AU if it holds no labels"
            )
        if au in found:
            raise DataError(f"{table.path}:1: columns {found[au]!r} and {column!r} are both {au}")
        if au is not None:
            found[au] = column
    return labels, intensities


def _labels(table: Table, name: str, threshold: int | None) -> np.ndarray:
    """(N,) int8 of a column of labels, or of intensities, which a threshold makes labels."""
    codes = read_codes(table, name, 1 if threshold is None else MOST_INTENSE)
    if threshold is None:
        return codes
    return np.where(codes == UNKNOWN, UNKNOWN, codes >= threshold).astype(np.int8)


def read_codes(table: Table, name: str, highest: int) -> np.ndarray:
    """(N,) int8, 0 to ``highest`` or UNKNOWN for an empty cell.

    Numbers may be written 1 or 1.0, as tables with empty cells often are.

    Raises:
        DataError: a cell is neither.
    """
    cells = table.columns[name]
    if pa.types.is_integer(cells.type):  # no detour by text: these columns are long and many
        right = pc.and_(pc.greater_equal(cells, 0), pc.less_equal(cells, highest))
    else:
        cells = table.text(name)
        right = pc.is_in(cells, pa.array([*map(str, range(highest + 1)), ""]))
    wrong = ~pc.fill_null(right, True).to_numpy(zero_copy_only=False)
    if wrong.any():
        first = int(wrong.argmax())
        allowed = "0, 1" if highest == 1 else f"0 to {highest}"
        raise DataError(
            f"{table.path}:{table.rows[first]}: {name} is '{cells[first]}', which is not {allowed} "
            "or empty; leave the cell empty where the AU was not coded"
        )
    if pa.types.is_string(cells.type):
        cells = pc.if_else(pc.equal(cells, ""), str(UNKNOWN), cells)
    codes: np.ndarray = pc.fill_null(cells.cast(pa.int8()), UNKNOWN).to_numpy()
    return codes


def _filled(table: Table, name: str) -> pa.StringArray:
    cells = table.text(name)
    empty = pc.equal(cells, "").to_numpy(zero_copy_only=False)
    if empty.any():
        row = table.rows[int(empty.argmax())]
        raise DataError(f"{table.path}:{row}: no {name}; fill the cell or remove the row")
    return cells


def _people(table: Table, strangers: bool) -> pa.StringArray:
    if strangers:
        own = table.text("source" if "source" in table.columns else "path")
        if "subject" not in table.columns:
            return own
        subjects = table.text("subject")
        return pc.if_else(pc.equal(subjects, ""), own, subjects)
    if "subject" not in table.columns:
        raise DataError(
            f"{table.path}: no column 'subject'; say who is in each picture, so that nobody is "
            "both learned from and tested on"
        )
    return _filled(table, "subject")


def _distinct(table: Table, written: pa.StringArray) -> pa.StringArray:
    """The places of a table's pictures, each of which stands in one row only."""
    strange = outside(written, table.path.parent, table.within)
    if strange.any():
        row = int(strange.argmax())
        raise DataError(
            f"{table.path}:{table.rows[row]}: {written[row]} is not in {table.within}; if that is "
            "meant, name a folder that holds all pictures (data.within=FOLDER, or --within FOLDER)"
        )
    paths = places(written, table.path.parent)
    if pc.count_distinct(paths).as_py() < len(paths):
        series = pd.Series(paths.to_pylist())
        second = int(series.duplicated().to_numpy().argmax())
        first = int((series == series[second]).to_numpy().argmax())
        raise DataError(
            f"{table.path}:{table.rows[second]}: {written[second]} stands in row "
            f"{table.rows[first]} too; keep one of the two"
        )
    return paths


def outside(written: pa.StringArray, parent: Path, within: Path) -> np.ndarray:
    """(N,) bool: whether a picture's path leaves a folder, by itself and not by the owner's links.

    Args:
        written: N paths.
        parent: the folder from which the relative ones start.
        within: the folder.
    """

    def leaves(folder: str) -> bool:
        path = os.path.join(parent, folder)
        # ".." behind a link goes up from where the link leads to.
        climbs = os.pardir in re.split(f"[{SEPARATORS}]", folder)
        spellings = (os.path.abspath, os.path.realpath) if climbs else (os.path.abspath,)
        return any(
            os.path.commonpath([spelt(within), spelt(path)]) != spelt(within) for spelt in spellings
        )

    folders = _folders(written)
    strange = np.array([leaves(folder) for folder in folders.dictionary.to_pylist()], bool)
    found: np.ndarray = strange[folders.indices.to_numpy()]
    return found


def _folders(written: pa.StringArray) -> pa.DictionaryArray:
    """Each picture's folder; they are few where pictures may be millions."""
    return pc.replace_substring_regex(written, f"[^{SEPARATORS}]*$", "").dictionary_encode()


def places(pictures: Iterable[str] | pa.StringArray, parent: str | Path = "") -> pa.StringArray:
    """One spelling for each picture, however a table reaches its folder (``..``, links).

    Splits are compared by it. A picture that is itself a link stays under its own name.

    Args:
        pictures: N paths.
        parent: the folder from which the relative ones start.

    Returns:
        N absolute paths.
    """
    written = pa.array(pictures, pa.string()) if not isinstance(pictures, pa.Array) else pictures
    names = pc.replace_substring_regex(written, f"(?s)^.*[{SEPARATORS}]", "")
    folders = _folders(written)
    real = [
        os.path.join(os.path.realpath(os.path.join(parent, folder)), "")
        for folder in folders.dictionary.to_pylist()
    ]
    return pc.binary_join_element_wise(pa.array(real, pa.string()).take(folders.indices), names, "")
