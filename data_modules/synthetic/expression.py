"""Which muscles are at work: a world's law of action units, drawn for one face."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from data_modules.errors import DataError
from data_modules.synthetic.action_units import ACTION_UNITS
from data_modules.synthetic.cooccurrence import draw_occurrence
from data_modules.synthetic.distribution import Draw, parse_distribution
from data_modules.synthetic.parameters import BP4D_AUS, Intensity

_UNITS = tuple(ACTION_UNITS)


@dataclass(frozen=True)
class Rule:
    """Units that join, or with chance 0 leave, where others are at work."""

    chances: Mapping[str, float]
    with_all: frozenset[str]
    with_any: frozenset[str]
    without: frozenset[str]

    def holds(self, present: set[str]) -> bool:
        """Whether it applies to a face with these units."""
        return (
            self.with_all <= present
            and (not self.with_any or bool(self.with_any & present))
            and not self.without & present
        )


class Expression:
    """A world's law of action units.

    | key | meaning |
    | --- | --- |
    | `occurrence: bp4d` | the twelve together, by BP4D's prevalence and co-occurrence |
    | `kinds` | or: expressions by name, each with its `share` and each unit's chance in it |
    | `stray` | chance of each of the twelve to join on its own |
    | `rules` | in order: units' chances `with`, `with_any` or `without` others; 0 takes them away |
    | `present` | intensity of the stronger side of a unit that occurs, at or above `OCCURRENCE` |
    | `traces`, `trace` | chance of an absent one of the twelve to show, and how much, below it |
    | `asymmetry` | share of the stronger side's intensity that the weaker side lacks |
    | `one_sided` | chance of a paired muscle to contract on one side alone |
    """

    def __init__(self, law: Mapping[str, Any], place: str) -> None:
        known = {
            *("occurrence", "kinds", "stray", "rules", "present", "traces", "trace"),
            *("asymmetry", "one_sided"),
        }
        _refuse_unknown(set(law), known, place)
        if law.get("occurrence") not in (None, "bp4d"):
            raise DataError(f"{place}: no occurrence {law['occurrence']!r}; there is bp4d")
        self.copula = law.get("occurrence") == "bp4d"
        kinds = {} if self.copula else law.get("kinds") or {}
        rules = law.get("rules") or []
        if not isinstance(kinds, Mapping) or not isinstance(rules, list):
            raise DataError(f"{place}: give kinds by their names, and rules as a list")
        if not all(isinstance(chances, Mapping) for chances in (*kinds.values(), *rules)):
            raise DataError(f"{place}: give the units' chances in every kind and rule")
        if not self.copula and not kinds:
            raise DataError(f"{place}: give occurrence: bp4d, or kinds of expressions")
        shares = [_share(kind.get("share"), f"{place}.kinds") for kind in kinds.values()]
        self.shares = np.cumsum(shares)
        self.kinds = [
            _chances({u: c for u, c in kind.items() if u != "share"}, f"{place}.kinds.{name}")
            for name, kind in kinds.items()
        ]
        self.rules = [_rule(rule, f"{place}.rules") for rule in rules]
        self.stray = _share(law.get("stray", 0.0), f"{place}.stray")
        self.traces = _share(law.get("traces", 0.0), f"{place}.traces")
        self.one_sided = _share(law.get("one_sided", 0.0), f"{place}.one_sided")
        self.present, self.trace, self.asymmetry = (
            _draw(law, key, default, place)
            for key, default in (("present", 1.0), ("trace", 0.0), ("asymmetry", 0.0))
        )

    def draw(self, rng: np.random.Generator) -> dict[str, Intensity]:
        """One face's intensities, of the units that are not at rest."""
        chance = np.clip(rng.random((len(_UNITS), 12)), 1e-9, 1.0 - 1e-9).tolist()
        kind, rules = rng.random(), rng.random((len(self.rules), len(_UNITS)))
        present = self._occurring(rng, kind, chance)
        for rule, numbers in zip(self.rules, rules, strict=True):
            if rule.holds(present):
                for name, share in rule.chances.items():
                    if share == 0.0:
                        present.discard(name)
                    elif numbers[_UNITS.index(name)] < share:
                        present.add(name)
        drawn = {}
        for name, number in zip(_UNITS, chance, strict=True):
            if name in present:
                drawn[name] = self._sides(name, self.present(number[2:6]), number[6:])
            elif name in BP4D_AUS and number[2] < self.traces:
                drawn[name] = round(float(self.trace(number[3:7])), 3)
        return drawn

    def _occurring(
        self, rng: np.random.Generator, kind: float, chance: list[list[float]]
    ) -> set[str]:
        if self.copula:
            occurs = draw_occurrence(rng)
            present = {name for name, here in zip(BP4D_AUS, occurs, strict=True) if here}
        else:
            place = int(np.searchsorted(self.shares, kind * self.shares[-1], "right"))
            chances = self.kinds[min(place, len(self.kinds) - 1)]
            present = {
                n
                for n, number in zip(_UNITS, chance, strict=True)
                if number[0] < chances.get(n, 0.0)
            }
        strays = zip(_UNITS, chance, strict=True)
        return present | {n for n, number in strays if n in BP4D_AUS and number[1] < self.stray}

    def _sides(self, name: str, strong: float, number: list[float]) -> Intensity:
        strong = round(float(strong), 3)
        if not ACTION_UNITS[name].paired:
            return strong
        lost = 1.0 if number[0] < self.one_sided else float(self.asymmetry(number[2:6]))
        weak = round(strong * (1.0 - lost), 3)
        if weak == strong:
            return strong
        return (strong, weak) if number[1] < 0.5 else (weak, strong)


def _draw(law: Mapping[str, Any], key: str, default: float, place: str) -> Draw:
    """A law of intensities, whose values stay in 0..1."""
    draw = parse_distribution(law.get(key, default), f"{place}.{key}")
    ends = [draw(np.full(4, end)) for end in (1e-9, 1.0 - 1e-9)]
    if not all(isinstance(end, int | float) and 0.0 <= end <= 1.0 for end in ends):
        raise DataError(f"{place}.{key}: draws {ends[0]} to {ends[1]}; keep it within [0, 1]")
    return draw


def _share(value: object, place: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value <= 1.0:
        raise DataError(f"{place}: {value!r} is no chance; give a number from 0 to 1")
    return float(value)


def _refuse_unknown(found: set[str], known: set[str], place: str) -> None:
    if found - known:
        raise DataError(
            f"{place}: unknown {', '.join(map(repr, sorted(found - known)))} "
            f"(there are {', '.join(sorted(known))})"
        )


def _chances(law: Mapping[str, Any], place: str) -> dict[str, float]:
    _refuse_unknown(set(law), set(_UNITS), place)
    return {name: _share(chance, f"{place}.{name}") for name, chance in law.items()}


def _rule(law: Mapping[str, Any], place: str) -> Rule:
    listed = [law.get(key, []) for key in ("with", "with_any", "without")]
    if not all(isinstance(units, list) for units in listed):
        raise DataError(f"{place}: list the units that it is with or without")
    named = [frozenset(map(str, units)) for units in listed]
    for names in named:
        _refuse_unknown(set(names), set(_UNITS), place)
    chances = {n: c for n, c in law.items() if n not in ("with", "with_any", "without")}
    return Rule(_chances(chances, place), *named)
