"""Worlds: distributions over all parameters of a face, read from `worlds/*.yaml`."""

from __future__ import annotations

import dataclasses
import json
import zlib
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from data_modules.errors import DataError
from data_modules.synthetic.distribution import Draw, parse_distribution, spelt
from data_modules.synthetic.expression import Expression
from data_modules.synthetic.parameters import (
    BEARDS,
    GLASSES,
    HATS,
    OCCLUDERS,
    RANGES,
    Background,
    FaceParameters,
    Identity,
    Light,
    Occluder,
    Pose,
    Quality,
    Wear,
)
from data_modules.synthetic.people import draw_identity

_FOLDER = Path(__file__).parent / "worlds"
WORLDS = tuple(sorted(file.stem for file in _FOLDER.glob("*.yaml")))
"""The worlds that come with the project."""

_OF_PERSON = {"identity": Identity, "wear": Wear}
_OF_FRAME = {
    "pose": Pose,
    "light": Light,
    "occluder": Occluder,
    "background": Background,
    "quality": Quality,
}
_NAMED = {"glasses": GLASSES, "hat": HATS, "kind": OCCLUDERS, "beard_cut": BEARDS}
_PERSON, _WORN, _FRAME, _MUSCLES = 1, 2, 3, 4  # streams of randomness
_OPEN = (1e-12, 1.0 - 1e-12)  # an unbounded law has no value at 0 and 1


@dataclass(frozen=True)
class World:
    """A distribution of faces.

    Attributes:
        name: what it is called.
        origin: the world it started from; people of one origin and seed are the same people.
        frames: faces of a person where nothing else is asked for.
        law: the whole of it, as JSON; the same law draws the same faces.
    """

    name: str
    origin: str
    frames: int
    law: str
    _expression: Expression
    _sections: Mapping[str, _Section]

    @property
    def digest(self) -> str:
        """Name and eight digits that change with the law."""
        return f"{self.origin}-{zlib.crc32(self.law.encode()):08x}"

    def sample(self, subject: int, frame: int, seed: int) -> FaceParameters:
        """One face; a pure function of its arguments.

        Args:
            subject: person, 0 or more; fixes identity and what is worn.
            frame: frame of this person, 0 or more.
            seed: 0 or more.

        Raises:
            ValueError: a negative number.
        """
        if min(subject, frame, seed) < 0:
            raise ValueError(f"negative subject, frame or seed: {subject}, {frame}, {seed}")
        place = [seed, zlib.crc32(self.origin.encode()), subject]
        person = draw_identity(np.random.default_rng([_PERSON, *place]))
        drawn = self._draw(_OF_PERSON, np.random.default_rng([_WORN, *place]))
        drawn |= self._draw(_OF_FRAME, np.random.default_rng([_FRAME, *place, frame]))
        return FaceParameters(
            identity=dataclasses.replace(person, **drawn["identity"]),
            action_units=self._expression.draw(np.random.default_rng([_MUSCLES, *place, frame])),
            wear=Wear(**drawn["wear"]),
            **{name: kind(**drawn[name]) for name, kind in _OF_FRAME.items()},
        )

    def __reduce__(self) -> tuple[Callable[..., World], tuple[str, str, str]]:
        return _build, (self.name, self.origin, self.law)

    def _draw(self, names: Iterable[str], rng: np.random.Generator) -> dict[str, dict[str, Any]]:
        """Each parameter has its place among the numbers, so none disturbs another."""
        sections = [self._sections[name] for name in names]
        numbers = np.clip(rng.random((sum(s.rows for s in sections), 4)), *_OPEN).tolist()
        drawn = {}
        for name, section in zip(names, sections, strict=True):
            drawn[name] = section.draw(numbers[: section.rows])
            numbers = numbers[section.rows :]
        return drawn


def load_world(world: str | Path | Mapping[str, Any]) -> World:
    """Read a world.

    Args:
        world: one of `WORLDS`; a YAML file; or a mapping of what is to differ, whose `base` names
            one of both ("web" if missing). A file, too, may have a `base`.

    Raises:
        DataError: it cannot be read, or says something that has no meaning.
    """
    try:
        name, origin, law = _resolve(world)
        text = json.dumps(law, sort_keys=True)
    except RecursionError as error:
        raise DataError(f"world {world}: nested without end; is its base itself?") from error
    except (TypeError, ValueError) as error:  # a date, say, or text and numbers as names
        raise DataError(f"world {world}: holds what is no law ({error})") from error
    return _build(name, origin, text)


