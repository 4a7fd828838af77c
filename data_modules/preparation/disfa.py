"""DISFA as distributed: label files of frame and intensity, and a video a camera."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pandas as pd

from data_modules.errors import DataError
from data_modules.preparation.coding import few, stacked
from data_modules.preparation.intensity import STATED, occurrences, read_intensities
from data_modules.preparation.plan import Plan, drawn_up, leave_out, unread
from data_modules.tree import Tree, read_tree
from data_modules.video import count_frames

Camera = Literal["left", "right"]
_LABEL_FILE = re.compile(r"(?:.*/)?(SN[0-9]{3})_AU([0-9]{1,2})\.txt", re.IGNORECASE | re.DOTALL)
_VIDEO = re.compile(r"(left|right)video(SN[0-9]{3})(_comp)?\.[a-z0-9]+", re.IGNORECASE)
_VIDEOS = (".avi", ".mp4", ".mkv", ".mov", ".wmv", ".mpg", ".mpeg", ".m4v", ".webm")


def read_disfa(root: Path, out: Path | None = None, camera: Camera = "left") -> Plan:
    """What DISFA holds below a folder.

    ``SN001_au1.txt`` codes the frames of ``LeftVideoSN001_comp.avi``, wherever the two lie: frame
    k, counted from 1, is the k-th frame of the video. No frame is decoded: which of the coded ones
    are there is left to who does; those without a code are counted here.

    Args:
        root: the folder.
        out: a folder to leave out.
        camera: whose videos; never both.

    Raises:
        DataError: there is nothing to prepare, a label file is malformed or contradicts another,
            a subject has two videos of one camera, there is no such camera, or PyAV is missing.
    """
    if camera not in get_args(Camera):
        raise DataError(f"the camera is {camera!r}; it can be {' or '.join(get_args(Camera))}")
    tree = read_tree(root, out)
    _refuse_misplaced(tree)
    found, assumed = read_intensities(tree, _about, ",", first=1)
    if not found:
        raise DataError(
            f"{root}: no label file of DISFA (such as SN001_au1.txt) among {len(tree.files):,} "
            "files; give the folder that holds ActionUnit_Labels and the videos"
        )
    coded, aus, intensities, lacking = stacked(found)
    videos, strays = _videos(tree)
    other: Camera = "right" if camera == "left" else "left"
    source = coded["subject"].map({who: v for (side, who), v in videos.items() if side == camera})
    seen = source.notna().to_numpy(bool)
    if not seen.any():
        raise DataError(
            f"{root}: {len(coded):,} coded frames of {len(found):,} subjects and {len(videos):,} "
            f"videos, but no video of the {camera} camera of a coded subject (such as "
            f"{camera.title()}VideoSN001_comp.avi); give the folder that holds both"
            + f", or give --camera {other}"
            * any(side == other for side, _ in videos)
        )
    unused = [who for side, who in videos if side == other and (camera, who) in videos]
    faces = pd.DataFrame({
        "source": source[seen], "place": coded["frame"][seen] - 1,
        "subject": coded["subject"][seen], "frame": coded["frame"][seen],
    })  # fmt: skip
    order = np.lexsort((faces["place"], faces["source"].to_numpy(str)))
    kept = intensities[seen][order]
    return drawn_up(
        "disfa", faces.iloc[order], aus, occurrences(kept), kept,
        [*_without_video(coded[~seen], videos, camera, other),
         *_without_labels(videos, {subject for subject, _ in found}), *_without_code(root, faces),
         *strays, *unread(tree)],
        [STATED, "frame k of a label file, counted from 1, is the k-th frame of the video",
         f"videos of the {camera} camera", *assumed, *lacking,
         *([f"videos of the {other} camera not used: {few(unused)}"] if unused else [])],
    )  # fmt: skip


def _about(source: str) -> tuple[str, None, int] | None:
    match = _LABEL_FILE.fullmatch(source)
    return match and (match[1].upper(), None, int(match[2]))


def _refuse_misplaced(tree: Tree) -> None:
    """A label file in another subject's folder: one of the two names is wrong."""
    for source in tree.files:
        about, folder = _about(source), source.upper().rpartition("/")[0].rpartition("/")[2]
        if about and re.fullmatch("SN[0-9]{3}", folder) and folder != about[0]:
            raise DataError(
                f"{tree.root / source}:1: of {about[0]} by its name, of {folder} by its folder; "
                "move or rename it"
            )


def _videos(tree: Tree) -> tuple[dict[tuple[str, str], str], list[pd.DataFrame]]:
    """The videos by camera and subject; other videos and pictures, as left out."""
    videos: dict[tuple[str, str], str] = {}
    strays = []
    for source in tree.files:
        if not source.lower().endswith(_VIDEOS):
            continue
        match = _VIDEO.fullmatch(source.rpartition("/")[2])
        if match is None:
            strays.append(source)
            continue
        side, subject = match[1].lower(), match[2].upper()
        first = videos.setdefault((side, subject), source)
        if first != source:
            raise DataError(
                f"{tree.root / source}: {tree.root / first} is a video of {subject}'s {side} "
                "camera too; give a ROOT that holds one of them"
            )
    return videos, [
        leave_out("video named otherwise than DISFA's", strays),
        leave_out("picture, where DISFA has videos", tree.pictures()),
    ]


def _without_video(
    coded: pd.DataFrame, videos: dict[tuple[str, str], str], camera: str, other: str
) -> list[pd.DataFrame]:
    elsewhere = np.array([(other, who) in videos for who in coded["subject"]], bool)
    missing = f"coded frame of a subject without a video of the {camera} camera"
    return [
        leave_out(reason, rows["source"], rows["subject"], None, rows["frame"])
        for reason, rows in (
            (missing, coded[~elsewhere]),
            (f"{missing}, but of the {other}: --camera {other} takes it", coded[elsewhere]),
        )
    ]


def _without_labels(videos: dict[tuple[str, str], str], coded: set[str]) -> list[pd.DataFrame]:
    rows = sorted((video, who) for (_, who), video in videos.items() if who not in coded)
    reason = "video of a subject without label files"
    return [leave_out(reason, [video for video, _ in rows], [who for _, who in rows])]


def _without_code(root: Path, faces: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for (video, subject), rows in faces.groupby(["source", "subject"]):
        coded = set(rows["frame"])
        frames = [k for k in range(1, count_frames(root / str(video)) + 1) if k not in coded]
        yield leave_out(
            "frame of a video without a code",
            [video] * len(frames), [subject] * len(frames), None, frames,
        )  # fmt: skip
