"""Batch normalisation over a batch that several processes share."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.modules.batchnorm import _BatchNorm

from xivlab.distributed import add_up


def synchronized(model: nn.Module, device: torch.device) -> nn.Module:
    """The model with every batch normalisation replaced by one over the whole batch.

    Parameters, running statistics and their names are the same, so a state saved with any number of
    processes can be loaded with any other.

    Args:
        model: on any device; changed in place.
        device: where it will train: a GPU takes PyTorch's own layer, which refuses the CPU.
    """
    if device.type == "cuda":
        return nn.SyncBatchNorm.convert_sync_batchnorm(model)
    for module in list(model.modules()):
        for name, child in module.named_children():
            if isinstance(child, _BatchNorm):
                setattr(module, name, SyncNorm.of(child))
    return model


class SyncNorm(_BatchNorm):
    """`torch.nn.SyncBatchNorm` for the CPU; every process must have as many values per channel."""

    @classmethod
    def of(cls, norm: _BatchNorm) -> "SyncNorm":
        """The same layer, sharing parameters and running statistics with `norm`."""
        layer = cls(norm.num_features, norm.eps, norm.momentum)
        layer.weight, layer.bias = norm.weight, norm.bias
        layer.running_mean, layer.running_var = norm.running_mean, norm.running_var
        layer.num_batches_tracked = norm.num_batches_tracked
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
