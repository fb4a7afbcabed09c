"""Training: the paper's loop, in the open."""

import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from xivlab.backbones import weights_file
from xivlab.config import Config
from xivlab.data.augmentation import augment
from xivlab.data.batches import IdentityBatches
from xivlab.data.datasets import DataSet
from xivlab.data.images import Images
from xivlab.errors import XivlabError
from xivlab.evaluation.embeddings import Embeddings, embed, embed_both
from xivlab.evaluation.protocols import check_splits
from xivlab.evaluation.scores import score
from xivlab.files import reading
from xivlab.methods import METHODS, build_model, losses
from xivlab.methods.method import Player
from xivlab.methods.step import Step
from xivlab.model import Networks
from xivlab.resources import compute_as_before, computing, device_errors, made
from xivlab.runs.devices import check_shares, gather, processes, synchronized, to_device
from xivlab.runs.progress import Doing, Progress, Session, Stopped, Watch, pausing
from xivlab.runs.run import Run, run_folder
from xivlab.runs.schedule import epoch_length, learning_rate, x_rate
from xivlab.runs.weights import fill, save_weights

if TYPE_CHECKING:
    from lightning_fabric import Fabric


def train(
    config: Config,
    data: DataSet,
    root: str | Path = "runs",
    devices: int = 1,
    nodes: int = 1,
    quiet: bool = False,
    watch: Watch | None = None,
) -> Run:
    """Train, or go on with, or find finished, the run of these settings on these data.

    Ctrl-C stops after the step under way and keeps the state; calling again goes on from there, to
    exactly the result of a run never interrupted (on the same machine and device).

    Several devices share each batch and compute what one would, but for the order in which numbers
    are added up; so it is the same run, and one device may go on where four have stopped.

    Args:
        config: settings.
        data: splits train, val (chooses the best model, or trains too: `config.train_on`) and test
            (embedded once, at the end).
        root: folder of all runs.
        devices: GPUs of every machine, or processes where there is no GPU. More than one start the
            program anew in every further process: for a script or the command line, not a notebook.
        nodes: machines.
        quiet: show no progress, as one of many runs side by side.
        watch: told how far it is, in the thread that trains; returning True stops the training as Ctrl-C
            does. It changes nothing of the run.

    Returns:
        the run; not `finished` if it was interrupted.

    Raises:
        XivlabError: the data do not fit the settings, the loss is NaN, weights cannot be had, the
            folder cannot be read or written, or there are not that many devices.
    """
    return _go_on(run_of(config, data, root), config, data, devices, nodes, quiet, watch)


def run_of(config: Config, data: DataSet, root: str | Path = "runs") -> Run:
    """The run of these settings on these data, whether it is there or not.

    Raises:
        XivlabError: the weights that it starts from cannot be read.
    """
    return run_folder(root, config, data.fingerprint, weights_file(config.weights, config.backbone))


def resume(
    folder: str | Path, data: DataSet, devices: int = 1, nodes: int = 1, watch: Watch | None = None
) -> Run:
    """Go on with an interrupted run from its folder alone; the arguments are those of `train`.

    Raises:
        XivlabError: there is no such run, or it was trained on other data; and as `train`.
    """
    run = Run(Path(folder))
    config = run.config()
    run.check_data(data)
    return _go_on(run, config, data, devices, nodes, watch=watch)


def _go_on(
    run: Run,
    config: Config,
    data: DataSet,
    devices: int,
    nodes: int,
    quiet: bool = False,
    watch: Watch | None = None,
) -> Run:
    """The training, from wherever the run is; if somebody else is at it, when they have stopped."""
    check_shares(config, devices, nodes)
    if run.finished:
        run.check(config, data)
        return run
    check_splits(data, config.protocol, config.train_on)
    fabric = processes(config, devices, nodes)
    with device_errors():
        training = Training(config, data, fabric)  # if that fails, there is no folder yet
    with (
        computing(training.model),
        Session(fabric, training.progress, run.folder.name, quiet, watch) as session,
    ):
        try:
            session.alone(session.enter_context, run.alone(session.waiting))
            if not fabric.broadcast(run.finished):
                _loop(run, data, training, session)
        except Stopped:
            pass  # the state is kept
    return run


def _loop(run: Run, data: DataSet, training: "Training", session: Session) -> None:
    """Every step of a training; what stands around them is the session's. Raises Stopped, the state being kept."""
    if training.fabric.broadcast(run.started):
        training.load(run)
    else:
        session.alone(run.begin, training.config, data, made(training.device))
    session.begin(f"Images: {training.images}")
    try:
        session.between_steps()
        session.alone(training.validate, run, session.pause)  # if it was stopped in the middle of that
        while not training.at_end:
            training.learn()
            session.alone(training.validate, run, session.pause)
            if training.step % training.steps_per_epoch == 0 or training.at_end:
                session.alone(training.save, run)
            session.between_steps(training.summary())
        session.alone(training.finish, run, data, session.pause)
    except Stopped:
        if training.step > training.saved:  # not after the end, when the model is the kept one
            session.alone(training.save, run)
        session.say(
            f"Stopped after step {training.step} of {training.steps}; "
            f"train again, or resume({str(run.folder)!r}, data), to go on."
        )
        raise


