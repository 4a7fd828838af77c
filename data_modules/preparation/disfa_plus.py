"""DISFA+ as distributed: label files of frame and intensity, and a picture a frame."""

import re
from pathlib import Path, PurePosixPath

from data_modules.errors import DataError
from data_modules.preparation.coding import stacked
from data_modules.preparation.intensity import STATED, occurrences, read_intensities
from data_modules.preparation.pairing import numbered_pictures, pair
from data_modules.preparation.plan import Plan, drawn_up, unread
from data_modules.tree import read_tree

_LABEL_FILE = re.compile(r"(?:.*/)?(SN[0-9]{3})/([^/]+)/AU([0-9]{1,2})\.txt", re.I | re.S)
_SUBJECT = re.compile(r"SN[0-9]{3}", re.I)


def read_disfa_plus(root: Path, out: Path | None = None) -> Plan:
    """What DISFA+ holds below a folder.

    ``SN001/<trial>/AU1.txt`` codes the frames of ``SN001/<trial>/000.jpg``, whatever folders the
    two lie in; the trial is the task. Its subjects are people of DISFA and keep their names.

    Args:
        root: the folder.
        out: a folder to leave out.

    Raises:
        DataError: there is nothing to prepare, a label file is malformed or contradicts another,
            or a frame has two pictures.
    """
    tree = read_tree(root, out)
    spelling: dict[tuple[str, str], str] = {}  # a trial's, whose folders may differ in case

    def about(source: str) -> tuple[str, str, int] | None:
        match = _LABEL_FILE.fullmatch(source)
        if match is None:
            return None
        subject, trial = match[1].upper(), match[2]
        return subject, spelling.setdefault((subject, trial.lower()), trial), int(match[3])

    def owner(folder: PurePosixPath) -> tuple[str, str] | None:
        parts = folder.parts
        subjects = [place for place, part in enumerate(parts) if _SUBJECT.fullmatch(part)]
        if not subjects or subjects[-1] + 1 == len(parts):
            return None
        subject, below = parts[subjects[-1]].upper(), parts[subjects[-1] + 1 :]
        coded = [part for part in below if (subject, part.lower()) in spelling]
        trial = (coded or below)[-1]  # other folders may lie between, and below the trial's
        return subject, spelling.setdefault((subject, trial.lower()), trial)

    found, assumed = read_intensities(tree, about, None, first=0)
    if not found:
        raise DataError(
            f"{root}: no label file of DISFA+ (such as SN001/A1_AU1_TrailNo_1/AU1.txt) among "
            f"{len(tree.files):,} files, {len(tree.pictures()):,} of them pictures; give the "
            "folder that holds Labels and Images"
        )
    coded, aus, intensities, lacking = stacked(found)
    pictures, strays = numbered_pictures(tree, owner)
    rows, faces, alone = pair(coded, pictures)
    if not len(rows):
        raise DataError(
            f"{root}: {len(coded):,} coded frames of {len(found):,} trials and "
            f"{len(tree.pictures()):,} pictures, but no picture of a coded frame (such as "
            "SN001/<trial>/000.jpg); give the folder that holds both"
        )
    return drawn_up(
        "disfa-plus", faces, aus, occurrences(intensities[rows]), intensities[rows],
        [*alone, *strays, *unread(tree)],
        [STATED, "SN001 and so on are DISFA's people of these names", *assumed, *lacking],
    )  # fmt: skip
