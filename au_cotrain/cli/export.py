"""``au-cotrain export``: a predictor of a checkpoint, or of a predictor."""

from pathlib import Path

from au_cotrain.cli.verb import Verbs
from data_modules.facs import AU_NAMES


def add_to(verbs: Verbs) -> None:
    """Describe the verb to the command line."""
    verb = verbs.add_parser(
        "export", help="make a predictor of a checkpoint",
        description="Write a checkpoint's predictor: weights (safetensors), predictor.json, and a "
        "README that tells people what it is.",
    )  # fmt: skip
    verb.add_argument(
        "checkpoint",
        type=Path,
        help="a run's folder, a checkpoint of it, or a predictor's folder",
    )
    verb.add_argument("out", type=Path, help="folder to write; it may be that predictor's own")
    verb.add_argument(
        "--onnx", action="store_true",
        help="write predictor.onnx too, if ONNX Runtime agrees with torch on it",
    )  # fmt: skip
    verb.set_defaults(run=export)


def export(checkpoint: Path, out: Path, onnx: bool = False) -> None:
    """Write a predictor and say where.

    Raises:
        PredictorError: see ``export.export_predictor``.
    """
    from au_cotrain.export import export_predictor

    card = export_predictor(checkpoint, out, names=AU_NAMES, onnx=onnx)
    print(f"{out}: predictor of {len(card.aus)} AUs" + ", and its ONNX graph" * onnx)
