"""The command line: one verb, one function. Heavy imports wait until a verb needs them."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> None:
    """Run ``au-cotrain``; a user's mistake is one line on stderr and exit status 1."""
    parser = argparse.ArgumentParser("au-cotrain", description=__doc__.splitlines()[0])
    parser.description = "Recognise facial action units, and render faces that have them."
    verbs = parser.add_subparsers(dest="verb", required=True)

    verb = verbs.add_parser("export", help="make a predictor of a checkpoint")
    verb.add_argument("checkpoint", type=Path)
    verb.add_argument("out", type=Path, help="folder for predictor.safetensors and .json")

    verb = verbs.add_parser("predict", help="score pictures of aligned faces")
    verb.add_argument("predictor", type=Path, help="folder that export or a training wrote")
    verb.add_argument("pictures", type=Path, nargs="+", help="pictures, or folders of them")
    verb.add_argument("-o", "--out", type=Path, required=True, help="table to write (.csv)")
    verb.add_argument("--batch", type=int, default=32, help="faces scored at once")

    verb = verbs.add_parser(
        "synth", help="render faces with exact AU labels",
        description="Render faces with exact AU labels: pictures and manifest.csv, or a sheet.",
    )  # fmt: skip
    verb.add_argument("out", type=Path, nargs="?", help="new folder for the faces")
    verb.add_argument("--count", type=int, default=1000, help="faces (default: 1000)")
    verb.add_argument("--seed", type=int, default=0, help="other faces for another seed")
    verb.add_argument("--size", type=int, default=128, help="pixels of a side (default: 128)")
    verb.add_argument("--world", default="web", help="lab, web (default), or a YAML file of one")
    verb.add_argument(
        "--set", nargs="+", action="extend", default=[], metavar="PARAMETER=LAW", dest="laws",
        help="what differs from the world, such as 'pose.yaw={uniform: [-75, 75]}'",
    )  # fmt: skip
    verb.add_argument("--workers", type=int, help="processes (default: one a core)")
    verb.add_argument("--shards", action="store_true", help="tar files, as webdataset reads them")
    verb.add_argument(
        "--sheet", type=Path, metavar="PNG",
        help="draw people and AUs at rising intensity instead, and poses and lights beside it",
    )  # fmt: skip

    chosen = parser.parse_args(arguments)
    mistake: type[Exception]
    if chosen.verb == "synth":
        from data_modules.errors import DataError

        mistake = DataError
    else:
        from au_cotrain.predictor import PredictorError  # with torch, which synth does without

        mistake = PredictorError
    try:
        if chosen.verb == "export":
            export(chosen.checkpoint, chosen.out)
        elif chosen.verb == "predict":
            predict(chosen.predictor, chosen.pictures, chosen.out, chosen.batch)
        elif chosen.sheet:
            draw_sheets(chosen.sheet, chosen.world, chosen.laws, chosen.seed, chosen.size)
        else:
            synth(
                chosen.out, chosen.count, chosen.seed, chosen.size, chosen.world, chosen.laws,
                chosen.workers, chosen.shards,
            )  # fmt: skip
    except mistake as error:
        sys.exit(f"error: {error}")
    except OSError as error:
        sys.exit(f"error: {error.filename or ''}: {error.strerror or error}")


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


def synth(
    out: Path | None,
    count: int,
    seed: int,
    size: int,
    world: str,
    laws: Sequence[str] = (),
    workers: int | None = None,
    shards: bool = False,
) -> None:
    """Render faces of a world into a folder, go on where a killed run was, and say where they are.

    Raises:
        DataError: no folder, one in use, an impossible number, or a world that cannot be read.
    """
    import os
    from functools import partial

    from data_modules.errors import DataError
    from data_modules.progress import advance, progress_bar
    from data_modules.synthetic import parse_overrides, render_manifest

    if out is None:
        raise DataError("no folder given; write au-cotrain synth OUT, or --sheet PNG")
    workers = (os.cpu_count() or 1) if workers is None else workers
    limits = {"count": (count, 1), "seed": (seed, 0), "size": (size, 16), "workers": (workers, 0)}
    for name, (number, least) in limits.items():
        if number < least:
            raise DataError(f"--{name} is {number}; give {least} or more")
    drawn = parse_overrides(world, list(laws))
    with progress_bar() as progress:
        bar = progress.add_task(f"rendering faces of {drawn.name}", total=count)
        manifest = render_manifest(
            out, drawn, count, size, seed,
            workers=workers,
            shards=shards,
            progress=partial(advance, progress, bar),
        )  # fmt: skip
    people = -(-count // drawn.frames)
    print(f"{manifest}: {count:,} faces of {people:,} people")


def draw_sheets(sheet: Path, world: str, laws: Sequence[str], seed: int, size: int) -> None:
    """Draw a sheet of people and AUs, and beside it one of poses, lights and what is worn.

    Raises:
        DataError: the world cannot be read, or the name is no picture's.
    """
    from data_modules.errors import DataError
    from data_modules.synthetic import parse_overrides
    from data_modules.synthetic.sheet import draw_au_sheet, draw_view_sheet

    if sheet.suffix.lower() not in (".png", ".jpg", ".jpeg", ".webp"):
        raise DataError(f"{sheet}: not a picture's name; end it in .png")
    drawn = parse_overrides(world, list(laws))
    views = sheet.with_name(f"{sheet.stem}-views{sheet.suffix}")
    draw_au_sheet(sheet, drawn, seed, size=size)
    draw_view_sheet(views, drawn, seed, size=size)
    print(f"{sheet}: people and action units\n{views}: poses, lights and what is worn")


if __name__ == "__main__":
    main()
