import socket

import pytest
import timm
import torch
from safetensors.torch import save_file

from au_cotrain.errors import SettingError
from au_cotrain.views import Encoder, fuse

faces = torch.randint(0, 256, (2, 3, 32, 32), dtype=torch.uint8)


def test_normalisation_lives_in_the_encoder():
    encoder = Encoder("test_resnet", 32, mean=(0.1, 0.2, 0.3), std=(0.5, 0.6, 0.7)).eval()
    scaled = faces / 255
    for c, (mean, std) in enumerate(((0.1, 0.5), (0.2, 0.6), (0.3, 0.7))):
        scaled[:, c] = (scaled[:, c] - mean) / std
    torch.testing.assert_close(encoder(faces), encoder.backbone(scaled), atol=1e-5, rtol=1e-5)


def test_a_backbone_brings_its_own_normalisation():
    encoder = Encoder("tf_efficientnet_lite0", 32)
    assert encoder.mean.flatten().tolist() == [127.5] * 3 == encoder.std.flatten().tolist()


def test_features_are_projected_to_the_width_asked_for():
    assert Encoder("test_resnet", 32, feature_dim=7)(faces).shape == (2, 7)
    assert isinstance(Encoder("test_resnet", 32).projection, torch.nn.Identity)


@pytest.mark.parametrize("backbone", ["mobilenetv3_small_050", "vit_tiny_patch16_224", "test_vit"])
def test_width_is_what_the_backbone_gives(backbone):
    encoder = Encoder(backbone, 32).eval()
    assert encoder(faces).shape == (2, encoder.feature_dim)


def test_an_unknown_backbone_is_one_line_with_close_names():
    with pytest.raises(SettingError, match=r"timm does not know 'resnet35'.*resnet34") as error:
        Encoder("resnet35", 32)
    assert "\n" not in str(error.value)


def test_a_backbone_that_cannot_take_the_size_is_one_line():
    with pytest.raises(SettingError, match=r"8 px.*data.size"):
        Encoder("vit_tiny_patch16_224", 8)


def test_pretrained_without_a_network_is_one_line_at_once(monkeypatch, tmp_path):
    def no_network(*_):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", no_network)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with pytest.raises(SettingError, match=r"no network.*model.pretrained=weights") as error:
        Encoder("resnet18", 32, pretrained=True)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("ending", "rename"),
    [(".pth", False), (".pth", True), (".safetensors", False)],  # safetensors keep no order
)
def test_local_weights_load_by_name_or_in_order(tmp_path, ending, rename):
    source = timm.create_model("test_resnet")  # its classifier is in the file too
    state = source.state_dict()
    if rename:
        state = {f"_{i}": tensor for i, tensor in enumerate(state.values())}
    file = tmp_path / f"weights{ending}"
    torch.save(state, file) if ending == ".pth" else save_file(state, file)
    encoder = Encoder("test_resnet", 32, pretrained=str(file))
    mine = encoder.backbone.state_dict()
    assert all(torch.equal(mine[key], source.state_dict()[key]) for key in mine)


def test_weights_of_another_backbone_are_refused(tmp_path):
    file = tmp_path / "weights.pth"
    torch.save(timm.create_model("test_efficientnet").state_dict(), file)
    with pytest.raises(SettingError, match="does not hold the tensors of test_resnet"):
        Encoder("test_resnet", 32, pretrained=str(file))


@pytest.mark.parametrize("content", [3, [torch.ones(2)], {"state_dict": 3}, {"conv1.weight": "a"}])
def test_files_of_other_things_than_tensors_are_refused(tmp_path, content):
    torch.save(content, tmp_path / "other.pth")
    with pytest.raises(SettingError, match=r"other\.pth (holds no|does not hold)"):
        Encoder("test_resnet", 32, pretrained=str(tmp_path / "other.pth"))


def test_weights_that_would_run_code_are_refused(tmp_path):
    class Trap:
        def __reduce__(self):
            return (print, ("executed",))

    file = tmp_path / "weights.pth"
    torch.save({"a": Trap()}, file)
    with pytest.raises(SettingError, match="holds no weights"):
        Encoder("test_resnet", 32, pretrained=str(file))
    with pytest.raises(SettingError, match="no such file"):
        Encoder("test_resnet", 32, pretrained=str(tmp_path / "none.pth"))


def test_the_answer_is_the_mean_of_both_probabilities():
    fused = fuse(torch.tensor([[0.0, 100.0]]), torch.tensor([[100.0, -100.0]])).sigmoid()
    torch.testing.assert_close(fused, torch.tensor([[0.75, 0.5]]))
