"""``au-cotrain export``: a predictor of a checkpoint."""

from pathlib import Path

from au_cotrain.cli.verb import Verbs


def add_to(verbs: Verbs) -> None:
    """Describe the verb to the command line."""
    verb = verbs.add_parser("export", help="make a predictor of a checkpoint")
    verb.add_argument("checkpoint", type=Path)
    verb.add_argument("out", type=Path, help="folder for predictor.safetensors and .json")
    verb.set_defaults(run=export)


def export(checkpoint: Path, out: Path) -> None:
    """Write a checkpoint's predictor and say where."""
    from au_cotrain.export import export_predictor

    predictor = export_predictor(checkpoint, out)
    print(f"{out}: predictor of {len(predictor.card.aus)} AUs")
