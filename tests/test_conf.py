"""Every conf file composes, and what it composes can be built."""

from pathlib import Path

import hydra
import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from au_cotrain.losses import SELECTIVE_SHARES
from au_cotrain.precision import choose
from au_cotrain.task import CoTraining
from au_cotrain.trainer import build_trainer

CONF = Path(__file__).parents[1] / "conf"


def composed(*overrides: str) -> dict:
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return OmegaConf.to_object(compose("train", list(overrides)))


def files(group: str) -> list[str]:
    return sorted(path.stem for path in (CONF / group).glob("*.yaml"))


OWN = ["data=manifest", "data.labeled=a.csv", "data.val=b.csv"]


@pytest.mark.parametrize("experiment", [None, *files("experiment")])
def test_experiments_build(experiment, tmp_path):
    config = composed(*([f"experiment={experiment}"] if experiment else []))
    data = hydra.utils.instantiate(config["data"])
    task = CoTraining(["AU01", "AU02"], [[1, 0], [0, 1]], 64, **config["model"], **config["method"])
    settings = config["trainer"]
    settings["precision"] = choose([task.network], settings["precision"], "cpu")
    trainer = build_trainer(
        tmp_path, False, config["monitor"], config["checkpoint_every"], settings
    )
    assert trainer.max_epochs == config["trainer"]["max_epochs"]
    assert data.size == config["data"]["size"]
    assert task.hparams["lambda_cr"] == config["method"]["lambda_cr"]


def test_manifest_data_build():
    assert hydra.utils.instantiate(composed(*OWN)["data"]).tables["val"] == "b.csv"


PREPARED = {"bp4d": 12, "disfa": 8, "emotionet": 12}


def test_every_data_file_is_tested_here():
    assert set(files("data")) == {"manifest", "rendered", *PREPARED}


@pytest.mark.parametrize("experiment", [None, *files("experiment")])
@pytest.mark.parametrize("dataset", PREPARED)
def test_prepared_data_build(dataset, experiment):
    chosen = [f"experiment={experiment}"] if experiment else []
    config = composed(f"data={dataset}", "data.root=OUT", "data.fold=2", "seed=7", *chosen)
    data = hydra.utils.instantiate(config["data"])
    assert (data.dataset, data.fold, data.seed, data.split_seed) == (dataset, 2, 7, 0)
    assert data.tables["labeled"] == Path("OUT/manifest.parquet")
    assert len(data.requested_aus) == PREPARED[dataset]
    assert data.threshold == (2 if dataset == "disfa" else None)
    assert data.steps_per_epoch == 500 and (data.scaled_size, data.size) == (240, 224)


@pytest.mark.parametrize("dataset", ["bp4d", "emotionet"])
def test_the_usual_aus_are_those_of_selective_learning(dataset):
    config = composed(f"data={dataset}")
    assert set(config["data"]["aus"]) == set(SELECTIVE_SHARES[dataset])


def test_mlcr_is_the_published_setting():
    config = composed("experiment=mlcr", *OWN)
    method = config["method"]
    assert config["model"]["backbones"] == ["resnet34", "resnet34"]
    assert (method["lambda_mv"], method["lambda_cr"], method["lambda_ci"]) == (400, 100, 0)
    assert method["lambda_pl"] == 0 and config["data"]["teacher_augmentation"] is None
    assert (method["learning_rate"], method["weight_decay"]) == (1e-3, 0)
    assert method["selective"] == "bp4d" and method["schedule"] == "constant"
    assert config["trainer"]["max_epochs"] == 30
    data = hydra.utils.instantiate(config["data"])
    assert data.labeled_per_batch + data.unlabeled_per_batch == 10
    assert (data.scaled_size, data.size, data.augmentation) == (240, 224, "paper")


def test_supervised_learns_from_labels_alone():
    config = composed("experiment=supervised")
    method = config["method"]
    assert config["data"]["unlabeled_per_batch"] == 0 and method["graph_from"] is None
    assert not any(method[name] for name in method if name.startswith("lambda_"))


def test_prior_matched_co_training_is_the_default():
    config = composed()
    assert config["method"]["lambda_pl"] == 1 and config["method"]["pseudo_labels"] == "matched"
    assert config["method"]["pool_from"] > 0
    for dataset in ("manifest", "bp4d", "disfa", "emotionet"):
        data = composed(f"data={dataset}")["data"]
        assert (data["augmentation"], data["teacher_augmentation"]) == ("strong", "paper")
        assert data["pool_from"] == config["method"]["pool_from"]
    data = composed("data=rendered")["data"]
    assert (data["augmentation"], data["teacher_augmentation"]) == ("standard", "paper")


def test_an_experiment_is_a_few_lines():
    for path in (CONF / "experiment").glob("*.yaml"):
        assert len(path.read_text().splitlines()) <= 20
