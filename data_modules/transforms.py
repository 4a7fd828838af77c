"""What happens to a face's pixels on the way into the network."""

import os
import random

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # else it asks the network at import
import albumentations as A
import numpy as np

STRENGTHS = ("paper", "standard")


def training(size: int, strength: str, mirror: bool = True) -> A.Compose:
    """Random augmentation of a face somewhat larger than ``size``.

    Args:
        size: pixels of a side of the result.
        strength: "paper" for MLCR's random crop and horizontal flip (AUs are coded on both sides
            of the face together, so a mirrored face keeps its labels), "standard" for these and
            mild turning, scaling, light and colour.
        mirror: whether a face may be flipped; not where an AU says left or right (``facs.SIDED``).
    """
    paper = [A.RandomCrop(size, size), A.HorizontalFlip(p=0.5 if mirror else 0)]
    if strength == "paper":
        return A.Compose(paper)
    return A.Compose(
        [
            A.Affine(scale=(0.92, 1.08), rotate=(-10, 10), border_mode=1, p=0.7),
            *paper,
            A.ColorJitter(brightness=0.25, contrast=0.25, saturation=0.2, hue=0.03, p=0.7),
            A.ToGray(p=0.05),
        ]
    )


def augmented(augment: A.Compose, face: np.ndarray, seed: int) -> np.ndarray:
    """A face changed at random, fixed by the seed alone.

    The transforms draw from one generator after the other: ``set_random_seed`` would give each
    the same numbers, and the crop would decide the flip.
    """
    augment.set_random_state(np.random.default_rng(seed), random.Random(seed))
    changed: np.ndarray = augment(image=face)["image"]
    return changed