@lru_cache(maxsize=32)
def _build(name: str, origin: str, text: str) -> World:
    """A world of its law as JSON, which is also how it travels to another process."""
    law = json.loads(text)
    place = f"world {name}"
    known = {"frames", "expression", *_OF_PERSON, *_OF_FRAME}
    unknown = set(law) - known
    if unknown:
        raise DataError(
            f"{place}: unknown {', '.join(map(repr, sorted(unknown)))} "
            f"(there are {', '.join(sorted(known))})"
        )
    frames = law.get("frames", 1)
    if not isinstance(frames, int) or isinstance(frames, bool) or frames < 1:
        raise DataError(
            f"{place}: frames is {frames!r}; give how many faces a person has, 1 or more"
        )
    for section in (*_OF_PERSON, *_OF_FRAME, "expression"):
        if not isinstance(law.get(section) or {}, Mapping):
            raise DataError(f"{place}: {section} is {law[section]!r}; give its parameters")
    return World(
        name=name,
        origin=origin,
        frames=frames,
        law=text,
        _expression=Expression(law.get("expression") or {}, f"{place}: expression"),
        _sections={
            section: _Section(kind, law.get(section) or {}, f"{place}: {section}")
            for section, kind in (_OF_PERSON | _OF_FRAME).items()
        },
    )


_shipped = cache(load_world)


def sample(world: str | World, subject: int, frame: int, seed: int) -> FaceParameters:
    """One face of a world, by name or loaded; see `World.sample`.

    Raises:
        DataError: no such world.
        ValueError: a negative number.
    """
    return (_shipped(world) if isinstance(world, str) else world).sample(subject, frame, seed)


