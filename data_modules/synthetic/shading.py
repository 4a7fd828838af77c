"""Light on skin, hair and eyes, per sample of the picture."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from data_modules.synthetic.skin import LEFT, PITCH, TOP

Floats = NDArray[np.float32]

# Rows of the lamp table.
KEY_DIRECTION, KEY_COLOUR, FILL_DIRECTION, FILL_COLOUR = 0, 1, 2, 3
BACK_DIRECTION, BACK_COLOUR, AMBIENT, MISC = 4, 5, 6, 7
# Entries of an eye's row of the eye table.
HALF_WIDTH, UPPER, LOWER, TILT, FOLD, RADIUS, REST, LASH = range(8)

_IRIS, _PUPIL = 0.63, 0.22  # radii in cm, on the enlarged eyeball


@njit(cache=True, error_model="numpy")  # type: ignore[untyped-decorator]  # numba ships no types
def _ramp(low: float, high: float, value: float) -> float:
    share = min(1.0, max(0.0, (value - low) / (high - low)))
    return share * share * (3.0 - 2.0 * share)


@njit(cache=True, error_model="numpy")  # type: ignore[untyped-decorator]  # numba ships no types
def _shadow(shadow: Floats, u: float, v: float, depth: float, bias: float) -> float:
    """Share of a 3x3 neighbourhood, bilinearly weighted, that the key light reaches.

    `shadow` (Q, Q, 3) holds the depth, and the least and the greatest of the 4x4 around.
    """
    size = shadow.shape[0]
    x, y = u - 0.5, v - 0.5
    column, row = int(np.floor(x)), int(np.floor(y))
    if column < 1 or row < 1 or column >= size - 2 or row >= size - 2:
        return 1.0
    if shadow[row, column, 2] <= depth + bias:
        return 1.0
    if shadow[row, column, 1] >= depth + bias + 0.4:
        return 0.0
    fx, fy = x - column, y - row
    total = 0.0
    for dy in range(-1, 3):
        wy = 1.0 - fy if dy == -1 else (fy if dy == 2 else 1.0)
        for dx in range(-1, 3):
            wx = 1.0 - fx if dx == -1 else (fx if dx == 2 else 1.0)
            # What stands a little in the way shades a little, so that no surface shades itself
            # in steps.
            nearer = (shadow[row + dy, column + dx, 0] - depth - bias) * 2.5
            total += wx * wy * (1.0 - min(1.0, max(0.0, nearer)))
    return total / 9.0


@njit(cache=True, error_model="numpy")  # type: ignore[untyped-decorator]  # numba ships no types
def _margins(eye: Floats, across: float) -> tuple[float, float, float]:
    """Heights of upper margin, lower margin and lid fold at `across`, -1 inner to 1 outer."""
    if abs(across) >= 1.0:
        return 0.0, 0.0, 0.2
    # Upper arch peaks towards the nose, lower arch towards the ear.
    up = across + 0.16 * (1.0 - across * across)
    low = across - 0.22 * (1.0 - across * across)
    upper = (1.0 - abs(up) ** 2.3) ** 0.80
    lower = (1.0 - abs(low) ** 2.2) ** 0.9
    fold = max(eye[REST], 0.25 * eye[REST] + 0.75 * eye[UPPER]) * upper + 0.14 + 0.10 * upper
    return eye[UPPER] * upper, eye[LOWER] * lower, fold


@njit(cache=True, error_model="numpy")  # type: ignore[untyped-decorator]  # numba ships no types
def _lashes(away: float, across: float, length: float, thick: float, streaks: float) -> float:
    """Cover of a row of lashes `away` cm from the lid's margin, 0..1."""
    outer = 0.5 + 0.5 * across
    edge = (0.042 + 0.032 * outer) * thick
    line: float = np.exp(-((away / edge) ** 2)) * (0.72 + 0.25 * outer)
    reach = length * (0.45 + 0.75 * outer) * (0.8 + 0.2 * np.sin(across * streaks * 0.7))
    if away < reach:
        wave = 0.5 + 0.5 * np.sin(across * streaks + away * 10.0 * across)
        line = max(line, (1.0 - away / reach) * wave * wave * 0.75)
    return line


