import math
from collections.abc import Callable
from types import SimpleNamespace

import pytest
import pytorch_lightning as pl
import torch
from torch.utils.data import DataLoader

from au_cotrain.errors import SettingError
from au_cotrain.export import export_predictor
from au_cotrain.losses import UNKNOWN, co_regularization_loss
from au_cotrain.metrics import au_scores
from au_cotrain.predictor.folder import read_predictor
from au_cotrain.pseudo_labels import FORMS
from au_cotrain.task import CoTraining
from au_cotrain.views import fuse

AUS = ["AU01", "AU02", "AU12"]


def batches(count: int, labeled: int = 6, pool: int = 6) -> DataLoader:
    generator = torch.Generator().manual_seed(count)
    items = []
    for _ in range(count):
        labels = torch.randint(-1, 2, (labeled, 3), generator=generator, dtype=torch.int8)
        labels[:, 2] = -1  # AU12 is coded nowhere
        unknown = torch.full((pool, 3), -1, dtype=torch.int8)
        shape = (labeled + pool, 3, 32, 32)
        images = torch.randint(0, 256, shape, generator=generator, dtype=torch.uint8)
        again = torch.randint(0, 256, shape, generator=generator, dtype=torch.uint8)
        items.append(
            {"images": images, "teacher_images": again, "labels": torch.cat([labels, unknown])}
        )
    return DataLoader(items, batch_size=None)


def task(**settings) -> CoTraining:
    torch.manual_seed(0)
    arguments = {"aus": AUS, "relation": torch.eye(3).tolist(), "image_size": 32,
                 "backbones": ["test_resnet", "test_resnet"]}  # fmt: skip
    return CoTraining(**(arguments | settings))


def fit(module: CoTraining, folder, epochs: int = 2, **settings) -> pl.Trainer:
    trainer = pl.Trainer(
        max_epochs=epochs, accelerator="cpu", logger=False, default_root_dir=folder,
        enable_progress_bar=False, enable_model_summary=False, num_sanity_val_steps=0,
        **settings,
    )  # fmt: skip
    trainer.fit(module, batches(3), batches(2, pool=0))
    return trainer


def watch(module: CoTraining, look: Callable[[], None]) -> None:
    """Look at every training step of a task."""
    step = module.training_step

    def watched(batch, batch_idx):
        look()
        return step(batch, batch_idx)

    module.training_step = watched


def test_total_is_the_weighted_sum_of_the_named_terms(tmp_path):
    module = task(
        lambda_mv=3.0, lambda_cr=5.0, lambda_ci=7.0, lambda_pl=11.0, pseudo_labels="probabilities"
    )
    seen = {}
    module.log_dict = lambda values, **_: seen.update(values)
    module.trainer = pl.Trainer(
        accelerator="cpu", logger=False, default_root_dir=tmp_path, log_every_n_steps=1
    )
    module.ramp = lambda: 0.5
    loss = module.training_step(next(iter(batches(1))), 0)
    expected = (
        0.5 * (seen["train/recognition_1"] + seen["train/recognition_2"])
        + 3 * seen["train/multi_view"]
        + 0.5 * 5 * seen["train/co_regularization"]
        + 7 * seen["train/conditional_dependence"]
        + 0.5 * 11 * seen["train/pseudo_label"]
    )
    assert seen["train/pseudo_label"] > 0
    torch.testing.assert_close(loss.detach(), expected)
    assert seen["train/loss"] == loss


@pytest.mark.parametrize(("every", "steps"), [(1, [0, 1, 2, 3, 4, 5]), (2, [1, 3, 5]), (0, [])])
def test_terms_are_logged_each_nth_step(tmp_path, every, steps):
    module, logged = task(), []
    module.log_dict = lambda values, **_: logged.append((module.global_step, list(values)))
    fit(module, tmp_path, log_every_n_steps=every)
    assert [step for step, names in logged if "train/loss" in names] == steps


def test_unlabeled_faces_teach_through_agreement_alone():
    module = task()
    batch = next(iter(batches(1, labeled=4, pool=4)))
    views = module.network(batch["images"])
    for logits in views.logits:
        logits.retain_grad()
    terms = module.loss_terms(views, batch["labels"])
    (terms["recognition_1"] + terms["recognition_2"]).backward(retain_graph=True)
    assert all((z.grad[4:] == 0).all() for z in views.logits)
    terms["co_regularization"].backward()
    assert all((z.grad[4:] != 0).any() for z in views.logits)
    torch.testing.assert_close(terms["co_regularization"], co_regularization_loss(*views.logits))