class Training:
    """The state of one training: networks, optimiser, step, and what was written down.

    Args:
        config: settings.
        data: only its splits train and val are held.
        fabric: the processes that train together; this one alone if not given.

    Raises:
        XivlabError: the data do not fit the settings (`check_splits` looks at who validates), or weights cannot be had.
    """

    def __init__(self, config: Config, data: DataSet, fabric: "Fabric | None" = None) -> None:
        self.config, self.fabric = config, fabric or processes(config)
        self.share = self.fabric.global_rank, self.fabric.world_size
        self.device = self.fabric.device
        self.validates = config.train_on == "train"
        images = Images.of(data.split(*config.train_on.split("+")), config.height, config.width)
        if self.validates:
            self.val = Images.of(data.val, config.height, config.width)
        self.batches = IdentityBatches(
            images.person, images.modality, config.people_per_batch, config.images_per_person, config.seed
        )
        self.steps_per_epoch = epoch_length(config, data)
        self.steps = self.steps_per_epoch * config.epochs
        model = to_device(build_model(config, len(self.batches.people)), self.device)
        if self.fabric.world_size > 1:
            model = synchronized(model, self.device)
        self.images = images.held_on(self.device)
        self.method = METHODS[config.method]
        rate_of_x = x_rate(config, self.steps_per_epoch)
        optimizers = [
            torch.optim.Adam(
                groups_of(model, player, rate_of_x),
                betas=player.betas,
                weight_decay=config.weight_decay,
                fused=self.device.type != "mps",  # one pass over all weights: a tenth of a step on the CPU
            )
            for player in self.method.players.values()
        ]
        self.model, *optimizers = self.fabric.setup(model, *optimizers)
        self.optimizers = dict(zip(self.method.players, optimizers, strict=True))
        self.step, self.saved = 0, 0
        self.best = -1.0  # mAP is at least 0, so the first model is kept
        self.log: list[dict[str, Any]] = []
        self.metrics: list[dict[str, Any]] = []

    @property
    def at_end(self) -> bool:
        """Whether the last step is done."""
        return self.step == self.steps

    @property
    def due(self) -> bool:
        """Whether the validation people are to be searched now: after some epochs and at the end, once."""
        every = self.steps_per_epoch * self.config.evaluate_every
        wanted = self.validates and self.step > 0 and (self.step % every == 0 or self.at_end)
        return wanted and all(row["step"] != self.step for row in self.metrics)

    def progress(self, doing: Doing) -> Progress:
        """How far it is."""
        return Progress(doing, self.step, self.steps, self.log, self.metrics)

    def learn(self) -> None:
        """One step of the optimiser, and one row of the log.

        Raises:
            XivlabError: the loss is not a number any more.
        """
        start, config = time.perf_counter(), self.config
        batch = self.batches[self.step]
        mine = batch.share(*self.share)
        # As the batch, so the augmentation: a function of (seed, step), with no state to keep.
        generator = torch.Generator().manual_seed(config.seed * 1_000_003 + self.step)
        infrared, visible = (
            augment(self.images.levels(rows, self.device), generator, config.pad, config.erase, self.share)
            for rows in (mine.infrared, mine.visible)
        )
        labels = torch.from_numpy(batch.labels).to(self.device)
        rate = learning_rate(config, self.step / self.steps_per_epoch)
        for optimizer in self.optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = rate * group["multiple"]
        cameras = {
            light: torch.from_numpy(self.images.camera[rows]).to(self.device)
            for light, rows in (("infrared", batch.infrared), ("visible", batch.visible))
        }
        people = torch.from_numpy(mine.labels).to(self.device)
        now = Step(self.step, self.steps, config.seed, self.share, cameras, people)

        self.model.train()
        values = dict.fromkeys(("loss", *self.method.terms), math.nan)  # a term that has no turn is none
        values["loss"] = 0.0
        for move in self.method.moves(now):
            now.move = move
            outputs = gather(self.fabric, self.model(infrared, visible, now))
            terms = losses(outputs, labels, config, now)
            self.optimizers[move].zero_grad()
            self.fabric.backward(terms["loss"])
            self.optimizers[move].step()
            found = {name: term.item() for name, term in terms.items()}
            values |= found | {"loss": values["loss"] + found["loss"]}

        self.step += 1
        if not math.isfinite(values["loss"]):
            raise XivlabError(
                f"The loss is {values['loss']} at step {self.step}: lower learning_rate or lam. "
                "The last good state is kept."
            )
        seconds = max(time.perf_counter() - start, 1e-9)  # a coarse clock may stand still
        speed = len(outputs) * config.per_modality / seconds
        self.log.append({"step": self.step, **values, "learning_rate": rate, "images_per_second": speed})

    def validate(self, run: Run, pause: Callable[[Doing], None]) -> None:
        """If it is time, score the validation people, and keep the model if it is the best so far.

        Raises:
            Stopped: by `pause`, which is called before each piece of the embedding.
        """
        if not self.due:
            return
        with pausing(self.model.module, lambda: pause("validation")):
            embeddings = embed(self.model.module, self.val, self.config.test_feature, self.config.normalize)
        mAP = self.score("val", embeddings)
        if mAP > self.best:
            self.best = mAP
            self.keep(run)

    def keep(self, run: Run) -> None:
        """Write the model as the one that counts."""
        run.write("model.safetensors", lambda path: save_weights(self.model.module, path))

    def score(self, split: str, embeddings: Embeddings) -> float:
        """Add a row per direction and test distance to the metrics.

        Returns:
            the mAP of infrared queries by the test distance of the settings.
        """
        rows = score(embeddings, self.config.protocol).to_dict("records")
        self.metrics += [
            {"step": self.step, "split": split, **{str(k): v for k, v in row.items()}} for row in rows
        ]
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
        """Write the state to go on from, and the two tables; the model, too, if the last one counts."""
        state = {
            "run": run.about(),
            "step": self.step,
            "best": self.best,
            "log": self.log,
            "metrics": self.metrics,
            "model": self.model.state_dict(),
            "optimizer": self.optimizers["learner"].state_dict(),
            "scaler": self.fabric.strategy.precision.state_dict(),
        }
        if rivals := {name: one.state_dict() for name, one in self._rivals()}:
            state["rivals"] = rivals
        if not self.validates:
            self.keep(run)
        run.write("state.pt", lambda path: torch.save(state, path))
        run.write_rows("log.csv", self.log)
        run.write_rows("metrics.csv", self.metrics)
        self.saved = self.step

    def _rivals(self) -> Iterator[tuple[str, torch.optim.Optimizer]]:
        return ((name, one) for name, one in self.optimizers.items() if name != "learner")

    def load(self, run: Run) -> None:
        """Take up a saved state.

        Raises:
            XivlabError: the file is cut short, corrupt, or of another run.
        """
        state, about = run.state(), run.about()
        with reading(run.folder / "state.pt", "delete the folder to train anew", "does not fit this run"):
            if not isinstance(state, dict) or state["run"] != about:
                raise ValueError("it is of another run")
            self.model.load_state_dict(state["model"])
            self.optimizers["learner"].load_state_dict(state["optimizer"])
            for name, rival in self._rivals():
                rival.load_state_dict(state["rivals"][name])
            if state["scaler"]:  # empty after full precision
                self.fabric.strategy.precision.load_state_dict(state["scaler"])
            self.step, self.saved, self.best = state["step"], state["step"], state["best"]
            self.log, self.metrics = state["log"], state["metrics"]
            kept = self.best >= 0
        compute_as_before(run.made())  # whatever others use of the machine now
        if kept:
            run.weights()  # read now: without them the end would fail, after hours perhaps

    def finish(self, run: Run, data: DataSet, pause: Callable[[Doing], None]) -> None:
        """Embed and score the test people with the kept model; this marks the run as finished.

        Raises:
            Stopped: as `validate`.
        """
        fill(self.model, run)
        if self.method.after is not None:
            # Of the same images and weights the same, so whoever is stopped in between may do it again.
            self.method.after(self.model.module, self.images)
            self.keep(run)
        test = Images.of(data.test, self.config.height, self.config.width)
        with pausing(self.model.module, lambda: pause("test")):
            both = embed_both(self.model.module, test)
        embeddings = both[self.config.test_feature]
        self.score("test", embeddings.normalized() if self.config.normalize else embeddings)
        # Again: whoever was killed between the last state and its log has the rows in the state alone.
        run.write_rows("log.csv", self.log)
        run.write_rows("metrics.csv", self.metrics)
        run.write_embeddings(both, made(self.device))


def groups_of(model: Networks, player: Player, rate_of_x: float) -> list[dict[str, Any]]:
    """The weights that a player moves, with their rates as multiples of the learning rate."""
    groups = []
    for name, multiple in player.parts.items():
        part = getattr(model, name)
        weights = [] if part is None else [one for one in part.parameters() if one.requires_grad]
        if weights:
            groups.append({"params": weights, "multiple": rate_of_x if multiple is None else multiple})
    return groups
