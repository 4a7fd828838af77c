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
        Every cell of the columns ``path``, ``subject`` and those of AUs, as stripped text, '' for
        an empty one. The index is each row's line as an editor counts, the header
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
    if "subject" in frame:  # a person's number is the same number in a column of floats
        frame["subject"] = frame["subject"].str.replace(r"^(\d+)\.0+$", r"\1", regex=True)
    return frame


def _heading(name: object) -> str:
    """A column's name without stray spaces and quotes; Path and Subject are path and subject."""
    plain = str(name).strip().strip("'\"").strip()
    return plain.lower() if plain.lower() in ("path", "subject") else plain


def _used(table: Path, names: list[str]) -> list[int]:
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
        if name in ("path", "subject") or looks_like_au(name)
    ]


def _read_parquet(table: Path) -> pd.DataFrame:
    frame = pd.read_parquet(table)
    frame.columns = [_heading(column) for column in frame.columns]
    if frame.empty:
        return frame
    used = _used(table, list(frame.columns))
    frame = frame.iloc[:, used].astype("string").fillna("")  # others may hold what is no text
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    return frame.transform(lambda column: column.str.strip())


def _read_csv(table: Path) -> pd.DataFrame:
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
                    header = [_heading(name) for name in cells if any(map(str.strip, cells))]
                elif any(cell.strip() for cell in cells):
                    if len(cells) != len(header):
                        raise DataError(
                            f"{table}:{line}: {len(cells)} cells under {len(header)} columns; "
                            "mend the row"
                        )
                    used = used or _used(table, header)
                    rows.append([cells[place].strip() for place in used])
                    lines.append(line)
                line = reader.line_num + 1
        except csv.Error as error:
            raise DataError(f"{table}:{line}: {error}; mend the row's quotes") from error
    names = [header[place] for place in used]
    return pd.DataFrame(rows, index=lines, columns=names, dtype="string")
