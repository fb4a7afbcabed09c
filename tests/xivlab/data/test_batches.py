"""Identity-aligned batches."""

import numpy as np
import pytest
from toy import split

from xivlab.data.batches import IdentityBatches
from xivlab.errors import XivlabError


def batches(people=10, p=4, k=3, seed=0, drop=()):
    data = split(people, 100, 0)
    keep = np.array([(q, m) not in drop for q, m in zip(data.person, data.modality, strict=True)])
    person, modality = data.person[keep], data.modality[keep]
    return IdentityBatches(person, modality, p, k, seed), person, modality


def test_rows_are_aligned_and_of_the_right_modality():
    it, person, modality = batches()
    for step in range(20):
        batch = it[step]
        assert (person[batch.infrared] == person[batch.visible]).all()
        assert (modality[batch.infrared] == 1).all() and (modality[batch.visible] == 0).all()
        assert (np.array(it.people)[batch.labels] == person[batch.visible]).all()
        people, counts = np.unique(batch.labels, return_counts=True)
        assert len(people) == 4 and (counts == 3).all()


def test_classes_follow_the_sorted_people_whatever_the_order_of_the_images():
    it, person, modality = batches()
    order = np.random.default_rng(0).permutation(len(person))
    assert IdentityBatches(person[order], modality[order], 4, 3, 0).people == it.people == sorted(it.people)


def test_a_batch_is_a_function_of_seed_and_step():
    first, again, other = batches()[0], batches()[0], batches(seed=1)[0]
    late = again[7]  # asked for without those before it
    for step in range(8):
        batch = first[step]
    assert all((getattr(batch, f) == getattr(late, f)).all() for f in vars(batch))
    assert any((first[s].visible != other[s].visible).any() for s in range(3))


def test_a_round_shows_everybody_before_anyone_again():
    it, *_ = batches(people=10, p=5)
    for round_number in range(3):
        seen = [c for step in (0, 1) for c in np.unique(it[2 * round_number + step].labels)]
        assert sorted(seen) == list(range(10))


def test_images_are_drawn_without_replacement_if_there_are_enough():
    it, *_ = batches(k=4)  # four infrared and eight visible images each
    for step in range(10):
        batch = it[step]
        assert len(set(batch.infrared)) == 16 and len(set(batch.visible)) == 16


def test_a_person_with_fewer_images_than_k_is_repeated():
    it, *_ = batches(k=6)
    assert len(it[0].infrared) == 24 and len(set(it[0].infrared)) <= 16


def test_people_of_one_modality_only_are_left_out():
    it, *_ = batches(drop={(103, 0), (105, 1)})
    assert it.people == [100, 101, 102, 104, 106, 107, 108, 109]


def test_shares_follow_one_another():
    """As many people for each process, all their images of both modalities."""
    it, *_ = batches()
    batch, parts = it[3], [it[3].share(rank, 2) for rank in (0, 1)]
    for name, rows in vars(batch).items():
        assert (np.concatenate([getattr(part, name) for part in parts]) == rows).all()
    assert [len(set(part.labels)) for part in parts] == [2, 2]
    assert all((vars(batch.share(0, 1))[name] == rows).all() for name, rows in vars(batch).items())


def test_too_few_people_is_one_clear_sentence():
    with pytest.raises(XivlabError, match="needs 11 people .* has 10"):
        batches(p=11)
