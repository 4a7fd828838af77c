"""The co-training task: what one step learns from, what one epoch is judged by."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pytorch_lightning as pl
import torch
from pytorch_lightning.utilities.types import OptimizerLRScheduler
from torch import Tensor

from au_cotrain.calibration import Calibration, fit_calibration
from au_cotrain.errors import SettingError
from au_cotrain.graph import cooccurrence
from au_cotrain.joint import joint, joint_views
from au_cotrain.losses import (
    DEFAULT_SHARE,
    SELECTIVE_SHARES,
    UNKNOWN,
    co_regularization_loss,
    conditional_dependence,
    multi_view_loss,
    recognition_loss,
)
from au_cotrain.metrics import METRICS, AUMetrics, AUScore, ConditionalDependence, mean_score
from au_cotrain.network import CoTrainingNetwork, TwoViews, exactly
from au_cotrain.pseudo_labels import FORMS
from au_cotrain.teacher import Teacher
from au_cotrain.views import fuse

SCHEDULES = ("constant", "cosine", "one-cycle")

DEPENDENCE_FACES = 2048
"""Faces of a split, spread over its batches, that the dependence diagnostic looks at."""


class CoTraining(pl.LightningModule):
    """Multi-label co-training of two views on labeled and unlabeled faces.

        loss = ½ (L_1 + L_2) + λ_mv L_mv + λ_cr L_cr + λ_ci L_ci + λ_pl ½ (P_1 + P_2)

    with L_v ``recognition_loss``, L_mv ``multi_view_loss``, L_cr ``co_regularization_loss``, L_ci
    ``conditional_dependence``, and P_v ``pseudo_labels.PseudoLabels`` of view v. MLCR's total (Niu
    et al., NeurIPS 2019, section 3) is this with λ_ci = λ_pl = 0; prior-matched co-training, the
    default of ``conf``, has λ_pl and ``MatchedLabels`` alone.

    A batch is a dict: ``images`` (N, 3, S, S) uint8 RGB; ``labels`` (N, C) integers 0, 1 or −1
    (unknown), all −1 for an unlabeled face; the same faces, otherwise augmented, are in
    ``teacher_images`` for ``lambda_pl`` and, where each view has its own look, in ``images_2``. All
    arguments are plain values and travel with every checkpoint.

    Args:
        aus: C names of action units, in the order of the labels' columns.
        relation: (C, C) relation matrix of the **training** labels, see ``graph.cooccurrence``.
        image_size: S.
        backbones: two timm models.
        pretrained: see ``network.CoTrainingNetwork``; so are the next four.
        feature_dim: D.
        mean: colour means.
        std: colour deviations.
        channels_last: layout of weights and pixels.
        compile: build kernels of each encoder by ``torch.compile``, when the training starts.
        learn_adjacency: learn a residual on the graph.
        graph_from: share of the epochs after which stage 2 begins, 0 to 1; ``None``: stage 1 only.
        lambda_mv: weight of ``multi_view_loss``.
        lambda_cr: weight of ``co_regularization_loss``.
        lambda_ci: weight of ``conditional_dependence`` of the labeled faces' features.
        lambda_pl: weight of the pseudo-labels of a ``teacher.Teacher``, by which faces are then
            judged, and which is exported; 0: there is none.
        pseudo_labels: their form, one of ``pseudo_labels.FORMS``.
        teacher_decay: see ``teacher.Teacher``.
        pool_from: share of the epochs, 0 to 1, in which coded faces alone teach, before lambda_cr
            and lambda_pl come into force: what young views say of the pool is wrong, and stays.
        ramp_epochs: epochs over which lambda_cr and lambda_pl then grow from 0, linearly.
        selective: selective learning: a name in ``losses.SELECTIVE_SHARES``, or AU → share;
            ``None`` for none.
        learning_rate: of AdamW (with no weight decay, this is Adam).
        graph_learning_rate: of the GCN and its adjacency; ``None``: ``learning_rate``.
        weight_decay: of AdamW.
        schedule: "constant", "cosine" to 0 over all steps, or "one-cycle": cosines up to
            ``learning_rate`` over the first tenth of the steps and down again (Smith & Topin,
            "Super-convergence", 2019).
        provenance: what a predictor should tell of its origin; not used in training.

    Raises:
        SettingError: a backbone, a schedule or a table of shares there is none of, or a share of
            the epochs that is none.
    """

    def __init__(
        self,
        aus: Sequence[str],
        relation: Sequence[Sequence[float]],
        image_size: int,
        backbones: Sequence[str],
        pretrained: bool | str | Sequence[bool | str] = False,
        feature_dim: int | None = None,
        mean: tuple[float, float, float] | None = None,
        std: tuple[float, float, float] | None = None,
        channels_last: bool = True,
        compile: bool = False,
        learn_adjacency: bool = False,
        graph_from: float | None = None,
        lambda_mv: float = 0.0,
        lambda_cr: float = 0.0,
        lambda_ci: float = 0.0,
        lambda_pl: float = 0.0,
        pseudo_labels: str = "matched",
        teacher_decay: float = 0.99,
        pool_from: float = 0.0,
        ramp_epochs: float = 0.0,
        selective: str | Mapping[str, float] | None = None,
        learning_rate: float = 1e-3,
        graph_learning_rate: float | None = None,
        weight_decay: float = 0.0,
        schedule: str = "constant",
        provenance: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.network = CoTrainingNetwork(
            backbones,
            image_size,
            torch.tensor(relation, dtype=torch.float32),
            pretrained,
            feature_dim,
            mean,
            std,
            channels_last,
            learn_adjacency,
            aus,
        )
        if schedule not in SCHEDULES:
            raise SettingError(
                f"method.schedule is {schedule!r}; it can be {' or '.join(SCHEDULES)}"
            )
        for name, share in {"pool_from": pool_from, "graph_from": graph_from}.items():
            if share is not None and not 0 <= share <= 1:
                raise SettingError(f"method.{name} is {share}; it is a share of the epochs, 0 to 1")
        if pseudo_labels not in FORMS:
            raise SettingError(
                f"method.pseudo_labels is {pseudo_labels!r}; it can be {', '.join(FORMS)}"
            )
        if isinstance(selective, Mapping) and not selective.keys() <= set(aus):
            strange = ", ".join(sorted(selective.keys() - set(aus)))
            raise SettingError(f"method.selective: no AU {strange}; there are {', '.join(aus)}")
        if isinstance(selective, str) and selective not in SELECTIVE_SHARES:
            raise SettingError(
                f"method.selective is {selective!r}; it can be {' or '.join(SELECTIVE_SHARES)}, "
                "null, or a share for each AU"
            )
        self.teacher = Teacher(self.network, teacher_decay) if lambda_pl else None
        self.pseudo_labels = FORMS[pseudo_labels](len(aus)) if lambda_pl else None
        table = SELECTIVE_SHARES[selective] if isinstance(selective, str) else selective
        self.shares = None if table is None else [table.get(au, DEFAULT_SHARE) for au in aus]
        self.val_metrics, self.test_metrics = AUMetrics(aus), AUMetrics(aus)
        self.dependence = ConditionalDependence()
        self.calibrate(Calibration.none(aus))
        self.scores: dict[str, list[AUScore]] = {}
        self.predicted_relation = self.network.relation

    @property
    def judged(self) -> CoTrainingNetwork:
        """The network that is validated, tested and exported: the teacher's, if there is one."""
        return self.network if self.teacher is None else self.teacher.network

    def loss_terms(
        self, views: TwoViews, labels: Tensor, told: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Every named term of the loss, unweighted.

        Args:
            views: the network's, of N faces.
            labels: (N, C) of these faces.
            told: (N, C) logits of the teacher, of the same faces; with a teacher only.
        """
        return {
            "recognition_1": recognition_loss(views.logits[0], labels, self.shares),
            "recognition_2": recognition_loss(views.logits[1], labels, self.shares),
            "multi_view": multi_view_loss(*views.classifiers),
            "co_regularization": co_regularization_loss(*views.logits),
            "conditional_dependence": conditional_dependence(*views.features, labels),
            "pseudo_label": self._pseudo_label(views, labels, told),
        }

    def _pseudo_label(self, views: TwoViews, labels: Tensor, told: Tensor | None) -> Tensor:
        if self.pseudo_labels is None or told is None:
            return labels.new_zeros((), dtype=torch.float32)
        unknown = labels == UNKNOWN
        self.pseudo_labels.observe(labels, told[unknown.all(1)])
        view_1, view_2 = (self.pseudo_labels(logits, told, unknown) for logits in views.logits)
        loss: Tensor = 0.5 * (view_1 + view_2)
        return loss

    def training_step(self, batch: dict[str, Any], batch_idx: int) -> Tensor:
        """One step; every term is logged as ``train/<term>``, of every ``log_every_n_steps``-th.

        On all faces, or on the coded ones where none of the pool's terms is in force: the pool
        would still be in the batches' means, and lab people would be seen beside strangers.
        """
        weight: Any = self.hparams  # plain values, typed in the signature
        if self.teacher is not None and "teacher_images" not in batch:
            raise SettingError(
                "method.lambda_pl is not 0, and the teacher is shown nothing; set "
                "data.teacher_augmentation=paper, or method.lambda_pl=0"
            )
        told, ramp = None, self.ramp()
        if not ramp * (weight.lambda_cr + weight.lambda_pl):
            batch = _coded(batch)
        elif self.teacher is not None:
            told = fuse(*self.teacher(batch["teacher_images"]).logits)
        views, labels = self.network(batch["images"], batch.get("images_2")), batch["labels"]
        if self.trainer.world_size > 1:
            views, labels = joint_views(self, views), joint(self, labels)
            told = None if told is None else joint(self, told)
            self._draw_by(self.global_step)  # what losses draw is the same everywhere
        with exactly(self.device):
            terms = self.loss_terms(views, labels, told)
        loss: Tensor = (
            0.5 * (terms["recognition_1"] + terms["recognition_2"])
            + weight.lambda_mv * terms["multi_view"]
            + weight.lambda_cr * ramp * terms["co_regularization"]
            + weight.lambda_ci * terms["conditional_dependence"]
            + weight.lambda_pl * ramp * terms["pseudo_label"]
        )
        every: int = self.trainer.log_every_n_steps  # type: ignore[attr-defined] # set from outside
        if every and (self.global_step + 1) % every == 0:  # Lightning's log takes a while
            named = {f"train/{name}": value.detach() for name, value in terms.items()}
            self.log_dict({**named, "train/loss": loss.detach()}, batch_size=len(batch["images"]))
        return loss

    def ramp(self) -> float:
        """The share of lambda_cr and lambda_pl in force now, 0 to 1."""
        epoch = self.trainer.global_step / self.trainer.num_training_batches
        since = epoch - self.hparams["pool_from"] * (self.trainer.max_epochs or 0)
        epochs: float = self.hparams["ramp_epochs"]
        return min(1.0, max(0.0, since / epochs if epochs else float(since >= 0)))

    def on_fit_start(self) -> None:
        """Keep the run's seed; compile what is to be compiled."""
        self.seed = torch.initial_seed()
        if self.hparams["compile"]:
            for network in {self.network, self.judged}:
                for encoder in network.encoders:
                    encoder.compile()

    def on_train_batch_start(self, batch: dict[str, Any], batch_idx: int) -> None:
        """Draw what backbones drop by seed and step, so that a stopped run goes on alike."""
        self._draw_by(self.global_step, self.global_rank)

    def _draw_by(self, *place: int) -> None:
        seed = int(np.random.SeedSequence([self.seed, *place]).generate_state(1)[0])
        if self.device.type == "cpu":
            torch.default_generator.manual_seed(seed)  # a millisecond less than all devices'
        else:
            torch.manual_seed(seed)

    def optimizer_step(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Lightning's signature
        """Step, and let the teacher follow: before anyone saves the state after this step."""
        super().optimizer_step(*args, **kwargs)
        if self.teacher is not None:
            self.teacher.follow(self.network, self.trainer.global_step + 1)

    def on_train_epoch_start(self) -> None:
        """Enter stage 2 when its epoch has come."""
        share, epochs = self.hparams["graph_from"], self.trainer.max_epochs or 0
        if share is not None and self.current_epoch >= round(share * epochs):
            self.network.start_graph()
            self.judged.start_graph()

    def validation_step(self, batch: dict[str, Any], batch_idx: int) -> None:
        """Collect one batch of the validation split."""
        views, labels = self._score(self.val_metrics, batch), batch["labels"]
        few = math.ceil(DEPENDENCE_FACES / self.trainer.num_val_batches[0])
        self.dependence.update(views.features[0][:few], views.features[1][:few], labels[:few])

    def on_validation_epoch_end(self) -> None:
        """Fit the calibration on the whole validation split, and score it."""
        logits, labels = self.val_metrics.collected()
        if logits.isnan().any():  # no score of these would mean anything, nor of any later ones
            raise SettingError(
                f"the training diverged by epoch {self.current_epoch}: what the network says of "
                "faces is not a number; lower method.learning_rate (the best epoch before, if "
                "there was one, is in checkpoints/best.ckpt)"
            )
        self.predicted_relation = cooccurrence((logits >= 0).long())
        self.calibrate(fit_calibration(logits, labels))
        self._log_scores("val", self.val_metrics)
        self.log("val/conditional_dependence", self.dependence.compute(), sync_dist=True)
        self.dependence.reset()

    def test_step(self, batch: dict[str, Any], batch_idx: int) -> None:
        """Collect one batch of the test split."""
        self._score(self.test_metrics, batch)

    def on_test_epoch_end(self) -> None:
        """Score the whole test split."""
        self._log_scores("test", self.test_metrics)

    def calibrate(self, calibration: Calibration) -> None:
        """Put a calibration in force."""
        self.calibration = calibration
        for metrics in (self.val_metrics, self.test_metrics):
            metrics.calibration = calibration

    def _score(self, metrics: AUMetrics, batch: dict[str, Any]) -> TwoViews:
        with exactly(self.device):  # thresholds are for the exported predictor, which is float32
            views: TwoViews = self.judged(batch["images"])
        metrics.update(fuse(*views.logits), batch["labels"])
        return views

    def _log_scores(self, split: str, metrics: AUMetrics) -> None:
        scores = self.scores[split] = metrics.compute()
        metrics.reset()
        for name in METRICS:
            named = {f"{split}/{s.au}/{name}": getattr(s, name) for s in scores}
            named[f"{split}/{name}"] = mean_score(scores, name)
            defined = {key: value for key, value in named.items() if value is not None}
            self.log_dict(defined, sync_dist=True)  # every rank has scored all faces

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Keep the epoch's calibration and validation scores beside its weights."""
        checkpoint["calibration"] = asdict(self.calibration)
        checkpoint["validation"] = [score._asdict() for score in self.scores.get("val", [])]

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Put the checkpoint's calibration in force."""
        if "calibration" not in checkpoint:
            raise SettingError(
                "this checkpoint is of an au_cotrain that did not calibrate; train again, or "
                "export it with the au_cotrain that wrote it"
            )
        self.calibrate(Calibration(**checkpoint["calibration"]))

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """AdamW over backbones and classifiers, and over the graph at its own rate."""
        graph = [*self.network.gcn.parameters(), self.network.adjacency_residual]
        ids = {id(parameter) for parameter in graph}
        rest = [parameter for parameter in self.network.parameters() if id(parameter) not in ids]
        h: Any = self.hparams
        optimizer = torch.optim.AdamW(
            [{"params": rest}, {"params": graph, "lr": h.graph_learning_rate or h.learning_rate}],
            lr=h.learning_rate,
            weight_decay=h.weight_decay,
        )
        if h.schedule == "constant":
            return optimizer
        steps = int(self.trainer.estimated_stepping_batches)
        scheduler: torch.optim.lr_scheduler.LRScheduler
        if h.schedule == "cosine":
            scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
        else:
            rates = [group["lr"] for group in optimizer.param_groups]
            rise = min(0.99, max(0.1, 1.5 / steps))  # one of 10 steps would be divided by none
            scheduler = torch.optim.lr_scheduler.OneCycleLR(
                optimizer, rates, steps, pct_start=rise, cycle_momentum=False
            )
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": scheduler, "interval": "step"},
        }


def _coded(batch: dict[str, Any]) -> dict[str, Any]:
    """The faces of a batch that have a label, or all where none has."""
    coded = (batch["labels"] != UNKNOWN).any(1)
    if not coded.any():
        return batch
    return {name: part[coded] if torch.is_tensor(part) else part for name, part in batch.items()}
