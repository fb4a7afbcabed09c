"""One training on several processes: how they start, what they share, what the first does alone."""

import logging
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from xivlab.build import pick_device
from xivlab.config import Config
from xivlab.errors import XivlabError
from xivlab.model import Output

if TYPE_CHECKING:
    from lightning_fabric import Fabric

NARROWEST = 32  # pixels; narrower images end up one wide, where oneDNN's bfloat16 gradients are random or NaN
PRECISION = {"32": "32-true", "16": "16-mixed", "bf16": "bf16-mixed"}  # as Lightning Fabric calls them


def processes(config: Config, devices: int = 1, nodes: int = 1) -> "Fabric":
    """Start the processes of one training, or meet those that torchrun or Slurm has started.

    Args:
        config: its precision, and the batch that the processes share.
        devices: GPUs of every machine, or processes where there is no GPU.
        nodes: machines.

    Returns:
        the Fabric of this process; all processes return from here, and do the same from now on.

    Raises:
        XivlabError: the machine, the batch or the launcher does not have that many, or the device
            does not have that precision.
    """
    device = pick_device()
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
            strategy="ddp" if devices * nodes > 1 else "auto",
            precision=PRECISION[kind],
        )
        fabric.launch()
    except (RuntimeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise XivlabError(
            f"{nodes} x {devices} processes cannot start ({reason}): see data_prep/SCALING.md."
        ) from error
    return fabric


def _check(config: Config, device: torch.device, devices: int, nodes: int) -> None:
    count = devices * nodes
    if devices < 1 or nodes < 1:
        raise XivlabError(f"devices and nodes must be at least 1, not {devices} and {nodes}.")
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
    if config.people_per_batch % count:
        raise XivlabError(
            f"{count} processes cannot share {config.people_per_batch} people: make people_per_batch a "
            "multiple of devices x nodes."
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
        outputs: of `XIVNet.forward`, M / R rows per modality.

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

    return {name: Output(*map(whole, output)) for name, output in outputs.items()}


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