@njit(cache=True, error_model="numpy")  # type: ignore[untyped-decorator]  # numba ships no types
def _eyeball(
    nx: float,
    ny: float,
    nz: float,
    gaze: Floats,
    iris: Floats,
    across: float,
    above: float,
    below: float,
    key: Floats,
    colour: Floats,
    normal: Floats,
) -> float:
    """Colour and normal of the eyeball, written into the last two; returns the light it gets.

    `above` and `below` are the distances in cm to the lids' margins.
    """
    facing = nx * gaze[0] + ny * gaze[1] + nz * gaze[2]
    off = np.sqrt(max(0.0, 1.0 - facing * facing)) * 1.5
    vein = min(1.0, abs(across)) ** 3
    colour[0], colour[1], colour[2] = 0.42 - 0.07 * vein, 0.375 - 0.14 * vein, 0.35 - 0.13 * vein
    normal[0], normal[1], normal[2] = nx, ny, nz
    if facing > 0.0 and off < _IRIS + 0.04:
        ex, ey, ez = nx - facing * gaze[0], ny - facing * gaze[1], nz - facing * gaze[2]
        angle = np.arctan2(ey, ex)
        fibre = np.sin(angle * 29.0 + 3.0 * np.sin(angle * 5.0)) + np.sin(angle * 13.0 + 1.7)
        inner = off / _IRIS
        bright = 0.85 + 0.18 * fibre * inner
        bright += 0.4 * np.exp(-(((inner - 0.50) / 0.14) ** 2))  # the collarette
        bright *= 1.0 - 0.72 * _ramp(0.74, 1.0, inner)  # the limbal ring
        # The cornea gathers light on the side away from the lamp.
        bright *= 1.0 - 0.9 * (ex * key[0] + ey * key[1] + ez * key[2])
        bright *= 1.0 - 0.97 * _ramp(_PUPIL + 0.03, _PUPIL - 0.03, off)
        edge = _ramp(_IRIS + 0.04, _IRIS - 0.06, off)
        for channel in range(3):
            colour[channel] += edge * (iris[channel] * bright - colour[channel])
        # The cornea is rounder than the eyeball.
        bulge = 0.75 * edge
        normal[0] += bulge * ex
        normal[1] += bulge * ey
        normal[2] += bulge * ez
    flesh = _ramp(-0.80, -0.92, across)  # the caruncle
    colour[0] += flesh * (0.44 - colour[0])
    colour[1] += flesh * (0.19 - colour[1])
    colour[2] += flesh * (0.17 - colour[2])
    rim = _ramp(0.085, 0.03, below)  # the lower lid's wet edge
    colour[0] += rim * (0.42 - colour[0])
    colour[1] += rim * (0.24 - colour[1])
    colour[2] += rim * (0.21 - colour[2])
    normal[1] += 0.3 * rim
    # The upper lid and its lashes shade the eyeball below them.
    light = 0.22 + 0.78 * _ramp(-0.05, 0.62, above)
    gathered: float = (
        light * (0.80 + 0.20 * _ramp(0.0, 0.14, below)) * (1.0 - 0.35 * abs(across) ** 4)
    )
    return gathered


@njit(cache=True, error_model="numpy")  # type: ignore[untyped-decorator]  # numba ships no types
def _specular(half: float, view_half: float, gloss: float, facing: float) -> float:
    """Highlight of a surface of this gloss, 0..1, per light that falls on it."""
    power = 7.0 + 42.0 * gloss * gloss
    fresnel = 0.028 + 0.6 * (1.0 - view_half) ** 5
    highlight: float = (
        fresnel
        * (power + 2.0)
        * 0.21
        * np.exp(power * (half - 1.0))
        * facing
        * (0.25 + 0.95 * gloss)
    )
    return highlight


