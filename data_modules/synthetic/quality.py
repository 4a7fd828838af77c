"""From light to a stored picture: exposure, defocus, noise, colour cast, shrinking, JPEG."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from data_modules.synthetic.parameters import Quality


def develop(radiance: NDArray[np.float32], quality: Quality) -> NDArray[np.uint8]:
    """Linear radiance (S, S, 3) to sRGB (S, S, 3) uint8."""
    size = radiance.shape[0]
    light = radiance * np.asarray(quality.cast, dtype=np.float32) * np.float32(quality.exposure)
    grey = 0.30 * light[..., 0] + 0.59 * light[..., 1] + 0.11 * light[..., 2]
    light = grey[..., None] + np.float32(quality.saturation) * (light - grey[..., None])
    spread = quality.blur * size
    if spread > 0.05:
        light = cv2.GaussianBlur(light, (0, 0), spread)
    # A film's shoulder: linear in the shadows, rolling off before white.
    light = np.clip(light, 0.0, None)
    tone = light * (1.0 + light / 4.0) / (1.0 + light * 0.75)
    picture = np.clip(tone, 0.0, 1.0) ** (1.0 / 2.2)
    picture = 255.0 * picture * (0.7 + 0.3 * picture * (3.0 - 2.0 * picture))
    small = max(8, round(size * quality.resolution))
    if small < size:
        picture = cv2.resize(picture, (small, small), interpolation=cv2.INTER_AREA)
    if quality.noise > 0.0:
        rng = np.random.default_rng(quality.seed)
        noise = rng.standard_normal(picture.shape).astype(np.float32)
        picture = picture + quality.noise * (0.6 * noise + 0.4 * noise.mean(2, keepdims=True) * 1.7)
    stored = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
    if quality.jpeg < 100:
        flags = [cv2.IMWRITE_JPEG_QUALITY, int(quality.jpeg)]
        done, code = cv2.imencode(".jpg", stored[..., ::-1], flags)
        if not done:
            raise RuntimeError("the JPEG encoder refused the picture")
        stored = np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR), dtype=np.uint8)[..., ::-1]
    if small < size:
        stored = cv2.resize(
            np.ascontiguousarray(stored), (size, size), interpolation=cv2.INTER_CUBIC
        ).astype(np.uint8)
    return np.ascontiguousarray(stored)
