"""What one rendered face is made of: plain, frozen values, each of which can be set alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

BP4D_AUS = (
    "AU01",
    "AU02",
    "AU04",
    "AU06",
    "AU07",
    "AU10",
    "AU12",
    "AU14",
    "AU15",
    "AU17",
    "AU23",
    "AU24",
)
"""The twelve action units coded for occurrence in BP4D, in the usual order."""

OCCURRENCE = 0.3
"""An action unit occurs when its intensity is at least this. Sampled intensities stay clear of
it: an absent unit is 0 or at most 0.15, a present one lies in [0.4, 1]."""

Colour = tuple[float, float, float]
"""Linear RGB reflectance, each channel in [0, 1]."""

Intensity = float | tuple[float, float]
"""Intensity 0..1 of an action unit: of both sides, or of the person's (left, right). The person's
left is the picture's right when the face looks at the camera (x > 0 in `anatomy`)."""


def sides(intensity: Intensity) -> tuple[float, float]:
    """Intensity on the person's (left, right)."""
    return intensity if isinstance(intensity, tuple) else (intensity, intensity)


BEARDS = ("full", "goatee", "moustache", "chinstrap")
"""Where a beard grows."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is shown: the shape of the head and how it is coloured.

    Args:
        shape: coefficient per named shape mode (see `identity.SHAPE_MODES`), in standard
            deviations, sensible in [-2.5, 2.5]; a missing mode is 0.
        skin: reflectance of the skin.
        hair: reflectance of head hair, beard and brows.
        iris: reflectance of the iris.
        lip: strength of the lips' red over the skin, 0..1.
        brow: thickness and density of the brows, 0..1.
        stubble: shaven shadow of a beard, 0..1.
        beard: beard, 0..1.
        beard_cut: one of `BEARDS`.
        hair_volume: thickness of the hair in cm, 0 (shaven) to 2.
        hairline: height of the hairline in cm against the mean, -1.5..2.
        parting: how much lower the hair falls on the picture's right than on its left, cm,
            -1..1.
        long_hair: whether hair hangs down beside the neck.
        hair_length: length of long hair, 0.4 (to the jaw) to 1.2 (below the shoulders).
        fade: how much shorter hair is at the sides than on top, 0..1.
        temples: how far the hairline has gone back at the temples, cm, 0..2.5.
        age: depth of the folds that stay at rest, 0..1.
        texture: seed of skin mottling and hair strands.
        curl: how far hair curls, 0..1.
        freckles: strength of freckles, 0..1.
        makeup: colour on lips and lids, longer lashes, 0..1.
    """

    shape: Mapping[str, float] = field(default_factory=dict)
    skin: Colour = (0.52, 0.33, 0.24)
    hair: Colour = (0.05, 0.03, 0.02)
    iris: Colour = (0.12, 0.07, 0.04)
    lip: float = 0.5
    brow: float = 0.6
    stubble: float = 0.0
    beard: float = 0.0
    beard_cut: str = "full"
    hair_volume: float = 0.8
    hairline: float = 0.0
    parting: float = 0.0
    long_hair: bool = False
    hair_length: float = 1.0
    fade: float = 0.0
    temples: float = 0.0
    age: float = 0.2
    texture: int = 0
    curl: float = 0.0
    freckles: float = 0.0
    makeup: float = 0.0


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the head points and how it sits in the crop.

    Args:
        yaw: degrees, positive turns the face to the picture's right; useful in [-75, 75].
        pitch: degrees, positive looks up.
        roll: degrees, positive tilts clockwise in the picture.
        shift_x: crop misalignment to the right, as a fraction of the picture's width.
        shift_y: crop misalignment downwards, as a fraction of the picture's height.
        zoom: scale of the face, 1 shows `camera.WINDOW` cm of the face plane.
        gaze_x: degrees the eyes turn to the picture's right within the head.
        gaze_y: degrees the eyes turn up within the head.
        distance: camera to head in cm; near cameras enlarge the nose.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    shift_x: float = 0.0
    shift_y: float = 0.0
    zoom: float = 1.0
    gaze_x: float = 0.0
    gaze_y: float = 0.0
    distance: float = 80.0


