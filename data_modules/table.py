"""Tables: CSV and Parquet files, read strictly, since a shifted cell is a wrong label."""

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from data_modules.errors import DataError
from data_modules.facs import looks_like_au, parse_intensity
from data_modules.prepared_set import METADATA

NAMED = ("path", "subject", "source")
"""Columns that mean something here, besides those of AUs."""

ORDER = ("task", "frame")
"""Columns that tell coded faces apart and put them in order; nobody needs them of a pool."""


@dataclass(frozen=True)
class Table:
    """A table's columns that mean something, as they are stored."""

    path: Path
    rows: np.ndarray
    """(N,) int64: each row's line as an editor counts, the header being line 1."""
    columns: dict[str, pa.Array]
    """Heading → N cells."""
    preparation: dict[str, Any]
    """What ``au-cotrain prepare`` says of it: set, alignment, ...; {} of any other table."""
    within: Path = Path()
    """The folder that its pictures may not lie outside of."""

    def text(self, name: str) -> pa.StringArray:
        """N cells as stripped text, '' for an empty one; 7.0 is 7, but in a picture's name.

        Raises:
            DataError: the column holds lists, say, or bytes that are not UTF-8.
        """
        try:
            cells = _text(self.columns[name])
        except pa.ArrowException as error:
            raise DataError(
                f"{self.path}:1: column {name!r} holds {self.columns[name].type}, which is no "
                "text; store its cells as text or numbers"
            ) from error
        if name in ("path", "source"):
            return cells
        return pc.replace_substring_regex(cells, r"^(\d+)\.0+$", r"\1")


def read_table(table: Path, labels: bool = True, within: str | Path | None = None) -> Table:
    """Read a CSV (UTF-8, byte order mark allowed) or Parquet table that has a column ``path``.

    Args:
        table: the file.
        labels: read the AUs' columns and those of ``ORDER`` too, not only those of ``NAMED``.
        within: the folder that its pictures may not lie outside of; None for its own.

    Raises:
        DataError: the table is missing, empty or malformed.
    """
    if not table.is_file():
        raise DataError(f"{table}: no such file; give a CSV or Parquet table")
    try:
        parquet = table.suffix.lower() == ".parquet"
        found = (_read_parquet if parquet else _read_csv)(table, labels)
    except (ValueError, OSError, csv.Error, pa.ArrowException) as error:
        raise _unreadable(table, error) from error
    if not len(found.rows):
        raise DataError(f"{table}: no faces in it; give a table with a row a picture")
    return replace(found, within=Path(table.parent if within is None else within))


def _unreadable(table: Path, error: Exception) -> DataError:
    return DataError(
        f"{table}: not a readable table ({' '.join(str(error).split())}); give a CSV in UTF-8, its "
        "cells parted by commas, or Parquet"
    )


def heading(name: object) -> str:
    """A column's name without stray spaces and quotes; Path and Subject are path and subject."""
    plain = str(name).strip().strip("'\"").strip()
    return plain.lower() if plain.lower() in NAMED + ORDER else plain


def _used(table: Path, names: Sequence[str], labels: bool) -> list[int]:
    """Places of the columns that mean something here."""
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise DataError(f"{table}:1: two columns are named {twice[0]!r}; rename one")
    if "path" not in names:
        raise DataError(
            f"{table}:1: no column 'path' (there are {', '.join(names)}); "
            "say where each picture is, columns parted by commas"
        )
    return [
        place
        for place, name in enumerate(names)
        if name in NAMED
        or (labels and (name in ORDER or looks_like_au(name) or parse_intensity(name)))
    ]


def _read_parquet(table: Path, labels: bool) -> Table:
    """Only the columns needed: of a pool of millions, the labels would be most of the memory."""
    with pq.ParquetFile(table) as file:
        stored = file.schema_arrow.names
        names = [heading(name) for name in stored]
        rows = np.arange(2, file.metadata.num_rows + 2)
        if not len(rows):
            return Table(table, rows, {}, {})
        used = _used(table, names, labels)
        cells = file.read([stored[place] for place in used])
        columns = {names[place]: _whole(cells[stored[place]]) for place in used}
        return Table(table, rows, columns, _preparation(table, file.schema_arrow.metadata or {}))


def _whole(column: pa.ChunkedArray) -> pa.Array:
    plain = column.combine_chunks()
    if isinstance(plain, pa.ChunkedArray):  # as older versions of pyarrow give
        plain = pa.concat_arrays(plain.chunks) if plain.num_chunks else pa.array([], column.type)
    return plain.dictionary_decode() if pa.types.is_dictionary(plain.type) else plain


def read_preparation(table: Path) -> dict[str, Any]:
    """What ``au-cotrain prepare`` says of a Parquet table: set, alignment, ...; {} of any other.

    Raises:
        DataError: it is no Parquet table, or what it says is malformed.
    """
    try:
        return _preparation(table, pq.read_schema(table).metadata or {})
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(table, error) from error


def _preparation(table: Path, metadata: dict[bytes, bytes]) -> dict[str, Any]:
    if METADATA not in metadata:
        return {}
    try:
        said = json.loads(metadata[METADATA])
    except (ValueError, RecursionError):
        said = None
    kinds = {"set": str, "alignment": dict}
    if not isinstance(said, dict) or any(
        not isinstance(said.get(name), kind) for name, kind in kinds.items()
    ):
        raise DataError(
            f"{table}: what it says of its preparation (metadata {METADATA.decode()}) is "
            "malformed; write it again with au-cotrain prepare"
        )
    return said


def _read_csv(table: Path, labels: bool) -> Table:
    """Strictly: a row with a cell too many or too few would shift labels, so it is an error."""
    with table.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file, strict=True, skipinitialspace=True)
        header: list[str] = []
        used: list[int] = []
        rows, lines = [], []
        line = 1  # on which the next row starts
        try:
            for cells in reader:
                if not header:
                    header = [heading(name) for name in cells if any(map(str.strip, cells))]
                elif any(cell.strip() for cell in cells):
                    if len(cells) != len(header):
                        raise DataError(
                            f"{table}:{line}: {len(cells)} cells under {len(header)} columns; "
                            "mend the row"
                        )
                    used = used or _used(table, header, labels)
                    rows.append([cells[place] for place in used])
                    lines.append(line)
                line = reader.line_num + 1
        except csv.Error as error:
            raise DataError(f"{table}:{line}: {error}; mend the row's quotes") from error
    names = [header[place] for place in used]
    columns = zip(names, zip(*rows, strict=True), strict=True) if rows else ()
    return Table(
        table, np.array(lines, np.int64), {n: pa.array(c, pa.string()) for n, c in columns}, {}
    )


def _text(cells: pa.Array) -> pa.StringArray:
    if pa.types.is_floating(cells.type):  # a number that is not one is an empty cell in a table
        cells = pc.if_else(pc.is_nan(cells), None, cells)
    return pc.utf8_trim_whitespace(pc.fill_null(cells.cast(pa.string()), ""))
