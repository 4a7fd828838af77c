"""What several tests share: where the reference material lies, a judge of rendered faces, small
tables of faces, and footage whose pictures carry numbers."""

import io
import json
import os
import signal
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import settings
from PIL import Image

from data_modules.landmarker import outlive_profiler

# Of the same code, .ci/run says the same each time; the search for new examples is make test's.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

SHARED = Path(os.environ.get("AU_COTRAIN_SHARED", Path(__file__).parents[2] / "shared"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--redraw", action="store_true", help="draw the pictures anew that tests compare with"
    )


@pytest.fixture(scope="session")
def shared() -> Path:
    """The reference material, which is not part of the project."""
    if not SHARED.is_dir():
        pytest.skip(f"needs the reference material in {SHARED}")
    return SHARED


class Reading(NamedTuple):
    """What the landmarker sees in a face: points (478, 2) in pixels, blendshapes by name."""

    points: np.ndarray
    blendshapes: dict[str, float]


@pytest.fixture(scope="session")
def landmarker(shared: Path) -> Iterator[Callable[[np.ndarray], Reading | None]]:
    """Reads an RGB uint8 picture; None where it finds no face."""
    mediapipe = pytest.importorskip("mediapipe", reason="needs mediapipe to judge faces")
    model = shared / "models" / "face_landmarker.task"
    if not model.is_file():
        pytest.skip(f"needs the landmarker's model {model}")
    vision = mediapipe.tasks.vision
    options = vision.FaceLandmarkerOptions(
        base_options=mediapipe.tasks.BaseOptions(model_asset_path=str(model)),
        output_face_blendshapes=True,
    )
    with vision.FaceLandmarker.create_from_options(options) as detector:
        outlive_profiler()

        def read(picture: np.ndarray) -> Reading | None:
            pixels = np.ascontiguousarray(picture)
            found = detector.detect(mediapipe.Image(mediapipe.ImageFormat.SRGB, pixels))
            if not found.face_landmarks:
                return None
            height, width = picture.shape[:2]
            points = np.array([[p.x * width, p.y * height] for p in found.face_landmarks[0]])
            return Reading(points, {b.category_name: b.score for b in found.face_blendshapes[0]})

        yield read


@pytest.fixture
def faces_table(tmp_path: Path) -> Callable[..., Path]:
    """Writes a manifest of plain pictures whose brightness says AU01, and returns its path."""

    def write(name: str, people: int = 4, frames: int = 4, aus: str = "AU01 AU02") -> Path:
        rng = np.random.default_rng(sum(map(ord, name)))
        columns = aus.split()
        rows = [",".join(["path", "subject", *columns])]
        for person in range(people):
            for frame in range(frames):
                labels = rng.integers(0, 2, len(columns))
                labels[0] = frame % 2
                picture = rng.integers(0, 60, (20, 20, 3)) + 180 * labels[0]
                path = tmp_path / name / f"{person}_{frame}.png"
                path.parent.mkdir(exist_ok=True)
                Image.fromarray(picture.astype(np.uint8)).save(path)
                rows.append(f"{name}/{path.name},{name}-{person}," + ",".join(map(str, labels)))
        table = tmp_path / f"{name}.csv"
        table.write_text("\n".join(rows) + "\n")
        return table

    return write


@pytest.fixture
def heard() -> Iterator[None]:
    """Ctrl-C is heard, also where the tests run behind a shell that has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


CUT = {"method": "none", "size": 24}


@pytest.fixture
def prepared(tmp_path) -> Callable[..., Path]:
    """Writes a folder as ``au-cotrain prepare`` leaves it, and returns it.

    A face's brightness says the first AU. With intensities, an AU occurs from 2 on.
    """

    def write(
        dataset: str,
        people: list[str | None],
        aus: list[str],
        frames: int = 2,
        intensities: bool = False,
        alignment: dict = CUT,
        name: str | None = None,
    ) -> Path:
        out = tmp_path / (name or dataset)
        (out / "crops").mkdir(parents=True)
        rng = np.random.default_rng(0)
        size = len(people) * frames
        levels = rng.integers(0, 6 if intensities else 2, (size, len(aus)))
        levels[:, 0] = np.arange(size) % 2 * (3 if intensities else 1)
        for face, bright in enumerate(levels[:, 0] > 0):
            pixels = rng.integers(0, 60, (24, 24, 3)) + 180 * bright
            Image.fromarray(pixels.astype(np.uint8)).save(out / "crops" / f"{face:04d}.jpg")
        columns = {
            "path": [f"crops/{face:04d}.jpg" for face in range(size)],
            "subject": pa.array([person for person in people for _ in range(frames)], pa.string()),
            "task": pa.array(["T1"] * size, pa.string()),
            "frame": pa.array(np.arange(size), pa.int64()),
            "source": [f"pictures/{face}.jpg" for face in range(size)],
        }
        occurs = (levels >= (2 if intensities else 1)).astype(np.int8)
        columns |= dict(zip(aus, occurs.T, strict=True))
        if intensities:
            named = [f"{au}_intensity" for au in aus]
            columns |= dict(zip(named, levels.astype(np.int8).T, strict=True))
        said = {"set": dataset, "alignment": alignment, "assumed": [], "left_out": {}, "rows": size}
        table = pa.table(columns).replace_schema_metadata({"au_cotrain": json.dumps(said)})
        pq.write_table(table, out / "manifest.parquet")
        return out

    return write


BITS, SIDE = 12, 8


def numbered(number: int) -> np.ndarray:
    """A picture whose upper half shows a number as bars of black and white, from the left on."""
    picture = np.zeros((48, BITS * SIDE, 3), np.uint8)
    for bit in range(BITS):
        picture[:24, bit * SIDE : (bit + 1) * SIDE] = 255 * (number >> bit & 1)
    return picture


@pytest.fixture(scope="session")
def number_picture() -> Callable[[int], np.ndarray]:
    return numbered


@pytest.fixture(scope="session")
def number_in() -> Callable[[np.ndarray], int]:
    """Reads the number that a picture shows, whatever its scale."""

    def number_in(picture: np.ndarray) -> int:
        side = picture.shape[1] / BITS
        row = picture[picture.shape[0] // 4].mean(axis=1)
        return sum(int(row[int((bit + 0.5) * side)] > 127) << bit for bit in range(BITS))

    return number_in


@pytest.fixture(scope="session")
def write_film() -> Callable[..., Path]:
    """Write a video of frames numbered from `first` on; `skip` leaves packets out."""
    av = pytest.importorskip("av", reason="needs PyAV to write videos")

    def write_film(path, frames=30, codec="mpeg4", skip=(), first=0, **options):
        path.parent.mkdir(parents=True, exist_ok=True)
        with av.open(str(path), "w") as container:
            stream = container.add_stream(codec, rate=25)
            stream.width, stream.height = BITS * SIDE, 48
            stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
            stream.options = options
            packets = []
            for number in range(first, first + frames):
                packets += stream.encode(av.VideoFrame.from_ndarray(numbered(number), "rgb24"))
                while len(packets) > 100:
                    container.mux(packets.pop(0))
            for place, packet in enumerate([*packets, *stream.encode()]):
                if place not in skip:
                    container.mux(packet)
        return path

    return write_film


@pytest.fixture
def film(tmp_path, write_film) -> Callable[..., Path]:
    """The same, below the test's folder."""
    return lambda name, *arguments, **options: write_film(tmp_path / name, *arguments, **options)


@pytest.fixture(scope="session")
def lay() -> Callable[[Path, dict[str, str | bytes]], Path]:
    """Write files by their path below a folder; text in UTF-8, its line ends as they are."""

    def lay(root, files):
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return root

    return lay


@pytest.fixture(scope="session", params=["name", "attributes", "none"])
def damaged_tar(request: pytest.FixtureRequest) -> bytes:
    """A tar whose header tells of more bytes than there can be, or of none at all."""
    if request.param == "none":
        return b"no tar" * 1000
    info = tarfile.TarInfo("a.png")
    info.type = tarfile.GNUTYPE_LONGNAME if request.param == "name" else tarfile.XHDTYPE
    info.size = 1 << 62 if request.param == "name" else 1 << 80
    return info.tobuf(tarfile.GNU_FORMAT) + bytes(1024)


@pytest.fixture(scope="session")
def tar() -> Callable[[list[tuple[str, bytes]]], bytes]:
    """The bytes of a tar file of (name, content)."""

    def tar(members):
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w") as file:
            for name, content in members:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                file.addfile(info, io.BytesIO(content))
        return stream.getvalue()

    return tar
