"""Identity-aligned P x K batches of infrared and visible images."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from xivlab.data.images import MODALITY_CODE
from xivlab.errors import XivlabError


@dataclass(frozen=True)
class Batch:
    """Rows of one P x K batch, M = P K per modality.

    Attributes:
        infrared, visible: (M,) rows of the images; entry i of both shows the same person.
        labels: (M,) int64, the class of that person.
    """

    infrared: NDArray[np.intp]
    visible: NDArray[np.intp]
    labels: NDArray[np.int64]

    def share(self, rank: int, ranks: int) -> "Batch":
        """What process `rank` of `ranks` computes: every process has as many people, in their order."""
        size = len(self.labels) // ranks
        rows = slice(rank * size, (rank + 1) * size)
        return Batch(self.infrared[rows], self.visible[rows], self.labels[rows])


class IdentityBatches:
    """Endless P x K batches: P people, K images of each in each modality, aligned.

    Batch number `step` depends on (seed, step) alone, so an interrupted run needs no sampler state
    to go on with exactly the batches it would have seen.

    Args:
        person: (N,) integer.
        modality: (N,) integer, 0 visible, 1 infrared.
        people_per_batch: P.
        images_per_person: K, drawn without replacement where a person has that many.
        seed: of all draws.

    Raises:
        XivlabError: fewer than P people have images of both modalities.
    """

    def __init__(
        self,
        person: NDArray[np.integer],
        modality: NDArray[np.integer],
        people_per_batch: int,
        images_per_person: int,
        seed: int,
    ) -> None:
        rows = []
        for code in (MODALITY_CODE["infrared"], MODALITY_CODE["visible"]):
            mine = np.flatnonzero(modality == code)
            mine = mine[np.argsort(person[mine], kind="stable")]  # by person, then by row
            people, begins = np.unique(person[mine], return_index=True)
            rows.append(dict(zip(people.tolist(), np.split(mine, begins[1:]))))
        # Sorted, so a person's class is the same in every process and on every machine.
        self.people = sorted(rows[0].keys() & rows[1].keys())
        self.infrared = [rows[0][p] for p in self.people]
        self.visible = [rows[1][p] for p in self.people]
        self.people_per_batch, self.images_per_person = people_per_batch, images_per_person
        self.seed = seed
        if len(self.people) < people_per_batch:
            raise XivlabError(
                f"A batch needs {people_per_batch} people seen in both modalities, and the "
                f"training split has {len(self.people)}."
            )

    def __getitem__(self, step: int) -> Batch:
        """Batch number `step`, counted from 0."""
        # A round shows everybody once (but for a remainder smaller than P) before anyone again.
        per_round = len(self.people) // self.people_per_batch
        round_number, place = divmod(step, per_round)
        order = np.random.default_rng([self.seed, 0, round_number]).permutation(len(self.people))
        start = place * self.people_per_batch
        classes = order[start : start + self.people_per_batch]
        rng = np.random.default_rng([self.seed, 1, step])
        return Batch(
            np.concatenate([self._draw(self.infrared[c], rng) for c in classes]),
            np.concatenate([self._draw(self.visible[c], rng) for c in classes]),
            np.repeat(classes, self.images_per_person),
        )

    def _draw(self, rows: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
        return rng.choice(rows, self.images_per_person, len(rows) < self.images_per_person)
