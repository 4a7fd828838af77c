"""What happens to a face's pixels on the way into the network."""

import os
import random

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # else it asks the network at import
import albumentations as A
import numpy as np

from data_modules.colours import ColourJitter
from data_modules.grain import Grain
from data_modules.placement import Placement

STRENGTHS = ("paper", "standard", "strong")


def training(size: int, strength: str, mirror: bool = True, traced: bool = False) -> A.Compose:
    """Random augmentation of a face somewhat larger than ``size``.

    Args:
        size: pixels of a side of the result.
        strength: "paper" for MLCR's random crop and horizontal flip (AUs are coded on both sides
            of the face together, so a mirrored face keeps its labels), "standard" for these and
            mild turning, scaling, light and colour, "strong" for more of all, blur, noise and
            patches of grey over parts of the face.
        mirror: whether a face may be flipped; not where an AU says left or right (``facs.SIDED``).
        traced: whether ``traced`` is to tell where a face's points went.
    """
    points = A.KeypointParams("xy", remove_invisible=False) if traced else None
    if strength == "paper":
        changes = [Placement(size, mirror=mirror)]
    elif strength == "standard":
        changes = [
            Placement(size, turn=10, stretch=0.08, moved=0.7, mirror=mirror),
            ColourJitter(brightness=0.25, contrast=0.25, saturation=0.2, hue=0.03, p=0.7),
            A.ToGray(p=0.05),
        ]
    else:
        side = (0.1, 0.28)
        changes = [
            Placement(size, turn=15, stretch=0.12, shift=0.04, moved=0.9, mirror=mirror),
            ColourJitter(brightness=0.35, contrast=0.35, saturation=0.3, hue=0.04, p=0.8),
            A.ToGray(p=0.3),
            A.RandomGamma((70, 140), p=0.3),
            A.GaussianBlur((3, 5), p=0.25),
            Grain(0.01, 0.05, p=0.2),
            A.CoarseDropout(
                num_holes_range=(1, 3), hole_height_range=side, hole_width_range=side,
                fill=127, p=0.6,
            ),
        ]  # fmt: skip
    return A.Compose(changes, keypoint_params=points)


def augmented(augment: A.Compose, face: np.ndarray, seed: int) -> np.ndarray:
    """A face changed at random, fixed by the seed alone.

    The transforms draw from one generator after the other: ``set_random_seed`` would give each
    the same numbers, and the crop would decide the flip.
    """
    _fix(augment, seed)
    changed: np.ndarray = augment(image=face)["image"]
    return changed


def traced(
    augment: A.Compose, face: np.ndarray, points: np.ndarray, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """``augmented``, and where points of the face went, by an augmentation that is ``traced``.

    Args:
        augment: of ``training``.
        face: (H, W, 3) uint8.
        points: (K, 2) x and y as parts of the sides.
        seed: fixes the result.

    Returns:
        The face, (S, S, 3) uint8, and (K, 2) float32, parts of its sides; outside 0 to 1 where a
        point left the picture.
    """
    _fix(augment, seed)
    height, width = face.shape[:2]
    # All that moves points is affine: three of them tell of all. There, pixels' centres are whole.
    frame = np.array([[0, 0], [width, 0], [0, height]], np.float32)
    changed = augment(image=face, keypoints=frame)
    origin, right, down = np.asarray(changed["keypoints"], np.float32)[:, :2]
    places = points - np.array([0.5 / width, 0.5 / height])
    moved = places @ np.stack([right - origin, down - origin]) + origin + 0.5
    return changed["image"], (moved / changed["image"].shape[0]).astype(np.float32)


def _fix(augment: A.Compose, seed: int) -> None:
    augment.set_random_state(np.random.default_rng(seed), random.Random(seed))
