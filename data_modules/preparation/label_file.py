"""Label files: text in which a shifted cell is a wrong label, so each is read or refused."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from data_modules.errors import DataError

_WHOLE = re.compile(r"0*([0-9]{1,15})(\.0+)?")
_CODE = re.compile(r"([0-9]+)\.0+")


class Row(NamedTuple):
    """A line of a label file."""

    line: int
    """Counted from 1."""
    cells: list[str]
    """Without the blanks and quotes round them."""


def read_text(file: Path) -> str:
    """A text in UTF-8, byte order mark allowed.

    Raises:
        DataError: it cannot be read, or is something else.
    """
    try:
        content = file.read_bytes()
    except OSError as error:
        raise DataError(f"{file}: cannot be read ({error.strerror}); mend or remove it") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(f"{file}:{line}: not in UTF-8; store the file as UTF-8 text") from error


def read_rows(file: Path, delimiter: str | None) -> list[Row]:
    """All lines of a label file whose cells hold numbers and plain names.

    LF, CRLF or CR end a line; blank lines may follow the last.

    Args:
        file: the file.
        delimiter: between cells; None for any run of blanks.

    Raises:
        DataError: it is no UTF-8, has nothing in it, or a blank line within.
    """
    lines = read_text(file).replace("\r\n", "\n").replace("\r", "\n").split("\n")
    while lines and not lines[-1].strip():
        lines.pop()
    if not lines:
        raise DataError(f"{file}:1: an empty label file; get a whole copy of it, or remove it")
    rows = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            raise DataError(f"{file}:{number}: a blank line between rows; mend the file")
        rows.append(Row(number, [bare(cell) for cell in line.split(delimiter)]))
    return rows


def bare(cell: str) -> str:
    """A cell without the blanks and pairs of quotes round it."""
    cell = cell.strip()
    while len(cell) > 1 and cell[0] == cell[-1] and cell[0] in "'\"":
        cell = cell[1:-1].strip()
    return cell


def same_width(file: Path, row: Row, width: int) -> None:
    """Refuse a row with other than so many cells."""
    if len(row.cells) != width:
        raise DataError(
            f"{file}:{row.line}: {len(row.cells)} cells where {width} belong; the file may be cut "
            "short, get a whole copy of it or mend the row"
        )


def whole_number(cell: str) -> int | None:
    """The number of a cell such as 20, 0020 or 20.0; None for anything else."""
    match = _WHOLE.fullmatch(cell)
    return None if match is None else int(match[1])


def frame_number(file: Path, row: Row, cell: str, first: int) -> int:
    """The frame of a row.

    Raises:
        DataError: it is no whole number, or one before the first.
    """
    number = whole_number(cell)
    if number is None:
        raise DataError(f"{file}:{row.line}: frame is {cell!r}, which is no whole number")
    if number < first:
        raise DataError(f"{file}:{row.line}: frame is {number}; frames count from {first} here")
    return number


def read_codes(
    file: Path, line: int, cells: Sequence[str], names: Sequence[object], codes: Mapping[str, int]
) -> list[int]:
    """The codes of a row's cells.

    Args:
        file: for messages.
        line: for messages.
        cells: as written; numbers may be written 1 or 1.0.
        names: of the cells' AUs, for messages.
        codes: what may be written → what it means.

    Raises:
        DataError: a cell holds anything else.
    """
    try:
        return [codes[cell] for cell in cells]
    except KeyError:
        plain = [read_code(cell, codes) for cell in cells]
    wrong = next((place for place, code in enumerate(plain) if code is None), None)
    if wrong is not None:
        raise wrong_code(file, line, names[wrong], cells[wrong], codes)
    return [code for code in plain if code is not None]


def read_code(cell: str, codes: Mapping[str, int]) -> int | None:
    """What a cell means; None if it may not stand there."""
    cell = bare(cell)
    match = _CODE.fullmatch(cell)
    return codes.get(cell if match is None else match[1])


def wrong_code(
    file: Path | str, line: int, name: object, cell: str, codes: Mapping[str, int]
) -> DataError:
    """What to say of a cell that may not stand there."""
    allowed = ", ".join(code or "nothing" for code in codes)
    held = repr(cell) if bare(cell) else "empty, as where a file is cut short"
    return DataError(f"{file}:{line}: {name} is {held}; it can be {allowed}")
