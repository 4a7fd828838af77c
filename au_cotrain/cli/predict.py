"""``au-cotrain predict``: scores of pictures."""

import sys
from collections.abc import Sequence
from pathlib import Path

from au_cotrain.cli.verb import Verbs
from au_cotrain.errors import PredictorError


def add_to(verbs: Verbs) -> None:
    """Describe the verb to the command line."""
    verb = verbs.add_parser("predict", help="score faces in pictures")
    verb.add_argument("predictor", type=Path, help="folder that export or a training wrote")
    verb.add_argument("pictures", type=Path, nargs="+", help="pictures, or folders of them")
    verb.add_argument("-o", "--out", type=Path, required=True, help="table to write (.csv)")
    verb.add_argument("--batch", type=int, default=32, help="faces scored at once")
    way = verb.add_mutually_exclusive_group()
    way.add_argument("--align-model", type=Path, metavar="PATH", help="the landmarker's file")
    way.add_argument(
        "--no-align", action="store_true", help="take pictures as they are: crops as in training"
    )
    verb.set_defaults(run=predict)


def predict(
    predictor: Path,
    pictures: Sequence[Path],
    out: Path,
    batch: int = 32,
    align_model: Path | None = None,
    no_align: bool = False,
) -> None:
    """Score pictures and write a table: a row a picture, in the order given.

    Where the predictor's training faces were cut out by ``au-cotrain prepare``, the largest face
    of each picture is cut out likewise.

    Columns: ``input``, ``success`` (0 for a picture that cannot be read or shows no face, whose
    AUs stay empty), ``AU01_p`` … (probability), ``AU01_c`` … (1 from probability 0.5 on).

    Args:
        predictor: its folder.
        pictures: files, and folders of them.
        out: table to write.
        batch: faces scored at once.
        align_model: the landmarker's file, see ``landmarker.find_model``.
        no_align: the pictures are such crops already.

    Raises:
        PredictorError: no predictor, no pictures, or none of them usable.
        DataError: the faces must be found, and the landmarker cannot be opened.
    """
    from contextlib import nullcontext

    import numpy as np
    import pandas as pd
    from rich import get_console
    from rich.progress import track

    from au_cotrain.predictor.predictor import load_predictor
    from data_modules.alignment import Aligner, stated
    from data_modules.picture import PictureError, middle_square, read_picture, read_whole
    from data_modules.pool import find_pictures

    scorer = load_predictor(predictor)
    card = scorer.card
    inputs = [
        name
        for path in pictures
        for name in (find_pictures(path) if path.is_dir() else [str(path)])
    ]
    if not inputs:
        raise PredictorError(f"{pictures[0]}: no pictures in this folder")
    alignment = None if no_align or isinstance(card.alignment, str) else stated(card.alignment)

    def read(name: str, aligner: Aligner | None) -> np.ndarray:
        if aligner is None:
            try:
                return read_picture(name, card.scaled_size)
            except PictureError as error:
                raise PictureError(f"unreadable: {error}") from error
        try:
            crop = aligner(read_whole(name))
        except PictureError as error:
            raise PictureError(f"unreadable: {name}: {error}") from error
        if crop is None:
            raise PictureError(f"no face found: {name}")
        return middle_square(crop, card.scaled_size)

    tables = []
    starts = range(0, len(inputs), batch)
    quiet = not get_console().is_terminal  # in a log a bar would be empty lines
    with Aligner(alignment, align_model) if alignment else nullcontext() as aligner:
        for start in track(starts, "scoring faces", transient=True, disable=quiet):
            faces: dict[str, np.ndarray] = {}
            names = inputs[start : start + batch]
            for name in names:
                try:
                    face = read(name, aligner)
                except PictureError as error:
                    print(f"skipped, {error}", file=sys.stderr)
                    continue
                faces[name] = face
            table = pd.DataFrame(
                {"input": names, "success": [int(name in faces) for name in names]}
            )
            if faces:
                scored = scorer(np.stack(list(faces.values())), batch).set_index(pd.Index(faces))
                table = table.join(scored, on="input")
            tables.append(table)
    table = pd.concat(tables, ignore_index=True)
    if not table["success"].any():
        raise PredictorError(f"none of the {len(inputs)} pictures can be used; {out} not written")
    out.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(out, index=False)
    print(f"{out}: {int(table['success'].sum())} of {len(table)} pictures scored")
