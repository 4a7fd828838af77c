"""Tables: CSV and Parquet files, read strictly, since a shifted cell is a wrong label."""

import csv
from pathlib import Path

import pandas as pd
import pyarrow as pa

from data_modules.errors import DataError
from data_modules.facs import looks_like_au


def read_table(table: Path) -> pd.DataFrame:
    """Read a CSV (UTF-8, byte order mark allowed) or Parquet table that has a column ``path``.

    Returns:
        Every cell as stripped text, '' for an empty one; of Parquet, only the columns ``path``,
        ``subject`` and those of AUs. The index is each row's line as an editor counts, the header
        being line 1.

    Raises:
        DataError: the table is missing, empty or malformed.
    """
    if not table.is_file():
        raise DataError(f"{table}: no such file; give a CSV or Parquet table")
    try:
        frame = _read_parquet(table) if table.suffix.lower() == ".parquet" else _read_csv(table)
    except (ValueError, OSError, csv.Error, pa.ArrowException) as error:
        raise DataError(
            f"{table}: not a readable table ({' '.join(str(error).split())}); give a CSV in UTF-8, "
            "its cells parted by commas, or Parquet"
        ) from error
    if frame.empty:
        raise DataError(f"{table}: no faces in it; give a table with a row a picture")
    twice = frame.columns[frame.columns.duplicated()]
    if len(twice):
        raise DataError(f"{table}:1: two columns are named {twice[0]!r}; rename one")
    if "path" not in frame:
        raise DataError(
            f"{table}:1: no column 'path' (there are {', '.join(frame.columns)}); "
            "say where each picture is, columns parted by commas"
        )
    if "subject" in frame:  # a person's number is the same number in a column of floats
        frame["subject"] = frame["subject"].str.replace(r"^(\d+)\.0+$", r"\1", regex=True)
    return frame


def _heading(name: object) -> str:
    """A column's name without stray spaces and quotes; Path and Subject are path and subject."""
    plain = str(name).strip().strip("'\"").strip()
    return plain.lower() if plain.lower() in ("path", "subject") else plain


def _read_parquet(table: Path) -> pd.DataFrame:
    frame = pd.read_parquet(table)
    frame.columns = [_heading(column) for column in frame.columns]
    used = [name in ("path", "subject") or looks_like_au(name) for name in frame.columns]
    frame = frame.loc[:, used].astype("string").fillna("")  # others may hold what is no text
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    return frame.transform(lambda column: column.str.strip())


def _read_csv(table: Path) -> pd.DataFrame:
    """Strictly: a row with a cell too many or too few would shift labels, so it is an error."""
    with table.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.reader(file, strict=True, skipinitialspace=True)
        rows, lines = [], []
        line = 1  # on which the next row starts
        try:
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    rows.append([cell.strip() for cell in cells])
                    lines.append(line)
                line = reader.line_num + 1
        except csv.Error as error:
            raise DataError(f"{table}:{line}: {error}; mend the row's quotes") from error
    header = [_heading(name) for name in rows[0]] if rows else []
    for line, cells in zip(lines[1:], rows[1:], strict=True):
        if len(cells) != len(header):
            raise DataError(
                f"{table}:{line}: {len(cells)} cells under {len(header)} columns; mend the row"
            )
    return pd.DataFrame(rows[1:], index=lines[1:], columns=header, dtype="string")
