"""Sheets that show what the renderer can do, for a person to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from data_modules.synthetic.action_units import ACTION_UNITS
from data_modules.synthetic.parameters import (
    GLASSES,
    HATS,
    OCCLUDERS,
    FaceParameters,
    Light,
    Occluder,
    Pose,
    Quality,
)
from data_modules.synthetic.renderer import render
from data_modules.synthetic.world import World

_LEVELS = (0.33, 0.67, 1.0)
_HEADING = 16  # pixels above a tile
_Column = tuple[str, FaceParameters]

_POSES = {
    **{f"yaw {yaw}": Pose(yaw=yaw) for yaw in (-75, -50, -25, 0, 25, 50, 75)},
    "pitch -20": Pose(pitch=-20), "pitch 20": Pose(pitch=20),
    "roll -20": Pose(roll=-20), "roll 20": Pose(roll=20),
    "gaze left": Pose(gaze_x=-25), "gaze up": Pose(gaze_y=18),
}  # fmt: skip
_LIGHTS = {
    "even": Light(azimuth=0, key=0.4, fill=0.4, ambient=0.8),
    "from the left": Light(azimuth=-70, key=1.2, fill=0.05, ambient=0.2),
    "from the right": Light(azimuth=70, key=1.2, fill=0.05, ambient=0.2),
    "from above": Light(azimuth=0, elevation=75, key=1.3, fill=0.05, ambient=0.2),
    "from below": Light(azimuth=10, elevation=-45, key=1.0, fill=0.05, ambient=0.2),
    "from behind": Light(key=0.3, fill=0.2, ambient=0.35, back=1.3, back_azimuth=150),
    "hard": Light(azimuth=-35, key=1.3, fill=0.0, ambient=0.15, hardness=1.0),
    "warm": Light(warmth=1.0, key=1.1), "cold": Light(warmth=-1.0, key=1.1),
}  # fmt: skip
_QUALITIES = {
    "blur": Quality(blur=0.02), "motion": Quality(motion=0.07, motion_angle=20),
    "low": Quality(resolution=0.25, jpeg=70), "jpeg 15": Quality(jpeg=15),
}  # fmt: skip


def draw_au_sheet(out: Path, world: World, seed: int = 0, people: int = 4, size: int = 96) -> None:
    """Rows: people of a world. Columns: every action unit at a third, two thirds and the whole."""
    bands = []
    names = list(ACTION_UNITS)
    for units in (names[start : start + 6] for start in range(0, len(names), 6)):
        columns = [(f"{name} {level:.2f}", name, level) for name in units for level in _LEVELS]
        rows = []
        for person in range(people):
            face = FaceParameters(identity=world.sample(person, 0, seed).identity)
            shown = [(c, face.with_action_units(**{name: level})) for c, name, level in columns]
            rows.append([("neutral", face), *shown])
        bands.append(rows)
    _draw(out, bands, size)


def draw_view_sheet(
    out: Path, world: World, seed: int = 0, people: int = 3, size: int = 96
) -> None:
    """Rows: people of a world. Columns: poses; lights; and what is worn, in the way or amiss."""
    poses, lights, others = [], [], []
    for person in range(people):
        drawn = world.sample(person, 0, seed)
        face = FaceParameters(identity=drawn.identity).with_action_units(AU12=0.5)
        poses.append([(name, replace(face, pose=pose)) for name, pose in _POSES.items()])
        lights.append([(name, replace(face, light=light)) for name, light in _LIGHTS.items()])
        lights[-1] += [
            (name, replace(face, quality=quality)) for name, quality in _QUALITIES.items()
        ]
        others.append(_worn(face))
    _draw(out, [poses, lights, others], size)


def _worn(face: FaceParameters) -> list[_Column]:
    glasses = [(k, replace(face, wear=replace(face.wear, glasses=k))) for k in GLASSES[1:]]
    hats = [(k, replace(face, wear=replace(face.wear, hat=k))) for k in HATS[1:]]
    hidden = [(k, replace(face, occluder=Occluder(kind=k))) for k in OCCLUDERS[1:]]
    return [*glasses, *hats, *hidden]


def _draw(out: Path, bands: Sequence[Sequence[Sequence[_Column]]], size: int) -> None:
    width = max(len(row) for band in bands for row in band) * size
    height = sum(_HEADING + len(band) * size for band in bands)
    sheet = Image.new("RGB", (width, height), "white")
    draw, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    top = 0
    for band in bands:
        for column, (name, _) in enumerate(band[0]):
            draw.text((column * size + 3, top + 1), name, "black", font)
        top += _HEADING
        for row in band:
            for column, (_, face) in enumerate(row):
                sheet.paste(Image.fromarray(render(face, size)), (column * size, top))
            top += size
    out.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(out)
