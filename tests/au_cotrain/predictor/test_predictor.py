import hashlib
import json
import multiprocessing
import pickle
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from au_cotrain import load_predictor
from au_cotrain.errors import PredictorError
from au_cotrain.predictor import predictor as predictor_module
from au_cotrain.predictor.card import PredictorCard
from au_cotrain.predictor.folder import CARD, GRAPH, write_predictor
from au_cotrain.predictor.network import PredictorNetwork
from au_cotrain.predictor.scored_frame import columns
from data_modules.alignment import Alignment
from data_modules.errors import DataError
from data_modules.picture import read_picture
from data_modules.recording import Frame
from data_modules.sighting import Sighting

CARD_VALUES = PredictorCard(
    aus=["AU01", "AU12"], backbones=["test_resnet", "test_resnet"], feature_dim=96, image_size=32,
    scaled_size=34, temperatures=[2.0, 0.5], thresholds=[0.45, 0.5], alignment="as drawn",
    provenance={}, metrics={},
)  # fmt: skip
crops = np.random.default_rng(0).integers(0, 256, (3, 40, 50, 3), dtype=np.uint8)


@pytest.fixture(scope="module", params=["by torch", "by ONNX Runtime"])
def folder(request, tmp_path_factory):
    """A predictor, without and with an ONNX graph; both are to be alike in all."""
    torch.manual_seed(0)
    folder, onnx = tmp_path_factory.mktemp("predictor") / "p", request.param == "by ONNX Runtime"
    write_predictor(folder, CARD_VALUES, PredictorNetwork(CARD_VALUES), onnx)
    return folder


def test_a_saved_network_gives_the_same_probabilities(folder):
    torch.manual_seed(0)
    network = PredictorNetwork(CARD_VALUES).eval()
    loaded = load_predictor(folder)
    assert loaded.card == CARD_VALUES and not loaded.network.training
    faces = torch.randint(0, 256, (3, 3, 32, 32), dtype=torch.uint8)
    assert torch.equal(loaded.network(faces), network(faces))
    assert loaded.network(faces).shape == (3, 2)


def test_probabilities_are_calibrated(folder):
    faces = torch.randint(0, 256, (3, 3, 32, 32), dtype=torch.uint8)
    opinions = load_predictor(folder).network.opinions(faces)
    both = (opinions.logits[0].sigmoid() + opinions.logits[1].sigmoid()) / 2
    expected = (both.logit() / torch.tensor([2.0, 0.5])).sigmoid()
    torch.testing.assert_close(opinions.probabilities, expected)


def test_crops_give_a_row_a_face_decided_at_the_aus_own_threshold(folder):
    predictor = load_predictor(folder)
    table = predictor(crops)
    assert list(table) == ["AU01_p", "AU12_p", "AU01_c", "AU12_c"] and len(table) == 3
    assert list(table["AU01_c"]) == list((table["AU01_p"] >= 0.45).astype(int))
    one_by_one = [predictor(crop[None]).iloc[0] for crop in crops]
    np.testing.assert_allclose(table, one_by_one, atol=1e-6)
    assert len(predictor(crops[:0])) == 0


@pytest.mark.parametrize("wrong", [crops[0], crops.astype(float), crops[..., :1]])
def test_what_is_no_stack_of_crops_is_refused(folder, wrong):
    with pytest.raises(PredictorError, match="give uint8 RGB"):
        load_predictor(folder)(wrong)


def test_a_path_gives_a_row_a_face_or_one_that_says_there_is_none(folder, tmp_path):
    predictor = load_predictor(folder)
    for number, crop in enumerate(crops):
        Image.fromarray(crop).save(tmp_path / f"{number}.png")
    (tmp_path / "3.png").write_text("no picture")
    table = predictor.predict([tmp_path / f"{number}.png" for number in range(4)], crops=True)
    assert list(table) == columns(["AU01", "AU12"])
    assert list(table["success"]) == [1, 1, 1, 0]
    assert table.iloc[3].drop(["input", "frame", "success"]).isna().all()
    scores = ["AU01_p", "AU12_p", "AU01_c", "AU12_c"]
    expected = predictor(crops)
    np.testing.assert_allclose(table[scores][:3].astype(float), expected[scores], atol=1e-6)
    assert str(table["AU01_c"].dtype) == "Int8" and str(table["face"].dtype) == "Int64"
    pd.testing.assert_frame_equal(predictor.predict(tmp_path / "0.png", crops=True), table[:1])


@pytest.mark.parametrize("batch", [1, 7, 32])
def test_frames_come_in_order_whatever_the_batch(folder, film, batch):
    video = film("v.avi", frames=40)
    frames = list(load_predictor(folder).watch(video, crops=True, batch=batch, pixels=True))
    assert [frame.number for frame in frames] == list(range(40))
    p = [frame.faces[0].probabilities for frame in frames]
    expected = load_predictor(folder)(np.stack([frame.pixels for frame in frames]))
    np.testing.assert_allclose(p, expected[["AU01_p", "AU12_p"]], atol=1e-6)
    assert all(frame.faces[0].box == (0, 0, 96, 48) for frame in frames)


def test_crops_are_read_as_training_reads_them(folder, tmp_path):
    """A JPEG is decoded smaller by the trainer, which changes its pixels."""
    rng = np.random.default_rng(0)
    noise = Image.fromarray(rng.integers(0, 256, (300, 300, 3), dtype=np.uint8))
    noise.save(tmp_path / "a.jpg")
    predictor = load_predictor(folder)
    (frame,) = predictor.watch(str(tmp_path / "a.jpg"), crops=True)
    expected = predictor(read_picture(tmp_path / "a.jpg", 34)[None])
    np.testing.assert_allclose(frame.faces[0].probabilities, expected.iloc[0, :2], atol=1e-6)
    otherwise = predictor(np.asarray(Image.open(tmp_path / "a.jpg"))[None])
    assert np.abs(otherwise.iloc[0, :2] - expected.iloc[0, :2]).max() > 1e-5


