import hashlib
import io
import subprocess
import sys

import numpy as np
import pytest

from data_modules import landmarker
from data_modules.errors import DataError
from data_modules.landmarker import fetch_model, find_model


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AU_COTRAIN_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("AU_COTRAIN_LANDMARKER", raising=False)
    return tmp_path / "cache"


def test_a_missing_model_says_how_to_supply_it(cache):
    with pytest.raises(
        DataError, match=r"fetch-landmarker.*--align-model.*--no-align.*--crops"
    ) as error:
        find_model()
    assert str(cache) in str(error.value)


def test_another_file_is_no_model(tmp_path):
    (tmp_path / "other.task").write_bytes(b"other")
    with pytest.raises(DataError, match=r"not the face landmarker.*fetch-landmarker"):
        find_model(tmp_path / "other.task")


def test_a_setting_names_the_model(tmp_path, monkeypatch):
    monkeypatch.setenv("AU_COTRAIN_LANDMARKER", str(tmp_path / "set.task"))
    with pytest.raises(DataError, match=r"set\.task: no face landmarker"):
        find_model()


def serve(monkeypatch, content):
    def urlopen(url, timeout):
        return io.BytesIO(content)

    monkeypatch.setattr(landmarker.urllib.request, "urlopen", urlopen)


def test_the_model_is_fetched_once_and_whole(cache, monkeypatch):
    monkeypatch.setattr(landmarker, "MODEL_SHA256", hashlib.sha256(b"model").hexdigest())
    serve(monkeypatch, b"model")
    model = fetch_model()
    assert model == cache / "face_landmarker.task" and model.read_bytes() == b"model"
    monkeypatch.undo()
    monkeypatch.setattr(landmarker, "MODEL_SHA256", hashlib.sha256(b"model").hexdigest())
    monkeypatch.setattr(landmarker.urllib.request, "urlopen", lambda *_, **__: pytest.fail("asked"))
    assert fetch_model(model) == model


def test_another_file_than_expected_is_not_kept(cache, monkeypatch):
    serve(monkeypatch, b"something else")
    with pytest.raises(DataError, match="another file than expected"):
        fetch_model()
    assert list(cache.iterdir()) == []


def test_without_internet_one_line_says_what_to_do(monkeypatch):
    def urlopen(url, timeout):
        raise OSError("no route")

    monkeypatch.setattr(landmarker.urllib.request, "urlopen", urlopen)
    with pytest.raises(DataError, match=r"no route.*machine with internet and copy it to"):
        fetch_model()


def test_putting_back_the_handlers_python_knows_leaves_the_process_alive(shared):
    """As a trainer does at its end; MediaPipe's profiler would kill the process."""
    pytest.importorskip("mediapipe")
    code = (
        "import signal, sys; from pathlib import Path\n"
        "from data_modules.landmarker import Landmarker\n"
        "with Landmarker(Path(sys.argv[1])):\n"
        "    signal.signal(signal.SIGPROF, signal.getsignal(signal.SIGPROF))\n"
        "    signal.raise_signal(signal.SIGPROF)\n"
    )
    model = shared / "models" / "face_landmarker.task"
    assert subprocess.run([sys.executable, "-c", code, str(model)], check=False).returncode == 0


def test_opening_it_says_nothing(shared, capfd):
    pytest.importorskip("mediapipe")
    with landmarker.Landmarker(shared / "models" / "face_landmarker.task") as find:
        find(np.zeros((64, 64, 3), np.uint8))
    assert capfd.readouterr().err == ""
