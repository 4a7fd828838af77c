"""BP4D and BP4D+ as distributed: a label file a subject and task, a picture a frame."""

import re
from pathlib import Path, PurePosixPath

from data_modules.errors import DataError
from data_modules.facs import UNKNOWN
from data_modules.preparation.coding import Coding, Person, read_once, stacked
from data_modules.preparation.label_file import (
    Row,
    frame_number,
    read_codes,
    read_rows,
    same_width,
    whole_number,
)
from data_modules.preparation.pairing import numbered_pictures, pair
from data_modules.preparation.plan import Plan, drawn_up, unread
from data_modules.tree import read_tree

CODES = {"0": 0, "1": 1, "9": UNKNOWN}
_LABEL_FILE = re.compile(r"(?:.*/)?([FM][0-9]{3})_T([0-9]{1,2})\.csv", re.IGNORECASE | re.DOTALL)
_SUBJECT = re.compile(r"[FM][0-9]{3}", re.IGNORECASE)
_TASK = re.compile(r"T([0-9]{1,2})", re.IGNORECASE)
_FRAME_HEADING = re.compile(
    r"0(\.0+)?|(frames?([ _]?(no|nr|num|number|id|index)\.?)?)?", re.IGNORECASE
)
_AU_HEADING = re.compile(r"(?:AU[ _]?)?0*([1-9][0-9]?)(?:\.0+)?", re.IGNORECASE)


def read_bp4d(root: Path, out: Path | None = None) -> Plan:
    """What BP4D holds below a folder.

    ``F001_T1.csv`` codes the frames of ``F001/T1/2440.jpg``, wherever the two lie. The header says
    which AU a column is; code 9 is unknown; numbers count, not how they are padded.

    Args:
        root: the folder.
        out: a folder to leave out.

    Raises:
        DataError: there is nothing to prepare, a label file is malformed or contradicts another,
            or a frame has two pictures.
    """
    return _read("bp4d", "BP4D", root, out, ())


def read_bp4d_plus(root: Path, out: Path | None = None) -> Plan:
    """What BP4D+ holds below a folder, see ``read_bp4d``."""
    others = "F001, M001 and so on are other people than BP4D's of these names"
    return _read("bp4d-plus", "BP4D+", root, out, (others,))


def _read(dataset: str, name: str, root: Path, out: Path | None, assumed: tuple[str, ...]) -> Plan:
    tree = read_tree(root, out)
    found, copies = read_once(tree, _about, _read_label_file)
    if not found:
        raise DataError(
            f"{root}: no label file of {name} (such as F001_T1.csv) among {len(tree.files):,} "
            f"files, {len(tree.pictures()):,} of them pictures; give the folder that holds AU_OCC"
        )
    coded, aus, codes, lacking = stacked(found)
    pictures, strays = numbered_pictures(tree, _owner)
    rows, faces, alone = pair(coded, pictures)
    if not len(rows):
        raise DataError(
            f"{root}: {len(coded):,} coded frames in {len(found):,} label files and "
            f"{len(tree.pictures()):,} pictures, but no picture of a coded frame (such as "
            "F001/T1/2440.jpg); give the folder that holds both"
        )
    return drawn_up(
        dataset, faces, aus, codes[rows], None, [*alone, *strays, *unread(tree)],
        ["code 9 is unknown", *assumed, *copies, *lacking],
    )  # fmt: skip


def _about(source: str) -> Person | None:
    """Subject and task of a label file."""
    match = _LABEL_FILE.fullmatch(source)
    return match and (match[1].upper(), f"T{int(match[2])}")


def _owner(folder: PurePosixPath) -> tuple[str, str] | None:
    """Subject and task of a folder of pictures, whatever folders lie between and below the two."""
    subject = task = ""
    for part in folder.parts:
        if _SUBJECT.fullmatch(part):
            subject, task = part.upper(), ""
        elif subject and (match := _TASK.fullmatch(part)):
            task = f"T{int(match[1])}"
    return (subject, task) if task else None


def _read_label_file(file: Path, source: str) -> Coding:
    header, *rows = read_rows(file, ",")
    aus = _read_header(file, header)
    if not rows:
        raise DataError(f"{file}:2: no frame below the header; get a whole copy of the file")
    names = [f"AU{au}" for au in aus]
    lines: dict[int, int] = {}
    codes = []
    for row in rows:
        same_width(file, row, len(aus) + 1)
        frame = frame_number(file, row, row.cells[0], 0)
        if lines.setdefault(frame, row.line) != row.line:
            raise DataError(f"{file}:{row.line}: frame {frame} stands in line {lines[frame]} too")
        codes.append(read_codes(file, row.line, row.cells[1:], names, CODES))
    return Coding.of(source, list(lines), aus, codes)


def _read_header(file: Path, header: Row) -> list[int]:
    """The AUs of the columns after the first."""
    where = f"{file}:{header.line}"
    if not _FRAME_HEADING.fullmatch(header.cells[0]):
        missing = whole_number(header.cells[0]) is not None
        raise DataError(
            f"{where}: the first cell is {header.cells[0]!r}"
            + (", so there is no header; " if missing else "; ")
            + "write 0 or 'frame' there, and after it the numbers of the AUs"
        )
    matches = [_AU_HEADING.fullmatch(cell) for cell in header.cells[1:]]
    aus = [int(match[1]) for match in matches if match]
    if len(aus) < len(matches):
        cell = header.cells[1 + matches.index(None)]
        raise DataError(f"{where}: column {cell!r} names no AU; write a number from 1 to 99")
    if not aus:
        raise DataError(f"{where}: no AU in the header; it names frame and AUs, parted by commas")
    twice = next((au for au in aus if aus.count(au) > 1), None)
    if twice is not None:
        raise DataError(f"{where}: two columns are AU {twice}; remove one")
    return aus
