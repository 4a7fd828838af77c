"""``au-cotrain synth``: rendered faces, or sheets of them."""

from collections.abc import Sequence
from pathlib import Path

from au_cotrain.cli.verb import Verbs
from data_modules.errors import DataError


def add_to(verbs: Verbs) -> None:
    """Describe the verb to the command line."""
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
    verb.set_defaults(run=synth)


def synth(
    out: Path | None,
    count: int,
    seed: int,
    size: int,
    world: str,
    laws: Sequence[str] = (),
    workers: int | None = None,
    shards: bool = False,
    sheet: Path | None = None,
) -> None:
    """Render faces of a world into a folder, go on where a killed run was, and say where they are.

    With ``sheet``, draw that instead.

    Raises:
        DataError: no folder, one in use, an impossible number, or a world that cannot be read.
    """
    import os
    from functools import partial

    from data_modules.progress import advance, progress_bar
    from data_modules.synthetic import parse_overrides, render_manifest

    if sheet is not None:
        draw_sheets(sheet, world, laws, seed, size)
        return
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
    from data_modules.synthetic import parse_overrides
    from data_modules.synthetic.sheet import draw_au_sheet, draw_view_sheet

    if sheet.suffix.lower() not in (".png", ".jpg", ".jpeg", ".webp"):
        raise DataError(f"{sheet}: not a picture's name; end it in .png")
    drawn = parse_overrides(world, list(laws))
    views = sheet.with_name(f"{sheet.stem}-views{sheet.suffix}")
    draw_au_sheet(sheet, drawn, seed, size=size)
    draw_view_sheet(views, drawn, seed, size=size)
    print(f"{sheet}: people and action units\n{views}: poses, lights and what is worn")
