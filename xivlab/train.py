"""Training: the paper's loop, in the open."""

import math
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from tqdm.auto import tqdm

from xivlab.augment import augment
from xivlab.backbones import weights_file
from xivlab.batches import IdentityBatches, Images
from xivlab.build import build_model, to_device
from xivlab.config import Config
from xivlab.data import DataSet
from xivlab.embed import Embeddings, embed, embed_both
from xivlab.errors import XivlabError
from xivlab.interrupt import interruptible
from xivlab.loss import cross_gap, cross_modality, modality_loss, respective_gap, total_loss
from xivlab.model import Output
from xivlab.runs import Run, run_folder, save_weights
from xivlab.scores import score


def train(config: Config, data: DataSet, root: str | Path = "runs") -> Run:
    """Train, or go on with, or find finished, the run of these settings on these data.

    Ctrl-C stops after the step under way and keeps the state; calling again goes on from there, to
    exactly the result of a run never interrupted (on the same machine and device).

    Args:
        config: settings.
        data: splits train, val (chooses the best model) and test (embedded once, at the end).
        root: folder of all runs.

    Returns:
        the run; not `finished` if it was interrupted.

    Raises:
        XivlabError: the data do not fit the settings, the loss is NaN, weights cannot be had, or
            the folder cannot be read or written.
    """
    return _go_on(run_folder(root, config, data.fingerprint, weights_file(config.weights)), config, data)


def resume(folder: str | Path, data: DataSet) -> Run:
    """Go on with an interrupted run from its folder alone.

    Raises:
        XivlabError: there is no such run, or it was trained on other data; and as `train`.
    """
    run = Run(Path(folder))
    config = run.config()
    run.check_data(data)
    return _go_on(run, config, data)


def _go_on(run: Run, config: Config, data: DataSet) -> Run:
    """The loop, from wherever the run is."""
    if run.finished:
        return run
    training = Training(config, data)
    if run.started:
        training.load(run)
    else:
        run.begin(config, data)
    bar = tqdm(total=training.steps, initial=training.step, desc=run.folder.name, unit="step")
    with bar, interruptible() as interrupted:
        while training.step < training.steps:
            training.learn()
            if training.step % training.steps_per_evaluation == 0 or training.at_end:
                training.validate(run)
            if training.step % training.steps_per_epoch == 0 or training.at_end or interrupted():
                training.save(run)
            bar.update()
            bar.set_postfix(training.summary(), refresh=False)
            if interrupted():
                bar.write(
                    f"Stopped after step {training.step} of {training.steps}; "
                    f"train again, or resume({str(run.folder)!r}, data), to go on."
                )
                return run
    training.finish(run, data)
    return run


