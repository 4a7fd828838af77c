"""Distributions of one parameter, as worlds write them down: each a quantile function.

A parameter's value is a function of one uniform number (a colour's of four), so that another
distribution of one parameter leaves every other parameter as it was.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import yaml
from scipy.special import betaincinv, ndtr, ndtri

from data_modules.errors import DataError

Draw = Callable[[Any], Any]
"""Four uniform numbers in (0, 1) to a parameter's value."""


def parse_distribution(law: object, place: str) -> Draw:
    """Read a law as worlds spell it.

    | law | value |
    | --- | --- |
    | `3.5`, `true`, `thin`, `[0.1, 0.1, 0.2]` | always this |
    | `{uniform: [low, high]}` | anything between, alike |
    | `{normal: [mean, sd], within: [low, high]}` | a truncated normal |
    | `{lognormal: [median, sd], within: [low, high]}` | its logarithm is normal, sd in nats |
    | `{beta: [a, b], within: [low, high]}` | a beta, stretched; within 0..1 if not said |
    | `{choice: {thin: 3, sun: 1}}`, `{choice: [45, 70]}` | one of these, by weight or alike |
    | `{grey: law, tint: 0.2}` | a colour: a grey, each channel up to 20 % off |

    Args:
        law: the spelling.
        place: where it stands, for the error ("world web: pose.yaw").

    Raises:
        DataError: it is no law.
    """
    if not isinstance(law, Mapping):
        if isinstance(law, list):
            law = tuple(law)
        return lambda u: law
    kinds = [kind for kind in _LAWS if kind in law]
    extra = set(law) - set(kinds) - {"within" if kinds != ["grey"] else "tint"}
    if len(kinds) != 1 or extra or (kinds == ["choice"] and "within" in law):
        raise DataError(
            f"{place}: cannot read {dict(law)}; write a value, or one of {', '.join(_LAWS)} "
            "(such as {uniform: [-5, 5]} or {normal: [0, 10], within: [-30, 30]})"
        )
    try:
        return _LAWS[kinds[0]](law, place)
    except (TypeError, ValueError, ArithmeticError, AttributeError, yaml.YAMLError) as error:
        raise DataError(f"{place}: cannot read {dict(law)} ({error})") from error


def _pair(value: Any) -> tuple[float, float]:  # noqa: ANN401 - a user's spelling
    low, high = value
    return float(low), float(high)


def _uniform(law: Mapping[str, Any], place: str) -> Draw:
    low, high = _pair(law["uniform"])
    if low > high:
        raise ValueError(f"{low} is above {high}")
    return lambda u: low + (high - low) * u[0]


def _truncated(law: Mapping[str, Any], mean: float, spread: float) -> Draw:
    """A normal, cut to `within` by its quantiles, so nothing piles up at the ends."""
    if spread <= 0.0:
        raise ValueError(f"the spread must be positive, not {spread}")
    low, high = _pair(law.get("within", (-np.inf, np.inf)))
    if low >= high:
        raise ValueError(f"nothing lies within [{low}, {high}]")
    first, last = ndtr((low - mean) / spread), ndtr((high - mean) / spread)
    return lambda u: min(
        max(mean + spread * float(ndtri(first + (last - first) * u[0])), low), high
    )


def _normal(law: Mapping[str, Any], place: str) -> Draw:
    return _truncated(law, *_pair(law["normal"]))


def _lognormal(law: Mapping[str, Any], place: str) -> Draw:
    median, spread = _pair(law["lognormal"])
    low, high = _pair(law.get("within", (0.0, np.inf)))
    with np.errstate(divide="ignore"):
        logs = {"within": (np.log(low), np.log(high))}
    draw = _truncated(logs, float(np.log(median)), spread)
    return lambda u: float(np.exp(draw(u)))


def _beta(law: Mapping[str, Any], place: str) -> Draw:
    a, b = _pair(law["beta"])
    if min(a, b) <= 0:
        raise ValueError("both shapes must be positive")
    low, high = _pair(law.get("within", (0.0, 1.0)))
    return lambda u: low + (high - low) * float(betaincinv(a, b, u[0]))


def _choice(law: Mapping[str, Any], place: str) -> Draw:
    among = law["choice"]
    values = [spelt(value) for value in among]
    weights = among.values() if isinstance(among, Mapping) else [1.0] * len(values)
    shares = np.array([float(weight) for weight in weights])
    if not len(shares) or shares.min() < 0 or shares.sum() == 0:
        raise ValueError("give weights of 0 or more, one at least above 0")
    ends = np.cumsum(shares / shares.sum()).tolist()
    return lambda u: values[min(bisect_right(ends, u[0]), len(values) - 1)]


def spelt(value: Any) -> Any:  # noqa: ANN401 - a user's spelling
    """A value of a choice, whose weight makes a key of it: text, where it was a number."""
    if isinstance(value, str):
        return yaml.safe_load(value)
    return tuple(value) if isinstance(value, list) else value


def _grey(law: Mapping[str, Any], place: str) -> Draw:
    level, tint = parse_distribution(law["grey"], place), float(law.get("tint", 0.0))

    def draw(u: Any) -> tuple[float, ...]:  # noqa: ANN401 - four numbers
        grey = level(u)
        return tuple(grey * (1.0 + tint * (2.0 * part - 1.0)) for part in u[1:])

    return draw


_LAWS: dict[str, Callable[[Mapping[str, Any], str], Draw]] = {
    "uniform": _uniform,
    "normal": _normal,
    "lognormal": _lognormal,
    "beta": _beta,
    "choice": _choice,
    "grey": _grey,
}
