"""The plan of a preparation: which faces to cut out of which files, with which codes."""

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Plan:
    """What is to be cut out of a data set as distributed, before a picture is opened."""

    dataset: str
    """bp4d, bp4d-plus, disfa, disfa-plus, emotionet or faces."""
    faces: pd.DataFrame
    """A row a frame with both picture and code.

    Columns: source (posix, relative to ROOT: a picture, a video, or ``00000.tar/key.jpg``), place
    (0-based, of the frame in a video; NA for pictures), subject, task, frame (the label file's own
    number), then AU01 ... ascending (Int8: 1, 0, NA unknown), then, in sets that have them,
    AU01_intensity ... (Int8: 0 to 5, NA unknown). Sorted by file; the rows of one video or tar
    stand together, in its own order.
    """
    left_out: pd.DataFrame
    """Columns source, subject, task, frame, reason."""
    assumed: tuple[str, ...]
    """What was assumed, a printable line each."""
