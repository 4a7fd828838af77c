"""The command line: one verb, one function. Heavy imports wait until a verb needs them."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> None:
    """Run ``au-cotrain``; a user's mistake is one line on stderr and exit status 1."""
    parser = argparse.ArgumentParser("au-cotrain", description=__doc__.splitlines()[0])
    parser.description = "Recognise facial action units with what au_cotrain has trained."
    verbs = parser.add_subparsers(dest="verb", required=True)

    verb = verbs.add_parser("export", help="make a predictor of a checkpoint")
    verb.add_argument("checkpoint", type=Path)
    verb.add_argument("out", type=Path, help="folder for predictor.safetensors and .json")

    verb = verbs.add_parser("predict", help="score pictures of aligned faces")
    verb.add_argument("predictor", type=Path, help="folder that export or a training wrote")
    verb.add_argument("pictures", type=Path, nargs="+", help="pictures, or folders of them")
    verb.add_argument("-o", "--out", type=Path, required=True, help="table to write (.csv)")
    verb.add_argument("--batch", type=int, default=32, help="faces scored at once")

    chosen = parser.parse_args(arguments)
    from au_cotrain.predictor import PredictorError

    try:
        if chosen.verb == "export":
            export(chosen.checkpoint, chosen.out)
        else:
            predict(chosen.predictor, chosen.pictures, chosen.out, chosen.batch)
    except PredictorError as error:
        sys.exit(f"error: {error}")


def export(checkpoint: Path, out: Path) -> None:
    """Write a checkpoint's predictor and say where."""
    from au_cotrain.export import export_predictor

    predictor = export_predictor(checkpoint, out)
    print(f"{out}: predictor of {len(predictor.card.aus)} AUs")


def predict(predictor_folder: Path, pictures: Sequence[Path], out: Path, batch: int = 32) -> None:
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

    from au_cotrain.predictor import PredictorError, load_predictor
    from data_modules.picture import PictureError, read_picture
    from data_modules.pool import find_pictures
    from data_modules.transforms import central_crop

    predictor = load_predictor(predictor_folder)
    card = predictor.card
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
                scores = predictor(torch.stack(list(faces.values()))).numpy()
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


if __name__ == "__main__":
    main()