class Training:
    """The state of one training: networks, optimiser, step, and what was written down.

    Args:
        config: settings.
        data: only its splits train and val are held.
    """

    def __init__(self, config: Config, data: DataSet) -> None:
        self.config = config
        images = Images.of(data.train, config.height, config.width)
        self.val = Images.of(data.val, config.height, config.width)
        self.batches = IdentityBatches(
            images.person,
            images.modality,
            config.people_per_batch,
            config.images_per_person,
            config.seed,
        )
        larger = max(len(images.rows("visible")), len(images.rows("infrared")))
        self.steps_per_epoch = config.steps_per_epoch or math.ceil(larger / config.per_modality)
        self.steps_per_evaluation = self.steps_per_epoch * config.evaluate_every
        self.steps = self.steps_per_epoch * config.epochs
        self.model = to_device(build_model(config, len(self.batches.people)))
        self.device = self.model.device
        self.images = images.held_on(self.device)
        self.optimizer = torch.optim.Adam(
            (p for p in self.model.parameters() if p.requires_grad),
            weight_decay=config.weight_decay,
            fused=self.device.type != "mps",  # one pass over all weights: a tenth of a step on the CPU
        )
        self.mixed = self.device.type == "cuda"
        self.scaler = torch.amp.GradScaler(self.device.type, enabled=self.mixed)
        self.step, self.best = 0, -1.0  # mAP is at least 0, so the first model is kept
        self.log: list[dict[str, Any]] = []
        self.metrics: list[dict[str, Any]] = []

    @property
    def at_end(self) -> bool:
        """Whether the last step is done."""
        return self.step == self.steps

    def learn(self) -> None:
        """One step of the optimiser, and one row of the log.

        Raises:
            XivlabError: the loss is not a number any more.
        """
        start, config = time.perf_counter(), self.config
        batch = self.batches[self.step]
        # As the batch, so the augmentation: a function of (seed, step), with no state to keep.
        generator = torch.Generator().manual_seed(config.seed * 1_000_003 + self.step)
        infrared, visible = (
            augment(self.images.batch(rows, self.device), generator, config.pad, config.erase)
            for rows in (batch.infrared, batch.visible)
        )
        labels = torch.from_numpy(batch.labels).to(self.device)
        rate = learning_rate(config, self.step / self.steps_per_epoch)
        for group in self.optimizer.param_groups:
            group["lr"] = rate

        self.model.train()
        with torch.autocast(self.device.type, torch.float16, enabled=self.mixed):
            outputs = self.model(infrared, visible)
            terms = losses(outputs, labels, config)
        self.optimizer.zero_grad()
        self.scaler.scale(terms["loss"]).backward()
        self.scaler.step(self.optimizer)
        self.scaler.update()

        self.step += 1
        values = {name: term.item() for name, term in terms.items()}
        if not math.isfinite(values["loss"]):
            raise XivlabError(
                f"The loss is {values['loss']} at step {self.step}: lower learning_rate or lam. "
                "The last good state is kept."
            )
        speed = len(outputs) * config.per_modality / (time.perf_counter() - start)
        self.log.append({"step": self.step, **values, "learning_rate": rate, "images_per_second": speed})

    def validate(self, run: Run) -> None:
        """Score the validation people, and keep the model if it is the best so far."""
        embeddings = embed(self.model, self.val, self.config.test_feature, self.config.normalize)
        mAP = self.score("val", embeddings)
        if mAP > self.best:
            self.best = mAP
            run.write("model.safetensors", lambda path: save_weights(self.model, path))

    def score(self, split: str, embeddings: Embeddings) -> float:
        """Add a row per direction and test distance to the metrics.

        Returns:
            the mAP of infrared queries by the test distance of the settings.
        """
        rows = score(embeddings, self.config.protocol).to_dict("records")
        self.metrics += [{"step": self.step, "split": split} | row for row in rows]
        wanted = ("infrared", self.config.test_distance)
        return next(row["mAP"] for row in rows if (row["query"], row["test_distance"]) == wanted)

    def summary(self) -> dict[str, str]:
        """What the progress bar shows."""
        last = self.log[-1]
        shown = {"loss": f"{last['loss']:.2f}", "images/s": f"{last['images_per_second']:.0f}"}
        for row in self.metrics:
            if (row["query"], row["test_distance"]) == ("infrared", self.config.test_distance):
                shown["val rank-1"] = f"{row['rank1']:.1%}"
        return shown

    def save(self, run: Run) -> None:
        """Write the state to go on from, and the two tables."""
        state = {
            "step": self.step,
            "best": self.best,
            "log": self.log,
            "metrics": self.metrics,
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "scaler": self.scaler.state_dict(),
        }
        run.write("state.pt", lambda path: torch.save(state, path))
        run.write_rows("log.csv", self.log)
        run.write_rows("metrics.csv", self.metrics)

    def load(self, run: Run) -> None:
        """Take up a saved state.

        Raises:
            XivlabError: the file is cut short, corrupt, or of another network.
        """
        state = run.state()
        try:
            self.model.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.scaler.load_state_dict(state["scaler"])
            self.step, self.best = state["step"], state["best"]
            self.log, self.metrics = state["log"], state["metrics"]
        except (KeyError, RuntimeError, ValueError) as error:
            raise XivlabError(
                f"{run.folder}/state.pt does not fit this run: delete the folder to train anew."
            ) from error

    def finish(self, run: Run, data: DataSet) -> None:
        """Embed and score the test people with the best model; this marks the run as finished."""
        self.model.load_state_dict(run.weights())
        test = Images.of(data.test, self.config.height, self.config.width)
        both = embed_both(self.model, test)
        embeddings = both[self.config.test_feature]
        self.score("test", embeddings.normalized() if self.config.normalize else embeddings)
        run.write_rows("metrics.csv", self.metrics)
        run.write_embeddings(both)


def losses(outputs: dict[str, Output], labels: Tensor, config: Config) -> dict[str, Tensor]:
    """All loss terms of a batch; "loss" is the one to minimise.

    Args:
        outputs: of `XIVNet.forward`, M rows per modality.
        labels: (M,), int64.
        config: method, margins, lambda, smoothing and kind of L_cross.
    """
    terms = {
        f"loss_{name}": modality_loss(  # Eq. (8)
            output.before_bn,
            output.logits,
            labels,
            config.margin_respective,
            config.label_smoothing,
        )
        for name, output in outputs.items()
    }
    loss = respective_gap(*terms.values())  # Eq. (7)
    if config.method == "baseline+x+cmg":
        infrared = outputs["infrared"].before_bn
        pairs = {
            f"loss_infrared_{name}": cross_modality(  # Eq. (4)
                infrared, outputs[name].before_bn, labels, config.margin_cross, config.cross
            )
            for name in ("x", "visible")
        }
        terms |= pairs
        loss = total_loss(loss, cross_gap(*pairs.values()), config.lam)  # Eqs. (3), (11)
    return {"loss": loss} | terms


def learning_rate(config: Config, epoch: float) -> float:
    """Linear warm-up from a hundredth of the rate; a tenth of it after each decay epoch."""
    if epoch < config.warmup_epochs:
        return config.learning_rate * (0.01 + 0.99 * epoch / config.warmup_epochs)
    return config.learning_rate * 0.1 ** sum(epoch >= decay for decay in config.decay_epochs)
