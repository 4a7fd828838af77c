"""Data sets as they are distributed: read, paired with their labels, and cut out."""

from collections.abc import Callable

from data_modules.preparation.plan import Plan

READERS: dict[str, Callable[..., Plan]] = {}
"""Name of a set → what reads it: ``read(root, out, ...)``."""