def test_a_loop_that_ends_early_leaves_no_thread_and_torch_as_it_was(folder, film):
    video, threads = film("v.avi", frames=100), threading.active_count()
    torch.set_num_threads(2)
    try:
        with closing(load_predictor(folder).watch(video, crops=True)) as frames:
            assert next(frames).number == 0
        assert threading.active_count() == threads and torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(1)


def test_a_picture_of_a_camera_need_not_wait_for_a_batch(monkeypatch):
    """As seen by the clock: each frame comes 0.15 s after the one before."""
    now = [0.0]
    monkeypatch.setattr(predictor_module.time, "monotonic", lambda: now[0])

    def sightings():
        for number in range(5):
            now[0] += 0.15
            yield Sighting(None, Frame(number, now[0], None, ""), [])

    groups = predictor_module._grouped(sightings(), batch=32, pixels=False)
    assert [len(group) for group in groups] == [2, 2, 1]


def score_in_worker(given):
    predictor, given_crops = given
    predictor = load_predictor(predictor) if isinstance(predictor, str) else predictor
    return predictor(given_crops)


@pytest.fixture
def torch_threads():
    """Torch has threads of its own, which no fork takes along."""
    kept = torch.get_num_threads()
    torch.set_num_threads(2)
    torch.ones(2**20).abs()
    yield
    torch.set_num_threads(kept)


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_workers_score_alike(folder, method, torch_threads):
    predictor = load_predictor(folder)
    expected = predictor(crops)
    context = multiprocessing.get_context(method)
    with context.Pool(1) as workers:  # which ends them if they hang
        for given in (str(folder), pickle.loads(pickle.dumps(predictor))):
            got = workers.apply_async(score_in_worker, [(given, crops)]).get(timeout=60)
            pd.testing.assert_frame_equal(got, expected)


class Portraits(torch.utils.data.Dataset):
    """Scores one photograph each in a loader's worker, the whole way."""

    def __init__(self, predictor, photos, model):
        self.predictor, self.photos, self.model = predictor, photos, model

    def __len__(self):
        return len(self.photos)

    def __getitem__(self, place):
        table = self.predictor.predict(self.photos[place], align_model=self.model)
        return table["AU01_p"].to_numpy(), float(table["x"][0])


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_loaders_workers_go_the_whole_way(tmp_path, shared, method):
    card = replace(CARD_VALUES, alignment=Alignment(size=64).parameters())
    write_predictor(tmp_path / "aligned", card, PredictorNetwork(card))
    photos = sorted((shared / "photos").glob("face_*.jpg"))[:4]
    model = shared / "models" / "face_landmarker.task"
    data = Portraits(load_predictor(tmp_path / "aligned"), photos, model)
    expected = [data[place] for place in range(4)]  # mediapipe runs here before the fork
    loader = torch.utils.data.DataLoader(
        data, batch_size=None, num_workers=2, multiprocessing_context=method, timeout=120
    )
    for (p, x), (expected_p, expected_x) in zip(loader, expected, strict=True):
        np.testing.assert_allclose(p, expected_p, atol=1e-6)
        assert x == expected_x


@pytest.mark.parametrize("said", [{"size": "x", "method": "none"}, {"method": "twisted"}])
def test_an_alignment_that_is_none_is_refused_with_the_predictors_folder(forge, said):
    aligned = forge(alignment=Alignment(size=64).parameters() | said)
    with pytest.raises(DataError, match="predict --crops does without") as error:
        load_predictor(aligned).alignment  # noqa: B018 - it is worked out when asked for
    assert str(error.value).startswith(f"{aligned}: ")


def test_a_graph_of_another_card_is_refused(small_predictor, forge, folder):
    """As somebody who recomputes hashes might hope for."""
    if not (folder / GRAPH).exists():
        pytest.skip("no graph")
    files = json.loads((small_predictor / CARD).read_text())["files"]
    for content in (b"no graph", (folder / GRAPH).read_bytes()):
        (small_predictor / GRAPH).write_bytes(content)
        files[GRAPH] = {"sha256": hashlib.sha256(content).hexdigest()}
        aus = ["AU01", "AU02", "AU04"]
        forge(files=files, aus=aus, temperatures=[1.0] * 3, thresholds=[0.5] * 3, graph={})
        with pytest.raises(PredictorError, match="not a whole predictor") as error:
            load_predictor(small_predictor)
        assert "\n" not in str(error.value)


def test_loading_needs_neither_lightning_nor_the_graph_library(folder):
    code = (
        "import sys; from au_cotrain import load_predictor; load_predictor(sys.argv[1]);"
        "print(*sorted({m.split('.')[0] for m in sys.modules}))"
    )
    command = [sys.executable, "-c", code, str(folder)]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    by_torch = not (folder / GRAPH).exists()
    assert ("torch" in loaded) == ("timm" in loaded) == by_torch
    strangers = {"pytorch_lightning", "torch_geometric", "torchmetrics", "hydra", "albumentations"}
    slow = {"mediapipe", "matplotlib", "pandas", "wandb", "onnx", "scipy"}
    assert not strangers & set(loaded) and (by_torch or not slow & set(loaded))