@dataclass(frozen=True, slots=True)
class Light:
    """One key light, a fill light opposite to it, and light from everywhere.

    Args:
        azimuth: degrees of the key light, 0 from the camera, positive from the picture's right.
        elevation: degrees of the key light above the camera's axis.
        key: strength of the key light, about 0.3..1.6.
        fill: strength of the fill light, 0..1.
        ambient: strength of the light from everywhere, about 0.2..0.9.
        hardness: how dark cast shadows are, 0..1.
        warmth: colour temperature of the key, -1 (blue) to 1 (orange).
        back: strength of a lamp behind the head, 0..1.5; it draws a bright rim.
        back_azimuth: degrees of that lamp, 180 straight behind, positive from the picture's right.
    """

    azimuth: float = 20.0
    elevation: float = 35.0
    key: float = 0.9
    fill: float = 0.3
    ambient: float = 0.5
    hardness: float = 0.6
    warmth: float = 0.1
    back: float = 0.0
    back_azimuth: float = 150.0


RANGES: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("skin", "hair", "iris", "colour", "cloth", "glasses_colour"), (0.0, 1.0)),
    **dict.fromkeys(("hat_colour", "lip", "brow", "stubble", "beard", "age"), (0.0, 1.0)),
    **dict.fromkeys(("hardness", "clutter", "collar", "glasses_shape", "fade"), (0.0, 1.0)),
    **dict.fromkeys(("curl", "freckles", "makeup"), (0.0, 1.0)),
    **dict.fromkeys(("vignette", "sharpen", "hair_length", "temples"), (0.0, 2.5)),
    **dict.fromkeys(("contrast", "gamma"), (0.3, 3.0)),
    **dict.fromkeys(("border_x", "border_y"), (-0.4, 0.4)),
    **dict.fromkeys(("key", "fill", "ambient", "back", "saturation", "cast"), (0.0, 3.0)),
    **dict.fromkeys(("yaw", "elevation"), (-90.0, 90.0)),
    **dict.fromkeys(("pitch", "gaze_x", "gaze_y"), (-60.0, 60.0)),
    **dict.fromkeys(("roll", "azimuth"), (-180.0, 180.0)),
    **dict.fromkeys(("shift_x", "shift_y"), (-1.0, 1.0)),
    **dict.fromkeys(("zoom", "scale"), (0.2, 5.0)),
    **dict.fromkeys(("blur", "motion"), (0.0, 0.5)),
    "hair_volume": (0.0, 3.0), "hairline": (-3.0, 4.0), "parting": (-1.0, 1.0),
    "distance": (25.0, 1000.0), "warmth": (-1.0, 1.0), "exposure": (0.05, 10.0),
    "noise": (0.0, 100.0), "resolution": (0.05, 1.0), "jpeg": (5, 100),
    "x": (-15.0, 15.0), "y": (-20.0, 15.0),
}  # fmt: skip
"""What a world may draw, by the parameter's name."""

GLASSES = ("none", "rimless", "thin", "thick", "sun")
HATS = ("none", "cap", "beanie", "scarf")
OCCLUDERS = ("none", "hand", "microphone", "cup", "phone", "mask", "strands")


@dataclass(frozen=True, slots=True)
class Wear:
    """What somebody has put on.

    Args:
        glasses: one of `GLASSES`.
        glasses_colour: reflectance of the frame.
        glasses_shape: outline of the lenses, 0 (round) to 1 (rectangular).
        hat: one of `HATS`.
        hat_colour: reflectance of the hat.
        cloth: reflectance of the clothes.
        collar: cut of the clothes, 0 (round neck) to 1 (shirt and jacket).
    """

    glasses: str = "none"
    glasses_colour: Colour = (0.03, 0.03, 0.03)
    glasses_shape: float = 0.5
    hat: str = "none"
    hat_colour: Colour = (0.1, 0.12, 0.2)
    cloth: Colour = (0.10, 0.12, 0.16)
    collar: float = 0.0


