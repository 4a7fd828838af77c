"""Downloads: which picture a downloader made of which URL."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path

import pandas as pd

from data_modules.errors import DataError
from data_modules.preparation.plan import leave_out
from data_modules.preparation.shards import Picture

_SEVERAL = -1


def tail(url: str) -> str:
    """The last two parts of a URL or path, by which a download is known."""
    return "/".join(url.partition("?")[0].rsplit("/", 2)[-2:])


def stem(name: str) -> str:
    """A name without the ending that a downloader may have changed."""
    return name.rpartition(".")[0] or name


class UrlIndex:
    """Finds the URL of a picture by its name; each look-up takes the same time for any number.

    Args:
        urls: no URL twice.
    """

    def __init__(self, urls: Sequence[str]) -> None:
        self.urls = urls

    @cached_property
    def _by_url(self) -> dict[str, int]:
        return {url: row for row, url in enumerate(self.urls)}

    @cached_property
    def _by_tail(self) -> dict[str, int]:
        return _rows(map(tail, self.urls))

    @cached_property
    def _by_last(self) -> dict[str, int]:
        return _rows(tail(url).rpartition("/")[2] for url in self.urls)

    @cached_property
    def _by_stem(self) -> dict[str, int]:
        return _rows(stem(tail(url)) for url in self.urls)

    @cached_property
    def _by_last_stem(self) -> dict[str, int]:
        return _rows(stem(tail(url).rpartition("/")[2]) for url in self.urls)

    def exact(self, picture: Picture) -> int | None:
        """Row of the picture's URL by its full name; None for none, negative for several."""
        if picture.url is not None and (row := self._by_url.get(picture.url)) is not None:
            return row
        name = tail(picture.url or picture.name)
        return (self._by_tail if "/" in name else self._by_last).get(name)

    def by_stem(self, picture: Picture) -> int | None:
        """The same, whatever its ending."""
        name = stem(tail(picture.url or picture.name))
        return (self._by_stem if "/" in name else self._by_last_stem).get(name)


def match(
    root: Path, pictures: Sequence[Picture], urls: Sequence[str]
) -> tuple[dict[int, int], list[pd.DataFrame], list[str]]:
    """Find the picture of every URL.

    A picture's URL is the one its ``key.json`` says, else the one that ends in the last two parts
    of its name; a name that has but one, in a shard, is compared with the URL's last part.

    Args:
        root: of the pictures, for messages.
        pictures: the pictures.
        urls: no URL twice.

    Returns:
        Row of a picture → row of its URL, in the order of the pictures; pictures of no URL and
        URLs without a picture, as left out; and what was assumed.

    Raises:
        DataError: two loose pictures have the same last two parts.
    """
    index = UrlIndex(urls)
    found: dict[int, int] = {}  # URL → picture
    spare: list[str] = []
    unclear: list[str] = []

    def claim(waiting: Iterable[int], look_up: Callable[[Picture], int | None]) -> list[int]:
        others = []
        for number in waiting:
            row = look_up(pictures[number])
            if row is None:
                others.append(number)
            elif row == _SEVERAL:
                unclear.append(pictures[number].source)
            elif (first := found.setdefault(row, number)) != number:
                _refuse_copies(root, pictures[first], pictures[number])
                spare.append(pictures[number].source)
        return others

    unmatched = claim(range(len(pictures)), index.exact)
    exact = len(found)
    unmatched = claim(unmatched, index.by_stem)
    nobody = [pictures[number].source for number in unmatched]
    left_out = [
        leave_out("picture of no URL in the lists", nobody),
        leave_out("picture whose name fits several URLs", unclear),
        leave_out("picture of a URL that has another picture", spare),
        leave_out(
            "URL without a picture (a dead link)",
            [url for row, url in enumerate(urls) if row not in found],
        ),
    ]  # fmt: skip
    changed = f"{len(found) - exact:,} pictures have their URL's name but for the ending"
    return (
        dict(sorted((number, row) for row, number in found.items())),
        left_out,
        [changed] if len(found) > exact else [],
    )


def _rows(keys: Iterable[str]) -> dict[str, int]:
    rows: dict[str, int] = {}
    for row, key in enumerate(keys):
        if rows.setdefault(key, row) != row:
            rows[key] = _SEVERAL
    return rows


def _refuse_copies(root: Path, one: Picture, other: Picture) -> None:
    """Of one URL in two shards any picture will do; a loose one may be a thumbnail of another."""
    loose = one.name == one.source and other.name == other.source
    if loose and tail(one.name) == tail(other.name):
        raise DataError(
            f"{root / other.source}: {root / one.source} is the same URL's picture too; give a "
            "ROOT that holds one of them"
        )
