"""Step: what is drawn is drawn by seed and step, for the whole batch."""

import torch

from xivlab.methods.step import Step


def test_processes_take_their_parts_of_what_one_draws():
    rows = torch.ones(6, 3)
    whole = Step(5, seed=2).keep(rows, 0.5)
    parts = [Step(5, seed=2, share=(rank, 3)).keep(rows[:2], 0.5) for rank in range(3)]
    assert torch.equal(torch.cat(parts), whole)
    whole = Step(5, seed=2).normal(rows)
    assert torch.equal(torch.cat([Step(5, seed=2, share=(r, 2)).normal(rows[:3]) for r in range(2)]), whole)
    assert not torch.equal(Step(6, seed=2).normal(rows), whole)


def test_dropout_keeps_the_mean():
    kept = Step().keep(torch.ones(100, 100), 0.5)
    assert set(kept.unique().tolist()) == {0, 2}
    assert abs(kept.mean() - 1) < 0.05  # five standard deviations


def test_a_choice_is_one_that_is_allowed():
    allowed = torch.tensor([[False, True, False], [True, False, True]])
    drawn = torch.stack([Step(number).choice(allowed) for number in range(50)])
    assert (drawn[:, 0] == 1).all() and set(drawn[:, 1].tolist()) == {0, 2}
