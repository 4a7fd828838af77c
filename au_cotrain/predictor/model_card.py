"""The model card: what ``predictor.json`` says, for people."""

from collections.abc import Mapping, Sequence
from typing import Any

from au_cotrain.predictor.card import PredictorCard

SCORES = {
    "f1": "F1 at 0.5",
    "f1_fitted": "F1 at threshold",
    "auc": "AUC",
    "average_precision": "average precision",
    "calibration_error_before": "calibration error before",
    "calibration_error": "after",
}
"""Score → its column; the first that is there heads the table."""

USE = """\
Pictures, folders and videos, from a shell:

```
au-cotrain predict THIS_FOLDER PICTURES... -o aus.csv
```

Faces that are cut out already, in Python:

```python
import au_cotrain

predictor = au_cotrain.load_predictor("THIS_FOLDER")
table = predictor(crops)  # (N, H, W, 3) uint8 RGB: a row a face, AU01_p ..., AU01_c ...
```

`AU01_p` is the calibrated probability that AU01 occurs; `AU01_c` is 1 from the AU's threshold on.
Loading checks every file against the hashes in `predictor.json` and executes nothing here.
"""

LIMITS = """\
- An action unit is a movement of the face, not a feeling, an intention or a trait: nothing here
  tells emotions, honesty, health, identity or fitness for anything.
- Not for decisions about people (work, school, insurance, police, borders, medicine), and not for
  watching people who do not know of it.
- Probabilities are calibrated for people, cameras and coders like those of validation. On others,
  scores, calibration and thresholds have to be measured anew, for each group of people concerned.
- What the licences of the training data forbid is forbidden for this predictor.
- Faces have to be cut out as described above: others give numbers that mean nothing.
"""


def model_card(
    card: PredictorCard, files: Mapping[str, Mapping[str, Any]], names: Mapping[str, str]
) -> str:
    """The README of a predictor's folder, as Markdown.

    Args:
        card: of the predictor.
        files: name → what ``predictor.json`` says of it.
        names: AU → what FACS calls it; {} for none.
    """
    opset = next((about["opset"] for about in files.values() if "opset" in about), None)
    parts = [
        "# A predictor of facial action units\n\n" + _about(card),
        "## Use\n\n" + USE + (_onnx(card, opset) if opset else ""),
        "## Action units\n\n" + _units(card, names),
        "## Training data\n\n" + _data(card),
        "## Scores\n\n" + _scores(card),
        "## How faces are cut out\n\n" + _alignment(card),
        "## Limits\n\n" + LIMITS,
        "Written by au_cotrain from `predictor.json`, which counts; notes may be added here.\n",
    ]
    return "\n".join(parts)


def _about(card: PredictorCard) -> str:
    origin = {
        "trained": card.provenance.get("date"),
        "seed": card.provenance.get("seed"),
        "epoch": card.provenance.get("epoch"),
        "code": card.provenance.get("revision"),
        "au_cotrain": card.provenance.get("au_cotrain"),
    }
    told = ", ".join(f"{name} {value}" for name, value in origin.items() if value is not None)
    return (
        f"Two views of a face ({' and '.join(card.backbones)}, {card.image_size} px) give "
        f"{len(card.aus)} probabilities, the mean of both views', calibrated.\n"
        + (f"\nOrigin: {told}.\n" if told else "")
    )


def _onnx(card: PredictorCard, opset: int) -> str:
    size = card.image_size
    return (
        f"\n`predictor.onnx` (opset {opset}) is the same network for ONNX Runtime: `images` "
        f"(N, 3, {size}, {size}) uint8 RGB to calibrated `probabilities` (N, {len(card.aus)}).\n"
        + (
            f"Scale the face to {card.scaled_size} x {card.scaled_size} pixels and take the middle "
            f"{size} x {size}.\n"
            if card.scaled_size != size
            else ""
        )
    )


def _units(card: PredictorCard, names: Mapping[str, str]) -> str:
    return _table(
        ["AU", "FACS", "threshold", "temperature"],
        [
            [au, names.get(au, ""), f"{threshold:.3f}", f"{temperature:.3f}"]
            for au, threshold, temperature in zip(
                card.aus, card.thresholds, card.temperatures, strict=True
            )
        ],
    )


def _data(card: PredictorCard) -> str:
    said = card.provenance
    text = "Nobody has said what it learned from.\n"
    if card.data_sets:
        text = _table(
            ["data", "used for", "licence"],
            [
                [of["name"], ", ".join(map(str, of.get("splits", ()))), str(of.get("licence", ""))]
                for of in card.data_sets
            ],
        )
    lines = []
    if "labeled_faces" in said:
        pool = said.get("pool_faces", 0)
        lines.append(
            f"It learned from {said['labeled_faces']:,} labeled and {pool:,} unlabeled faces."
        )
    if said.get("threshold") is not None:
        lines.append(f"An AU occurs from intensity {said['threshold']} on.")
    if said.get("fold") is not None:
        lines.append(f"Fold {said['fold']} of {said.get('set', 'the set')} was held out.")
    lines += [
        f"{what}: {' '.join(said[key])}."
        for key, what in (("val_people", "Validation people"), ("test_people", "Test people"))
        if said.get(key)
    ]
    return text + "".join(f"\n{line}\n" for line in lines)


def _scores(card: PredictorCard) -> str:
    tables = [
        f"{split.capitalize()}:\n\n" + _split(of, card.aus)
        for split, of in card.metrics.items()
        if isinstance(of, dict) and of.get("aus")
    ]
    if not tables:
        return "None have been measured.\n"
    remark = (
        "\nEpoch, temperatures and thresholds were chosen on the validation people, so their own "
        "scores flatter. Calibration errors are before and after the temperatures; an empty cell "
        "is a score that the labels leave undefined.\n"
    )
    return "\n".join(tables) + remark


def _split(said: Mapping[str, Any], aus: Sequence[str]) -> str:
    scores = {name: column for name, column in SCORES.items() if name in said.get("mean", {})}
    rows = [
        [au, str(of.get("known", "")), _number(of.get("prevalence"))]
        + [_number(of.get(name)) for name in scores]
        for au in aus
        if (of := said["aus"].get(au)) is not None
    ]
    rows.append(["mean", "", "", *(_number(said["mean"][name]) for name in scores)])
    return _table(["AU", "known", "prevalence", *scores.values()], rows)


def _alignment(card: PredictorCard) -> str:
    middle = (
        f"The face is scaled to {card.scaled_size} x {card.scaled_size} pixels, and the network "
        f"sees the middle {card.image_size} x {card.image_size}.\n"
    )
    if isinstance(card.alignment, str):
        return f"In words: {card.alignment}.\n\n{middle}"
    method, size = card.alignment.get("method"), card.alignment.get("size")
    template = card.alignment.get("template") or {}
    if method == "none":
        return f"The whole picture, made square by repeating its border, {size} px.\n\n{middle}"
    points = _table(
        ["landmark", "x", "y"], [[str(p), *map(str, place)] for p, place in template.items()]
    )
    return (
        f"MediaPipe's face landmarker finds the face; a {method} transform brings these landmarks "
        f"onto their places (parts of the side) in a crop of {size} px. `au-cotrain predict` and "
        f"`au-cotrain prepare` do so.\n\n{points}\n{middle}"
    )


def _number(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, int | float) else ""


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table, its columns of one width so that it reads as text too."""
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in (head, *rows)]
    widths = [max(3, *map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |"
        for row in cells
    ]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(lines) + "\n"
