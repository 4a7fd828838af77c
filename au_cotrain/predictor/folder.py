"""A predictor's folder: weights as safetensors, the card as JSON; nothing in it is executed."""

import json
from dataclasses import asdict
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from au_cotrain.errors import PredictorError, SettingError
from au_cotrain.predictor.card import PredictorCard
from au_cotrain.predictor.network import PredictorNetwork

WEIGHTS, CARD = "predictor.safetensors", "predictor.json"


def write_predictor(folder: Path, card: PredictorCard, network: PredictorNetwork) -> None:
    """Write weights and card into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    save_file(state, folder / WEIGHTS)
    (folder / CARD).write_text(json.dumps(asdict(card), indent=2) + "\n")


def read_predictor(folder: Path) -> tuple[PredictorCard, PredictorNetwork]:
    """The card, and the network ready to predict.

    Raises:
        PredictorError: the folder holds no predictor, or not a whole one.
    """
    for part in (CARD, WEIGHTS):
        if not (folder / part).is_file():
            raise PredictorError(f"{folder}: no predictor here ({part} is missing)")
    try:
        card = PredictorCard(**json.loads((folder / CARD).read_text()))
        network = PredictorNetwork(card)
        network.load_state_dict(load_file(folder / WEIGHTS))
    except (TypeError, ValueError, RuntimeError, SafetensorError, SettingError) as error:
        reason = " ".join(str(error).split())[:200]
        raise PredictorError(f"{folder}: not a whole predictor ({reason})") from error
    return card, network.eval()
