"""What is published about a set's labels."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Published:
    """A set's people, coded frames, and share of frames in which each AU occurs."""

    people: int
    frames: int
    prevalence: dict[str, float]


PUBLISHED = {
    "bp4d": Published(
        people=41,
        frames=146_847,
        prevalence={
            "AU01": 0.211, "AU02": 0.171, "AU04": 0.203, "AU06": 0.461, "AU07": 0.549,
            "AU10": 0.594, "AU12": 0.562, "AU14": 0.466, "AU15": 0.169, "AU17": 0.343,
            "AU23": 0.165, "AU24": 0.151,
        },
    ),
}  # fmt: skip
"""Set → what is published of it."""
