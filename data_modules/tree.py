"""The files below a folder, in a fixed order, however many and however linked."""

import os
from dataclasses import dataclass
from pathlib import Path

from data_modules.errors import DataError

PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff")
"""Endings, in any case, of files taken for pictures."""
NOT_UTF8 = "a file or folder whose name is not UTF-8"


def is_picture(name: str) -> bool:
    """Whether a file's name ends as a picture's."""
    return name.lower().endswith(PICTURES)


def is_hidden(name: str) -> bool:
    """Whether a file or folder is a system's own: .thumbs, macOS's ._a.jpg and __MACOSX."""
    return name.startswith(".") or name == "__MACOSX"


@dataclass(frozen=True)
class Tree:
    """What lies below a folder."""

    root: Path
    files: tuple[str, ...]
    """Paths relative to the root, posix, sorted; hidden ones left out."""
    unread: tuple[tuple[str, str], ...]
    """(path, reason) of folders that cannot be read and links that lead nowhere, sorted."""

    def pictures(self) -> list[str]:
        """The files that are pictures by their ending."""
        return [file for file in self.files if is_picture(file)]


def read_tree(root: Path, out: Path | None = None) -> Tree:
    """Walk through a folder.

    Links are followed, and no folder is entered twice: not in circles, and under its own name
    rather than a link's where it has both below the root. No file is opened and none is asked
    for more than its folder tells, so a million take seconds.

    Args:
        root: the folder; hidden or not.
        out: a folder to leave out, wherever it lies and whether it is there yet or not.

    Raises:
        DataError: the root is missing, no folder, not readable, or what is to be left out.
    """
    try:
        first = _identity(root)
        seen = set() if out is None or not out.exists() else {_identity(out)}
        os.scandir(root).close()
    except NotADirectoryError as error:
        raise DataError(f"{root}: is a file; give the folder that holds it") from error
    except OSError as error:
        raise DataError(f"{root}: {error.strerror}; give a folder that can be read") from error
    if first in seen:
        raise DataError(f"{root}: is what is read and what is written; give another folder to OUT")
    files: list[str] = []
    unread: list[tuple[str, str]] = []
    waiting, linked = [""], list[str]()
    while waiting or linked:
        if not waiting:  # real folders go first, so that a link takes no name from them
            linked.sort(reverse=True)
            waiting.append(linked.pop())
        folder = waiting.pop()
        try:
            identity = _identity(root / folder)
            if identity in seen:
                continue
            seen.add(identity)
            with os.scandir(root / folder) as entries:
                for entry in entries:
                    if is_hidden(entry.name):
                        continue
                    path = f"{folder}{entry.name}"
                    if not is_utf8(path):
                        unread.append((escaped(path), NOT_UTF8))
                        continue
                    try:
                        if entry.is_dir():
                            (linked if entry.is_symlink() else waiting).append(f"{path}/")
                        elif entry.is_file():
                            files.append(path)
                        elif entry.is_symlink():
                            unread.append((path, "a link that leads nowhere"))
                    except OSError as error:
                        unread.append((path, f"a link that leads nowhere ({error.strerror})"))
        except OSError as error:
            unread.append((folder.rstrip("/"), f"a folder that cannot be read ({error.strerror})"))
    return Tree(root, tuple(sorted(files)), tuple(sorted(unread)))


def _identity(folder: Path) -> tuple[int, int]:
    status = folder.stat()
    return status.st_dev, status.st_ino


def escaped(path: str) -> str:
    """A path whose bytes are not UTF-8, in signs that are."""
    return os.fsencode(path).decode(errors="backslashreplace")


def is_utf8(path: str) -> bool:
    """Whether a table can hold a path: names in other encodings are bytes it cannot."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
