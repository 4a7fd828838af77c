"""How fast is a predictor? Each figure is a ratio of two things that one run measured in turns.

    python benchmarks/predict.py network [--backbones resnet34 resnet34 --size 224] [--seconds 20]
    python benchmarks/predict.py way [--video VIDEO] [--predictor PREDICTOR] [--frames 1000]

network: the exported graph in ONNX Runtime, one face on one core, against its two backbones alone,
exported in the same way without normalisation, classifiers, fusion and calibration.

way: `au-cotrain predict` on a video, on two cores and on one; start-up, and memory for a video and
for a tenth of it. Rendered faces move about in it, or name one of your own. The landmarker's file
must be where predict finds it (`AU_COTRAIN_LANDMARKER`, or the cache).

Random weights, random faces. Other work on the machine shows in the medians before it shows in the
minima; run it on an idle one.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from whole_way import whole_way

from au_cotrain.predictor.card import PredictorCard
from au_cotrain.predictor.network import PredictorNetwork
from au_cotrain.predictor.onnx_graph import OPSET, write_graph
from au_cotrain.views import Encoder

AUS = [f"AU{number:02d}" for number in (1, 2, 4, 6, 7, 10, 12, 14, 15, 17, 23, 24)]
ROUNDS = 5
NETWORK_TARGET = 1.05


def network_ratio(backbones: Sequence[str], size: int, seconds: float) -> float:
    """Time of the exported network over that of its bare backbones, on one core.

    Args:
        backbones: two timm models.
        size: pixels of a side of the face.
        seconds: in all.

    Returns:
        The ratio of the medians of all rounds.
    """
    torch.manual_seed(0)
    width = min(Encoder(name, size).feature_dim for name in backbones)
    card = PredictorCard(
        aus=AUS, backbones=list(backbones), feature_dim=width, image_size=size, scaled_size=size,
        temperatures=[1.3] * len(AUS), thresholds=[0.5] * len(AUS), alignment="as drawn",
        provenance={}, metrics={},
    )  # fmt: skip
    network = PredictorNetwork(card).eval()
    draw = np.random.default_rng(0)
    face = draw.integers(0, 256, (1, 3, size, size), dtype=np.uint8)
    pixels = draw.normal(size=(1, 3, size, size)).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        write_graph(Path(folder, "network.onnx"), card, network)
        bare = []
        for view, encoder in enumerate(network.encoders):
            bare.append(Path(folder, f"{view}.onnx"))
            export_bare(encoder.backbone, size, bare[-1])
        cores = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {max(cores)})
        try:
            whole = one_core(Path(folder, "network.onnx"))
            views = [one_core(file) for file in bare]

            def run_whole() -> None:
                whole.run(None, {"images": face})

            def run_bare() -> None:
                for view in views:
                    view.run(None, {"pixels": pixels})

            rounds = [in_turns(run_whole, run_bare, seconds / ROUNDS) for _ in range(ROUNDS)]
        finally:
            os.sched_setaffinity(0, cores)
    print(f"{' + '.join(backbones)}, {size} px, one face, one core, ONNX Runtime "
          f"{onnxruntime.__version__}, opset {OPSET}")  # fmt: skip
    for times in (*rounds, np.concatenate(rounds, axis=1)):
        (a, b), (least_a, least_b) = np.median(times, axis=1), times.min(axis=1)
        print(f"  {times.shape[1]:>6} runs: network {a * 1e3:8.3f} ms, backbones {b * 1e3:8.3f} ms;"
              f" ratio of medians {a / b:.3f}, of minima {least_a / least_b:.3f}")  # fmt: skip
    print(f"  all rounds {a / b:.3f}, target at most {NETWORK_TARGET}")
    return float(a / b)


def export_bare(backbone: torch.nn.Module, size: int, file: Path) -> None:
    """A timm backbone alone, from normalised pixels to features."""
    torch.onnx.export(
        backbone,
        (torch.zeros(2, 3, size, size),),
        file,
        input_names=["pixels"],
        dynamic_shapes=({0: torch.export.Dim("faces")},),
        opset_version=OPSET,
        dynamo=True,
        external_data=False,
        verbose=False,
    )


def one_core(file: Path) -> Any:  # noqa: ANN401 - ships no types
    """A session that uses one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def in_turns(one: Callable[[], None], other: Callable[[], None], seconds: float) -> np.ndarray:
    """(2, N) seconds of two functions called in turns, so that both meet the same disturbances."""
    one(), other()  # the first call allocates
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        one()
        middle = time.perf_counter()
        other()
        times.append((middle - start, time.perf_counter() - middle))
    return np.array(times).T


def main() -> None:
    """Run one part."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = parser.add_subparsers(dest="part", required=True)
    network = parts.add_parser("network", help="the exported network against bare backbones")
    network.add_argument("--backbones", nargs=2, default=["test_resnet", "test_efficientnet"])
    network.add_argument("--size", type=int, default=64, help="pixels of a side of the face")
    network.add_argument("--seconds", type=float, default=20)
    way = parts.add_parser("way", help="from a video to a table")
    way.add_argument("--video", type=Path, help="of one's own, at least 600 frames")
    way.add_argument("--predictor", type=Path, help="default: the demo's backbones, random weights")
    way.add_argument("--frames", type=int, default=1000, help="of the rendered video")
    chosen = vars(parser.parse_args())
    {"network": network_ratio, "way": whole_way}[chosen.pop("part")](**chosen)


if __name__ == "__main__":
    main()