@pytest.mark.parametrize("selective", [None, "bp4d", {"AU01": 0.5}])
def test_an_au_nobody_coded_gives_no_nan_anywhere(tmp_path, selective):
    module = task(lambda_mv=1, lambda_cr=1, lambda_ci=1, graph_from=0.5, selective=selective)
    trainer = fit(module, tmp_path)
    assert all(torch.as_tensor(v).isfinite() for v in trainer.callback_metrics.values())
    assert all(p.isfinite().all() for p in module.state_dict().values())
    assert module.scores["val"][2].known == 0 and module.scores["val"][2].auc is None
    assert "val/AU12/auc" not in trainer.callback_metrics
    assert "val/AU01/auc" in trainer.callback_metrics


def test_shares_follow_the_au_names():
    assert task(selective="emotionet").shares == [0.2, 0.3, 0.5]
    assert task(selective={"AU02": 0.9}).shares == [0.3, 0.9, 0.3]
    with pytest.raises(SettingError, match="no AU AU2; there are AU01, AU02, AU12"):
        task(selective={"AU2": 0.9})


def test_stage_2_begins_after_its_share_of_the_epochs(tmp_path):
    assert not fit(task(graph_from=None), tmp_path).lightning_module.network.refining
    module, stages = task(graph_from=0.5), []
    watch(module, lambda: stages.append(bool(module.network.refining)))
    fit(module, tmp_path, epochs=4)
    assert stages == [False] * 6 + [True] * 6


def test_ramp_is_linear_over_its_epochs(tmp_path):
    module, ramps = task(ramp_epochs=1, lambda_cr=1), []
    watch(module, lambda: ramps.append(module.ramp()))
    fit(module, tmp_path)
    assert ramps == pytest.approx([0, 1 / 3, 2 / 3, 1, 1, 1])


def test_the_pool_waits_for_its_share_of_the_epochs(tmp_path):
    module, ramps = task(pool_from=0.5, ramp_epochs=0.5, lambda_cr=1), []
    watch(module, lambda: ramps.append(module.ramp()))
    fit(module, tmp_path)
    assert ramps == pytest.approx([0, 0, 0, 0, 2 / 3, 1])


@pytest.mark.parametrize("name", ["pool_from", "graph_from"])
def test_a_share_of_the_epochs_is_no_percentage(name):
    with pytest.raises(SettingError, match=f"method.{name} is 40"):
        task(**{name: 40})


@pytest.mark.parametrize("settings", [{"lambda_cr": 1, "pool_from": 0.5}, {"lambda_cr": 0}])
def test_a_step_without_a_term_of_the_pool_sees_coded_faces_alone(tmp_path, settings):
    module, seen = task(**settings), []
    module.network.register_forward_pre_hook(
        lambda network, inputs: seen.append(len(inputs[0])) if network.training else None
    )
    fit(module, tmp_path)
    coded = [int((batch["labels"] != UNKNOWN).any(1).sum()) for batch in batches(3)]
    assert seen == coded + ([12] * 3 if settings["lambda_cr"] else coded)


def test_cosine_schedule_ends_at_zero_and_the_graph_has_its_own_rate(tmp_path):
    module = task(schedule="cosine", learning_rate=1e-2, graph_learning_rate=1e-3)
    trainer = fit(module, tmp_path)
    assert [group["lr"] for group in trainer.optimizers[0].param_groups] == pytest.approx([0, 0])
    rest, graph = trainer.optimizers[0].param_groups
    assert (rest["initial_lr"], graph["initial_lr"]) == (1e-2, 1e-3)
    ids = {id(p) for group in (rest, graph) for p in group["params"]}
    assert ids == {id(p) for p in module.parameters()}


def test_the_best_epoch_is_judged_by_both_views_together(tmp_path):
    module = task()
    fit(module, tmp_path, epochs=1)
    module.eval()
    p, y = [], []
    for batch in batches(2, pool=0):
        z1, z2 = module.network(batch["images"]).logits
        p.append((z1.sigmoid() + z2.sigmoid()) / 2)
        y.append(batch["labels"])
    p, y = torch.cat(p)[:, 0], torch.cat(y)[:, 0]
    pairs = [(a > b) + 0.5 * (a == b) for a in p[y == 1] for b in p[y == 0]]
    assert module.scores["val"][0].auc == pytest.approx(float(sum(pairs)) / len(pairs), abs=1e-6)


