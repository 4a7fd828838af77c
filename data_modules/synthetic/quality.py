"""From light to a stored picture: lens, motion, film, noise, sharpening, JPEG, borders."""

from __future__ import annotations

import cv2
import numpy as np
from numba import njit
from numpy.typing import NDArray

from data_modules.synthetic.parameters import Quality

Floats = NDArray[np.float32]
_LEVELS = 4096
_BRIGHTEST = 4.0  # light at which the film's table ends


def develop(radiance: Floats, quality: Quality) -> NDArray[np.uint8]:
    """Linear radiance (S, S, 3) to sRGB (S, S, 3) uint8."""
    size = radiance.shape[0]
    light = _blurred(_gathered(radiance, quality), quality)
    picture = _film(light, quality)
    small = max(8, round(size * quality.resolution))
    if small < size:
        picture = cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA)
    if quality.noise > 0.0:
        picture += _grain(picture, quality)
    if quality.sharpen > 0.0:
        soft = cv2.GaussianBlur(picture, (0, 0), max(0.7, small / 110.0))
        picture = picture + np.float32(quality.sharpen) * (picture - soft)
    stored = _rounded(picture)
    if quality.jpeg < 100:
        stored = _compressed(stored, quality.jpeg)
    if small < size:
        stored = np.asarray(cv2.resize(stored, (size, size), interpolation=cv2.INTER_CUBIC))
    if quality.border_x or quality.border_y:
        stored = _bordered(stored, quality.border_x, quality.border_y)
    return np.ascontiguousarray(stored)


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _rounded(picture: Floats) -> NDArray[np.uint8]:
    stored = np.empty(picture.shape, dtype=np.uint8)
    source, target = picture.ravel(), stored.ravel()
    for i in range(source.size):
        target[i] = np.uint8(np.rint(min(max(source[i], np.float32(0.0)), np.float32(255.0))))
    return stored


def _gathered(radiance: Floats, quality: Quality) -> Floats:
    """What the sensor gathers: exposure, colour cast, darker corners, washed-out colour."""
    gain = np.asarray(quality.cast, dtype=np.float32) * np.float32(quality.exposure)
    ramp = np.linspace(-1.0, 1.0, len(radiance), dtype=np.float32) ** 2
    light: Floats = _gather(
        radiance, gain, ramp, np.float32(quality.vignette), np.float32(quality.saturation)
    )
    return light


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _gather(
    radiance: Floats, gain: Floats, ramp: Floats, vignette: np.float32, saturation: np.float32
) -> Floats:
    light = np.empty_like(radiance)
    one, half = np.float32(1.0), np.float32(0.5)
    for row in range(radiance.shape[0]):
        for column in range(radiance.shape[1]):
            away = half * (ramp[row] + ramp[column])  # 0 in the middle, 1 in the corners
            clear = one - vignette * away
            red = radiance[row, column, 0] * gain[0] * clear
            green = radiance[row, column, 1] * gain[1] * clear
            blue = radiance[row, column, 2] * gain[2] * clear
            grey = np.float32(0.30) * red + np.float32(0.59) * green + np.float32(0.11) * blue
            light[row, column, 0] = grey + saturation * (red - grey)
            light[row, column, 1] = grey + saturation * (green - grey)
            light[row, column, 2] = grey + saturation * (blue - grey)
    return light


def _blurred(light: Floats, quality: Quality) -> Floats:
    size = len(light)
    if quality.blur * size > 0.05:
        light = cv2.GaussianBlur(light, (0, 0), quality.blur * size)
    if quality.motion * size > 0.5:
        light = cv2.filter2D(light, -1, _streak(quality.motion * size, quality.motion_angle))
    return light


def _streak(length: float, angle: float) -> Floats:
    """Kernel of a point that moves `length` pixels at `angle` degrees clockwise from the right."""
    reach = int(np.ceil(length / 2.0)) + 1
    along = np.linspace(-0.5, 0.5, 8 * reach + 1) * length
    turn = np.deg2rad(angle)
    x, y = reach + along * np.cos(turn), reach + along * np.sin(turn)
    kernel = np.zeros((2 * reach + 1, 2 * reach + 1))
    column, row = np.floor(x).astype(int), np.floor(y).astype(int)
    u, v = x - column, y - row
    for dy, wy in ((0, 1.0 - v), (1, v)):
        for dx, wx in ((0, 1.0 - u), (1, u)):
            inside = (row + dy <= 2 * reach) & (column + dx <= 2 * reach)
            np.add.at(kernel, ((row + dy)[inside], (column + dx)[inside]), (wy * wx)[inside])
    result: Floats = (kernel / kernel.sum()).astype(np.float32)
    return result


