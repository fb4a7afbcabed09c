"""Devices and processes of one training: which device, how several processes start, what they share, what the first does alone."""

import logging
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.modules.batchnorm import _BatchNorm

from xivlab.backbones import WIDTH
from xivlab.config import Config
from xivlab.errors import XivlabError, shown
from xivlab.methods import METHODS
from xivlab.model import Networks, Output
from xivlab.resources import FREE_SOME, broken_gpu, device_errors, need

if TYPE_CHECKING:
    from lightning_fabric import Fabric

NARROWEST = 32  # pixels; narrower images end up one wide, where oneDNN's bfloat16 gradients are random or NaN
Model = TypeVar("Model", bound=nn.Module)
Nets = TypeVar("Nets", bound=Networks)
# As Lightning Fabric calls them.
PRECISION: dict[str, Any] = {"32": "32-true", "16": "16-mixed", "bf16": "bf16-mixed"}


def pick_device() -> torch.device:
    """CUDA if there is one, else MPS, else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def to_device(model: Nets, device: torch.device) -> Nets:
    """Move a model to a device, channels last, which convolutions prefer.

    Raises:
        XivlabError: the device is there and does not work, or has no room.
    """
    with device_errors(FREE_SOME):
        try:
            torch.ones(1, device=device).add(1).item()  # a first kernel: what does not fit shows now
        except torch.OutOfMemoryError:
            raise
        except RuntimeError as error:
            raise XivlabError(broken_gpu(str(error).partition("\n")[0])) from error
        return model.to(device).to(memory_format=torch.channels_last)


def processes(config: Config, devices: int = 1, nodes: int = 1) -> "Fabric":
    """Start the processes of one training, or meet those that torchrun or Slurm has started.

    Args:
        config: its precision, and the batch that the processes share.
        devices: GPUs of every machine, or processes where there is no GPU.
        nodes: machines.

    Returns:
        the Fabric of this process; all processes return from here, and do the same from now on.

    Raises:
        XivlabError: the machine, the batch or the launcher does not have that many, the batch does not fit into
            the memory, or the device does not have that precision.
    """
    device = pick_device()
    check_shares(config, devices, nodes)
    _check(config, device, devices, nodes)
    # Here, since it takes a second, and only training needs it.
    from lightning_fabric import Fabric

    logging.getLogger("lightning_fabric").setLevel(logging.WARNING)
    kind = config.precision
    if kind == "auto":
        kind = "16" if device.type == "cuda" else "32"
    try:
        fabric = Fabric(
            accelerator=device.type,
            devices=devices,
            num_nodes=nodes,
            strategy=_strategy(config) if devices * nodes > 1 else "auto",
            precision=PRECISION[kind],
        )
        fabric.launch()
    except (RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise XivlabError(
            f"{nodes} x {devices} processes cannot start ({reason}): see SCALING.md."
        ) from error
    return fabric


def _strategy(config: Config) -> str:
    """Where some weights rest in some steps, each process has to look which."""
    return "ddp_find_unused_parameters_true" if METHODS[config.method].rests else "ddp"


def check_shares(config: Config, devices: int, nodes: int) -> None:
    """Refuse numbers of devices and machines that cannot share a batch.

    Raises:
        XivlabError: there are none, or their product does not divide the people of a batch.
    """
    if devices < 1 or nodes < 1:
        raise XivlabError(f"devices and nodes must be at least 1, not {shown(devices)} and {shown(nodes)}.")
    if config.people_per_batch % (devices * nodes):
        raise XivlabError(
            f"{shown(devices * nodes)} processes cannot share {config.people_per_batch} people: make people_per_batch a "
            "multiple of devices x nodes."
        )


def _check(config: Config, device: torch.device, devices: int, nodes: int) -> None:
    count = devices * nodes
    # The least that a step can take, in single precision: the batch, its augmented copy and X; and what every two
    # images differ by, which seven losses keep for the way back.
    batch = config.per_modality // count * 3 * config.height * config.width * 3 * 4
    batch += config.per_modality**2 * WIDTH[config.backbone] * 4 * 10
    what = f"Batches of {config.per_modality:,} images of {config.height} x {config.width} pixels"
    need(batch, what, "lower people_per_batch, images_per_person, height or width")
    if config.precision == "16" and device.type == "cpu":
        raise XivlabError("precision '16' needs a GPU: on the CPU choose 'bf16', '32' or 'auto'.")
    if config.precision == "bf16" and device.type == "cpu" and config.width < NARROWEST:
        raise XivlabError(
            f"precision 'bf16' cannot train on images {config.width} pixels wide on the CPU: choose '32', or make "
            f"width at least {NARROWEST}."
        )
    if device.type == "mps" and count > 1:
        raise XivlabError("An Apple GPU trains alone: leave devices and nodes at 1.")
    if device.type == "cuda" and devices > torch.cuda.device_count():
        raise XivlabError(
            f"This machine shows {torch.cuda.device_count()} GPUs and {devices} are asked for: "
            "lower devices, or look at CUDA_VISIBLE_DEVICES."
        )
    started = _started()
    if started not in (None, count):
        raise XivlabError(
            f"{started} processes have been started for a training of {nodes} x {devices}: "
            f"make devices x nodes {started}."
        )
    if started is None and count > 1 and hasattr(sys, "ps1"):
        raise XivlabError(
            "A notebook cannot start processes: in a terminal, type xivlab train --devices "
            f"{devices} with the same settings, and the notebook finds the run finished."
        )


def _started() -> int | None:
    """How many processes there are by the word of torchrun, Slurm or an earlier training; None: nobody's."""
    if "LOCAL_RANK" in os.environ:
        return int(os.environ["WORLD_SIZE"])
    tasks = int(os.environ.get("SLURM_STEP_NUM_TASKS", "1"))  # set by srun; the batch script is no task
    return tasks if tasks > 1 else None


