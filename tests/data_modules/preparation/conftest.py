"""Data sets in small, and what a plan says of them."""

import io
import tarfile
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import strategies as st


def lay(root, files):
    """Write files by their path below a folder; text in UTF-8, its line ends as they are."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def rows(frame):
    """Every row of a table as a dict, None where a cell is missing."""
    return [
        {name: None if pd.isna(cell) else cell for name, cell in row.items()}
        for row in frame.to_dict("records")
    ]


def reasons(plan):
    """What is left out: source, frame, and the reason's beginning, sorted."""
    return sorted(
        (row["source"], row["frame"], row["reason"]) for row in rows(plan.left_out)
    )  # fmt: skip


def face(source, subject=None, task=None, frame=None, place=None, **codes):
    """A row of a plan's faces, written out."""
    return {"source": source, "place": place, "subject": subject, "task": task,
            "frame": frame, **codes}  # fmt: skip


def tar(members):
    """The bytes of a tar file."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as file:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            file.addfile(info, io.BytesIO(content))
    return stream.getvalue()


@st.composite
def spelled(draw, cell, number=True):
    """One of the ways in which a label file may write a cell."""
    if number and cell.isdigit():
        cell += draw(st.sampled_from(["", "", ".0", ".00"]))
    quote = draw(st.sampled_from(["", "", '"', "'"]))
    blank = draw(st.sampled_from(["", "", " "]))
    return f"{blank}{quote}{cell}{quote}{blank}"


@st.composite
def text(draw, lines):
    """One of the ways in which a label file may be stored."""
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    mark = draw(st.sampled_from(["", "\ufeff"]))
    return mark + end.join(lines) + draw(st.sampled_from(["", end, end * 2, end + "  " + end]))


@pytest.fixture(scope="session")
def sets():
    """The functions above."""
    return SimpleNamespace(
        lay=lay, rows=rows, reasons=reasons, face=face, tar=tar, spelled=spelled, text=text
    )
