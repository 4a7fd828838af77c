"""Footage whose pictures carry their numbers, and plans of it."""

import numpy as np
import pandas as pd
import pytest

from data_modules.preparation.plan import Plan

BITS, SIDE = 12, 8


def numbered(number):
    """A picture whose upper half shows a number as bars of black and white, from the left on."""
    picture = np.zeros((48, BITS * SIDE, 3), np.uint8)
    for bit in range(BITS):
        picture[:24, bit * SIDE : (bit + 1) * SIDE] = 255 * (number >> bit & 1)
    return picture


def number_of(picture):
    """The number that a picture shows, whatever its scale."""
    side = picture.shape[1] / BITS
    row = picture[picture.shape[0] // 4].mean(axis=1)
    return sum(int(row[int((bit + 0.5) * side)] > 127) << bit for bit in range(BITS))


@pytest.fixture
def film(tmp_path):
    """Write a video of numbered frames below the test's folder; `skip` leaves packets out."""
    av = pytest.importorskip("av", reason="needs PyAV to write videos")

    def film(name, frames=30, codec="mpeg4", skip=(), **options):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with av.open(str(path), "w") as container:
            stream = container.add_stream(codec, rate=25)
            stream.width, stream.height = BITS * SIDE, 48
            stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
            stream.options = options
            packets = []
            for number in range(frames):
                packets += stream.encode(av.VideoFrame.from_ndarray(numbered(number), "rgb24"))
                while len(packets) > 100:
                    container.mux(packets.pop(0))
            for place, packet in enumerate([*packets, *stream.encode()]):
                if place not in skip:
                    container.mux(packet)
        return path

    return film


@pytest.fixture
def plan_of():
    """A plan of some sources, a row each; places of frames where they are in videos."""

    def plan_of(sources, places=None, dataset="faces", left_out=(), assumed=("nothing",)):
        count = len(sources)
        places = [None] * count if places is None else places
        faces = pd.DataFrame(
            {
                "source": pd.array(sources, "string"),
                "place": pd.array(places, "Int64"),
                "subject": pd.array([f"S{row % 3}" for row in range(count)], "string"),
                "task": pd.array([None] * count, "string"),
                "frame": pd.array([None if p is None else p + 1 for p in places], "Int64"),
                "AU01": pd.array([(0, 1, None)[row % 3] for row in range(count)], "Int8"),
                "AU01_intensity": pd.array([(0, 5, None)[row % 3] for row in range(count)], "Int8"),
            }
        )
        columns = ["source", "subject", "task", "frame", "reason"]
        lost = pd.DataFrame(list(left_out), columns=columns).astype(
            dict.fromkeys(columns, "string") | {"frame": "Int64"}
        )
        return Plan(dataset, faces, lost, tuple(assumed))

    return plan_of


@pytest.fixture
def number_in():
    return number_of


@pytest.fixture
def number_picture():
    return numbered
