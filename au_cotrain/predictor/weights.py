"""A network's weights as safetensors, compared with its card before any network is built."""

from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save

from au_cotrain.predictor.card import PredictorCard
from au_cotrain.predictor.network import PredictorNetwork

DTYPES = {torch.float32: "F32", torch.int64: "I64", torch.bool: "BOOL"}
"""How safetensors names the types that a network's state has."""


def save_weights(file: Path, network: PredictorNetwork) -> None:
    """Write a network's tensors."""
    state = {name: tensor.contiguous() for name, tensor in network.state_dict().items()}
    file.write_bytes(save(state))  # save_file's is its owner's alone to read


def load_weights(file: Path, card: PredictorCard) -> PredictorNetwork:
    """The network of a card, ready to predict.

    Raises:
        ValueError: names, shapes or types in the file's header are not those of the network, or its
            values are not finite.
        SafetensorError, SettingError, RuntimeError: as safetensors, timm and torch have it.
    """
    with torch.device("meta"):
        expected = PredictorNetwork(card).state_dict()
    with safe_open(file, "pt") as weights:
        found = {name: weights.get_slice(name) for name in weights.keys()}  # noqa: SIM118
        for name in sorted(found.keys() ^ expected.keys()):
            lack = "lack" if name in expected else "have a strange"
            raise ValueError(f"its weights {lack} {name}")
        for name, tensor in expected.items():
            shape, dtype = found[name].get_shape(), found[name].get_dtype()
            if list(tensor.shape) != shape or DTYPES[tensor.dtype] != dtype:
                raise ValueError(f"its weights' {name} is {dtype} {shape}, not that of its card")
    state = load_file(file)
    if not all(bool(tensor.isfinite().all()) for tensor in state.values()):
        raise ValueError("its weights are no numbers: its training went astray")
    network = PredictorNetwork(card)
    network.load_state_dict(state)
    return network.eval()
