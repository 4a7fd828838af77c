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
from data_modules.synthetic.hair import hair_form, recession
from data_modules.synthetic.parameters import Identity
from data_modules.synthetic.surface import surface

Floats = NDArray[np.float32]
_CLOTH = (0.10, 0.12, 0.16)
_LIP_RED = (0.52, 0.14, 0.12)
_COLLAR = -15.2  # height of the collar, cm
_ZERO = np.zeros(1, dtype=np.float32)


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
    jaw = smoothstep(-3.2, -6.5, y + 0.35 * np.abs(x)) * smoothstep(1.8, 0.0, y + 3.0)
    jaw = jaw * smoothstep(105, 90, np.abs(skin.angle)) * smoothstep(-4.7, -5.3, y)
    moustache = bump(x, y, 1.1, -5.95, 1.3, 0.42) * (y > -6.9)
    beard = np.maximum(jaw, 0.9 * moustache) * (1.0 - lip)
    socket = bump(x, y, 3.0, -0.9, 1.4, 0.5) + 0.9 * bump(x, y, 2.9, 0.35, 1.3, 0.5)
    ruddy = 0.45 * bump(x, y, 4.0, -3.4, 1.7, 1.5) + 0.6 * bump(x, y, 0.0, -4.1, 1.1, 0.9)
    mottle, strand = _noise(len(x) // skin.columns, skin.columns)
    return _Masks(
        lip=lip.astype(np.float32),
        brow=_brow(x, y).astype(np.float32),
        beard=(beard * skin.front).astype(np.float32),
        ruddy=(ruddy * skin.front).astype(np.float32),
        nostril=(bump(x, y, 0.66, -4.84, 0.26, 0.13) * skin.front).astype(np.float32),
        socket=(np.clip(socket, 0.0, 1.0) * skin.front).astype(np.float32),
        hairline=(y - _hairline(skin.angle)).astype(np.float32),
        half=(np.tanh(x / 2.0) * skin.front).astype(np.float32),
        mottle=mottle,
        strand=strand,
    )


def _noise(rows: int, columns: int) -> tuple[Floats, Floats]:
    """Four fields each of skin mottling and of hair strands, (4, rows * columns)."""
    rng = np.random.default_rng(20020)  # any seed; `Identity.texture` mixes the fields
    mottle, strand = [], []
    for spread in (0.8, 0.8, 3.0, 3.0):
        skin = gaussian_filter(rng.standard_normal((rows, columns)), spread)
        hair = gaussian_filter(rng.standard_normal((rows, columns)), (6.0, 0.55))
        mottle.append((skin / skin.std()).ravel())
        strand.append((hair / hair.std()).ravel())
    return np.asarray(mottle, dtype=np.float32), np.asarray(strand, dtype=np.float32)


def _step(low: float, high: float, value: Floats) -> Floats:
    return smoothstep(low, high, value.astype(np.float64)).astype(np.float32)


def _mix(albedo: Floats, colour: Floats, share: Floats) -> None:
    albedo += share[:, None] * (colour - albedo)


def build_coat(identity: Identity) -> Coat:
    """Colour a head; what is painted on skin moves with the skin."""
    mottle, strand = _texture(identity.texture)
    albedo = _skin(identity, mottle)
    brow = _paint_brows(albedo, identity, mottle, strand)
    scalp, beard, relief = _grow_hair(albedo, identity, strand)
    masks = _masks()
    gloss = 0.55 + 0.35 * masks.lip + 0.25 * masks.ruddy - 0.3 * scalp - 0.4 * beard - 0.3 * brow
    albedos, glosses = [np.clip(albedo, 0.004, 0.95)], [np.clip(gloss, 0.05, 1.0)]
    skin = np.asarray(identity.skin, dtype=np.float32)
    hair = np.asarray(identity.hair, dtype=np.float32)
    for each in parts():
        if each.name == "long_hair" and not identity.long_hair:
            continue
        colour, shine = _part_colour(each.name, skin, hair)
        painted = np.repeat(colour[None], len(each.position), axis=0)
        if each.name == "neck":
            painted[each.position[:, 1] < _COLLAR] = np.asarray(_CLOTH, dtype=np.float32)
        albedos.append(painted)
        glosses.append(np.full(len(painted), shine, dtype=np.float32))
    return Coat(
        albedo=np.concatenate(albedos).astype(np.float32),
        gloss=np.concatenate(glosses).astype(np.float32),
        relief=relief.astype(np.float32),
    )


def _texture(seed: int) -> tuple[Floats, Floats]:
    """This person's mottling and hair strands, (N,) each, of about unit variance."""
    weights = np.random.default_rng(seed).standard_normal((2, 4)).astype(np.float32)
    weights /= np.sqrt((weights**2).sum(axis=1, keepdims=True))
    mottle, strand = _masks().mottle, _masks().strand
    # Summed one by one, because a BLAS product may differ between machines and threads.
    first: Floats = sum((w * field for w, field in zip(weights[0], mottle, strict=True)), _ZERO)
    second: Floats = sum((w * field for w, field in zip(weights[1], strand, strict=True)), _ZERO)
    return first, second


def _skin(identity: Identity, mottle: Floats) -> Floats:
    """Skin, lips, nostrils and the shadow of a shaven beard, (N, 3)."""
    masks = _masks()
    skin = np.asarray(identity.skin, dtype=np.float32)
    albedo = np.repeat(skin[None], len(masks.lip), axis=0)
    albedo *= (1.0 + 0.045 * mottle)[:, None]
    warm = np.asarray((1.08, 0.84, 0.824), dtype=np.float32)
    albedo *= 1.0 + masks.ruddy[:, None] * (warm - 1.0)
    dark = np.asarray((0.80, 0.72, 0.74), dtype=np.float32)
    albedo *= 1.0 + masks.socket[:, None] * (dark - 1.0) * (0.5 + 0.5 * identity.age)
    red = skin * np.asarray((0.86, 0.58, 0.60), dtype=np.float32)
    red = red + identity.lip * 0.55 * (np.asarray(_LIP_RED, dtype=np.float32) - red)
    _mix(albedo, red, masks.lip * 0.95)
    albedo *= (1.0 - 0.85 * masks.nostril)[:, None]
    shadow = 0.45 * skin + 0.3 * np.asarray(identity.hair, dtype=np.float32)
    stubble = masks.beard * identity.stubble * (0.55 + 0.12 * mottle)
    _mix(albedo, shadow, np.clip(stubble, 0.0, 1.0))
    return albedo


def _paint_brows(albedo: Floats, identity: Identity, mottle: Floats, strand: Floats) -> Floats:
    """Paint the brows in place; returns where they are, (N,)."""
    thin = (0.30 - 0.45 * identity.brow) + 0.04 * strand
    brow = _step(-0.16, 0.26, _masks().brow - thin) * (0.45 + 0.5 * identity.brow)
    hair = 0.9 * np.asarray(identity.hair, dtype=np.float32)
    _mix(albedo, hair, np.clip(brow * (1.0 + 0.12 * mottle), 0.0, 0.95))
    return brow


def _grow_hair(albedo: Floats, identity: Identity, strand: Floats) -> tuple[Floats, Floats, Floats]:
    """Paint hair and beard in place; returns where they are and their thickness in cm, (N,)."""
    masks = _masks()
    strands = np.asarray(identity.hair, dtype=np.float32) * np.exp(0.28 * strand)[:, None]
    ragged = 0.11 * strand + 0.12 * masks.mottle[3]
    edge = masks.hairline - identity.hairline + identity.parting * masks.half + ragged
    edge = edge - recession(identity)
    scalp = _step(-0.25, 0.55, edge) * np.float32(min(1.0, 0.25 + identity.hair_volume * 3.0))
    beard = _step(0.25, 0.55, masks.beard + 0.06 * strand) * np.float32(identity.beard)
    _mix(albedo, strands, scalp)
    _mix(albedo, strands, 0.92 * beard)
    thick = 0.15 + 0.85 * _step(-0.2, 2.2, edge) + 0.05 * strand
    relief = scalp * np.float32(identity.hair_volume) * thick * hair_form(identity) + beard * (
        0.28 + 0.05 * strand
    )
    return scalp, beard, relief


def _part_colour(name: str, skin: Floats, hair: Floats) -> tuple[Floats, float]:
    colour, shine = {
        "ear": (skin * np.asarray((1.0, 0.85, 0.85)), 0.3),
        "neck": (skin * np.asarray((0.92, 0.90, 0.90)), 0.2),
        "upper_teeth": (np.asarray((0.78, 0.72, 0.62)), 0.8),
        "lower_teeth": (np.asarray((0.66, 0.60, 0.51)), 0.6),
        "tongue": (np.asarray((0.42, 0.13, 0.12)), 0.4),
        "long_hair": (hair, 0.35),
    }[name]
    return colour.astype(np.float32), shine
