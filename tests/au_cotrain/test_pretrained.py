import torch
from safetensors.torch import save_file

from au_cotrain.network import CoTrainingNetwork
from au_cotrain.pretrained import read_classifiers, write_pretrained
from au_cotrain.views import Encoder


def backbone(seed: int) -> dict[str, torch.Tensor]:
    torch.manual_seed(seed)
    return Encoder("test_resnet", 32).backbone.state_dict()


def test_a_network_starts_from_backbone_and_classifiers_by_their_names(tmp_path):
    width = Encoder("test_resnet", 32).feature_dim
    rows, file = torch.randn(2, width + 1), tmp_path / "view.safetensors"
    weights = backbone(1)
    write_pretrained(file, weights, rows, ["AU12", "AU04"], {})
    torch.manual_seed(2)
    network = CoTrainingNetwork(
        ["test_resnet"] * 2, 32, torch.eye(3), [str(file), False], aus=["AU04", "AU05", "AU12"]
    )
    torch.testing.assert_close(network.classifiers[0][[2, 0]], rows)
    assert not torch.isin(network.classifiers[0][1], rows).any()  # AU05: nobody has learned it
    assert not torch.isin(network.classifiers[1], rows).any()  # the other view has no file
    name = "conv1.weight" if "conv1.weight" in weights else next(iter(weights))
    torch.testing.assert_close(network.encoders[0].backbone.state_dict()[name], weights[name])


def test_files_of_others_have_no_classifiers(tmp_path):
    other = tmp_path / "other.safetensors"
    save_file({"classifiers": torch.ones(2, 3)}, other)
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"no")
    assert read_classifiers(other) == {}
    for rows in (torch.ones(2, 3), torch.tensor(1.0)):  # that are not as many as AUs
        save_file({"classifiers": rows}, other, {"aus": "AU12"})
        assert read_classifiers(other) == {}
    assert read_classifiers(broken) == {}
    assert read_classifiers(tmp_path / "missing.safetensors") == {}
    assert read_classifiers(tmp_path / "weights.pth") == {}


def test_classifiers_of_another_width_are_left_out(tmp_path):
    file = tmp_path / "view.safetensors"
    width = Encoder("test_resnet", 32).feature_dim
    rows = torch.full((1, width + 1), 7.0)
    write_pretrained(file, backbone(1), rows, ["AU12"], {})
    network = CoTrainingNetwork(
        ["test_resnet"] * 2, 32, torch.eye(1), str(file), feature_dim=width // 2, aus=["AU12"]
    )
    assert not (network.classifiers[0] == 7.0).any()
    write_pretrained(file, backbone(1), rows[:, :-3], ["AU12"], {})  # by another network's hand
    network = CoTrainingNetwork(["test_resnet"] * 2, 32, torch.eye(1), str(file), aus=["AU12"])
    assert not (network.classifiers[0] == 7.0).any()
