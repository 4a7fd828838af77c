"""Data sets in small, and what a plan says of them."""

from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import strategies as st

from data_modules.preparation.plan import Plan


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
def sets(lay, tar):
    """The functions above, and what lays files down."""
    return SimpleNamespace(
        lay=lay, rows=rows, reasons=reasons, face=face, tar=tar, spelled=spelled, text=text
    )


@pytest.fixture(scope="session")
def plan_of():
    """A plan of some sources, a row each; places of frames where they are in videos."""

    def plan_of(sources, places=None, dataset="faces", left_out=(), assumed=("nothing",)):
        count = len(sources)
        places = [None] * count if places is None else places
        faces = pd.DataFrame(
            {
                "source": pd.array(sources, "string"),
                "place": pd.array(places, "Int64"),
                "subject": pd.array([f"S{row % 3}" for row in range(count)], "string"),
                "task": pd.array([None] * count, "string"),
                "frame": pd.array([None if p is None else p + 1 for p in places], "Int64"),
                "AU01": pd.array([(0, 1, None)[row % 3] for row in range(count)], "Int8"),
                "AU01_intensity": pd.array([(0, 5, None)[row % 3] for row in range(count)], "Int8"),
            }
        )
        columns = ["source", "subject", "task", "frame", "reason"]
        lost = pd.DataFrame(list(left_out), columns=columns).astype(
            dict.fromkeys(columns, "string") | {"frame": "Int64"}
        )
        return Plan(dataset, faces, lost, tuple(assumed))

    return plan_of
