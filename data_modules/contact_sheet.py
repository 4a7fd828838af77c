"""A contact sheet: what the network is shown, and what it is told about it."""

from pathlib import Path

import matplotlib
import numpy as np

from data_modules.manifest import Manifest
from data_modules.picture import central_crop, read_picture

matplotlib.use("Agg")
from matplotlib import pyplot as plt


def draw_contact_sheet(
    faces: Manifest, out: Path, size: int, scaled_size: int, columns: int = 8, rows: int = 4
) -> None:
    """Draw faces, evenly spread over a manifest, each above its AUs.

    Args:
        faces: of which columns × rows are shown.
        out: picture file to write.
        size: see ``faces.Faces``.
        scaled_size: see ``faces.Faces``.
        columns: faces beside each other.
        rows: faces below each other.
    """
    chosen = np.unique(np.linspace(0, len(faces) - 1, columns * rows).astype(int))
    figure, axes = plt.subplots(
        rows, columns, figsize=(1.5 * columns, 1.7 * rows), layout="constrained", squeeze=False
    )
    for axis in axes.flat:
        axis.axis("off")
    for axis, face in zip(axes.flat, chosen, strict=False):
        picture = read_picture(faces.paths[int(face)].as_py(), scaled_size)
        axis.imshow(central_crop(picture, size))
        axis.text(0.5, -0.03, _said(faces, face), fontsize=7, ha="center", va="top",
                  transform=axis.transAxes)  # fmt: skip
    figure.savefig(out, dpi=110)
    plt.close(figure)


def _said(faces: Manifest, face: int) -> str:
    """The AUs coded as present, without their letters, then how many are unknown."""
    labels = faces.labels[face]
    present = [
        au[2:].lstrip("0") for au, label in zip(faces.aus, labels, strict=True) if label == 1
    ]
    unknown = int((labels < 0).sum())
    if unknown == len(labels):
        return "not coded"
    words = f"AU {' '.join(present)}" if present else "no AU"
    return words + (f" ({unknown} unknown)" if unknown else "")
