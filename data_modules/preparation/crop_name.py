"""Names of crops: after what they were cut out of, each once."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from posixpath import splitext

from data_modules.preparation.footage import Shot, container_of


def crop_names(root: Path, shots: Sequence[Shot], frames: Sequence[int | None]) -> list[str]:
    """Name the crops of a plan; what a crop is called depends on the plan alone.

    ``S1/T1/2440.jpg`` stays that; frame 12 of ``S1.avi`` is ``S1/000012.jpg``; ``a/key.png`` in
    ``00000.tar`` is ``00000/a/key.jpg``. Where two would share a name, both keep the endings of
    what they were cut out of: ``a.png.jpg`` and ``a.jpg.jpg``.

    Args:
        root: the data set's folder.
        shots: N pictures.
        frames: N numbers that the label files give; the place stands in where there is none.

    Returns:
        N relative posix paths that lead nowhere upwards.
    """
    numbers = [
        shot.place if frame is None else frame for shot, frame in zip(shots, frames, strict=True)
    ]
    short = [_name(root, shot, number, False) for shot, number in zip(shots, numbers, strict=True)]
    names = short
    for _ in range(2):  # a name with its ending may itself be another's name without
        folders, often = {_folder(name) for name in names}, Counter(names)
        names = [
            _name(root, shot, number, True) if often[name] > 1 or name in folders else name
            for shot, number, name in zip(shots, numbers, names, strict=True)
        ]
    often = Counter(names)
    return [
        name if often[name] == 1 else f"{name.removesuffix('.jpg')}~{row}.jpg"
        for row, name in enumerate(names)
    ]


def _folder(name: str) -> str:
    return name.rpartition("/")[0]


def _name(root: Path, shot: Shot, number: int | None, whole: bool) -> str:
    container = container_of(root, shot)
    path = shot.source
    if container.kind == "video":
        path = f"{path if whole else splitext(path)[0]}/{number:06d}"
    elif container.kind == "tar":
        key = path[len(container.file) + 1 :]
        path = f"{container.file if whole else container.file[:-4]}/{key}"
    if container.kind != "video" and not whole:
        path = splitext(path)[0]
    # The names in a tar are whatever its maker wrote.
    parts = [part for part in path.split("/") if part not in ("", ".")]
    return "/".join("__" if part == ".." else part for part in parts) + ".jpg"