@njit(cache=True, error_model="numpy")  # type: ignore[untyped-decorator]  # numba ships no types
def shade(
    seen: NDArray[np.int32],
    weights: Floats,
    triangles: NDArray[np.uint32],
    skin_triangles: int,
    camera: Floats,
    normal: Floats,
    light: Floats,
    surface_colour: Floats,
    growth: Floats,
    place: Floats,
    painted: Floats,
    slopes: Floats,
    strands: Floats,
    lamps: Floats,
    shadow: Floats,
    to_shadow: Floats,
    centres: Floats,
    eyes: Floats,
    gaze: Floats,
    rotation: Floats,
    iris: Floats,
    hair: Floats,
    curl: float,
    parting: float,
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
        light: (V,) share of ambient light.
        surface_colour: (V, 4), `growth` (V, 3), `place` (V, 5): see `appearance.Coat`.
        growth: see above.
        place: see above.
        painted: (R, C, 4) see `skin.paint_skin`.
        slopes: (R, C, 3) see `skin.fold_skin`.
        strands: (256, 256, 3) see `appearance.strands`.
        lamps: (8, 3) direction and colour of key, fill and back light, ambient colour,
            (hardness, -, -).
        shadow: (Q, Q, 3) depth along the key light, see `_shadow`.
        to_shadow: (3, 4) camera coordinates to shadow column, row, depth.
        centres: (2, 3) eyeballs in camera coordinates; first that on the head's left (+x).
        eyes: (2, 8) openings, see the constants above.
        gaze: (3,) direction in camera coordinates.
        rotation: (3, 3) head to camera directions.
        iris: (3,) reflectance.
        hair: (3,) reflectance of hair, beard and lashes.
        curl: how far hair curls, 0..1.
        parting: lean of the hair on the forehead.
        distance: camera to pivot, cm.
        picture: (S, S, 3) float32 linear radiance, background filled in.
    """
    size = seen.shape[0]
    key, key_colour = lamps[KEY_DIRECTION], lamps[KEY_COLOUR]
    fill, fill_colour = lamps[FILL_DIRECTION], lamps[FILL_COLOUR]
    back, back_colour = lamps[BACK_DIRECTION], lamps[BACK_COLOUR]
    ambient, hardness = lamps[AMBIENT], lamps[MISC, 0]
    behind = back_colour[0] + back_colour[1] + back_colour[2] > 0.0
    wrap = (0.32, 0.17, 0.13)  # red light travels furthest under the skin
    smooth = (0.65, 0.32, 0.18)  # and blurs small relief most
    rows, columns = painted.shape[0], painted.shape[1]
    colour, ball = np.zeros(3, dtype=np.float32), np.zeros(3, dtype=np.float32)
    turn_u, turn_v, turn_w = to_shadow[0], to_shadow[1], to_shadow[2]
    darkness = np.zeros(size, dtype=np.float32)  # of this pair of rows, and the depth it holds at
    looked = np.full(size, np.float32(-1e9))
    for row in range(size):
        for column in range(size):
            t = seen[row, column]
            if t < 0:
                continue
            a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
            wa, wb = weights[row, column, 0], weights[row, column, 1]
            wc = np.float32(1.0) - wa - wb
            px = wa * camera[a, 0] + wb * camera[b, 0] + wc * camera[c, 0]
            py = wa * camera[a, 1] + wb * camera[b, 1] + wc * camera[c, 1]
            pz = wa * camera[a, 2] + wb * camera[b, 2] + wc * camera[c, 2]
            nx = wa * normal[a, 0] + wb * normal[b, 0] + wc * normal[c, 0]
            ny = wa * normal[a, 1] + wb * normal[b, 1] + wc * normal[c, 1]
            nz = wa * normal[a, 2] + wb * normal[b, 2] + wc * normal[c, 2]
            norm = 1.0 / np.sqrt(nx * nx + ny * ny + nz * nz + 1e-12)
            nx, ny, nz = nx * norm, ny * norm, nz * norm
            colour[0], colour[1], colour[2] = (
                surface_colour[a, 0],
                surface_colour[a, 1],
                surface_colour[a, 2],
            )
            shine = surface_colour[a, 3]
            reach = wa * light[a] + wb * light[b] + wc * light[c]
            edge = wa * growth[a, 0] + wb * growth[b, 0] + wc * growth[c, 0]
            hairy = 0.0
            slope_x, slope_y = 0.0, 0.0
            is_eye = False
            strand, y = 0.0, 9.0
            if t < skin_triangles:
                front = wa * place[a, 2] + wb * place[b, 2] + wc * place[c, 2]
                x = wa * place[a, 0] + wb * place[b, 0] + wc * place[c, 0]
                y = wa * place[a, 1] + wb * place[b, 1] + wc * place[c, 1]
                beard = wa * growth[a, 1] + wb * growth[b, 1] + wc * growth[c, 1]
                stubble = wa * growth[a, 2] + wb * growth[b, 2] + wc * growth[c, 2]
                grown, short = 0.0, 0.0
                if edge > -0.6 or beard > 0.02 or stubble > 0.02:
                    across = wa * place[a, 3] + wb * place[b, 3] + wc * place[c, 3]
                    along = wa * place[a, 4] + wb * place[b, 4] + wc * place[c, 4]
                    short = strands[
                        np.uint32(int(along * 2.5) & 255), np.uint32(int(across * 2.5) & 255), 2
                    ]
                    across += parting * front * (along + 30.0)
                    i, j = np.uint32(int(along) & 255), np.uint32(int(np.floor(across)) & 255)
                    fx = across - np.floor(across)
                    k = np.uint32((int(j) + 1) & 255)
                    strand = strands[i, j, 0] + fx * (strands[i, k, 0] - strands[i, j, 0])
                    if curl > 0.0:
                        frizz = strands[i, j, 1] + fx * (strands[i, k, 1] - strands[i, j, 1])
                        strand += curl * (frizz - strand)
                    # Single strands reach out over the skin, and skin shows between them.
                    hairy = _ramp(-0.45, 0.65, edge + 0.13 * strand + 0.10 * short)
                    if beard > 0.02:
                        grown = _ramp(0.25, 0.80, beard + 0.14 * short + 0.05 * strand)
                        if grown > hairy:
                            hairy = 0.94 * grown
                            strand = 0.5 * strand + 0.8 * short
                gx, gy = (x - LEFT) / PITCH - 0.5, (TOP - y) / PITCH - 0.5
                if (
                    front > 0.0
                    and hairy < 0.99
                    and 0.0 <= gx < columns - 1
                    and 0.0 <= gy < rows - 1
                ):
                    i, j = np.uint32(gy), np.uint32(gx)
                    ii, jj = np.uint32(gy + 1.0), np.uint32(gx + 1.0)
                    fy, fx = np.float32(gy - i), np.float32(gx - j)
                    rest_y, rest_x = np.float32(1.0) - fy, np.float32(1.0) - fx
                    w00, w01 = rest_y * rest_x, rest_y * fx
                    w10, w11 = fy * rest_x, fy * fx
                    for channel in range(3):
                        detail = (
                            w00 * painted[i, j, channel]
                            + w01 * painted[i, jj, channel]
                            + w10 * painted[ii, j, channel]
                            + w11 * painted[ii, jj, channel]
                        )
                        colour[channel] += front * (detail - colour[channel])
                    detail = (
                        w00 * painted[i, j, 3]
                        + w01 * painted[i, jj, 3]
                        + w10 * painted[ii, j, 3]
                        + w11 * painted[ii, jj, 3]
                    )
                    shine += front * (detail - shine)
                    slope_x = front * (
                        w00 * slopes[i, j, 0]
                        + w01 * slopes[i, jj, 0]
                        + w10 * slopes[ii, j, 0]
                        + w11 * slopes[ii, jj, 0]
                    )
                    slope_y = front * (
                        w00 * slopes[i, j, 1]
                        + w01 * slopes[i, jj, 1]
                        + w10 * slopes[ii, j, 1]
                        + w11 * slopes[ii, jj, 1]
                    )
                    loss = front * (
                        w00 * slopes[i, j, 2]
                        + w01 * slopes[i, jj, 2]
                        + w10 * slopes[ii, j, 2]
                        + w11 * slopes[ii, jj, 2]
                    )
                    reach *= 1.0 - min(0.8, loss)
                if stubble > 0.02:
                    shaven = min(0.75, max(0.0, stubble * (0.42 + 0.20 * short))) * (1.0 - grown)
                    for channel in range(3):
                        colour[channel] += shaven * (
                            0.42 * colour[channel] + 0.32 * hair[channel] - colour[channel]
                        )
                slope_y += 0.10 * short * grown
            elif edge > 0.0:
                across = wa * place[a, 3] + wb * place[b, 3] + wc * place[c, 3]
                along = wa * place[a, 4] + wb * place[b, 4] + wc * place[c, 4]
                i, j = np.uint32(int(along) & 255), np.uint32(int(np.floor(across)) & 255)
                fx = across - np.floor(across)
                k = np.uint32((int(j) + 1) & 255)
                strand = strands[i, j, 0] + fx * (strands[i, k, 0] - strands[i, j, 0])
                if curl > 0.0:
                    frizz = strands[i, j, 1] + fx * (strands[i, k, 1] - strands[i, j, 1])
                    strand += curl * (frizz - strand)
                hairy = 1.0
            if abs(y) < 2.6 and hairy < 0.5:
                for side in range(2):
                    qx, qy, qz = px - centres[side, 0], py - centres[side, 1], pz - centres[side, 2]
                    if qx * qx + qy * qy + qz * qz > 6.5:
                        continue
                    eye = eyes[side]
                    mirror = 1.0 if side == 0 else -1.0
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
                        radius = 1.0 / np.sqrt(qx * qx + qy * qy + qz * qz)
                        reach = _eyeball(
                            qx * radius,
                            qy * radius,
                            qz * radius,
                            gaze,
                            iris,
                            across,
                            upper - height,
                            height - lower,
                            key,
                            colour,
                            ball,
                        )
                        nx, ny, nz = ball[0], ball[1], ball[2]
                        slope_x, slope_y = 0.0, 0.0
                        # Roots of the upper lashes hang over the eyeball.
                        root = 0.85 * eye[LASH] * np.exp(-(((upper - height) / 0.07) ** 2))
                        for channel in range(3):
                            colour[channel] *= 1.0 - min(0.9, root)
                    elif abs(across) < 1.25:
                        above, below = height - upper, lower - height
                        shut = 1.0 - min(1.0, max(0.0, upper - lower) / 0.4)
                        fade = max(0.0, 1.0 - across * across) ** 0.5
                        lash = 0.0
                        if upper < lower:  # closed: the lashes lie on the lower lid
                            middle = 0.5 * (upper + lower)
                            gap = height - middle
                            if abs(across) < 1.03:
                                away = max(0.0, -gap) if gap < 0.0 else 1.6 * gap
                                lash = _lashes(
                                    away, across, 0.28 * (gap < 0), 1.7 * eye[LASH], 34.0
                                )
                            slope_y += 0.8 * np.exp(-((gap / 0.10) ** 2)) * (gap / 0.10) * fade
                        elif above >= 0.0:
                            if abs(across) < 1.06:
                                lash = _lashes(above, across, 0.24, 1.6 * eye[LASH], 30.0)
                                lash *= _ramp(-1.06, -0.6, across)
                            slope_y += 0.55 * np.exp(-((above / 0.09) ** 2)) * fade
                        elif below >= 0.0:
                            if abs(across) < 1.0:
                                lash = 0.42 * _lashes(below, across, 0.13, 0.55 * eye[LASH], 24.0)
                                lash *= _ramp(-0.7, 0.3, across)
                            slope_y -= 0.55 * np.exp(-((below / 0.08) ** 2)) * fade
                            pink = 0.25 * np.exp(-((below / 0.10) ** 2)) * fade
                            colour[1] *= 1.0 - pink
                            colour[2] *= 1.0 - 0.8 * pink
                        if above > 0.0 and abs(across) < 1.12:
                            # The skin above hangs over the lid's plate: bright edge, dark groove.
                            deep = (height - fold) / 0.085
                            groove = np.exp(-deep * deep) * eye[FOLD] * (0.35 + 0.65 * fade)
                            groove *= (1.0 - 0.80 * shut) * _ramp(1.12, 0.85, abs(across))
                            slope_y += 1.0 * groove * (deep + 0.35)
                            reach *= 1.0 - 0.62 * groove
                        lash = min(0.95, lash)
                        for channel in range(3):
                            dark = 0.35 * hair[channel] + 0.006
                            colour[channel] += lash * (dark - colour[channel])
                        shine *= 1.0 - 0.8 * lash
            bx, by, bz = nx, ny, nz
            if slope_x != 0.0 or slope_y != 0.0:
                bx -= slope_x * rotation[0, 0] + slope_y * rotation[0, 1]
                by -= slope_x * rotation[1, 0] + slope_y * rotation[1, 1]
                bz -= slope_x * rotation[2, 0] + slope_y * rotation[2, 1]
            norm = 1.0 / np.sqrt(bx * bx + by * by + bz * bz + 1e-12)
            bx, by, bz = bx * norm, by * norm, bz * norm
            flat_key = nx * key[0] + ny * key[1] + nz * key[2]
            # A shadow changes little from one sample to the next: one look serves four.
            if (row & 1) + (column & 1) == 0 or abs(looked[column] - pz) > 0.4:
                darkness[column] = 0.0
                if flat_key > -0.35:
                    # Looked up a little above the skin, so that no surface shades itself.
                    sx, sy, sz = px + 0.25 * nx, py + 0.25 * ny, pz + 0.25 * nz
                    u = turn_u[0] * sx + turn_u[1] * sy + turn_u[2] * sz + turn_u[3]
                    v = turn_v[0] * sx + turn_v[1] * sy + turn_v[2] * sz + turn_v[3]
                    w = turn_w[0] * sx + turn_w[1] * sy + turn_w[2] * sz + turn_w[3]
                    darkness[column] = 1.0 - _shadow(shadow, u, v, w, 0.30)
                looked[column] = pz
                if column + 1 < size:
                    darkness[column + 1], looked[column + 1] = darkness[column], pz
            lit = 1.0 - hardness * darkness[column]
            lit *= 1.0 - (1.0 - min(1.0, reach)) ** 2
            to_key = bx * key[0] + by * key[1] + bz * key[2]
            to_fill = max(0.0, 0.35 + 0.65 * (bx * fill[0] + by * fill[1] + bz * fill[2]))
            sky = (0.60 + 0.40 * by) * reach
            vx, vy, vz = -px, -py, distance - pz
            norm = 1.0 / np.sqrt(vx * vx + vy * vy + vz * vz)
            vx, vy, vz = vx * norm, vy * norm, vz * norm
            hx, hy, hz = vx + key[0], vy + key[1], vz + key[2]
            norm = 1.0 / np.sqrt(hx * hx + hy * hy + hz * hz + 1e-9)
            hx, hy, hz = hx * norm, hy * norm, hz * norm
            half = max(0.0, bx * hx + by * hy + bz * hz)
            facing = max(0.0, bx * vx + by * vy + bz * vz)
            gleam, rim = 0.0, 0.0
            if behind:
                rim = max(0.0, nx * back[0] + ny * back[1] + nz * back[2])
                rim *= 0.6 + 2.2 * (1.0 - facing) ** 3 * (0.3 + 0.7 * shine)
                rim *= 0.3 + 0.7 * reach
            if is_eye:
                spot = np.exp(200.0 * (half - 1.0)) * 1.3 * (0.25 + 0.75 * lit)
                fx, fy, fz = vx + fill[0], vy + fill[1], vz + fill[2]
                norm = 1.0 / np.sqrt(fx * fx + fy * fy + fz * fz + 1e-9)
                second = 0.10 * np.exp(120.0 * ((bx * fx + by * fy + bz * fz) * norm - 1.0))
            else:
                spread = _specular(half, vx * hx + vy * hy + vz * hz, shine, max(0.0, to_key))
                spot = spread * lit * (1.0 - hairy)
                # Everything around mirrors at grazing angles.
                second = 0.055 * (1.0 - facing) ** 4 * (0.3 + shine) * reach * (1.0 - hairy)
            if hairy > 0.0:
                tone = np.exp(0.34 * strand)
                for channel in range(3):
                    grey = hair[channel] * tone
                    colour[channel] += hairy * (grey - colour[channel])
                # Strands run down the head; a highlight stretches across them.
                tx, ty, tz = -rotation[0, 1], -rotation[1, 1], -rotation[2, 1]
                along = tx * nx + ty * ny + tz * nz
                shift = 0.10 * strand + 0.05 - along
                tx, ty, tz = tx + shift * nx, ty + shift * ny, tz + shift * nz
                norm = 1.0 / np.sqrt(tx * tx + ty * ty + tz * tz + 1e-9)
                th = (tx * hx + ty * hy + tz * hz) * norm
                sine = max(0.0, 1.0 - th * th)
                gloss = (1.0 - 0.6 * curl) * max(0.0, flat_key + 0.15)
                gleam = hairy * lit * gloss * reach
                spot += gleam * 0.045 * sine**40
                gleam *= 0.55 * sine**8
            for channel in range(3):
                body = colour[channel]
                soft = wrap[channel]
                toward = to_key + smooth[channel] * (flat_key - to_key)
                direct = max(0.0, (toward + soft) / (1.0 + soft))
                direct *= lit + (1.0 - lit) * 0.18 * (1.0 if channel == 0 else 0.4)
                # Light that bounces within a hollow of skin comes out redder.
                bounce = reach + (0.22 if channel == 0 else 0.06) * reach * (1.0 - min(1.0, reach))
                picture[row, column, channel] = (
                    body
                    * (
                        (direct + gleam) * key_colour[channel]
                        + to_fill * fill_colour[channel] * (0.15 + 0.85 * bounce)
                        + sky / max(reach, 1e-3) * bounce * ambient[channel]
                    )
                    + spot * key_colour[channel]
                    + second * (ambient[channel] + fill_colour[channel])
                    + rim * (0.5 * body + 0.12) * back_colour[channel]
                )
