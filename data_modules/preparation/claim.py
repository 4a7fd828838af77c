"""What a folder of crops is for: noted in it, so that a stopped preparation goes on."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from data_modules.errors import DataError
from data_modules.preparation.plan import Plan

REQUEST = "request.json"
WORKING = ".segments"
"""Folder of what is needed until the preparation is finished."""
_LOCK = ".lock"


def requested(plan: Plan, alignment: dict[str, Any], shards: bool) -> dict[str, Any]:
    """All that the result depends on, as plain values."""
    digest = hashlib.sha256()
    for table in (plan.faces, plan.left_out):
        digest.update(json.dumps(list(table.columns)).encode())
        digest.update(pd.util.hash_pandas_object(table, index=False).to_numpy().tobytes())
    digest.update(json.dumps(plan.assumed).encode())
    return {
        "set": plan.dataset, "alignment": alignment, "shards": shards, "rows": len(plan.faces),
        "plan": digest.hexdigest(),
    }  # fmt: skip


def read_request(out: Path) -> dict[str, Any] | None:
    """What a folder is for; None for a new or empty one.

    Raises:
        DataError: it holds something else.
    """
    if out.exists() and not out.is_dir():
        raise DataError(f"{out}: not a folder; give a new folder")
    note = out / REQUEST
    try:
        request = json.loads(note.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if out.is_dir() and {entry.name for entry in out.iterdir()} - {WORKING, _LOCK}:
            raise DataError(f"{out}: not empty; give a new folder") from None
        return None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{note}: not a preparation's note; give a new folder") from error
    if not isinstance(request, dict) or "plan" not in request:
        raise DataError(f"{out}: holds something else (see {note}); give a new folder")
    return request


def check_request(out: Path, there: dict[str, Any], request: dict[str, Any]) -> None:
    """Refuse to go on with another preparation's folder.

    Raises:
        DataError: another set, alignment or form is asked for, or the data set changed.
    """
    for name, what in (
        ("set", "of another set"), ("alignment", "with another alignment"),
        ("shards", "in another form (loose crops, or --shards)"),
    ):  # fmt: skip
        if there.get(name) != request[name]:
            raise DataError(
                f"{out}: holds a preparation {what} (see {out / REQUEST}); give a new folder"
            )
    if there != request:
        raise DataError(
            f"{out}: the data set, or how it is read, has changed since this preparation began "
            f"({there.get('rows')} faces then, {request['rows']} now); give a new folder"
        )


def note_request(out: Path, request: dict[str, Any]) -> None:
    """Note what a folder is for."""
    write_whole(out, out / REQUEST, (json.dumps(request, indent=1) + "\n").encode())


def write_whole(out: Path, path: Path, content: bytes) -> None:
    """Write a file that is there whole or not at all."""
    partial = partial_file(out)
    partial.write_bytes(content)
    os.replace(partial, path)


def partial_file(out: Path) -> Path:
    """Where this process writes what is not yet whole."""
    return out / WORKING / f"{os.getpid()}.part"


@contextmanager
def locked(out: Path) -> Iterator[None]:
    """Keep others out of a folder, where the system can.

    Raises:
        DataError: another process is at work in it.
    """
    (out / WORKING).mkdir(parents=True, exist_ok=True)
    with (out / _LOCK).open("wb") as lock:
        try:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DataError(f"{out}: another preparation is at work in this folder") from error
        except (ImportError, OSError):
            pass  # this system, or this file system, has no such locks
        yield
        (out / _LOCK).unlink(missing_ok=True)