def _film(light: Floats, quality: Quality) -> Floats:
    """Grey levels 0..255 of light: a soft toe, a straight middle, a shoulder before white.

    Its slope was fitted so that a typical picture's grey levels spread as those of photographs.
    """
    level = (np.arange(_LEVELS) + 0.5) / _LEVELS
    exposed = _BRIGHTEST * level**2  # finer in the dark
    tone = exposed * (1.0 + exposed / 4.0) / (1.0 + exposed * 0.75)
    grey = tone ** (quality.gamma / 2.2)
    grey = grey * (0.7 + 0.3 * grey * (3.0 - 2.0 * np.minimum(grey, 1.0)))
    grey = 0.49 + 1.19 * quality.contrast * (grey - 0.47)
    grey = 0.5 * (grey + np.sqrt(grey**2 + 0.0016))
    above = np.maximum(grey - 0.78, 0.0)
    grey = np.minimum(grey, 0.78) + 0.22 * above / (0.22 + 0.55 * above)
    table = (255.0 * np.minimum(grey, 1.0)).astype(np.float32)
    picture: Floats = _looked_up(np.ascontiguousarray(light), table)
    return picture


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _looked_up(light: Floats, table: Floats) -> Floats:
    picture = np.empty_like(light)
    source, target = light.ravel(), picture.ravel()
    most, scale = np.float32(_BRIGHTEST), np.float32(1.0 / _BRIGHTEST)
    for i in range(source.size):
        level = np.sqrt(min(max(source[i], np.float32(0.0)), most) * scale)
        target[i] = table[min(np.int32(level * np.float32(_LEVELS)), np.int32(_LEVELS - 1))]
    return picture


def _grain(picture: Floats, quality: Quality) -> Floats:
    """Sensor noise: stronger in the dark, partly grey, a little alike between neighbours."""
    rng = np.random.default_rng(quality.seed)
    noise = rng.standard_normal(picture.shape, dtype=np.float32)
    _mix(noise)
    side = np.float32(0.16)
    kernel = np.array([side, 1.0, side], dtype=np.float32)
    kernel /= np.sqrt((kernel**2).sum())
    grain: Floats = cv2.sepFilter2D(noise, -1, kernel, kernel)
    _strengthen(grain, picture, np.float32(quality.noise))
    return grain


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _mix(noise: Floats) -> None:
    """Make independent channels (S, S, 3) alike, in place."""
    for row in range(noise.shape[0]):
        for column in range(noise.shape[1]):
            red, green, blue = noise[row, column, 0], noise[row, column, 1], noise[row, column, 2]
            grey = np.float32(0.7 * 0.5774) * (red + green + blue)
            noise[row, column, 0] = np.float32(0.6) * red + grey
            noise[row, column, 1] = np.float32(0.6) * green + grey
            noise[row, column, 2] = np.float32(0.6) * blue + grey


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _strengthen(noise: Floats, picture: Floats, most: np.float32) -> None:
    """Scale noise (S, S, 3) by how bright the picture is there, in place."""
    for row in range(noise.shape[0]):
        for column in range(noise.shape[1]):
            bright = picture[row, column, 0] + picture[row, column, 1] + picture[row, column, 2]
            strength = most * (np.float32(1.35) - np.float32(0.75 / 765.0) * bright)
            for channel in range(3):
                noise[row, column, channel] *= strength


def _compressed(picture: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    done, code = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, int(quality)])
    if not done:
        raise RuntimeError("the JPEG encoder refused the picture")
    stored = np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR), dtype=np.uint8)
    return np.ascontiguousarray(stored[..., ::-1])


def _bordered(picture: NDArray[np.uint8], x: float, y: float) -> NDArray[np.uint8]:
    """Repeat the last row or column over a margin, as alignment does beyond a photograph's end."""
    size = len(picture)
    left, right = round(size * max(-x, 0.0)), round(size * max(x, 0.0))
    top, bottom = round(size * max(-y, 0.0)), round(size * max(y, 0.0))
    kept = picture[top : size - bottom, left : size - right]
    return np.asarray(
        cv2.copyMakeBorder(kept, top, bottom, left, right, cv2.BORDER_REPLICATE), dtype=np.uint8
    )
