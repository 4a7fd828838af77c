"""EmotioNet's hand-labeled lists: tables or spreadsheets with a header that names URL and AUs."""

import csv
import io
import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from data_modules.errors import DataError
from data_modules.facs import looks_like_au
from data_modules.preparation.label_file import Row, bare, read_codes, read_text, same_width
from data_modules.preparation.url_list import CODES, UrlList, listed

TABLES, SHEETS = (".csv", ".tsv"), (".xlsx", ".xls")
_DELIMITERS = ",\t;"
_AU = re.compile(r"AU[\s_]*0*([1-9][0-9]?)", re.IGNORECASE)
_SNIFFED = 1 << 16  # bytes in which a header ends


def read_hand_list(file: Path) -> tuple[list[UrlList], list[str]]:
    """Read a file if it is a hand-labeled list.

    Args:
        file: a name ending in ``TABLES`` or ``SHEETS``; a spreadsheet may have several sheets.

    Returns:
        The lists, none if no header has a column URL and one of an AU; and names of columns that
        are neither.

    Raises:
        DataError: such a list is malformed, or python-calamine is missing for a spreadsheet.
    """
    if file.suffix.lower() in SHEETS:
        found = [
            _read(Path(f"{file}[{name}]"), rows)
            for name, rows in _sheets(file)
            if rows and _is_header(rows[0].cells)
        ]
    else:
        delimiter = _sniff(file)
        found = [_read(file, _table(file, delimiter))] if delimiter else []
    others = {name: None for _, names in found for name in names}
    return [one for one, _ in found], list(others)


def _headings(cells: Iterable[str]) -> list[str]:
    """Names of columns, of which some have stray quotes and blanks."""
    return [cell.strip("'\" \t\u00a0\ufeff") for cell in cells]


def _is_header(cells: Iterable[str]) -> bool:
    names = _headings(cells)
    return any(name.lower() == "url" for name in names) and any(map(looks_like_au, names))


def _sniff(file: Path) -> str | None:
    """The delimiter of a list; None for another table. Damaged text is for the reader to refuse."""
    try:
        with file.open("rb") as stream:
            start = stream.read(_SNIFFED).replace(b"\0", b"").decode(errors="ignore")
    except OSError as error:
        raise DataError(f"{file}: cannot be read ({error.strerror}); mend or remove it") from error
    header = start.lstrip("\ufeff").splitlines()[:1]
    for delimiter in _DELIMITERS:
        if header and _is_header(header[0].split(delimiter)):
            return delimiter
    return None


def _table(file: Path, delimiter: str) -> list[Row]:
    reader = csv.reader(
        io.StringIO(read_text(file), newline=""), delimiter=delimiter, skipinitialspace=True
    )
    rows, line = [], 1  # on which the next row starts
    try:
        for cells in reader:
            if any("\n" in cell or "\r" in cell for cell in cells):
                raise DataError(f"{file}:{line}: a quote is not closed; mend the row")
            rows.append(Row(line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataError(f"{file}:{line}: {error}; mend the row") from error
    return rows


def _sheets(file: Path) -> list[tuple[str, list[Row]]]:
    try:
        sheets = pd.read_excel(
            file, sheet_name=None, header=None, dtype=object, na_filter=False, engine="calamine"
        )
    except ImportError as error:
        raise DataError(
            f"{file}: spreadsheets need python-calamine; install it: "
            "pip install 'au_cotrain[prepare]', or store the sheet as CSV"
        ) from error
    except Exception as error:  # calamine's and pandas' own, of many kinds
        reason = " ".join(str(error).split())
        raise DataError(
            f"{file}: not a readable spreadsheet ({reason}); mend or remove it"
        ) from error
    return [
        (
            str(name),
            [
                Row(line, ["" if pd.isna(cell) else str(cell) for cell in cells])
                for line, cells in enumerate(sheet.itertuples(index=False), 1)
            ],
        )
        for name, sheet in sheets.items()
    ]


def _read(file: Path, rows: list[Row]) -> tuple[UrlList, list[str]]:
    header, *rows = rows
    if not _is_header(header.cells):  # that it seemed to be one without its null characters
        raise DataError(f"{file}:1: no column is URL or none is an AU; mend the header")
    names = _headings(header.cells)
    matches = {
        column: _AU.fullmatch(name) for column, name in enumerate(names) if looks_like_au(name)
    }
    aus: list[int] = []
    for column, match in matches.items():
        if match is None:
            raise DataError(f"{file}:1: column {names[column]!r} names no AU; write AU 1 to AU 99")
        if int(match[1]) in aus:
            raise DataError(f"{file}:1: two columns are AU {match[1]}; remove one")
        aus.append(int(match[1]))
    url = [column for column, name in enumerate(names) if name.lower() == "url"]
    if len(url) > 1:
        raise DataError(f"{file}:1: two columns are named URL; rename one")
    while rows and not any(map(str.strip, rows[-1].cells)):
        rows.pop()
    if not rows:
        raise DataError(f"{file}:2: no row below the header; get a whole copy of the file")
    codes = np.empty((len(rows), len(aus)), np.int8)
    for place, row in enumerate(rows):
        if not any(map(str.strip, row.cells)):
            raise DataError(f"{file}:{row.line}: a blank line between rows; mend the file")
        same_width(file, row, len(names))
        cells = [row.cells[column] for column in matches]
        codes[place] = read_codes(file, row.line, cells, [f"AU{au}" for au in aus], CODES)
    urls = [bare(row.cells[url[0]]) for row in rows]
    others = [name for column, name in enumerate(names) if column not in [*matches, *url]]
    return listed(str(file), urls, aus, codes, first=2), others
