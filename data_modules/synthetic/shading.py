"""Light on skin and eyes, per sample of the picture."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float32]

# Rows of the lamp table.
KEY_DIRECTION, KEY_COLOUR, FILL_DIRECTION, FILL_COLOUR, AMBIENT, MISC = range(6)
# Entries of the eye table.
HALF_WIDTH, UPPER, LOWER, TILT, FOLD, RADIUS, REST = range(7)


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _shadow(shadow: Floats, u: float, v: float, depth: float, bias: float) -> float:
    """Share of a 2x2 neighbourhood, bilinearly weighted, that the key light reaches."""
    size = shadow.shape[0]
    x, y = u - 0.5, v - 0.5
    column, row = int(np.floor(x)), int(np.floor(y))
    if column < 1 or row < 1 or column >= size - 2 or row >= size - 2:
        return 1.0
    fx, fy = x - column, y - row
    total = 0.0
    for dy in range(-1, 3):
        wy = 1.0 - fy if dy == -1 else (fy if dy == 2 else 1.0)
        for dx in range(-1, 3):
            wx = 1.0 - fx if dx == -1 else (fx if dx == 2 else 1.0)
            if shadow[row + dy, column + dx] < depth + bias:
                total += wx * wy
    return total / 9.0


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def _margins(eye: Floats, across: float) -> tuple[float, float, float]:
    """Heights of upper margin, lower margin and lid fold at `across`, -1 inner to 1 outer."""
    if abs(across) >= 1.0:
        return 0.0, 0.0, 0.2
    # Upper arch peaks towards the nose, lower arch towards the ear.
    up = across + 0.16 * (1.0 - across * across)
    low = across - 0.22 * (1.0 - across * across)
    upper = (1.0 - abs(up) ** 2.3) ** 0.85
    lower = (1.0 - abs(low) ** 2.2) ** 0.9
    return eye[UPPER] * upper, eye[LOWER] * lower, eye[REST] * upper + 0.20 + 0.12 * upper


@njit(cache=True)  # type: ignore[untyped-decorator]  # numba ships no types
def shade(
    seen: NDArray[np.int32],
    weights: Floats,
    triangles: NDArray[np.int32],
    skin_triangles: int,
    camera: Floats,
    normal: Floats,
    albedo: Floats,
    gloss: Floats,
    light: Floats,
    lamps: Floats,
    shadow: Floats,
    to_shadow: Floats,
    centres: Floats,
    eye: Floats,
    gaze: Floats,
    rotation: Floats,
    iris: Floats,
    hair: Floats,
    distance: float,
    picture: Floats,
) -> None:
    """Shade every sample that sees the head into `picture`, in place.

    Args:
        seen: (S, S) triangle per sample, -1 for background.
        weights: (S, S, 2) barycentric weights.
        triangles: (T, 3); the first `skin_triangles` are facial skin, where eyes open.
        skin_triangles: see above.
        camera: (V, 3) positions in camera coordinates, cm.
        normal: (V, 3) normals in camera directions.
        albedo: (V, 3) linear reflectance.
        gloss: (V,) strength of the highlight.
        light: (V,) share of ambient light.
        lamps: (6, 3) direction and colour of key and fill, ambient colour, (hardness, -, -).
        shadow: (Q, Q) depth along the key light.
        to_shadow: (3, 4) camera coordinates to shadow column, row, depth.
        centres: (2, 3) eyeballs in camera coordinates; first that on the head's left (+x).
        eye: (7,) opening, see the constants above.
        gaze: (3,) direction in camera coordinates.
        rotation: (3, 3) head to camera directions.
        iris: (3,) reflectance.
        hair: (3,) reflectance of lashes.
        distance: camera to pivot, cm.
        picture: (S, S, 3) float32 linear radiance, background filled in.
    """
    size = seen.shape[0]
    key, key_colour = lamps[KEY_DIRECTION], lamps[KEY_COLOUR]
    fill, fill_colour = lamps[FILL_DIRECTION], lamps[FILL_COLOUR]
    ambient, hardness = lamps[AMBIENT], lamps[MISC, 0]
    wrap = (0.30, 0.16, 0.12)  # red light travels furthest under the skin
    for row in range(size):
        for column in range(size):
            t = seen[row, column]
            if t < 0:
                continue
            a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
            wa, wb = weights[row, column, 0], weights[row, column, 1]
            wc = 1.0 - wa - wb
            px = wa * camera[a, 0] + wb * camera[b, 0] + wc * camera[c, 0]
            py = wa * camera[a, 1] + wb * camera[b, 1] + wc * camera[c, 1]
            pz = wa * camera[a, 2] + wb * camera[b, 2] + wc * camera[c, 2]
            nx = wa * normal[a, 0] + wb * normal[b, 0] + wc * normal[c, 0]
            ny = wa * normal[a, 1] + wb * normal[b, 1] + wc * normal[c, 1]
            nz = wa * normal[a, 2] + wb * normal[b, 2] + wc * normal[c, 2]
            red = wa * albedo[a, 0] + wb * albedo[b, 0] + wc * albedo[c, 0]
            green = wa * albedo[a, 1] + wb * albedo[b, 1] + wc * albedo[c, 1]
            blue = wa * albedo[a, 2] + wb * albedo[b, 2] + wc * albedo[c, 2]
            shine = wa * gloss[a] + wb * gloss[b] + wc * gloss[c]
            reach = wa * light[a] + wb * light[b] + wc * light[c]
            is_eye = False
            power = 14.0
            if t < skin_triangles:
                for k in range(2):
                    qx, qy, qz = px - centres[k, 0], py - centres[k, 1], pz - centres[k, 2]
                    if qx * qx + qy * qy + qz * qz > 6.5:
                        continue
                    mirror = 1.0 if k == 0 else -1.0
                    hx = (qx * rotation[0, 0] + qy * rotation[1, 0] + qz * rotation[2, 0]) * mirror
                    hy = qx * rotation[0, 1] + qy * rotation[1, 1] + qz * rotation[2, 1]
                    hz = qx * rotation[0, 2] + qy * rotation[1, 2] + qz * rotation[2, 2]
                    if hz < 0.0:
                        continue
                    across = hx / eye[HALF_WIDTH]
                    height = hy - eye[TILT] * hx
                    upper, lower, fold = _margins(eye, across)
                    if abs(across) < 1.0 and lower < height < upper:
                        is_eye = True
                        radius = np.sqrt(qx * qx + qy * qy + qz * qz)
                        nx, ny, nz = qx / radius, qy / radius, qz / radius
                        facing = nx * gaze[0] + ny * gaze[1] + nz * gaze[2]
                        off = np.sqrt(max(0.0, 1.0 - facing * facing)) * eye[RADIUS]
                        vein = abs(across) ** 3
                        red, green, blue = (
                            0.40 - 0.10 * vein,
                            0.36 - 0.17 * vein,
                            0.34 - 0.16 * vein,
                        )
                        if across < -0.80:
                            red, green, blue = 0.46, 0.22, 0.18
                        shine, reach = 0.25, 1.0
                        if facing > 0.0 and off < 0.72:
                            edge = min(1.0, max(0.0, (0.72 - off) / 0.10))
                            ring = 0.55 + 0.45 * min(1.0, max(0.0, (0.66 - off) / 0.16))
                            red += edge * (iris[0] * ring - red)
                            green += edge * (iris[1] * ring - green)
                            blue += edge * (iris[2] * ring - blue)
                            if off < 0.26:
                                hole = min(1.0, (0.26 - off) / 0.05)
                                red *= 1.0 - 0.93 * hole
                                green *= 1.0 - 0.93 * hole
                                blue *= 1.0 - 0.93 * hole
                        # The upper lid and its lashes shade the eyeball below them.
                        reach *= 0.30 + 0.70 * min(1.0, (upper - height) / 0.42)
                        reach *= 0.75 + 0.25 * min(1.0, (height - lower) / 0.12)
                        power = 160.0
                    elif abs(across) < 1.12:
                        above, below = height - upper, lower - height
                        if above >= 0.0 and above < 1.0:
                            shut = 1.0 - min(1.0, max(0.0, upper - lower) / 0.4)
                            width = 0.14 + 0.07 * shut
                            lash = np.exp(-((above / width) ** 2)) * (0.80 + 0.2 * across)
                            crease = np.exp(-(((height - fold) / 0.085) ** 2)) * eye[FOLD]
                            crease *= max(0.0, 1.0 - across * across) ** 0.5
                            crease *= 1.0 - 0.6 * shut
                            dark = (1.0 - 0.90 * lash) * (1.0 - 0.50 * crease)
                            red = red * dark + 0.3 * lash * hair[0]
                            green = green * dark + 0.3 * lash * hair[1]
                            blue = blue * dark + 0.3 * lash * hair[2]
                        elif below >= 0.0 and below < 0.5:
                            rim = np.exp(-((below / 0.07) ** 2))
                            red *= 1.0 - 0.30 * rim
                            green *= 1.0 - 0.48 * rim
                            blue *= 1.0 - 0.46 * rim
            norm = 1.0 / np.sqrt(nx * nx + ny * ny + nz * nz + 1e-12)
            nx, ny, nz = nx * norm, ny * norm, nz * norm
            u = to_shadow[0, 0] * px + to_shadow[0, 1] * py + to_shadow[0, 2] * pz + to_shadow[0, 3]
            v = to_shadow[1, 0] * px + to_shadow[1, 1] * py + to_shadow[1, 2] * pz + to_shadow[1, 3]
            w = to_shadow[2, 0] * px + to_shadow[2, 1] * py + to_shadow[2, 2] * pz + to_shadow[2, 3]
            lit = 1.0 - hardness * (1.0 - _shadow(shadow, u, v, w, 0.55))
            to_key = nx * key[0] + ny * key[1] + nz * key[2]
            to_fill = max(0.0, 0.35 + 0.65 * (nx * fill[0] + ny * fill[1] + nz * fill[2]))
            sky = (0.72 + 0.28 * ny) * reach
            lit *= 1.0 - (1.0 - min(1.0, reach)) ** 2
            vx, vy, vz = -px, -py, distance - pz
            norm = 1.0 / np.sqrt(vx * vx + vy * vy + vz * vz)
            vx, vy, vz = vx * norm, vy * norm, vz * norm
            hx, hy, hz = vx + key[0], vy + key[1], vz + key[2]
            norm = 1.0 / np.sqrt(hx * hx + hy * hy + hz * hz + 1e-9)
            half = max(0.0, (nx * hx + ny * hy + nz * hz) * norm)
            grazing = (1.0 - max(0.0, nx * vx + ny * vy + nz * vz)) ** 4
            spot = half**power * shine * lit * (0.10 + 0.35 * grazing)
            if to_key <= 0.0:
                spot = 0.0
            if is_eye:
                spot = half**power * 0.55
            for channel in range(3):
                body = red if channel == 0 else (green if channel == 1 else blue)
                soft = wrap[channel]
                direct = max(0.0, (to_key + soft) / (1.0 + soft))
                direct *= lit + (1.0 - lit) * 0.18 * (1.0 if channel == 0 else 0.5)
                picture[row, column, channel] = (
                    body
                    * (
                        direct * key_colour[channel]
                        + to_fill * fill_colour[channel] * (0.15 + 0.85 * reach)
                        + sky * ambient[channel]
                    )
                    + spot * key_colour[channel]
                )
