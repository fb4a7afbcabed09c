"""Options that come, against the stored results that the notebooks show: found again, not typed."""

import pytest

from studykit.analysis.effects import effects
from studykit.analysis.intervals import paired
from studykit.predictions import prediction
from studykit.studies import THERMAL
from studykit.studies.answers import answers, judged


def option(number):
    asked = prediction(number)
    return asked.options[asked.came]


def gain(study, variant, other, metric="rank1", *data):
    return paired(judged(answers(study, *data)), variant, other, metric)


def test_three_seeds_allow_any_claim():
    own = judged(answers("ablation"))
    one = paired(own[own["seed"] < 3], "Baseline+X+CMG", "Baseline", "rank1")
    assert option("06.3").startswith("Wide enough for any claim") and one.low < 0 < one.high
    assert 100 * (one.high - one.low) > 4


def test_the_whole_gains_more_in_thermal():
    near, thermal = (gain("ablation", "Baseline+X+CMG", "Baseline", "rank1", *d) for d in ((), (THERMAL,)))
    assert option("06.5") == "In thermal." and thermal.mean > near.mean


def test_mean_and_gray_alone_are_below_the_learned_x():
    kinds = ("Mean", "Gray", "V", "Y", "random channel")
    below = [kind for kind in kinds if gain("special-cases", kind, "X").high < 0]
    assert option("07.5") == f"{' and '.join(below)}, and no other."


def test_in_thermal_a_random_channel_is_ahead_of_x():
    assert option("07.6") == "A random channel is ahead of X."
    assert gain("special-cases", "random channel", "X", "rank1", THERMAL).low > 0


def test_rank_1_is_highest_at_the_right_end_of_lambda():
    means = judged(answers("lambda")).groupby("variant", sort=False)["rank1"].mean()
    assert option("08.2") == "A slope that is highest at the right end."
    assert means.idxmax() == list(means.index)[-1]


@pytest.mark.parametrize("variant", ["Baseline+X", "Baseline+X+CMG"])
def test_the_test_effect_is_the_larger_part(variant):
    both = effects(answers("ablation"), variant)
    assert option("06.4") == "The test effect." and both.test.low > 0
    assert both.test.mean > abs(both.training.mean) or both.training.mean < 0


def test_the_input_of_g_moves_map_farthest_of_the_single_choices():
    own = judged(answers("paper-and-code"))
    first, *others = own["variant"].unique()
    moved = {one: abs(paired(own, one, first, "mAP").mean) for one in others if one != "all of the code"}
    assert max(moved, key=moved.get) == "input of g normalised"
    assert option("A2.1") == "g sees the normalised image."
