"""A predictor as one ONNX graph, which ONNX Runtime runs without torch."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

from au_cotrain.errors import PredictorError
from au_cotrain.predictor.card import PredictorCard
from au_cotrain.predictor.network import PredictorNetwork
from au_cotrain.predictor.onnx_session import IMAGES, PROBABILITIES, OnnxSession

OPSET = 18
"""The oldest that torch's exporter writes by itself; ONNX Runtime knows it since 1.14."""

AGREEMENT = 1e-4
"""The most a probability of the graph may differ from torch's."""

BATCHES = (1, 3, 17)


class Graph(NamedTuple):
    """What a card says of an ONNX graph."""

    opset: int
    largest_difference: float
    """From torch's probabilities, over the faces that were compared."""


def write_graph(file: Path, card: PredictorCard, network: PredictorNetwork) -> Graph:
    """Write a predictor as one ONNX file, once ONNX Runtime has run it and agrees with torch.

    Input ``images`` (N, 3, S, S) uint8 RGB, as the network's own, N any number; output
    ``probabilities`` (N, C) float32, calibrated. Normalisation, both views, their fusion and the
    temperatures are inside. The model's metadata hold ``aus``, parted by commas as are their
    ``thresholds``, ``scaled_size`` and ``opset``.

    Args:
        file: to write.
        card: of the network.
        network: the predictor's.

    Raises:
        PredictorError: a backbone cannot be exported, or the graph differs by more than
            ``AGREEMENT``; no file is left.
    """
    name = " and ".join(card.backbones)
    network = network.eval()
    try:
        program = _export(network, card.image_size)
        program.model.metadata_props.update(_metadata(card))
        program.save(file, external_data=False)
        session = OnnxSession(file, card)
        worst = max(
            _difference(session, network, _faces(batch, card.image_size)) for batch in BATCHES
        )
    except Exception as error:  # torch, onnx, protobuf and the runtime each raise their own
        file.unlink(missing_ok=True)
        reason = " ".join(str(error).split())[:200]
        raise PredictorError(f"no ONNX graph of {name} can be made ({reason})") from error
    if not worst <= AGREEMENT:  # NaN is no agreement
        file.unlink(missing_ok=True)
        raise PredictorError(
            f"the ONNX graph of {name} is not written: its probabilities differ from torch's by "
            f"{worst:.2g}, more than {AGREEMENT:g}; export without --onnx"
        )
    return Graph(OPSET, worst)


def _export(network: PredictorNetwork, size: int) -> Any:  # noqa: ANN401 - torch.onnx.ONNXProgram
    from onnx_ir.passes.common import ClearMetadataAndDocStringPass

    images = torch.zeros(2, 3, size, size, dtype=torch.uint8)  # one face would fix the number
    with _quiet():
        program = torch.onnx.export(
            network,
            (images,),
            input_names=[IMAGES],
            output_names=[PROBABILITIES],
            dynamic_shapes=({0: torch.export.Dim("faces")},),
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
        assert program is not None
        # Every node tells the lines and folders of the code it came from.
        ClearMetadataAndDocStringPass()(program.model)
    return program


@contextmanager
def _quiet() -> Iterator[None]:
    """The exporter's remarks are on its own workings; whether it did well is compared."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def _metadata(card: PredictorCard) -> dict[str, str]:
    return {
        "aus": ",".join(card.aus),
        "thresholds": ",".join(map(repr, card.thresholds)),
        "scaled_size": str(card.scaled_size),
        "opset": str(OPSET),
    }


def _faces(count: int, size: int) -> Tensor:
    """(N, 3, S, S) uint8: black, white, noise, and noise as smooth as skin, in turn."""
    draw = torch.Generator().manual_seed(count)
    noise = torch.randint(0, 256, (count, 3, size, size), generator=draw, dtype=torch.uint8)
    coarse = torch.rand(count, 3, 4, 4, generator=draw)
    smooth = (255 * F.interpolate(coarse, size=(size, size), mode="bilinear")).byte()
    kinds = [torch.zeros_like(noise), torch.full_like(noise, 255), noise, smooth]
    return torch.stack([kinds[(face + count) % 4][face] for face in range(count)])


def _difference(session: OnnxSession, network: PredictorNetwork, faces: Tensor) -> float:
    found = session(faces.numpy())
    with torch.inference_mode():
        expected = network(faces)
    if found.shape != tuple(expected.shape):
        raise ValueError(f"it gives {found.shape} for {len(faces)} faces")
    return float((torch.from_numpy(found) - expected).abs().max())
