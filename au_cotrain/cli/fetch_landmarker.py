"""``au-cotrain fetch-landmarker``: the model file that finds faces."""

from pathlib import Path

from au_cotrain.cli.verb import Verbs


def add_to(verbs: Verbs) -> None:
    """Describe the verb to the command line."""
    verb = verbs.add_parser(
        "fetch-landmarker", help="download the model file that finds faces (3.7 MB)"
    )
    verb.add_argument(
        "model", type=Path, nargs="?", metavar="PATH",
        help="where to put it (default: AU_COTRAIN_LANDMARKER, or the cache)",
    )  # fmt: skip
    verb.set_defaults(run=fetch_landmarker)


def fetch_landmarker(model: Path | None = None) -> None:
    """Download the landmarker's model, unless it is there, and say where it is.

    Raises:
        DataError: there is no way to it, or another file lies there.
    """
    from data_modules.landmarker import MODEL, fetch_model

    if model is not None and model.is_dir():
        model = model / MODEL
    print(fetch_model(model))
