"""The card of a predictor: what ``predictor.json`` says."""

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any

FORMAT = 2
MOST_PIXELS = 4096
"""Of a side. Sizes beyond this, and the next, are no predictor's but fill the memory."""
MOST_FEATURES = 1 << 16
LARGEST = 1e30  # which no NaN is below


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
    """Tables, people, seed, date, git revision, epoch, versions."""
    metrics: dict[str, Any]
    """Scores per split and AU."""
    graph: dict[str, list[list[float]]] = field(default_factory=dict)
    """(C, C) each: ``relation`` of the training labels, and the adjacency ``before`` and ``after``
    learning."""
    data_sets: list[dict[str, Any]] = field(default_factory=list)
    """Of each set of faces it learned from or was judged by: ``name``, ``splits`` and
    ``licence``."""
    format: int = FORMAT

    def check(self) -> None:
        """Refuse what no export writes.

        Raises:
            ValueError: a field is of another kind, size or range; the message names it.
        """
        count = len(self.aus) if isinstance(self.aus, list) else 0
        right = {
            "aus": _all(str, self.aus)
            and 0 < count == len(set(self.aus))
            and all(re.fullmatch(r"AU\d+", au, re.ASCII) for au in self.aus),
            "backbones": _all(str, self.backbones)
            and len(self.backbones) == 2
            # A plain name of timm's list: nothing that names a place to load code or weights from.
            and all(re.fullmatch(r"\w+(\.\w+)?", name, re.ASCII) for name in self.backbones),
            "feature_dim": _between(self.feature_dim, 1, MOST_FEATURES),
            "image_size": _between(self.image_size, 1, MOST_PIXELS),
            "scaled_size": _between(self.image_size, 1, MOST_PIXELS)
            and _between(self.scaled_size, self.image_size, 2 * MOST_PIXELS),
            "temperatures": _numbers(self.temperatures, count)
            and all(temperature > 0 for temperature in self.temperatures),
            "thresholds": _numbers(self.thresholds, count)
            and all(0 <= threshold <= 1 for threshold in self.thresholds),
            "alignment": isinstance(self.alignment, str)
            or (isinstance(self.alignment, dict) and _mapping(list, self.alignment, "template")),
            "provenance": isinstance(self.provenance, dict)
            and all(
                _all(str, self.provenance.get(who) or []) for who in ("test_people", "val_people")
            )
            and _mapping(str | None, self.provenance, "tables")
            and "\0" not in "".join(filter(None, self.provenance.get("tables", {}).values()))
            and all(
                type(self.provenance.get(n, 0)) is int for n in ("labeled_faces", "pool_faces")
            ),
            "metrics": isinstance(self.metrics, dict)
            and all(
                _are_scores(split) for split in self.metrics.values() if isinstance(split, dict)
            ),
            "graph": isinstance(self.graph, dict)
            and all(
                isinstance(matrix, list)
                and len(matrix) == count
                and all(_numbers(row, count) for row in matrix)
                for matrix in self.graph.values()
            ),
            "data_sets": _all(dict, self.data_sets)
            and all(
                isinstance(of.get("name"), str) and isinstance(of.get("splits", []), list)
                for of in self.data_sets
            ),
        }
        wrong = [name for name, fits in right.items() if not fits]
        if wrong:
            raise ValueError(f"its card's {wrong[0]} cannot be that of a predictor")


def parse_card(content: dict[str, Any]) -> PredictorCard:
    """The card that ``predictor.json`` holds, checked.

    Raises:
        ValueError: it holds none.
    """
    known = {of.name: of for of in fields(PredictorCard)}
    for name, of in known.items():
        if name not in content and of.default is MISSING and of.default_factory is MISSING:
            raise ValueError(f"its card lacks {name}")
    for name in content:
        if name not in known:
            raise ValueError(f"its card has a strange {name!r}")
    card = PredictorCard(**content)
    card.check()
    return card


def _all(kind: type, values: object) -> bool:
    return isinstance(values, list) and all(isinstance(value, kind) for value in values)


def _mapping(kind: Any, content: Mapping[str, Any], name: str) -> bool:  # noqa: ANN401 - or union
    """Whether that of ``content``, if it is there, maps to values of one kind."""
    mapping = content.get(name, {})
    return isinstance(mapping, dict) and all(isinstance(of, kind) for of in mapping.values())


def _are_scores(split: Mapping[str, Any]) -> bool:
    """Whether a split's scores, on average and per AU, are numbers or undefined."""
    if not _mapping(int | float | None, split, "mean") or not _mapping(dict, split, "aus"):
        return False
    aus = split.get("aus", {})
    return all(_mapping(int | float | None, aus, au) for au in aus)


def _between(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _numbers(values: object, count: int) -> bool:
    return (
        isinstance(values, list)
        and len(values) == count
        and all(
            isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LARGEST
            for value in values
        )
    )
