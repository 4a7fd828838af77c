"""``au-cotrain predict``: scores of pictures."""

import sys
from collections.abc import Sequence
from pathlib import Path

from au_cotrain.cli.verb import Verbs
from au_cotrain.errors import PredictorError


def add_to(verbs: Verbs) -> None:
    """Describe the verb to the command line."""
    verb = verbs.add_parser("predict", help="score pictures of aligned faces")
    verb.add_argument("predictor", type=Path, help="folder that export or a training wrote")
    verb.add_argument("pictures", type=Path, nargs="+", help="pictures, or folders of them")
    verb.add_argument("-o", "--out", type=Path, required=True, help="table to write (.csv)")
    verb.add_argument("--batch", type=int, default=32, help="faces scored at once")
    verb.set_defaults(run=predict)


def predict(predictor: Path, pictures: Sequence[Path], out: Path, batch: int = 32) -> None:
    """Score pictures and write a table: a row a picture, in the order given.

    Columns: ``input``, ``success`` (0 for a picture that cannot be read, whose AUs stay empty),
    ``AU01_p`` … (probability), ``AU01_c`` … (1 from probability 0.5 on).

    Raises:
        PredictorError: no predictor, no pictures, or none of them readable.
    """
    import pandas as pd
    import torch
    from rich import get_console
    from rich.progress import track

    from au_cotrain.predictor import load_predictor
    from data_modules.picture import PictureError, read_picture
    from data_modules.pool import find_pictures
    from data_modules.transforms import central_crop

    network = load_predictor(predictor)
    card = network.card
    inputs = [
        name
        for path in pictures
        for name in (find_pictures(path) if path.is_dir() else [str(path)])
    ]
    if not inputs:
        raise PredictorError(f"{pictures[0]}: no pictures in this folder")
    tables = []
    starts = range(0, len(inputs), batch)
    quiet = not get_console().is_terminal  # in a log a bar would be empty lines
    for start in track(starts, "scoring faces", transient=True, disable=quiet):
        faces: dict[str, torch.Tensor] = {}
        names = inputs[start : start + batch]
        for name in names:
            try:
                face = central_crop(read_picture(name, card.scaled_size), card.image_size)
            except PictureError as error:
                print(f"skipped, unreadable: {error}", file=sys.stderr)
                continue
            faces[name] = torch.from_numpy(face.copy()).permute(2, 0, 1)
        table = pd.DataFrame({"input": names, "success": [int(name in faces) for name in names]})
        if faces:
            with torch.inference_mode():
                scores = network(torch.stack(list(faces.values()))).numpy()
            scored = pd.DataFrame(scores, index=list(faces), columns=[f"{au}_p" for au in card.aus])
            for au in card.aus:
                scored[f"{au}_c"] = (scored[f"{au}_p"] >= 0.5).astype("Int8")
            table = table.join(scored, on="input")
        tables.append(table)
    table = pd.concat(tables, ignore_index=True)
    if not table["success"].any():
        raise PredictorError(f"none of the {len(inputs)} pictures can be read; {out} not written")
    out.parent.mkdir(parents=True, exist_ok=True)
    table.to_csv(out, index=False)
    print(f"{out}: {int(table['success'].sum())} of {len(table)} pictures scored")
