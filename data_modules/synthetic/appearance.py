"""How a head is coloured: skin, lips, brows, beard and hair, per vertex of the mesh."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from data_modules.synthetic.accessories import parts
from data_modules.synthetic.anatomy import (
    Array,
    bump,
    lip_line,
    lower_lip_height,
    smoothstep,
    upper_lip_height,
)
from data_modules.synthetic.parameters import Identity
from data_modules.synthetic.surface import surface

Floats = NDArray[np.float32]
_CLOTH = (0.10, 0.12, 0.16)
_LIP_RED = (0.52, 0.14, 0.12)


@dataclass(frozen=True)
class Coat:
    """Colour and relief of one head.

    Attributes:
        albedo: (V, 3) float32 linear reflectance.
        gloss: (V,) float32 strength of the highlight.
        relief: (N,) float32 growth of the skin outwards in cm.
    """

    albedo: Floats
    gloss: Floats
    relief: Floats


@dataclass(frozen=True)
class _Masks:
    lip: Floats
    brow: Floats  # signed distance in cm into the brow at its widest, negative outside
    beard: Floats
    moustache: Floats
    ruddy: Floats
    nostril: Floats
    socket: Floats
    hairline: Floats  # height in cm above the mean hairline, negative on the face
    half: Floats  # -1 on the picture's left of the forehead, 1 on its right, 0 behind
    mottle: Floats  # (4, N) smooth noise of unit variance
    strand: Floats  # (4, N) noise along hairs


def _hairline(angle: Array) -> Array:
    knots = [0, 18, 35, 45, 52, 60, 72, 80, 92, 100, 120, 180]
    level = [6.6, 6.7, 6.4, 5.6, 4.2, 2.8, 1.6, -2.0, -2.4, -4.0, -8.0, -9.0]
    result: Array = np.interp(np.abs(angle), knots, level)
    return result


def _brow(x: Array, y: Array) -> Array:
    """Signed distance into a brow of full thickness, cm."""
    across = np.abs(x)
    centre = np.interp(across, [0.9, 1.4, 2.4, 3.9, 4.8, 5.6], [1.52, 1.62, 1.80, 2.00, 1.80, 1.35])
    half = np.interp(across, [0.75, 1.2, 2.4, 3.9, 5.4], [0.30, 0.46, 0.50, 0.42, 0.16])
    ends = np.minimum(across - 0.85, 5.45 - across)
    result: Array = np.minimum(half - np.abs(y - centre), ends)
    return result


@cache
def _masks() -> _Masks:
    skin = surface()
    x, y = skin.anchor.T
    line = lip_line(x)
    red = np.where(skin.side > 0, upper_lip_height(x), lower_lip_height(x))
    lip = smoothstep(-0.07, 0.09, red - np.abs(y - line)) * (skin.front > 0)
    lip = lip * smoothstep(2.62, 2.35, np.abs(x))
    cheek = smoothstep(-3.2, -6.5, y + 0.35 * np.abs(x))
    beard = (
        cheek * (1.0 - lip) * smoothstep(1.8, 0.0, y + 3.0) * smoothstep(105, 90, abs(skin.angle))
    )
    moustache = bump(x, y, 1.1, -5.95, 1.3, 0.42) * (1.0 - lip)
    beard = np.maximum(beard * smoothstep(-4.7, -5.3, y), 0.9 * moustache * (y > -6.9))
    beard = beard * (1.0 - lip)
    ruddy = 0.45 * bump(x, y, 4.0, -3.4, 1.7, 1.5) + 0.6 * bump(x, y, 0.0, -4.1, 1.1, 0.9)
    nostril = bump(x, y, 0.66, -4.84, 0.26, 0.13)
    socket = bump(x, y, 3.0, -0.9, 1.4, 0.5) + 0.9 * bump(x, y, 2.9, 0.35, 1.3, 0.5)
    rows = len(x) // skin.columns
    rng = np.random.default_rng(20020)
    mottle, strand = [], []
    for k in range(4):
        white = rng.standard_normal((rows, skin.columns))
        smooth = gaussian_filter(white, 0.8 if k < 2 else 3.0)
        mottle.append((smooth / smooth.std()).ravel())
        hair = gaussian_filter(rng.standard_normal((rows, skin.columns)), (6.0, 0.55))
        strand.append((hair / hair.std()).ravel())
    as_floats = [
        np.asarray(mask, dtype=np.float32)
        for mask in (
            lip,
            _brow(x, y),
            beard * skin.front,
            moustache * skin.front,
            ruddy * skin.front,
            nostril * skin.front,
            np.clip(socket, 0.0, 1.0) * skin.front,
            y - _hairline(skin.angle),
            np.tanh(x / 2.0) * skin.front,
            mottle,
            strand,
        )
    ]
    return _Masks(*as_floats)


def _step(low: float, high: float, value: Floats) -> Floats:
    return smoothstep(low, high, value.astype(np.float64)).astype(np.float32)


def _mix(albedo: Floats, colour: Floats, share: Floats) -> None:
    albedo += share[:, None] * (colour - albedo)


def build_coat(identity: Identity) -> Coat:
    """Colour a head; what is painted on skin moves with the skin."""
    masks = _masks()
    rng = np.random.default_rng(identity.texture)
    weights = rng.standard_normal(8).astype(np.float32)
    weights[:4] /= np.linalg.norm(weights[:4])
    weights[4:] /= np.linalg.norm(weights[4:])
    mottle = weights[:4] @ masks.mottle
    strand = weights[4:] @ masks.strand
    skin = np.asarray(identity.skin, dtype=np.float32)
    hair = np.asarray(identity.hair, dtype=np.float32)
    albedo = np.repeat(skin[None], len(masks.lip), axis=0)
    albedo *= (1.0 + 0.045 * mottle)[:, None]
    warm = np.asarray((1.10, 0.80, 0.78), dtype=np.float32)
    albedo *= 1.0 + masks.ruddy[:, None] * (warm - 1.0) * 0.8
    dark = np.asarray((0.80, 0.72, 0.74), dtype=np.float32)
    albedo *= 1.0 + masks.socket[:, None] * (dark - 1.0) * (0.5 + 0.5 * identity.age)
    red = skin * np.asarray((0.86, 0.58, 0.60), dtype=np.float32)
    red = red + identity.lip * 0.55 * (np.asarray(_LIP_RED, dtype=np.float32) - red)
    _mix(albedo, red, masks.lip * 0.95)
    albedo *= (1.0 - 0.85 * masks.nostril)[:, None]
    shadow = 0.45 * skin + 0.3 * hair
    stubble = masks.beard * identity.stubble * (0.55 + 0.12 * mottle)
    _mix(albedo, shadow, np.clip(stubble, 0.0, 1.0))
    thick = (0.30 - 0.45 * identity.brow) + 0.04 * strand
    brow = _step(-0.16, 0.26, masks.brow - thick) * (0.45 + 0.5 * identity.brow)
    _mix(albedo, hair * 0.9, np.clip(brow * (1.0 + 0.12 * mottle), 0.0, 0.95))
    edge = (
        masks.hairline
        - identity.hairline
        + identity.parting * masks.half
        + 0.11 * strand
        + 0.12 * weights[4] * masks.mottle[3]
    )
    scalp = _step(-0.25, 0.55, edge) * np.float32(min(1.0, 0.25 + identity.hair_volume * 3.0))
    strands = hair[None] * np.exp(0.28 * strand)[:, None]
    albedo += scalp[:, None] * (strands - albedo)
    beard = _step(0.25, 0.55, masks.beard + 0.06 * strand) * np.float32(identity.beard)
    albedo += (0.92 * beard)[:, None] * (strands - albedo)
    relief = (
        scalp
        * np.float32(identity.hair_volume)
        * (_step(-0.2, 2.2, edge) * 0.85 + 0.15 + 0.05 * strand)
    )
    relief += beard * (0.28 + 0.05 * strand)
    gloss = 0.55 + 0.35 * masks.lip + 0.25 * masks.ruddy - 0.3 * scalp - 0.4 * beard
    gloss = np.clip(gloss - 0.3 * brow, 0.05, 1.0)
    albedos, glosses = [np.clip(albedo, 0.004, 0.95)], [gloss]
    for each in parts():
        if each.name == "long_hair" and not identity.long_hair:
            continue
        colour, shine = _part_colour(each.name, skin, hair)
        painted = np.repeat(colour[None], len(each.position), axis=0)
        if each.name == "neck":
            collar = np.asarray(each.position[:, 1] < -15.2)
            painted[collar] = np.asarray(_CLOTH, dtype=np.float32)
        albedos.append(painted)
        glosses.append(np.full(len(painted), shine, dtype=np.float32))
    return Coat(
        albedo=np.concatenate(albedos).astype(np.float32),
        gloss=np.concatenate(glosses).astype(np.float32),
        relief=relief.astype(np.float32),
    )


def _part_colour(name: str, skin: Floats, hair: Floats) -> tuple[Floats, float]:
    colour, shine = {
        "ear": (skin * np.asarray((1.0, 0.85, 0.85)), 0.3),
        "neck": (skin * np.asarray((0.92, 0.90, 0.90)), 0.2),
        "upper_teeth": (np.asarray((0.78, 0.72, 0.62)), 0.8),
        "lower_teeth": (np.asarray((0.66, 0.60, 0.51)), 0.6),
        "tongue": (np.asarray((0.42, 0.13, 0.12)), 0.4),
        "cavity": (np.asarray((0.06, 0.015, 0.015)), 0.0),
        "long_hair": (hair, 0.35),
    }[name]
    return colour.astype(np.float32), shine
