import contextlib
import hashlib
import json
import os
import shutil
import socket

import pytest
import timm
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from au_cotrain.errors import PredictorError
from au_cotrain.predictor import folder as module
from au_cotrain.predictor import weights
from au_cotrain.predictor.folder import (
    CARD,
    GRAPH,
    README,
    WEIGHTS,
    read_predictor,
    write_predictor,
)
from au_cotrain.predictor.network import PredictorNetwork

faces = torch.randint(0, 256, (3, 3, 32, 32), dtype=torch.uint8)


def refusal(folder):
    with pytest.raises(PredictorError) as error:
        read_predictor(folder)
    said = str(error.value)
    assert len(said.splitlines()) == 1 and said.startswith(str(folder)) and len(said) < 500
    return said


def test_what_is_read_is_what_was_written(small_predictor, small_card, small_network):
    card, network = read_predictor(small_predictor)
    assert card == small_card and not network.training
    with torch.no_grad():
        assert torch.equal(network(faces), small_network(faces))


def test_the_card_holds_the_hash_of_each_file(small_predictor):
    said = json.loads((small_predictor / CARD).read_text())
    weights = hashlib.sha256((small_predictor / WEIGHTS).read_bytes()).hexdigest()
    assert said["files"] == {WEIGHTS: {"sha256": weights}} and said["format"] == 2
    assert sorted(os.listdir(small_predictor)) == [README, CARD, WEIGHTS]


@pytest.mark.parametrize("part", [CARD, WEIGHTS])
def test_a_part_that_is_no_file_is_named(small_predictor, part):
    (small_predictor / part).unlink()
    assert f"no predictor here ({part} is missing)" in refusal(small_predictor)
    (small_predictor / part).mkdir()
    assert f"no predictor here ({part} is missing)" in refusal(small_predictor)
    (small_predictor / part).rmdir()
    (small_predictor / part).symlink_to(small_predictor / "nowhere")
    assert f"no predictor here ({part} is missing)" in refusal(small_predictor)
    (small_predictor / part).unlink()
    os.mkfifo(small_predictor / part)  # which would be waited for
    assert f"no predictor here ({part} is missing)" in refusal(small_predictor)
    (small_predictor / part).unlink()
    (small_predictor / part).touch()
    assert "not a whole predictor" in refusal(small_predictor)


def test_files_may_be_links_as_in_a_download_cache(small_predictor, tmp_path):
    (tmp_path / "snapshot").mkdir()
    for part in (CARD, WEIGHTS):
        (tmp_path / "snapshot" / part).symlink_to(small_predictor / part)
    read_predictor(tmp_path / "snapshot")


