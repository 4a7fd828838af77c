"""A predictor's folder: weights as safetensors, the card as JSON; nothing in it is executed.

``predictor.json`` holds the SHA-256 of every other file, and of itself. The README beside it is for
people; it is not read here, and may be added to.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError

from au_cotrain.errors import PredictorError, SettingError
from au_cotrain.predictor.card import FORMAT, PredictorCard, parse_card
from au_cotrain.predictor.model_card import model_card

if TYPE_CHECKING:  # torch, which predicting by an ONNX graph does without
    from au_cotrain.predictor.network import PredictorNetwork

CARD, WEIGHTS, GRAPH, README = (
    "predictor.json", "predictor.safetensors", "predictor.onnx", "README.md"
)  # fmt: skip
PART = ".part"
"""The folder in which files wait until all of them are written."""

LONGEST_CARD = 1 << 26


def write_predictor(
    folder: Path,
    card: PredictorCard,
    network: "PredictorNetwork",
    onnx: bool = False,
    names: Mapping[str, str] | None = None,
) -> None:
    """Write weights, card, README and, if asked, the ONNX graph into a folder.

    All are written apart first, and the card is put in place after what it lists, so that whatever
    stops this leaves a predictor or a folder that ``read_predictor`` refuses, never a mixture.

    Args:
        folder: new, empty, or a predictor's, which is replaced.
        card: of the network.
        network: its weights.
        onnx: write ``predictor.onnx`` too, see ``onnx_graph.write_graph``.
        names: AU → what FACS calls it, for the README.

    Raises:
        PredictorError: the folder is in other use, or the graph cannot be written or disagrees.
    """
    from au_cotrain.predictor.onnx_graph import write_graph
    from au_cotrain.predictor.weights import save_weights

    _check_free(folder)
    part = folder / PART
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    shutil.rmtree(part, ignore_errors=True)  # of an export that was killed
    part.mkdir(parents=True)
    try:
        save_weights(part / WEIGHTS, network)
        files: dict[str, dict[str, Any]] = {WEIGHTS: {}}
        if onnx:
            files[GRAPH] = write_graph(part / GRAPH, card, network)._asdict()
        for name, about in files.items():
            about["sha256"] = _sha256(part / name)
        content = asdict(card) | {"files": files}
        content["sha256"] = _own_sha256(content)
        (part / README).write_text(model_card(card, files, names or {}), encoding="utf-8")
        (part / CARD).write_text(json.dumps(content, indent=2, allow_nan=False) + "\n")
        if not onnx:
            (folder / GRAPH).unlink(missing_ok=True)
        for name in (*files, CARD, README):
            os.replace(part / name, folder / name)
    except BaseException as error:
        shutil.rmtree(part, ignore_errors=True)
        for place in made:
            if not any(place.iterdir()):
                place.rmdir()
        if isinstance(error, OSError):
            raise PredictorError(f"{folder}: cannot be written ({_line(error)})") from error
        raise
    part.rmdir()


def read_predictor(folder: Path) -> tuple[PredictorCard, "PredictorNetwork"]:
    """The card, and the network ready to predict, once all of the folder has been checked.

    Raises:
        PredictorError: the folder holds no predictor, or not a whole one, or a changed one.
    """
    from au_cotrain.predictor.weights import load_weights

    card, _ = read_card(folder)
    with refusing(folder):
        return card, load_weights(folder / WEIGHTS, card)


def read_card(folder: Path) -> tuple[PredictorCard, dict[str, str]]:
    """The card, and file → SHA-256 of what it lists; its fields and all hashes are checked.

    Raises:
        PredictorError: the folder holds no predictor, or not a whole one, or a changed one.
    """
    with refusing(folder):
        card, files = _read_card(folder)
        for name, sha256 in files.items():
            if _sha256(_file(folder, name)) != sha256:
                raise PredictorError(_damaged(folder, f"{name} is not the file that was exported"))
        if GRAPH not in files and os.path.lexists(folder / GRAPH):
            raise PredictorError(_damaged(folder, f"{GRAPH} is not this predictor's"))
        return card, files


@contextmanager
def refusing(folder: Path) -> Iterator[None]:
    """Whatever a file of the folder makes fail is one ``PredictorError``."""
    try:
        yield
    except OSError as error:
        what = f"{error.filename or folder}: {error.strerror or error}"
        raise PredictorError(f"{folder}: cannot be read ({what}); make it readable") from error
    except (ValueError, RuntimeError, RecursionError, SafetensorError, SettingError) as error:
        raise PredictorError(_damaged(folder, _line(error))) from error


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]


def _damaged(folder: Path, reason: str) -> str:
    return f"{folder}: not a whole predictor ({reason}); export it again, or copy it again"


def _check_free(folder: Path) -> None:
    """A README of somebody else's folder must not be written over."""
    if folder.exists() and not folder.is_dir():
        raise PredictorError(f"{folder}: is a file; name a folder to write")
    there = set(os.listdir(folder)) if folder.exists() else set()
    if CARD not in there and not there <= {WEIGHTS, GRAPH, PART}:  # as a killed export leaves it
        raise PredictorError(f"{folder}: in use, and not by a predictor; name another folder")


def _file(folder: Path, name: str) -> Path:
    """A file of a folder, which may be a link to one, as in caches of downloads."""
    if not (folder / name).is_file():
        raise PredictorError(
            f"{folder}: no predictor here ({name} is missing); give the folder that a training or "
            "au-cotrain export wrote"
        )
    return folder / name


def _read_card(folder: Path) -> tuple[PredictorCard, dict[str, str]]:
    """The card, and the SHA-256 of each file it lists."""
    file = _file(folder, CARD)
    if file.stat().st_size > LONGEST_CARD:
        raise ValueError(f"{CARD} is too long for a card")
    content = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or "format" not in content:
        raise PredictorError(
            f"{folder}: no predictor here ({CARD} is not of au_cotrain); give the folder that a "
            "training or au-cotrain export wrote"
        )
    if content["format"] != FORMAT:
        raise PredictorError(
            f"{folder}: a predictor of format {str(content['format'])[:20]!r}, and this au_cotrain "
            f"reads format {FORMAT}; export its checkpoint again, or install the au_cotrain that "
            "wrote it"
        )
    if content.pop("sha256", None) != _own_sha256(content):
        raise ValueError(f"{CARD} was changed after it was exported")
    files = content.pop("files", None)
    if not isinstance(files, dict) or not {WEIGHTS} <= files.keys() <= {WEIGHTS, GRAPH}:
        raise ValueError("its card lists other files")
    if not all(isinstance(about, dict) for about in files.values()):
        raise ValueError("its card's files cannot be those of a predictor")
    return parse_card(content), {name: about.get("sha256") for name, about in files.items()}


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _own_sha256(content: Mapping[str, Any]) -> str:
    """Of what a card says, however it is laid out."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