@dataclass(frozen=True, slots=True)
class Occluder:
    """Something between camera and face.

    Args:
        kind: one of `OCCLUDERS`; "strands" is hair blown across the face.
        x: centre on the face to the picture's right, cm from the midline, about -7..7.
        y: centre above the pupils, cm, about -11..5.
        angle: degrees clockwise in the picture, 0 comes from below.
        scale: size, 1 is that of an adult's hand, a common microphone and so on.
        colour: reflectance; a hand has the person's skin instead, strands have the hair's.
        seed: picks one of 60 shapes of its kind (which fingers, which strands).
    """

    kind: str = "none"
    x: float = 0.0
    y: float = -8.0
    angle: float = 0.0
    scale: float = 1.0
    colour: Colour = (0.2, 0.2, 0.22)
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Background:
    """What lies behind the head.

    Args:
        colour: mean reflectance.
        clutter: contrast of out-of-focus shapes, 0 (a plain wall) to 1.
        seed: seed of those shapes.
    """

    colour: Colour = (0.45, 0.47, 0.5)
    clutter: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Quality:
    """How the picture was taken and stored.

    Args:
        exposure: factor on all light, 1 is well exposed.
        blur: standard deviation of the defocus, as a fraction of the picture's width.
        motion: length of the motion blur, as a fraction of the picture's width.
        motion_angle: its direction, degrees clockwise from the picture's right.
        noise: standard deviation of sensor noise at middle grey, in grey levels of 255; the dark
            is noisier.
        cast: gain per channel.
        saturation: 0 is grey, 1 is natural.
        contrast: slope of the film, 1 is natural, about 0.7..1.3.
        gamma: below 1 brightens the middle tones, above 1 darkens them, about 0.8..1.25.
        vignette: loss of light in the corners, 0..0.6.
        sharpen: strength of the sharpening that leaves bright rims at edges, 0..1.5.
        resolution: size the picture was once shrunk to, as a fraction of its own, (0, 1].
        jpeg: JPEG quality 5..100 it was once stored with; 100 leaves the pixels alone.
        border_x: margin where the last column is repeated, as where a crop reaches beyond its
            photograph; a fraction in [-0.4, 0.4], positive on the right.
        border_y: the same for rows, positive at the bottom.
        seed: seed of the noise.
    """

    exposure: float = 1.0
    blur: float = 0.0
    motion: float = 0.0
    motion_angle: float = 0.0
    noise: float = 0.0
    cast: Colour = (1.0, 1.0, 1.0)
    saturation: float = 1.0
    contrast: float = 1.0
    gamma: float = 1.0
    vignette: float = 0.0
    sharpen: float = 0.0
    resolution: float = 1.0
    jpeg: int = 100
    border_x: float = 0.0
    border_y: float = 0.0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class FaceParameters:
    """All that `render` needs.

    Args:
        identity: who is shown.
        action_units: intensity by canonical name ("AU01", "AU12", ...); missing is 0. Only units
            of paired muscles (see `ActionUnit.paired`) may differ between left and right.
        pose: head pose and framing.
        light: lights.
        wear: glasses, hat, clothes.
        occluder: what hides part of the face.
        background: what is behind.
        quality: picture quality.
    """

    identity: Identity = field(default_factory=Identity)
    action_units: Mapping[str, Intensity] = field(default_factory=dict)
    pose: Pose = field(default_factory=Pose)
    light: Light = field(default_factory=Light)
    wear: Wear = field(default_factory=Wear)
    occluder: Occluder = field(default_factory=Occluder)
    background: Background = field(default_factory=Background)
    quality: Quality = field(default_factory=Quality)

    def with_action_units(self, **intensities: Intensity) -> FaceParameters:
        """The same picture with these intensities set, the other units as they are.

        `AU12=0.8` smiles with both sides, `AU12=(0.8, 0.1)` with the person's left.
        """
        return replace(self, action_units={**self.action_units, **intensities})
