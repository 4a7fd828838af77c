"""Data sets as they are distributed: read, paired with their labels, and cut out."""

from collections.abc import Callable

from data_modules.preparation.bp4d import read_bp4d, read_bp4d_plus
from data_modules.preparation.disfa import read_disfa
from data_modules.preparation.disfa_plus import read_disfa_plus
from data_modules.preparation.emotionet import read_emotionet
from data_modules.preparation.faces import read_faces
from data_modules.preparation.plan import Plan

READERS: dict[str, Callable[..., Plan]] = {
    "bp4d": read_bp4d,
    "bp4d-plus": read_bp4d_plus,
    "disfa": read_disfa,
    "disfa-plus": read_disfa_plus,
    "emotionet": read_emotionet,
    "faces": read_faces,
}
"""Name of a set → what reads it: ``read(root, out, ...)``."""
