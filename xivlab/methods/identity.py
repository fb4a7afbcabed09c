"""Identity loss of every method: cross entropy of each modality, as the log shows it."""

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from xivlab.loss import identity_loss
from xivlab.model import Output


def identities(outputs: Mapping[str, Output], labels: Tensor, config: Any) -> dict[str, Tensor]:
    """Cross entropy of each modality, the mean over its M images: the identity loss of XIV-ReID.

    Args:
        outputs: M rows each.
        labels: (M,), int64.
        config: its label smoothing.

    Returns:
        scalars, "loss_" and the name of the modality.
    """
    logits = torch.stack([output.logits for output in outputs.values()])  # (modalities, M, C)
    each = identity_loss(logits, labels, config.label_smoothing) / len(labels)
    return {f"loss_{name}": term for name, term in zip(outputs, each, strict=True)}


def mean_of(terms: Mapping[str, Tensor]) -> Tensor:
    """The mean over all images of modalities that have equally many of them."""
    return torch.stack(list(terms.values())).mean()
