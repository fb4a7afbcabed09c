"""People of each set, their splits, and how often each camera sees them. Everything from one seed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from data_prep.people.cameras import REGDB_POSTS, SYSU_POSTS, Post
from data_prep.people.look import Look, draw_look

LOOKALIKES = 0.25  # share of people who wear the same garments, cut and print as somebody else in their split
VISIBLE_POSTS = {number: post for number, post in SYSU_POSTS.items() if number not in (3, 6)}


@dataclass(frozen=True)
class Someone:
    """One person of a set; `like` is the number of the person whose garments they share, if any."""

    number: int
    split: str
    look: Look
    like: int | None


@dataclass(frozen=True)
class PeopleSet:
    """A set to render: people per split, cameras, images per person and camera.

    one_walk: a person's images are moments of one walk, facing the camera or turned away, and have warmth.
    """

    name: str
    seed: int
    splits: dict[str, int]
    posts: dict[int, Post]
    images: int
    one_walk: bool = False

    def people(self) -> list[Someone]:
        """Everybody; person numbers are shuffled over the splits, as in real sets."""
        rng = np.random.default_rng([self.seed, 1])
        numbers = rng.permutation(sum(self.splits.values())) + 1
        out: list[Someone] = []
        for split, count in self.splits.items():
            first = len(out)
            for _ in range(count):
                look, like = draw_look(np.random.default_rng([self.seed, 2, len(out)])), None
                originals = [other for other in out[first:] if other.like is None]
                if originals and rng.random() < LOOKALIKES:
                    other = originals[rng.integers(len(originals))]
                    look, like = _dressed_like(look, other.look, rng), other.number
                out.append(Someone(int(numbers[len(out)]), split, look, like))
        return out


def _dressed_like(look: Look, other: Look, rng: np.random.Generator) -> Look:
    """The other's clothes on a body of the same sex; hair, bag, hat and shape stay one's own half of the time each."""
    own = {name for name in ("hair", "hat", "bag", "shoes", "scarf") if rng.random() < 0.5}
    phenotype = {**look.phenotype, "gender": other.phenotype["gender"]}
    same_sex = abs(look.phenotype["gender"] - other.phenotype["gender"]) < 0.5
    kept = {name: getattr(look, name) for name in own if name != "hair" or same_sex}
    return replace(
        other, phenotype=phenotype, bag_side=look.bag_side, bag_size=look.bag_size, folds=look.folds, **kept
    )


SETS = {
    "synthetic-sysu": PeopleSet(
        "synthetic-sysu", 20200207, {"train": 200, "val": 50, "test": 100}, SYSU_POSTS, 4
    ),
    "synthetic-regdb": PeopleSet(
        "synthetic-regdb", 20170605, {"train": 150, "val": 30, "test": 80}, REGDB_POSTS, 10, one_walk=True
    ),
    # other people for the pre-training of the slim network: never shipped, in no split
    "pretraining": PeopleSet("pretraining", 20191117, {"train": 320}, VISIBLE_POSTS, 2),
}
