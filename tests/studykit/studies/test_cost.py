"""Cost of a method: what is counted is what its networks do."""

import pandas as pd
import pytest
from tiny import tiny
from toy import dataset

from studykit.studies import cost as module
from studykit.studies.cost import COLUMNS, cost, costs, stored
from studykit.studies.questions import FEWER_STEPS
from xivlab.methods import METHODS, PUBLISHED


def of(name, **changes):
    return cost(tiny(method=name, **changes), dataset(), repeats=1)


def test_private_stems_cost_weights_and_no_operations():
    one, two = of("one-stream"), of("two-stream")
    assert list(one) == list(COLUMNS) and one["method"] == "one-stream"
    assert two["weights"] - one["weights"] == 464
    assert two["operations"] == one["operations"] > 0 and two["seconds"] > 0


def test_a_third_image_costs_half_as_much_again():
    two, three = of("baseline"), of("baseline+x")
    assert three["operations"] / two["operations"] == pytest.approx(1.5, rel=0.02)
    assert three["weights"] - two["weights"] == 10


def test_twice_the_batch_costs_twice_the_operations():
    one, two = of("one-stream"), of("one-stream", people_per_batch=8)
    assert two["operations"] / one["operations"] == pytest.approx(2, rel=1e-6)


def test_steps_that_differ_are_averaged():
    """Of a GAN more is counted than of the step of its learner, and less than of all its moves."""
    short = {"epochs": 3, "steps_per_epoch": 3}
    assert of("d2rl-style", **short)["operations"] > of("one-stream")["operations"] * 2 / 3


def test_what_is_stored_of_another_version_is_not_shown(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "results", lambda part: tmp_path / part)
    assert costs().empty
    row = dict.fromkeys(COLUMNS, 1) | {"processor": "one"}
    table = pd.DataFrame(
        [row | {"method": "agw"}, row | {"method": "bdtr", "version": METHODS["bdtr"].version + 1}]
    )
    stored().write(table)
    assert list(costs().index) == ["agw"]


def test_the_stored_table_has_every_method():
    assert set(costs().index) == set(PUBLISHED)
    assert (costs()[["weights", "operations", "seconds"]] > 0).all(axis=None)


def test_with_the_same_compute_steps_are_fewer_as_they_cost_more():
    operations = costs()["operations"]
    dear = operations[operations > 1.03 * operations["one-stream"]]
    assert set(FEWER_STEPS) == set(dear.index) - {"baseline+x"}
    for name, share in FEWER_STEPS.items():
        assert share == pytest.approx(operations["one-stream"] / operations[name], abs=0.01)
