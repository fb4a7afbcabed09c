"""The paper's own results beside ours."""

import pytest

from xivlab.config import preset
from xivlab.paper import counterpart, results


@pytest.mark.parametrize(
    ("name", "data", "changes", "rank1", "mAP"),
    [
        ("paper-sysu", "sysu-mm01", {}, 49.92, 50.73),
        ("paper-sysu", "sysu-mm01", {"method": "baseline"}, 38.39, 40.62),
        ("paper-sysu", "sysu-mm01", {"method": "baseline+x"}, 45.57, 47.03),
        ("paper-sysu", "sysu-mm01", {"backbone": "densenet121"}, 48.20, 48.01),
        ("paper-sysu", "sysu-mm01", {"method": "baseline+x", "x": "gray"}, 40.34, 42.92),
        ("paper-regdb", "regdb", {}, 62.21, 60.18),
        ("paper-table2", "sysu-mm01", {}, 33.28, 33.76),
        ("paper-table3", "sysu-mm01", {}, 44.12, 44.22),
    ],
)
def test_the_papers_row_for_our_settings(name, data, changes, rank1, mAP):
    row = counterpart(preset(name, **changes), data)
    assert (100 * row["rank1"], 100 * row["mAP"]) == pytest.approx((rank1, mAP))


@pytest.mark.parametrize(
    ("name", "data", "changes"),
    [
        ("demo", "sysu-mm01", {}),  # slim
        ("paper-sysu", "synthetic-sysu", {}),
        ("paper-llcm", "llcm", {}),
        ("paper-sysu", "sysu-mm01", {"x": "gray"}),  # special cases are reported without L_C
        ("paper-sysu", "sysu-mm01", {"last_stride": 2}),
    ],
)
def test_no_row_where_the_paper_has_none(name, data, changes):
    assert counterpart(preset(name, **changes), data) is None


def test_repeated_results_agree():
    """The full method is in Tables 1 and 4, Baseline+X in Tables 4 and 5."""
    ours = results()[results()["backbone"].isin(["resnet50", "densenet121"])]
    for _, rows in ours.groupby(["data", "backbone", "method", "x"]):
        assert len(rows[["rank1", "rank10", "rank20", "mAP"]].drop_duplicates()) == 1
    assert results()["table"].nunique() == 5