def test_a_checkpoint_reloads_from_plain_values(tmp_path):
    module = task(lambda_cr=1, graph_from=0.5)
    trainer = fit(module, tmp_path)
    trainer.save_checkpoint(tmp_path / "a.ckpt")
    content = torch.load(tmp_path / "a.ckpt", weights_only=True)
    assert content["validation"][0]["au"] == "AU01"
    again = CoTraining.load_from_checkpoint(tmp_path / "a.ckpt")
    assert again.network.refining
    assert content["calibration"]["thresholds"] == again.calibration.thresholds
    assert again.test_metrics.calibration == module.calibration
    for name, tensor in module.state_dict().items():
        assert torch.equal(again.state_dict()[name], tensor), name
    assert math.isclose(again.hparams["lambda_cr"], 1)


@pytest.mark.parametrize("pseudo_labels", FORMS)
def test_a_teacher_follows_and_is_what_is_judged_and_exported(tmp_path, pseudo_labels):
    module = task(lambda_pl=1.0, pseudo_labels=pseudo_labels, teacher_decay=0.5, graph_from=0.5)
    start = module.network.classifiers[0].detach().clone()
    trainer = fit(module, tmp_path)
    own, followed = module.network.classifiers[0], module.judged.classifiers[0]
    assert not torch.equal(followed, own) and not torch.equal(followed, start)
    assert module.judged is module.teacher.network and module.judged.refining
    logits = torch.cat([fuse(*module.judged(b["images"]).logits) for b in batches(2, pool=0)])
    labels = torch.cat([batch["labels"] for batch in batches(2, pool=0)])
    expected = au_scores(logits, labels, AUS)[0]
    assert module.scores["val"][0].auc == pytest.approx(expected.auc)
    trainer.save_checkpoint(tmp_path / "a.ckpt")
    export_predictor(tmp_path / "a.ckpt", tmp_path / "predictor")
    _, network = read_predictor(tmp_path / "predictor")
    torch.testing.assert_close(
        network.opinions(next(iter(batches(1)))["images"]).fused,
        fuse(*module.judged(next(iter(batches(1)))["images"]).logits),
    )


def test_the_teacher_is_taught_by_the_pool_and_by_unknown_labels_only():
    module = task(lambda_pl=1.0, pseudo_labels="probabilities")
    batch = next(iter(batches(1)))
    views = module.network(batch["images"])
    for logits in views.logits:
        logits.retain_grad()
    told = 5 * torch.randn_like(views.logits[0])
    module.loss_terms(views, batch["labels"], told)["pseudo_label"].backward()
    for logits in views.logits:
        assert (logits.grad[batch["labels"] >= 0] == 0).all()
        assert (logits.grad[batch["labels"] < 0] != 0).all()


def test_a_teacher_without_pictures_says_what_to_set():
    module = task(lambda_pl=1.0)
    batch = next(iter(batches(1)))
    del batch["teacher_images"]
    with pytest.raises(SettingError, match=r"data\.teacher_augmentation"):
        module.training_step(batch, 0)


def test_one_cycle_rises_for_a_tenth_and_ends_near_zero(tmp_path):
    module = task(schedule="one-cycle", learning_rate=0.5, graph_learning_rate=0.25)
    rates = []
    watch(module, lambda: rates.append([g["lr"] for g in module.optimizers().param_groups]))
    fit(module, tmp_path, epochs=10)
    rest, graph = zip(*rates, strict=True)
    assert max(rest) == pytest.approx(0.5, rel=0.02) and 1 <= rest.index(max(rest)) <= 3
    assert rest[-1] < 0.01
    assert graph == pytest.approx([rate / 2 for rate in rest], rel=1e-3)


@pytest.mark.parametrize("steps", [1, 2, 9, 10, 11, 20, 800])
def test_one_cycle_takes_any_number_of_steps(steps):
    module = task(schedule="one-cycle", learning_rate=0.5)
    module.trainer = SimpleNamespace(estimated_stepping_batches=steps)
    scheduler = module.configure_optimizers()["lr_scheduler"]["scheduler"]
    rates = []
    for _ in range(steps):
        rates.append(scheduler.get_last_lr()[0])
        scheduler.optimizer.step()
        if len(rates) < steps:
            scheduler.step()
    assert steps < 9 or max(rates) == pytest.approx(0.5, rel=0.2)
    assert all(0 < rate <= 0.5 for rate in rates)


def test_a_training_that_diverged_is_not_scored(tmp_path):
    module = task()
    with torch.no_grad():
        next(module.network.encoders.parameters()).fill_(math.nan)
    with pytest.raises(SettingError, match="diverged by epoch 0"):
        fit(module, tmp_path, epochs=1)


def test_a_checkpoint_without_calibration_says_so():
    with pytest.raises(SettingError, match="did not calibrate"):
        task().on_load_checkpoint({"state_dict": {}})