def _resolve(world: str | Path | Mapping[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """Name, origin and the whole law, with what its base says merged in."""
    if isinstance(world, Mapping):
        whole = OmegaConf.to_container(world) if OmegaConf.is_config(world) else dict(world)
        assert isinstance(whole, dict)
        own = {str(key): value for key, value in whole.items()}
        name = f"{own.get('base', 'web')}, changed"
    else:
        file = _FOLDER / f"{world}.yaml" if str(world) in WORLDS else Path(world)
        name, own = file.stem, _read(file, str(world))
        if "base" not in own:
            return name, name, own
    base = own.pop("base", "web")
    if not isinstance(base, str | Path | Mapping):
        raise DataError(f"world {name}: its base is {base!r}; give a world's name or file")
    try:
        _, origin, law = _resolve(base)
    except DataError as error:
        raise DataError(f"world {name}: its base: {error}") from error
    return name, origin, _merged(law, own)


def _merged(law: dict[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """A deep merge, in which a law of one parameter replaces the other whole."""
    result = dict(law)
    for key, value in own.items():
        below = result.get(key)
        deeper = isinstance(value, Mapping) and isinstance(below, Mapping)
        is_section = deeper and not _is_law(value)
        result[key] = _merged(dict(below or {}), value) if is_section else value
    return result


def _is_law(value: Mapping[str, Any]) -> bool:
    return bool({"uniform", "normal", "lognormal", "beta", "choice", "grey"} & set(value))


def _read(file: Path, asked: str) -> dict[str, Any]:
    if not file.is_file():
        raise DataError(
            f"{asked}: no such world; there are {', '.join(WORLDS)}, or give a YAML file of one"
        )
    try:
        law = yaml.safe_load(file.read_text(encoding="utf-8"))
    except RecursionError:
        raise
    except Exception as error:  # YAML raises whatever a date or number in it trips over
        raise DataError(f"{file}: not YAML ({' '.join(str(error).split())})") from error
    if not isinstance(law, dict):
        raise DataError(f"{file}: no world in it; give sections such as pose and light")
    return law


def parse_overrides(base: str, overrides: list[str]) -> World:
    """A world with some laws changed, such as `pose.yaw={uniform: [-75, 75]}`.

    Raises:
        DataError: an override cannot be read.
    """
    if not overrides:
        return load_world(base)
    for override in overrides:
        if "=" not in override:
            raise DataError(
                f"{override!r}: no override; write section.parameter=law, such as "
                "'pose.yaw={uniform: [-75, 75]}'"
            )
    try:
        changed = OmegaConf.from_dotlist(overrides)
    except (OmegaConfBaseException, yaml.YAMLError) as error:
        raise DataError(
            f"{' '.join(overrides)}: cannot be read ({' '.join(str(error).split())}); "
            "quote each override"
        ) from error
    assert isinstance(changed, DictConfig)
    container = OmegaConf.to_container(changed)
    assert isinstance(container, dict)
    return load_world({"base": base, **{str(k): v for k, v in container.items()}})


@dataclass(frozen=True)
class _Parameter:
    draw: Draw
    follow: Mapping[str, float]
    convert: Callable[[Any], Any]


class _Section:
    """Parameters of one part of a face: common ones, and those of one of several kinds."""

    def __init__(self, of: type, law: Mapping[str, Any], place: str) -> None:
        self.fields = dataclasses.fields(of)
        self.rows = len(self.fields) + 1  # of random numbers: one for the kind
        common = {key: value for key, value in law.items() if key != "kinds"}
        self._parameters(common, place)
        kinds = law.get("kinds") or {"": {"share": 1.0}}
        if not isinstance(kinds, Mapping):
            raise DataError(f"{place}.kinds is {kinds!r}; name each kind, and give its share")
        shares = []
        self.kinds = []
        for name, own in kinds.items():
            where = f"{place}.kinds.{name}" if name else place
            if not isinstance(own, Mapping) or not isinstance(own.get("share"), int | float):
                raise DataError(f"{where}: give its share and what differs in it")
            shares.append(float(own["share"]))
            mixed = common | {key: value for key, value in own.items() if key != "share"}
            self.kinds.append(self._parameters(mixed, where))
        if min(shares) < 0.0 or not 0.0 < sum(shares) < np.inf:
            raise DataError(f"{place}: shares must be 0 or more, one at least above 0")
        self.ends = (np.cumsum(shares) / sum(shares)).tolist()

    def _parameters(self, laws: Mapping[str, Any], place: str) -> dict[str, _Parameter]:
        types = {field.name: str(field.type) for field in self.fields}
        for drawn_elsewhere in ("shape", "texture", "seed"):
            types.pop(drawn_elsewhere, None)
        unknown = set(laws) - set(types)
        if unknown:
            raise DataError(
                f"{place}: unknown {', '.join(map(repr, sorted(unknown)))} "
                f"(there are {', '.join(types)})"
            )
        result: dict[str, _Parameter] = {}
        for name in types:  # in their own order, which is that of the random numbers
            if name not in laws:
                continue
            law, follow = laws[name], dict[str, float]()
            if isinstance(law, Mapping) and "follow" in law:
                follow = _following(law["follow"], f"{place}.{name}")
                law = {key: value for key, value in law.items() if key != "follow"}
            if set(follow) - set(result):
                raise DataError(f"{place}.{name}: it can follow only {', '.join(result)}")
            draw = parse_distribution(law, f"{place}.{name}")
            convert = _converter(types[name], name, f"{place}.{name}")
            try:
                values = (*_spelt(law), draw([_OPEN[0]] * 4), draw([_OPEN[1]] * 4))
                drawn = [convert(value) for value in values]
            except (TypeError, ValueError, OverflowError) as error:
                raise DataError(f"{place}.{name}: cannot read {law!r} ({error})") from error
            for value in drawn:
                _check_range(value, name, f"{place}.{name}")  # laws rise from end to end
            result[name] = _Parameter(draw, follow, convert)
        return result

    def draw(self, numbers: list[list[float]]) -> dict[str, Any]:
        """Values by parameter; what the section does not mention stays as it is by default."""
        place = bisect_right(self.ends, numbers[0][0])
        parameters = self.kinds[min(place, len(self.kinds) - 1)]
        drawn: dict[str, Any] = {}
        for field, number in zip(self.fields, numbers[1:], strict=True):
            parameter = parameters.get(field.name)
            if field.name == "seed":
                drawn["seed"] = int(number[0] * 2**31)
            elif parameter is not None:
                value = parameter.draw(number)
                for other, share in parameter.follow.items():
                    value += share * drawn[other]
                drawn[field.name] = parameter.convert(value)
        return drawn


def _following(shares: object, place: str) -> dict[str, float]:
    """What a parameter follows, and by which share of it."""
    if not isinstance(shares, Mapping) or not all(
        isinstance(share, int | float) and abs(share) < np.inf for share in shares.values()
    ):
        raise DataError(f"{place}: follows {shares!r}; give a parameter and the share of it")
    return dict(shares)


def _check_range(value: Any, name: str, place: str) -> None:  # noqa: ANN401 - of any type
    low, high = RANGES.get(name, (-np.inf, np.inf))
    for number in value if isinstance(value, tuple) else (value,):
        if not isinstance(number, str) and not low <= number <= high:
            raise DataError(f"{place}: may draw {number}; keep it within [{low}, {high}]")


def _spelt(law: object) -> list[Any]:
    """Values that a law spells out, which can be checked at once."""
    if isinstance(law, Mapping):
        return [spelt(value) for value in law.get("choice", [])]
    return [tuple(law) if isinstance(law, list) else law]


def _converter(kind: str, name: str, place: str) -> Callable[[Any], Any]:
    """What makes a drawn number a parameter of its type, rounded so that text keeps it exact."""

    def number(value: Any) -> float:  # noqa: ANN401 - a user's value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise DataError(f"{place}: {value!r} is no number")
        return round(float(value), 4)

    def colour(value: Any) -> tuple[float, ...]:  # noqa: ANN401
        if not isinstance(value, tuple | list) or len(value) != 3:
            raise DataError(f"{place}: {value!r} is no colour; give three numbers 0..1")
        return tuple(number(part) for part in value)

    def word(value: Any) -> str:  # noqa: ANN401
        if value not in _NAMED[name]:
            raise DataError(f"{place}: no {value!r}; there are {', '.join(_NAMED[name])}")
        return str(value)

    def flag(value: Any) -> bool:  # noqa: ANN401
        if not isinstance(value, bool):
            raise DataError(f"{place}: {value!r} is neither true nor false")
        return value

    return {
        "float": number,
        "int": lambda value: round(number(value)),
        "Colour": colour,
        "str": word,
        "bool": flag,
    }[kind]
