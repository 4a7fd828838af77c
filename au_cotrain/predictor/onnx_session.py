"""A predictor's ONNX graph at work, without torch, for whose loading nobody has to wait."""

from pathlib import Path

import numpy as np
import onnxruntime

from au_cotrain.predictor.card import PredictorCard

IMAGES, PROBABILITIES = "images", "probabilities"


class OnnxSession:
    """Runs a graph that ``onnx_graph.write_graph`` wrote, each call on one core.

    Args:
        file: the graph.
        card: of its predictor.

    Raises:
        ValueError: it is none, or not of this card.
    """

    def __init__(self, file: Path, card: PredictorCard) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # errors
        options.intra_op_num_threads = 1  # calls are the threads; and a fork takes none along
        try:
            self._session = onnxruntime.InferenceSession(
                file, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the runtime's errors have no common base
            raise ValueError(f"its ONNX graph cannot be opened: {error}") from error
        sides = [
            (of.name, list(of.shape[1:]))
            for of in (*self._session.get_inputs(), *self._session.get_outputs())
        ]
        size = card.image_size
        if sides != [(IMAGES, [3, size, size]), (PROBABILITIES, [len(card.aus)])]:
            raise ValueError("its ONNX graph is not that of its card")

    def __call__(self, images: np.ndarray) -> np.ndarray:
        """(N, C) float32 calibrated probabilities of (N, 3, S, S) uint8 RGB faces."""
        (p,) = self._session.run([PROBABILITIES], {IMAGES: images})
        return np.asarray(p)