def test_other_folders_are_one_line(tmp_path):
    assert "no predictor here" in refusal(tmp_path / "none")
    (tmp_path / "file").touch()
    assert "no predictor here" in refusal(tmp_path / "file")
    (tmp_path / WEIGHTS).touch()
    for text in ("[]", "{}", "3", '{"model_type": "bert"}', '"x"', "null"):
        (tmp_path / CARD).write_text(text)
        assert "not of au_cotrain" in refusal(tmp_path)
    for raw in (b"\xff\xfe", b"{", b"", b"[" * 100_000, b'{"format": 2, "sha256": "x", "a": NaN}'):
        (tmp_path / CARD).write_bytes(raw)
        assert "not a whole predictor" in refusal(tmp_path)
    for other in (1, 3, "2", None, ["x" * 1000]):
        (tmp_path / CARD).write_text(json.dumps({"format": other}))
        assert "reads format 2" in refusal(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_one_line(small_predictor):
    (small_predictor / WEIGHTS).chmod(0)
    assert "make it readable" in refusal(small_predictor)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_damage_anywhere_is_refused_or_changes_nothing(small_predictor, small_card, data):
    part = data.draw(st.sampled_from([CARD, WEIGHTS]))
    whole = (small_predictor / part).read_bytes()
    broken = bytearray(whole)
    if data.draw(st.booleans(), "truncate"):
        del broken[data.draw(st.integers(0, len(whole) - 1)) :]
    else:
        # The weights' header, and the card, are short; most of the weights is numbers.
        last = len(whole) - 1 if data.draw(st.booleans()) else 400
        broken[data.draw(st.integers(0, last))] ^= data.draw(st.integers(1, 255))
    (small_predictor / part).write_bytes(broken)
    try:
        card, _ = read_predictor(small_predictor)
    except PredictorError as error:
        assert len(str(error).splitlines()) == 1
    else:  # another kind of blank between two of the card's words
        assert part == CARD and card == small_card
        assert json.loads(broken) == json.loads(whole)
    finally:
        (small_predictor / part).write_bytes(whole)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"aus": 5}, "aus"),
        ({"aus": []}, "aus"),
        ({"aus": ["AU01", "AU01"]}, "aus"),
        ({"aus": ["AU01", "../x"]}, "aus"),
        ({"aus": ["AU01", 12]}, "aus"),
        ({"aus": ["AU01"]}, "temperatures"),
        ({"backbones": ["test_resnet"] * 3}, "backbones"),
        ({"backbones": "test_resnet"}, "backbones"),
        ({"backbones": ["test_resnet", "hf-hub:some/body"]}, "backbones"),
        ({"backbones": ["test_resnet", "local-dir:/tmp"]}, "backbones"),
        ({"feature_dim": 96.0}, "feature_dim"),
        ({"feature_dim": 10**400}, "feature_dim"),
        ({"image_size": "x"}, "image_size"),
        ({"image_size": True}, "image_size"),
        ({"image_size": 10**6}, "image_size"),
        ({"image_size": 0}, "image_size"),
        ({"scaled_size": 31}, "scaled_size"),
        ({"temperatures": [1.0, -1.0]}, "temperatures"),
        ({"temperatures": [1.0, 10**400]}, "temperatures"),
        ({"temperatures": None}, "temperatures"),
        ({"thresholds": [0.5]}, "thresholds"),
        ({"thresholds": [0.5, 1.5]}, "thresholds"),
        ({"alignment": None}, "alignment"),
        ({"alignment": {"template": 3}}, "alignment"),
        ({"alignment": {"template": {"33": 3}}}, "alignment"),
        ({"provenance": []}, "provenance"),
        ({"provenance": {"test_people": 3}}, "provenance"),
        ({"provenance": {"val_people": [3]}}, "provenance"),
        ({"provenance": {"tables": {"labeled": 3}}}, "provenance"),
        ({"provenance": {"tables": {"labeled": "\0"}}}, "provenance"),
        ({"provenance": {"labeled_faces": "many"}}, "provenance"),
        ({"metrics": "good"}, "metrics"),
        ({"metrics": {"test": {"mean": 0}}}, "metrics"),
        ({"metrics": {"test": {"mean": {"f1": "good"}}}}, "metrics"),
        ({"metrics": {"test": {"aus": {"AU01": 1}}}}, "metrics"),
        ({"metrics": {"test": {"aus": {"AU01": {"f1": "good"}}}}}, "metrics"),
        ({"graph": {"after": [[1.0]]}}, "graph"),
        ({"data_sets": ["x"]}, "data_sets"),
        ({"data_sets": [{"name": "x", "splits": 1}]}, "data_sets"),
        ({"surprise": 1}, "surprise"),
        ({"aus": ...}, "lacks aus"),
        ({"files": {}}, "lists other files"),
        ({"files": {"../../etc/passwd": {}, WEIGHTS: {}}}, "lists other files"),
        ({"files": {WEIGHTS: 3}}, "files"),
        ({"files": {WEIGHTS: {}}}, "not the file that was exported"),
    ],
)
def test_a_forged_card_is_refused_by_the_field(forge, changes, named):
    assert named in refusal(forge(**changes))


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"backbones": ["no_such", "test_resnet"]}, "no_such"),
        ({"backbones": ["test_resnet.evil", "test_resnet"]}, "evil"),
        ({"backbones": ["vit_base_patch16_224", "vit_base_patch16_224"], "image_size": 224,
          "scaled_size": 240}, "its weights"),
        ({"feature_dim": 97}, "its weights"),
    ],
)  # fmt: skip
def test_a_card_of_another_network_is_refused_before_one_is_built(
    forge, changes, named, monkeypatch
):
    made = []
    real = torch.nn.Module.load_state_dict
    monkeypatch.setattr(
        torch.nn.Module, "load_state_dict", lambda *a, **k: made.append(a) or real(*a, **k)
    )
    assert named in refusal(forge(**changes)) and not made


def forged_weights(forge, folder, state):
    save_file(state, folder / WEIGHTS)
    sha256 = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    return forge(files={WEIGHTS: {"sha256": sha256}})


def test_weights_of_other_names_shapes_or_types_are_refused(forge, small_predictor):
    state = load_file(small_predictor / WEIGHTS)
    name = "classifiers.0.weight"
    for wrong in (
        {**state, "surprise": torch.zeros(1)},
        {key: value for key, value in state.items() if key != name},
        {**state, name: state[name].T.contiguous()},
        {**state, name: state[name].half()},
        {**state, name: state[name] * float("nan")},
    ):
        said = refusal(forged_weights(forge, small_predictor, wrong))
        assert "surprise" in said or name in said or "no numbers" in said
    (small_predictor / WEIGHTS).write_bytes(b"\xff" * 100)
    sha256 = hashlib.sha256(b"\xff" * 100).hexdigest()
    assert "not a whole predictor" in refusal(forge(files={WEIGHTS: {"sha256": sha256}}))