def is_first() -> bool:
    """Whether this is the first process of a training, or the only one: it alone talks."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return torch.distributed.get_rank() == 0
    return int(os.environ.get("RANK") or os.environ.get("SLURM_PROCID") or "0") == 0


def first_alone(fabric: "Fabric", act: Callable[..., Any], *arguments: Any) -> None:
    """Let the first process act, and the others wait for it.

    Raises:
        XivlabError: in all processes, what it raised, so that none waits for one that is gone.
    """
    failure = None
    if fabric.is_global_zero:
        try:
            act(*arguments)
        except XivlabError as error:
            if fabric.world_size == 1:
                raise
            failure = str(error)
    failure = fabric.broadcast(failure)
    if failure is not None:
        raise XivlabError(failure)


def any_process(fabric: "Fabric", here: bool) -> bool:
    """Whether `here` holds in any process, such as that Ctrl-C was pressed."""
    return bool(fabric.all_reduce(torch.tensor(int(here), device=fabric.device), reduce_op="sum"))


def gather(fabric: "Fabric", outputs: dict[str, Output]) -> dict[str, Output]:
    """Outputs of the whole batch, from those of every process's share.

    Args:
        fabric: of R processes.
        outputs: of the networks' forward pass, M / R rows per modality.

    Returns:
        M rows per modality, in the order of the whole batch, in every process.
    """
    if fabric.world_size == 1:
        return outputs

    # All R processes compute the loss L of the whole batch, so the mining sees all of it. On the way back the
    # sum adds, for each row, what every process says of it: R dL/drow. So a process finds R times its rows'
    # part of dL/dweight; DDP's mean over the processes adds the parts and takes the R away again.
    def whole(rows: Tensor) -> Tensor:
        places = rows.new_zeros(fabric.world_size, *rows.shape)  # (R, M / R, ...)
        places[fabric.global_rank] = rows
        return add_up(places).flatten(0, 1)

    return {name: output.mapped(whole) for name, output in outputs.items()}


def add_up(tensor: Tensor) -> Tensor:
    """The sum of a tensor over all processes, in every process; its gradients are added up alike."""
    return _AddUp.apply(tensor)


class _AddUp(torch.autograd.Function):
    """PyTorch's own, `torch.distributed.nn.functional.all_reduce`, is deprecated in its newer versions."""

    @staticmethod
    def forward(_: Any, tensor: Tensor) -> Tensor:
        total = tensor.clone(memory_format=torch.contiguous_format)
        torch.distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(_: Any, gradient: Tensor) -> Tensor:
        return _AddUp.forward(None, gradient)


def synchronized(model: Model, device: torch.device) -> Model:
    """The model with every batch normalisation replaced by one over the whole batch.

    Parameters, running statistics and their names are the same, so a state saved with any number of
    processes can be loaded with any other.

    Args:
        model: on any device; changed in place.
        device: where it will train: a GPU takes PyTorch's own layer, which refuses the CPU.
    """
    if device.type == "cuda":
        nn.SyncBatchNorm.convert_sync_batchnorm(model)  # in place: the model is no such layer itself
        return model
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, _BatchNorm):
                setattr(module, name, SyncNorm.of(child))
    return model


class SyncNorm(_BatchNorm):
    """`torch.nn.SyncBatchNorm` for the CPU; every process must have as many values per channel."""

    running_mean: Tensor
    running_var: Tensor
    num_batches_tracked: Tensor
    momentum: float

    @classmethod
    def of(cls, norm: _BatchNorm) -> "SyncNorm":
        """The same layer, sharing parameters and running statistics with `norm`."""
        layer = cls(norm.num_features, norm.eps, norm.momentum)
        layer.weight, layer.bias = norm.weight, norm.bias
        for name, statistics in norm.named_buffers():
            setattr(layer, name, statistics)
        return layer.train(norm.training)

    def forward(self, values: Tensor) -> Tensor:
        """(B, C) or (B, C, h, w) -> the same shape, normalised per channel over all processes' B."""
        if not self.training:  # the first process evaluates alone
            return F.batch_norm(
                values, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps
            )
        full = values.to(self.running_mean.dtype)  # bfloat16 would lose the sums
        dims = [dim for dim in range(values.dim()) if dim != 1]
        shape = [-1 if dim == 1 else 1 for dim in range(values.dim())]
        count = values.numel() // values.shape[1] * torch.distributed.get_world_size()
        mean = add_up(full.sum(dims)) / count  # (C,)
        centred = full - mean.view(shape)
        variance = add_up(centred.square().sum(dims)) / count  # (C,)
        with torch.no_grad():
            self.num_batches_tracked += 1
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance * count / (count - 1), self.momentum)
        scale = self.weight * (variance + self.eps).rsqrt()
        return (centred * scale.view(shape) + self.bias.view(shape)).to(values.dtype)

    def _check_input_dim(self, values: Tensor) -> None:
        """Both shapes are right."""
