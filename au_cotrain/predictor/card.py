"""The card of a predictor: what ``predictor.json`` says."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class PredictorCard:
    """What a predictor is, where it comes from, and how good it is."""

    aus: list[str]
    """C names, in the order of the probabilities."""
    backbones: list[str]
    """Two timm models."""
    feature_dim: int
    image_size: int
    """S, pixels of a side the network sees."""
    scaled_size: int
    """Pixels of a side the aligned face is scaled to before its middle S by S is cut out."""
    temperatures: list[float]
    """C, see ``calibration.Calibration``."""
    thresholds: list[float]
    """C, see ``calibration.Calibration``."""
    alignment: str | dict[str, Any]
    """How a face must be cut out of its photograph: in words, or what its preparation did."""
    provenance: dict[str, Any]
    """Data, their licence, seed, epoch, versions."""
    metrics: dict[str, Any]
    """Scores per split and AU."""
    graph: dict[str, list[list[float]]] = field(default_factory=dict)
    """(C, C) each: ``relation`` of the training labels, and the adjacency ``before`` and ``after``
    learning."""
    format: int = 2
