"""What muscles do to skin: pull it somewhere, and fold it; and what an action unit gathers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_modules.synthetic.anatomy import Array, bump, lip_line, mouth_opening, smoothstep
from data_modules.synthetic.surface import Surface

_BLEND = 0.8  # cm on either side of the midline over which one half's pull gives way


@dataclass(frozen=True)
class Pull:
    """Skin around a point moves, mirrored on the other half of the face.

    Args:
        at: centre (x, y) in cm, x >= 0.
        spread: standard deviations (x, y) in cm.
        shift: (outwards, up, forwards) in cm at intensity 1.
        lip: "both" moves all skin; "upper" and "lower" move one lip only and so part the mouth.
    """

    at: tuple[float, float]
    spread: tuple[float, float]
    shift: tuple[float, float, float]
    lip: str = "both"

    def displacement(self, surface: Surface) -> Array:
        """Displacement of every skin vertex, (N, 3) in cm."""
        return self.half(surface, 1.0) + self.half(surface, -1.0)

    def half(self, surface: Surface, side: float) -> Array:
        """What the person's left (+1) or right (-1) muscle moves alone, (N, 3) in cm.

        It draws the middle of the face over to its own side.
        """
        x, y = surface.anchor.T
        (cx, cy), (sx, sy) = self.at, self.spread
        weight = bump(x, y, cx, cy, sx, sy) * left_share(side * x)
        sideways = side * np.exp(-0.5 * ((side * x - cx) / sx) ** 2 - 0.5 * ((y - cy) / sy) ** 2)
        if self.lip != "both":
            only = part(surface, 1.0 if self.lip == "upper" else -1.0)
            weight, sideways = weight * only, sideways * only
        outwards, up, forwards = self.shift
        moved = np.stack([sideways * outwards, weight * up, weight * forwards], axis=1)
        result: Array = moved * surface.front[:, None]
        return result


@dataclass(frozen=True)
class Crease:
    """Skin folds along a line, mirrored on the other half of the face.

    Args:
        line: points (x, y) in cm with x >= 0.
        width: standard deviation of the furrow's profile in cm.
        depth: depth of the furrow in cm at intensity 1; the skin beside it rises by half as much.
        shade: how much light the furrow swallows at intensity 1.
    """

    line: tuple[tuple[float, float], ...]
    width: float
    depth: float
    shade: float

    def furrow(self, surface: Surface) -> tuple[Array, Array]:
        """The wide, soft part: displacement forwards (N,) in cm and loss of light (N,)."""
        x, y = np.abs(surface.anchor[:, 0]), surface.anchor[:, 1]
        distance, along = _distance(x, y, np.asarray(self.line))
        taper = np.clip(4.0 * along * (1.0 - along), 0.0, 1.0) ** 0.6 * surface.front
        width = max(self.width, 0.16)  # finer than that a mesh of this density tears into steps
        cut = np.exp(-0.5 * (distance / width) ** 2)
        banks = np.exp(-0.5 * (distance / (2.4 * width)) ** 2) - cut
        return 0.7 * taper * self.depth * (banks - cut), 0.2 * taper * self.shade * cut

    def cut(self, x: Array, y: Array) -> tuple[Array, Array]:
        """The sharp bottom of the furrow at points of the half x >= 0: rise (cm), loss of light."""
        distance, along = _distance(x, y, np.asarray(self.line))
        taper = np.clip(4.0 * along * (1.0 - along), 0.0, 1.0) ** 0.6
        width = max(0.5 * self.width, 0.075)
        bottom = np.exp(-0.5 * (distance / width) ** 2)
        banks = np.exp(-0.5 * (distance / (2.2 * width)) ** 2)
        rise = taper * self.depth * (0.3 * banks - 0.75 * bottom)
        return rise, 0.4 * taper * self.shade * bottom


@dataclass(frozen=True)
class ActionUnit:
    """What one action unit does at intensity 1.

    Args:
        name: canonical name, "AU01".
        muscle: what contracts.
        region: (left, bottom, right, top) in cm on the face's half with x >= 0, where most of the
            change shows.
        pulls: displacement of skin.
        creases: folds.
        upper_lid: rise of the upper lid's margin in cm.
        lower_lid: rise of the lower lid's margin in cm.
        close: share of the eye's opening that closes.
        jaw: drop of the chin in cm.
        opens: share of the lips' parting it brings about; a unit that moves one lip only and opens
            nothing itself moves it as far as others have parted the lips.
        press: share of the lips' parting that is undone.
        thin: share of the lips' red that rolls out of sight.
        dimples: roughness of the chin's skin, cm.
        paired: whether left and right have a muscle each, so that one side may act alone.
    """

    name: str
    muscle: str
    region: tuple[float, float, float, float]
    pulls: tuple[Pull, ...] = ()
    creases: tuple[Crease, ...] = ()
    upper_lid: float = 0.0
    lower_lid: float = 0.0
    close: float = 0.0
    jaw: float = 0.0
    opens: float = 0.0
    press: float = 0.0
    thin: float = 0.0
    dimples: float = 0.0
    paired: bool = True


def left_share(x: Array) -> Array:
    """Share of the person's left half at x in cm: 0 to 1, smooth across the midline."""
    return smoothstep(-_BLEND, _BLEND, x)


def part(surface: Surface, side: float) -> Array:
    """1 on one lip's sheet, 0 on the other and where the sheets are joined, (N,)."""
    x, y = surface.anchor.T
    joined = np.exp(-0.5 * ((y - lip_line(x)) / 0.7) ** 2) * (1.0 - mouth_opening(x) ** 0.6)
    result: Array = np.where(surface.side == side, 1.0 - joined, 0.0)
    return result


def jaw_weight(surface: Surface) -> Array:
    """Share of the jaw's rotation that each skin vertex follows, (N,) in 0..1."""
    x, y = surface.anchor.T
    whole = smoothstep(-3.8, -10.8, y)
    near = np.exp(-0.5 * ((y - lip_line(x)) / 1.3) ** 2) * mouth_opening(x) ** 0.45
    weight = whole + near * np.where(surface.side > 0, -whole, 0.88 - whole)
    result: Array = weight * smoothstep(100.0, 35.0, np.abs(surface.angle))
    return result


def _distance(x: Array, y: Array, line: Array) -> tuple[Array, Array]:
    """Distance to a polyline and the share of its length at the nearest point."""
    lengths = np.linalg.norm(np.diff(line, axis=0), axis=1)
    starts = np.concatenate([[0.0], np.cumsum(lengths)])
    nearest = np.full(x.shape, np.inf)
    along = np.zeros(x.shape)
    for (ax, ay), (bx, by), length, start in zip(
        line[:-1], line[1:], lengths, starts[:-1], strict=True
    ):
        t = np.clip(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length**2, 0.0, 1.0)
        distance = np.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay))
        closer = distance < nearest
        nearest = np.where(closer, distance, nearest)
        along = np.where(closer, (start + t * length) / starts[-1], along)
    return nearest, along
