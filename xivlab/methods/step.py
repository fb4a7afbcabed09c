"""Step: what a step of a training has beside its images and labels, random numbers among it."""

from collections.abc import Mapping

import torch
from torch import Tensor

WHOLE = (0, 1)  # rank, ranks: this process has the whole batch
APART = 2**40  # from the numbers of the augmentation, which are drawn by seed and step, too


class Step:
    """One step, and what is drawn in it.

    Every number is drawn on the CPU by seed and step alone, for the whole batch, of which each process takes its
    part: so an interrupted run goes on to the same bits, and several processes compute what one does.

    Args:
        number: steps done before.
        of: steps of the whole training.
        seed: of the run.
        share: rank and number of the processes that share the batch.
        cameras: (M,) integer by modality, of the whole batch.
        people: (m,) integer, who the rows of this process show.

    Attributes:
        move: the player whose turn it is; see `xivlab.methods.method`.
    """

    # A plain class: what looks for tensors in dataclasses would copy it.
    def __init__(
        self,
        number: int = 0,
        of: int = 1,
        seed: int = 0,
        share: tuple[int, int] = WHOLE,
        cameras: Mapping[str, Tensor] | None = None,
        people: Tensor | None = None,
        move: str = "learner",
    ) -> None:
        self.number, self.of, self.share, self.cameras, self.people = number, of, share, cameras or {}, people
        self.move = move
        self._generator = torch.Generator().manual_seed(APART + seed * 1_000_003 + number)

    @property
    def done(self) -> float:
        """Share of the training that is done, in [0, 1)."""
        return self.number / self.of

    def keep(self, rows: Tensor, dropped: float) -> Tensor:
        """Dropout of one block of a batch: each number 0 with the given probability, the others as much larger.

        Args:
            rows: (m, ...), this process's rows of a block.
            dropped: probability, in [0, 1).
        """
        rank, ranks = self.share
        kept = torch.rand(len(rows) * ranks, *rows.shape[1:], generator=self._generator) >= dropped
        return rows * kept.chunk(ranks)[rank].to(rows.device) / (1 - dropped)

    def normal(self, like: Tensor) -> Tensor:
        """Standard normal numbers for this process's rows of a block, of the shape and on the device of `like`."""
        rank, ranks = self.share
        drawn = torch.randn(len(like) * ranks, *like.shape[1:], generator=self._generator)
        return drawn.chunk(ranks)[rank].to(like)

    def other(self, rows: Tensor) -> Tensor:
        """For each of this process's rows the one before it in the whole batch, the last for the first; no gradient."""
        rank, ranks = self.share
        rows = rows.detach()
        whole = rows.new_zeros(ranks, *rows.shape)
        whole[rank] = rows
        if ranks > 1:
            torch.distributed.all_reduce(whole)
        return whole.flatten(0, 1).roll(1, 0).chunk(ranks)[rank]

    def choice(self, allowed: Tensor) -> Tensor:
        """For each row of (M, N) bool one of the columns that it allows, drawn evenly: (M,), in every process alike."""
        drawn = torch.rand(allowed.shape, generator=self._generator).to(allowed.device)
        return drawn.masked_fill(~allowed, -1).argmax(1)
