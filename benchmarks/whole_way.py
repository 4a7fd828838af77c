"""The whole way of a prediction, from a video's bytes to a table's rows, as its users meet it.

Start-up, speed and memory of ``au-cotrain predict`` on a 640 x 480 video of moving, changing faces,
rendered here. Part of ``benchmarks/predict.py``.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

WIDTH, HEIGHT, RATE = 640, 480, 25
PUBLISHED = {"py-feat": 8.9, "LibreFace": 2.7}
"""Frames a second on CPUs, as published for others: on other machines and other videos."""


class Run(NamedTuple):
    """What a command took."""

    seconds: float
    peak_gb: float


def au_cotrain(*arguments: str | Path, cores: int | None = None) -> Run:
    """Run the command line as a user does, on the first cores of this process."""
    allowed = sorted(os.sched_getaffinity(0))[:cores]
    command = [sys.executable, "-m", "au_cotrain.cli", *map(str, arguments)]
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: os.sched_setaffinity(0, allowed),
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status:
        sys.exit(process.stderr.read().decode() if process.stderr else "failed")
    return Run(seconds, usage.ru_maxrss / 1e6)


def render_video(out: Path, frames: int) -> Path:
    """A video of rendered people who move about and change their expression, one after another."""
    import cv2

    from data_modules.film import Film
    from data_modules.synthetic import render, sample

    rng = np.random.default_rng(0)
    room = cv2.resize(rng.integers(60, 160, (6, 8, 3), dtype=np.uint8), (WIDTH, HEIGHT))
    looks = [
        cv2.resize(render(sample("lab", subject=person, frame=frame, seed=0), 256), (300, 300))
        for person in range(4)
        for frame in range(3)
    ]
    with Film(out, RATE) as film:
        for number in range(frames):
            look = looks[number // RATE % len(looks)]
            following = looks[(number // RATE + 1) % len(looks)]
            part = min(1.0, max(0.0, number % RATE / 5 - 4))  # a change takes five frames
            face = cv2.addWeighted(following, part, look, 1 - part, 0)
            side = int(240 + 55 * np.sin(number / 37))
            face = cv2.resize(face, (side, side), interpolation=cv2.INTER_AREA)
            left = int((WIDTH - side) * (0.5 + 0.45 * np.sin(number / 53)))
            top = int((HEIGHT - side) * (0.5 + 0.45 * np.sin(number / 41)))
            picture = room.copy()
            picture[top : top + side, left : left + side] = face
            film.write(picture, number / RATE)
    return out


def make_predictor(out: Path, backbones: Sequence[str]) -> Path:
    """A predictor of random weights whose faces are aligned as by ``au-cotrain prepare``."""
    from au_cotrain.predictor.card import PredictorCard
    from au_cotrain.predictor.folder import write_predictor
    from au_cotrain.predictor.network import PredictorNetwork
    from data_modules.alignment import Alignment

    aus = [f"AU{number:02d}" for number in (1, 2, 4, 6, 7, 10, 12, 14, 15, 17, 23, 24)]
    card = PredictorCard(
        aus=aus, backbones=list(backbones), feature_dim=256, image_size=64, scaled_size=72,
        temperatures=[1.0] * len(aus), thresholds=[0.5] * len(aus),
        alignment=Alignment().parameters(), provenance={}, metrics={},
    )  # fmt: skip
    write_predictor(out, card, PredictorNetwork(card), onnx=True)
    return out


def forget_files() -> str:
    """Take Python's libraries out of the system's cache, as after a start of the machine."""
    os.sync()
    try:
        Path("/proc/sys/vm/drop_caches").write_text("3")
        return "the system's cache of files emptied"
    except OSError:
        pass
    for file in Path(np.__file__).parents[1].rglob("*"):
        if file.is_file():
            handle = os.open(file, os.O_RDONLY)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)
    return "installed libraries taken out of the system's cache"


def measure(predictor: Path, short: Path, long: Path, frames: tuple[int, int], out: Path) -> None:
    """Print each measure beside its target."""
    table = out / "aus.csv"

    def line(what: str, value: str, target: str) -> None:
        print(f"{what:<58} {value:>10}   {target}", flush=True)

    def way(video: Path, cores: int) -> Run:
        return au_cotrain("predict", predictor, video, "-o", table, cores=cores)

    helped = min(au_cotrain("--help").seconds for _ in range(5))
    line("au-cotrain --help, seconds (best of 5)", f"{helped:.2f}", "< 0.5")
    picture = out / "face.png"
    how = forget_files()
    cold = au_cotrain("predict", predictor, picture, "-o", table).seconds
    line("first prediction, cold, seconds", f"{cold:.1f}", f"< 8 ({how})")
    warm = min(au_cotrain("predict", predictor, picture, "-o", table).seconds for _ in range(2))
    line("first prediction, warm, seconds", f"{warm:.1f}", "")
    more = frames[1] - frames[0]
    for cores in (2, 1):
        runs = [way(video, cores) for video in (short, long)]
        each = (runs[1].seconds - runs[0].seconds) / more
        names = f"{cores} core{'s' * (cores > 1)}"
        target = "frames/s >= 40" if cores == 2 else "ms a frame <= 30"
        line(f"whole way on {names}, frames a second", f"{1 / each:.1f}", target * (cores == 2))
        line(f"whole way on {names}, ms a frame", f"{1000 * each:.1f}", target * (cores == 1))
        whole = frames[1] / runs[1].seconds
        line(f"  start-up included, {frames[1]:,} frames", f"{whole:.1f}", "frames/s")
        for count, run in zip(frames, runs, strict=True):
            line(f"  peak memory, {count:,} frames, GB", f"{run.peak_gb:.2f}", "< 1.5")
    for name, speed in PUBLISHED.items():
        line(f"published for {name} on CPUs, frames a second", f"{speed}", "other machines")


def whole_way(video: Path | None, predictor: Path | None, frames: int) -> None:
    """Make what is needed, measure, print.

    Args:
        video: of one's own, at least 600 frames; None for a rendered one.
        predictor: its folder; None for one with the demo's backbones and random weights, as fast
            as a trained one.
        frames: of the rendered video.
    """
    import cv2

    from data_modules.film import Film
    from data_modules.recording import find_recordings

    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        predictor = predictor or make_predictor(
            out / "predictor", ["test_resnet", "test_efficientnet"]
        )
        long = video or render_video(out / "long.mp4", frames)
        (recording,) = find_recordings([str(long)])
        few, count = max(1, (recording.length or frames) // 10), 0
        with Film(out / "short.mp4", recording.rate) as film:
            for frame in recording.frames():
                if count < few and frame.pixels is not None:
                    film.write(frame.pixels, count / (recording.rate or RATE))
                    cv2.imwrite(str(out / "face.png"), frame.pixels[..., ::-1])
                count += 1
        measure(predictor, out / "short.mp4", long, (few, count), out)