def test_loading_reaches_no_network_and_unpickles_nothing(forge, monkeypatch):
    def never(*arguments, **named):
        raise AssertionError(arguments)

    monkeypatch.setattr(socket, "getaddrinfo", never)
    monkeypatch.setattr(socket.socket, "connect", never)
    monkeypatch.setattr(torch, "load", never)
    monkeypatch.setattr(timm.models, "load_pretrained", never, raising=False)
    read_predictor(forge())
    for name in ("hf-hub:timm/resnet18.a1_in1k", "hf_hub:x/y", "local-dir:/tmp", "timm/resnet18"):
        refusal(forge(backbones=[name, name]))


def test_a_graph_that_the_card_does_not_list_is_refused(small_predictor):
    (small_predictor / GRAPH).write_bytes(b"of another predictor")
    assert f"{GRAPH} is not this predictor's" in refusal(small_predictor)


def test_a_listed_graph_is_checked_too(forge, small_predictor):
    weights = json.loads((small_predictor / CARD).read_text())["files"][WEIGHTS]
    (small_predictor / GRAPH).write_bytes(b"graph")
    right = {"sha256": hashlib.sha256(b"graph").hexdigest()}
    read_predictor(forge(files={WEIGHTS: weights, GRAPH: right}))
    (small_predictor / GRAPH).write_bytes(b"graqh")
    assert f"{GRAPH} is not the file" in refusal(small_predictor)
    (small_predictor / GRAPH).unlink()
    assert f"{GRAPH} is missing" in refusal(small_predictor)


# --- writing ----------------------------------------------------------------------------------


def test_an_export_over_another_replaces_all_of_it(small_predictor, small_card, tmp_path):
    (small_predictor / GRAPH).write_bytes(b"of the old network")
    torch.manual_seed(1)
    other = PredictorNetwork(small_card).eval()
    write_predictor(small_predictor, small_card, other)
    with torch.no_grad():
        assert torch.equal(read_predictor(small_predictor)[1](faces), other(faces))
    assert sorted(os.listdir(small_predictor)) == [README, CARD, WEIGHTS]


@pytest.mark.parametrize("name", [README, "thesis.tex", ".git"])
def test_a_folder_in_other_use_is_left_alone(small_card, small_network, tmp_path, name):
    (tmp_path / name).write_text("mine")
    with pytest.raises(PredictorError, match="in use, and not by a predictor"):
        write_predictor(tmp_path, small_card, small_network)
    assert os.listdir(tmp_path) == [name] and (tmp_path / name).read_text() == "mine"
    with pytest.raises(PredictorError, match="is a file"):
        write_predictor(tmp_path / name, small_card, small_network)


@pytest.mark.parametrize("moves", range(4))
def test_a_killed_export_leaves_no_folder_that_loads_wrongly(
    small_predictor, small_card, tmp_path, monkeypatch, moves
):
    torch.manual_seed(1)
    other = PredictorNetwork(small_card).eval()
    real, done = os.replace, []

    def replace(*names):
        if len(done) == moves:
            raise KeyboardInterrupt
        done.append(names)
        real(*names)

    for folder in (small_predictor, tmp_path / "new" / "deep"):
        done.clear()
        monkeypatch.setattr(module.os, "replace", replace)
        monkeypatch.setattr(module.shutil, "rmtree", lambda *a, **k: None)  # a kill cleans nothing
        with contextlib.suppress(KeyboardInterrupt):
            write_predictor(folder, small_card, other)
        monkeypatch.undo()
        try:
            _, network = read_predictor(folder)
        except PredictorError:
            assert moves < 2
        else:
            with torch.no_grad():
                renewed = torch.equal(network(faces), other(faces))
            assert renewed == (moves >= 2)  # weights and card are in place
        write_predictor(folder, small_card, other)  # goes through again
        with torch.no_grad():
            assert torch.equal(read_predictor(folder)[1](faces), other(faces))
        assert sorted(os.listdir(folder)) == [README, CARD, WEIGHTS]


def test_a_failed_export_leaves_what_was_there(small_predictor, small_card, monkeypatch, tmp_path):
    before = {path.name: path.read_bytes() for path in small_predictor.iterdir()}
    network = PredictorNetwork(small_card)

    def full(state):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(weights, "save", full)
    for folder in (small_predictor, tmp_path / "new" / "deep"):
        with pytest.raises(PredictorError, match=r"cannot be written \(.*No space left"):
            write_predictor(folder, small_card, network)
    assert {path.name: path.read_bytes() for path in small_predictor.iterdir()} == before
    assert not (tmp_path / "new").exists()


def test_others_may_read_what_was_written(small_predictor):
    modes = {path.stat().st_mode & 0o044 for path in small_predictor.iterdir()}
    assert len(modes) == 1
    shutil.copytree(small_predictor, small_predictor.with_name("copy"))
    read_predictor(small_predictor.with_name("copy"))
