"""Who is in the sets: enough people, in one split each, some dressed alike, the same from the same seed."""

import pytest

from data_prep.people.population import LOOKALIKES, SETS


@pytest.mark.parametrize("name", SETS)
def test_numbers_are_unique_and_splits_have_their_size(name):
    people = SETS[name].people()
    assert len({p.number for p in people}) == len(people)
    assert {s: sum(p.split == s for p in people) for s in SETS[name].splits} == SETS[name].splits


def test_the_same_seed_gives_the_same_people():
    assert SETS["synthetic-regdb"].people() == SETS["synthetic-regdb"].people()


def test_pretraining_people_are_others():
    looks = [p.look for name in SETS for p in SETS[name].people()]
    assert all(looks.count(look) == 1 for look in looks[:40])
    assert len({s.seed for s in SETS.values()}) == len(SETS)


def test_lookalikes_wear_the_clothes_of_somebody_in_their_split():
    people = {p.number: p for p in SETS["synthetic-sysu"].people()}
    alike = [p for p in people.values() if p.like is not None]
    assert len(alike) == pytest.approx(LOOKALIKES * len(people), rel=0.25)
    for someone in alike:
        other = people[someone.like]
        assert (someone.split, someone.look.upper, someone.look.print) == (
            other.split,
            other.look.upper,
            other.look.print,
        )
        assert other.like is None  # so that no group grows large
        assert someone.look.phenotype != other.look.phenotype


def test_women_and_men_are_alike_often():
    women = [p.look.phenotype["gender"] > 0.5 for p in SETS["synthetic-sysu"].people()]
    assert 0.4 < sum(women) / len(women) < 0.6
