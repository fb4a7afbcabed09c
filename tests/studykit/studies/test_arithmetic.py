"""The spread from arithmetic alone: the table that is shipped, what is reckoned of it, and how it is made."""

import numpy as np
import pandas as pd
import pytest

from studykit.studies import arithmetic
from studykit.studies.arithmetic import COLUMNS, INSTRUCTIONS, VARIANTS, run_one, spread, stored
from studykit.studies.questions import NEAR_INFRARED, STUDIES, Study
from xivlab.scale import current


def test_every_run_is_there_by_every_arithmetic():
    table = stored().read()
    assert len(table) == len(INSTRUCTIONS) * len(VARIANTS) * 5
    assert table["run"].nunique() == len(VARIANTS) * 5, "the same runs by name"
    assert table.groupby("arithmetic")["made"].nunique().eq(1).all()
    assert table["made"].nunique() == len(INSTRUCTIONS)


def made_up(seeds, between):
    """A table whose scores are the sum of a part of the seed and one of the arithmetic."""
    rows = [
        dict.fromkeys(COLUMNS, "") | {"arithmetic": name, "variant": "one", "seed": seed, "rank1": a + b}
        for seed, a in enumerate(seeds)
        for name, b in between.items()
    ]
    return pd.DataFrame(rows)


def test_the_parts_are_told_apart():
    found = spread(made_up([0.1, 0.2, 0.3], {"p": 0.0, "q": 0.02})).loc["one"]
    assert found["seeds"] == pytest.approx(0.1)
    assert [found["arithmetic"], found["between"]] == pytest.approx([0.02 / np.sqrt(2)] * 2)
    assert spread(made_up([0.1, 0.2], {"p": 0.0, "q": 0.0})).loc["one", "arithmetic"] == 0


def test_the_variants_are_those_of_the_ablation():
    assert set(VARIANTS) <= set(STUDIES["ablation"].variants)


@pytest.mark.usefixtures("in_threads")
def test_runs_go_into_a_folder_of_their_own(folder, tmp_path, monkeypatch):
    from tiny import TINY

    small = TINY | {"people_per_batch": 2, "epochs": 2, "steps_per_epoch": 2, "decay_epochs": (1,)}
    variants = {"Baseline": small | {"method": "baseline"}, "Baseline+X+CMG": small}
    monkeypatch.setitem(arithmetic.STUDIES, "ablation", Study("?", (NEAR_INFRARED,), variants, seeds=2))
    table = run_one("as it comes", current())
    assert list(table.columns) == list(COLUMNS)
    assert table["variant"].tolist() == ["Baseline"] * 2 + ["Baseline+X+CMG"] * 2
    assert table["seed"].tolist() == [0, 1, 0, 1]
    names = {path.name for path in (current().runs / "arithmetic" / "as-it-comes").iterdir()}
    assert names == set(table["run"])
