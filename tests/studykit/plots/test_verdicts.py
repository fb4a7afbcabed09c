"""Verdicts as one figure: a mark, the deciding gain and its interval in every cell."""

import pandas as pd

from studykit.plots.verdicts import verdict_grid
from studykit.studies.claims import WORLDS

ROWS = [
    ("X helps", "ablation", "synthetic-sysu", "rank1", "a", 2.0, 1.0, 3.0, "holds"),
    ("X helps", "ablation", "synthetic-regdb", "rank1", "a", -1.0, -2.0, -0.5, "does not hold"),
    ("all help", "ablation", "synthetic-sysu", "rank1", "a", 2.0, 1.0, 3.0, "holds"),
    ("all help", "ablation", "synthetic-sysu", "rank1", "b", 0.5, -1.0, 2.0, "undecided with 5 seeds"),
    ("X helps", "ablation", "synthetic-sysu", "mAP", "a", 9.0, 8.0, 10.0, "holds"),
]
PARTS = pd.DataFrame(
    ROWS, columns=["claim", "study", "world", "metric", "gain", "difference", "low", "high", "verdict"]
)


def test_every_cell_says_what_decides_it():
    picture = verdict_grid(PARTS, worlds=WORLDS)
    words = [text.get_text() for text in picture.axes[0].texts]
    assert "✓ +2.0\n+1.0 to +3.0" in words and "✗ -1.0\n-2.0 to -0.5" in words
    assert "? +0.5\n-1.0 to +2.0\nb" in words  # the least gain of two, by its name
    assert "thermal\nablation" in words and not any("+9.0" in word for word in words)
    assert "X helps: holds in near infrared ablation; does not hold in thermal ablation." in picture.alt
    assert "all help: undecided with 5 seeds in near infrared ablation." in picture.alt


def test_both_scores_stand_side_by_side():
    picture = verdict_grid(PARTS, ("rank1", "mAP"), WORLDS)
    words = [text.get_text() for text in picture.axes[0].texts]
    assert "near infrared\nablation\nmAP" in words and "thermal\nablation\nrank-1" in words
    assert "✓ +9.0\n+8.0 to +10.0" in words
    assert "X helps: holds in near infrared ablation, rank-1, near infrared ablation, mAP;" in picture.alt
