from dataclasses import replace

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from au_cotrain.errors import PredictorError
from au_cotrain.predictor import onnx_graph as module
from au_cotrain.predictor.folder import read_predictor, write_predictor
from au_cotrain.predictor.network import PredictorNetwork
from au_cotrain.predictor.onnx_graph import OPSET, write_graph


@pytest.fixture(scope="module")
def program():
    """Each export takes seconds: one does for all tests of one network."""
    programs = {}

    def of(network, size):
        key = tuple(network.state_dict()["classifiers.0.bias"].tolist())
        if key not in programs:
            programs[key] = real(network, size)
        return programs[key]

    real = module._export
    return of


@pytest.fixture
def once(program, monkeypatch):
    monkeypatch.setattr(module, "_export", program)


@pytest.fixture
def graph(once, tmp_path, small_card, small_network):
    write_graph(tmp_path / "graph.onnx", small_card, small_network)
    return tmp_path / "graph.onnx"


def run(file, faces):
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    return session.run(["probabilities"], {"images": faces.numpy()})[0]


@pytest.mark.parametrize("count", [1, 2, 5, 33])
def test_any_number_of_faces_gives_torchs_calibrated_probabilities(graph, small_network, count):
    faces = torch.randint(0, 256, (count, 3, 32, 32), dtype=torch.uint8)
    with torch.no_grad():
        expected = small_network(faces).numpy()
    found = run(graph, faces)
    assert found.dtype == np.float32 and found.shape == (count, 2)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert np.ptp(found[:, 0]) > 0 or count == 1  # faces do not all look the same to it


def test_the_file_stands_alone_and_says_what_it_is(graph):
    model = onnx.load(graph, load_external_data=False)
    onnx.checker.check_model(model)
    assert all(not tensor.external_data for tensor in model.graph.initializer)
    assert [opset.version for opset in model.opset_import if not opset.domain] == [OPSET]
    said = {entry.key: entry.value for entry in model.metadata_props}
    assert said == {
        "aus": "AU01,AU12", "thresholds": "0.45,0.5", "scaled_size": "34", "opset": str(OPSET),
    }  # fmt: skip
    (images,), (probabilities,) = model.graph.input, model.graph.output
    assert images.name == "images" and probabilities.name == "probabilities"
    assert images.type.tensor_type.elem_type == onnx.TensorProto.UINT8
    sides = [side.dim_param or side.dim_value for side in images.type.tensor_type.shape.dim]
    assert sides == ["faces", 3, 32, 32]


def test_it_does_not_tell_where_it_was_made(graph):
    content = graph.read_bytes()
    assert b".py" not in content and str(graph.parent).encode() not in content


def test_nothing_of_the_exporters_is_on_the_screen(small_card, small_network, tmp_path, capfd):
    write_graph(tmp_path / "graph.onnx", small_card, small_network)
    assert capfd.readouterr() == ("", "")


def test_transformers_can_be_exported_too(small_card, tmp_path):
    card = replace(
        small_card, backbones=["test_vit", "test_convnext"], feature_dim=64, image_size=160,
        scaled_size=160,
    )  # fmt: skip
    torch.manual_seed(0)
    assert write_graph(tmp_path / "x.onnx", card, PredictorNetwork(card)).largest_difference < 1e-4


def other(small_card):
    torch.manual_seed(1)
    return PredictorNetwork(small_card).eval()


def test_a_graph_that_disagrees_is_not_written(
    once, program, small_card, small_network, small_predictor, monkeypatch
):
    before = {path.name: path.read_bytes() for path in small_predictor.iterdir()}
    monkeypatch.setattr(module, "_export", lambda *_: program(small_network, 32))
    with pytest.raises(PredictorError, match=r"differ from torch's by \d.*, more than 0.0001") as e:
        write_predictor(small_predictor, small_card, other(small_card), onnx=True)
    assert "\n" not in str(e.value)
    assert {path.name: path.read_bytes() for path in small_predictor.iterdir()} == before


def test_probabilities_that_are_no_numbers_are_no_agreement(
    once, program, small_card, small_network, tmp_path, monkeypatch
):
    broken = other(small_card)
    torch.nn.init.constant_(broken.classifiers[0].weight, float("nan"))
    monkeypatch.setattr(module, "_export", lambda *_: program(small_network, 32))
    with pytest.raises(PredictorError, match="differ from torch's by nan"):
        write_graph(tmp_path / "x.onnx", small_card, broken)
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_exported_is_one_line(small_card, small_network, tmp_path, monkeypatch):
    def fail(*_):
        raise RuntimeError("first line\nsecond line")

    monkeypatch.setattr(module, "_export", fail)
    with pytest.raises(PredictorError, match=r"no ONNX graph of .* \(first line second line\)"):
        write_predictor(tmp_path / "out", small_card, small_network, onnx=True)
    assert not (tmp_path / "out").exists()


def test_a_predictor_with_a_graph_loads_and_loses_it_when_exported_without(
    once, small_card, small_network, tmp_path
):
    write_predictor(tmp_path / "out", small_card, small_network, onnx=True)
    assert (tmp_path / "out" / "predictor.onnx").is_file()
    assert f"opset {OPSET}" in (tmp_path / "out" / "README.md").read_text()
    card, network = read_predictor(tmp_path / "out")
    write_predictor(tmp_path / "out", card, network)
    assert not (tmp_path / "out" / "predictor.onnx").exists()
    assert "opset" not in (tmp_path / "out" / "README.md").read_text()
    read_predictor(tmp_path / "out")
