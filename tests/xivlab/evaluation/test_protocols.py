"""Galleries: the seeded and the official sampler, all and indoor, one and ten shots."""

import itertools
import random
from typing import get_args

import numpy as np
import pytest

from xivlab.errors import XivlabError
from xivlab.evaluation.protocols import (
    PROTOCOLS,
    TRIALS,
    Protocol,
    Sampling,
    galleries,
    hidden_images,
    official_gallery,
    rules_of,
    sample_gallery,
)

PERSON = np.repeat([3, 5, 11], 8)
CAMERA = np.tile([5, 1, 1, 2, 2, 4, 4, 5], 3)


def pairs(rows):
    return list(zip(PERSON[rows].tolist(), CAMERA[rows].tolist(), strict=True))


def test_gallery_has_one_image_of_each_person_and_camera_in_order():
    rows = sample_gallery(PERSON, CAMERA, trial=0)
    assert pairs(rows) == list(itertools.product([3, 5, 11], [1, 2, 4, 5]))


@pytest.mark.parametrize("trial", range(10))
def test_the_seeded_sampler_asks_pythons_generator_as_most_papers_code_does(trial):
    """Their loop: person by person, camera by camera, a choice among the sorted files."""
    random.seed(trial)
    expected = [
        random.choice(np.flatnonzero((PERSON == person) & (CAMERA == camera)).tolist())
        for person in (3, 5, 11)
        for camera in (1, 2, 4, 5)
    ]
    assert sample_gallery(PERSON, CAMERA, trial).tolist() == expected


@pytest.mark.parametrize("shots", [1, 2])
def test_gallery_depends_on_the_trial_and_on_nothing_else(shots):
    """Multi-shot too: common code draws it with a generator that nobody seeded."""
    np.random.seed(0), random.seed(0)
    first = [sample_gallery(PERSON, CAMERA, trial, shots).tolist() for trial in range(10)]
    np.random.seed(1), random.seed(1)
    assert first == [sample_gallery(PERSON, CAMERA, trial, shots).tolist() for trial in range(10)]
    assert len(set(map(tuple, first))) > 1


def test_gallery_of_a_missing_camera_is_smaller():
    there = ~((PERSON == 5) & (CAMERA == 4))
    assert len(sample_gallery(PERSON[there], CAMERA[there], 0)) == 11


def test_shots_are_different_images_and_at_most_all():
    rows = sample_gallery(PERSON, CAMERA, trial=3, shots=10)
    assert sorted(rows) == list(range(24))  # two images of each person in each camera: all are taken
    person, camera = np.repeat(7, 12), np.repeat(1, 12)
    assert len(set(sample_gallery(person, camera, 0, shots=10))) == 10


# Two people in two cameras; the places of their images in one permutation, and none for the last.
PEOPLE, CAMERAS = np.array([1, 1, 1, 2, 1, 2]), np.array([1, 1, 1, 1, 2, 2])
PLACE = np.array([2, 0, 1, 0, 0, -1])


def test_the_official_gallery_goes_camera_by_camera_in_the_order_of_the_permutation():
    assert official_gallery(PEOPLE, CAMERAS, PLACE).tolist() == [1, 3, 4]
    assert official_gallery(PEOPLE, CAMERAS, PLACE, shots=2).tolist() == [1, 2, 3, 4]


def test_the_trial_chooses_the_permutation():
    permutation = np.stack([PLACE, PLACE[[1, 0, 2, 3, 4, 5]]] + [PLACE] * 8, axis=1)
    drawn = galleries(PEOPLE, CAMERAS, "sysu", Sampling("official"), permutation)
    assert len(drawn) == TRIALS == 10
    assert [rows.tolist() for rows in drawn[:3]] == [[1, 3, 4], [0, 3, 4], [1, 3, 4]]


def test_indoor_is_cameras_1_and_2():
    indoor = galleries(PERSON, CAMERA, sampling=Sampling(mode="indoor"))
    assert all(set(CAMERA[rows]) == {1, 2} and len(rows) == 6 for rows in indoor)
    # The generator is asked for the cameras searched only, as in common code: not a part of the other gallery.
    assert [rows.tolist() for rows in indoor] != [
        [row for row in rows if CAMERA[row] < 3] for rows in galleries(PERSON, CAMERA)
    ]


def test_regdb_is_every_image_once():
    assert [rows.tolist() for rows in galleries(PERSON, CAMERA, "regdb")] == [list(range(24))]


def test_a_sampling_names_itself():
    assert Sampling().name("sysu") == "sysu all single-shot"
    assert Sampling(mode="indoor", shots=10).name("sysu") == "sysu indoor 10-shot"
    assert Sampling().name("llcm") == "llcm single-shot"
    assert (Sampling().name("regdb"), Sampling().how("regdb")) == ("regdb", "every image")
    assert Sampling("official").how("sysu") == "official"


@pytest.mark.parametrize(
    ("protocol", "sampling", "sentence"),
    [
        ("sysu", {"sampler": "official"}, "put rand_perm_cam.mat"),
        ("llcm", {"sampler": "official"}, "llcm has neither"),
        ("llcm", {"mode": "indoor"}, "llcm has neither"),
        ("regdb", {"shots": 10}, "searches every image"),
        ("sysu", {"sampler": "random"}, "sampler must be seeded or official"),
        ("sysu", {"mode": "outdoor"}, "mode must be all or indoor"),
        ("sysu", {"shots": 0}, "shots must be between 1 and 1000"),
        ("sysu", {"trials": 11}, "between 1 and 10"),
    ],
)
def test_what_does_not_go_together_is_refused_in_a_sentence(protocol, sampling, sentence):
    with pytest.raises(XivlabError, match=sentence):
        galleries(PERSON, CAMERA, protocol, Sampling(**sampling))


def test_no_image_in_the_cameras_searched():
    with pytest.raises(XivlabError, match="no gallery image in the cameras"):
        galleries(np.array([1, 2]), np.array([4, 5]), sampling=Sampling(mode="indoor"))


def test_every_protocol_has_its_row():
    assert tuple(PROTOCOLS) == get_args(Protocol)
    assert [name for name, rules in PROTOCOLS.items() if not rules.drawn] == ["regdb"]
    assert [name for name, rules in PROTOCOLS.items() if rules.inside] == ["llcm"]
    with pytest.raises(XivlabError, match="Unknown protocol 'market': choose 'sysu', 'regdb' or 'llcm'"):
        rules_of("market")


@pytest.mark.parametrize(
    ("protocol", "hidden"),
    [
        ("sysu", [[False, True, False], [False, False, False]]),  # camera 3 does not see camera 2
        ("regdb", [[False] * 3] * 2),
        ("llcm", [[False, False, False], [True, False, False]]),  # one's own image in one's own camera
    ],
)
def test_what_a_query_must_not_see(protocol, hidden):
    same = np.array([[True, False, True], [True, True, False]])
    found = hidden_images(protocol, same, np.array([3, 1]), np.array([1, 2, 4]))
    assert found.tolist() == hidden
