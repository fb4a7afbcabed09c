"""What came, where it is a result: the options of notebook 12 that are right are those of the stored runs."""

from studykit.predictions.data import prediction
from studykit.studies.ladder_claims import ELEVEN
from studykit.studies.table1 import rows, stored
from studykit.widgets.rungs.data import steps


def test_the_best_of_the_eleven_is_less_than_ten_points_above_the_first():
    gain = rows(stored()).loc[list(ELEVEN), "rank1_over"].max()
    assert prediction("12.3").options[prediction("12.3").came].startswith("Less than 10") == (gain < 10)


def test_the_least_overlap_has_not_the_best_rank():
    every = steps()
    least = min(every, key=lambda one: one.rung.distances.overlap)
    best = max(every, key=lambda one: one.score.mean)
    right = prediction("12.2").options[prediction("12.2").came]
    assert right.startswith("No") == (least.name != best.name)
    poor = next(one for one in every if one.name == "dhsme-style")
    first = next(one for one in every if one.name == "one-stream")
    assert poor.rung.distances.overlap < first.rung.distances.overlap and poor.score.mean < first.score.mean
