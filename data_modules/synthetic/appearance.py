"""How a head is coloured between the details of `skin`: skin, hair and what else has a colour."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache

import numpy as np
from numba import njit
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
from data_modules.synthetic.parameters import BEARDS, Identity
from data_modules.synthetic.surface import surface

Floats = NDArray[np.float32]
_STRANDS = 768 / 360  # points of the strand noise per degree of longitude
_ALONG = 4.0  # points of the strand noise per cm along a strand


BARE = -9.0
"""Distance in cm into the hair of what has none at all."""


@dataclass(frozen=True)
class Coat:
    """Colour and relief of one head.

    Attributes:
        colour: (V, 4) float32 linear reflectance and strength of the highlight.
        growth: (V, 3) float32 distance in cm into the hair, negative outside; share of beard;
            share of stubble.
        place: (V, 5) float32 anchor x and y in cm; share of `skin`'s grid; point (across, along)
            of the strand noise.
        relief: (N,) float32 growth of the skin outwards in cm.
    """

    colour: Floats
    growth: Floats
    place: Floats
    relief: Floats


@dataclass(frozen=True)
class _Masks:
    beards: Floats  # (kinds, N) where each of `BEARDS` grows
    stubble: Floats
    hairline: Floats  # height in cm above the mean hairline, negative on the face
    half: Floats  # -1 on the picture's left of the forehead, 1 on its right, 0 behind
    uneven: Floats  # (N,) smooth noise of unit variance
    lip: Floats


def _hairline(angle: Array) -> Array:
    knots = [0, 18, 35, 45, 52, 60, 66, 72, 76, 80, 92, 100, 120, 180]
    level = [6.5, 6.6, 6.3, 5.5, 4.6, 3.6, 2.0, -0.6, -1.6, -2.2, -2.6, -4.0, -8.0, -9.0]
    result: Array = np.interp(np.abs(angle), knots, level)
    return result


@cache
def _masks() -> _Masks:
    skin = surface()
    x, y = skin.anchor.T
    line = lip_line(x)
    red = np.where(skin.side > 0, upper_lip_height(x), lower_lip_height(x))
    lip = smoothstep(-0.10, 0.06, red - np.abs(y - line)) * (skin.front > 0)
    lip = lip * smoothstep(2.7, 2.4, np.abs(x))
    around = smoothstep(105, 88, np.abs(skin.angle)) * (1.0 - lip)
    # A beard's upper edge runs from the ear down to the mouth's corner and up beside it.
    edge = np.interp(
        np.abs(x), [0.0, 2.2, 2.9, 4.2, 5.6, 6.6, 7.2], [-7.9, -7.9, -6.4, -6.5, -5.2, -3.0, -0.8]
    )
    jaw = smoothstep(-0.45, 0.85, edge - y)
    under = bump(x, y, 0.0, -8.15, 0.5, 0.35)  # the tuft below the lip
    # Thick below the nose, running out beyond the mouth's corners.
    rise = np.interp(np.abs(x), [0.0, 0.5, 1.4, 2.6, 3.3], [-5.45, -5.35, -5.6, -6.35, -7.2])
    upper = smoothstep(-0.15, 0.4, rise - y) * smoothstep(3.3, 2.4, np.abs(x))
    upper = upper * np.where(y > line, 1.0, smoothstep(-7.9, -7.2, y) * (np.abs(x) > 2.3))
    upper = upper * (0.50 + 0.50 * smoothstep(0.0, 0.35, np.abs(x)))
    lane = smoothstep(3.7, 2.7, np.abs(x)) * smoothstep(1.8, 2.6, np.abs(x)) * (y < -6.6)
    chin = smoothstep(3.4, 1.8, np.abs(x) + 0.2 * (y + 9.5)) * smoothstep(-7.9, -8.7, y)
    strap = jaw * smoothstep(2.2, 1.2, np.abs(y + 9.9 - 0.12 * x * x))
    kinds = {
        "full": np.maximum.reduce([jaw, upper, under]),
        "goatee": np.maximum.reduce([chin, 0.9 * upper, 0.65 * lane * (y > -9.4), under]),
        "moustache": upper,
        "chinstrap": strap,
    }
    full = kinds["full"] * around
    noise = np.random.default_rng(20020).standard_normal((len(x) // skin.columns, skin.columns))
    noise = gaussian_filter(noise, 2.5)
    return _Masks(
        beards=np.stack([kinds[name] * around for name in BEARDS]).astype(np.float32),
        stubble=full.astype(np.float32),
        hairline=(y - _hairline(skin.angle)).astype(np.float32),
        half=(np.tanh(x / 2.0) * skin.front).astype(np.float32),
        uneven=(noise / noise.std()).ravel().astype(np.float32),
        lip=lip.astype(np.float32),
    )


@cache
def strands() -> Floats:
    """Noise along hairs, repeating at the edges, (256 along, 256 across, 3), unit variance each.

    Long strands, curls, and the short hairs of a beard.
    """
    rng = np.random.default_rng(20021)
    long = gaussian_filter(rng.standard_normal((256, 256)), (16.0, 0.8), mode="wrap")
    lock = gaussian_filter(rng.standard_normal((256, 256)), (22.0, 3.0), mode="wrap")
    curl = gaussian_filter(rng.standard_normal((256, 256)), 1.7, mode="wrap")
    short = gaussian_filter(rng.standard_normal((256, 256)), (1.6, 0.6), mode="wrap")
    layers = [long / long.std() + 0.8 * lock / lock.std(), curl, short]
    return np.ascontiguousarray(
        np.stack([layer / layer.std() for layer in layers], axis=2), dtype=np.float32
    )


@cache
def _places() -> Floats:
    """`Coat.place` of the skin and all parts."""
    skin = surface()
    turn, (x, y) = skin.angle, skin.anchor.T
    places = [np.stack([x, y, skin.front, _STRANDS * turn, -_ALONG * y], axis=1)]
    for each in parts():
        across, up, depth = each.position.T
        turn = np.rad2deg(np.arctan2(across, depth))
        nothing = np.zeros(len(across))
        places.append(np.stack([nothing, nothing, nothing, _STRANDS * turn, -_ALONG * up], axis=1))
    return np.concatenate(places).astype(np.float32)


def build_coat(identity: Identity) -> Coat:
    """Colour a head; what is painted on skin moves with the skin."""
    # The head's shape has no say in its colours, so one coat serves all frames of a person.
    return _coat(replace(identity, shape=()))  # type: ignore[arg-type]


@lru_cache(maxsize=4)
def _coat(identity: Identity) -> Coat:
    skin = np.asarray(identity.skin, dtype=np.float32)
    hair = np.asarray(identity.hair, dtype=np.float32)
    count = len(surface().position)
    shown = parts() if identity.long_hair else parts()[:-1]  # long hair is the last of them
    whole = count + sum(len(each.position) for each in shown)
    colour = np.empty((whole, 4), dtype=np.float32)
    growth = np.zeros((whole, 3), dtype=np.float32)
    relief = np.empty(count, dtype=np.float32)
    _grow(identity, growth, relief)
    colour[:count] = (*skin, 0.34)
    for each in shown:
        after = count + len(each.position)
        tint, shine = _part_colour(each.name, skin, hair)
        colour[count:after] = (*tint, shine)
        growth[count:after, 0] = -BARE if each.name == "long_hair" else BARE
        count = after
    return Coat(colour=colour, growth=growth, place=_places()[:whole], relief=relief)


def _grow(identity: Identity, growth: Floats, relief: Floats) -> None:
    """Where hair, beard and stubble grow, and how thick they are in cm, written in place.

    Args:
        identity: whose hair.
        growth: (N or more, 3) see `Coat.growth`.
        relief: (N,) see `Coat.relief`.
    """
    masks = _masks()
    turn = np.random.default_rng(identity.texture).choice((-1.0, 1.0))
    _grow_each(
        masks.hairline,
        masks.half,
        masks.uneven,
        masks.beards[BEARDS.index(identity.beard_cut)],
        masks.stubble,
        recession(identity),
        hair_form(identity),
        identity.hairline,
        identity.parting,
        turn,
        identity.beard,
        identity.stubble,
        identity.hair_volume,
        growth,
        relief,
    )
    upper, lower = surface().twins.T  # a beard must not lift one lip off the other
    relief[upper] = relief[lower] = np.minimum(relief[upper], relief[lower])


@njit(cache=True, error_model="numpy")  # type: ignore[untyped-decorator]  # numba ships no types
def _step(low: float, high: float, value: float) -> float:
    if value <= low:
        return 0.0
    if value >= high:
        return 1.0
    share = (value - low) / (high - low)
    return share * share * (3.0 - 2.0 * share)


@njit(cache=True, error_model="numpy")  # type: ignore[untyped-decorator]  # numba ships no types
def _grow_each(
    line: Floats,
    half: Floats,
    uneven: Floats,
    bearded: Floats,
    stubbled: Floats,
    gone: Floats,
    form: Floats,
    hairline: float,
    parting: float,
    turn: float,
    beard: float,
    stubble: float,
    volume: float,
    growth: Floats,
    relief: Floats,
) -> None:
    for i in range(len(relief)):
        edge = line[i] - hairline + parting * half[i] + 0.14 * turn * uneven[i] - gone[i]
        thick = _step(0.0, 0.7, edge) * volume
        thick *= 0.18 + 0.82 * _step(0.1, 2.4, edge) + 0.06 * turn * uneven[i]
        relief[i] = thick * form[i] + 0.20 * _step(0.2, 0.8, bearded[i] * beard)
        if volume < 0.1:  # shaven or bald: no more than a shadow
            edge = min(edge, 8.0 * volume - 0.5)
        growth[i, 0], growth[i, 1], growth[i, 2] = edge, bearded[i] * beard, stubbled[i] * stubble


def _part_colour(name: str, skin: Floats, hair: Floats) -> tuple[Floats, float]:
    colour, shine = {
        "ear": (skin * np.asarray((1.0, 0.88, 0.88)), 0.3),
        "neck": (skin * np.asarray((0.95, 0.93, 0.92)), 0.2),
        "upper_teeth": (np.asarray((0.56, 0.50, 0.42)), 0.8),
        "lower_teeth": (np.asarray((0.48, 0.43, 0.36)), 0.6),
        "tongue": (np.asarray((0.42, 0.13, 0.12)), 0.5),
        "long_hair": (hair, 0.35),
    }[name]
    return colour.astype(np.float32), shine
