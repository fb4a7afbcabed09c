"""Results of the paper, to put beside ours: Tables 1 to 5 of Li et al. (AAAI 2020)."""

from functools import cache

import pandas as pd

from xivlab.config import Config
from xivlab.files import ASSETS, NEW_ASSETS, read_csv, reading
from xivlab.methods import METHODS

PATH = ASSETS / "paper.csv"
PROTOCOL = "sysu all single-shot"  # of its results on SYSU-MM01
SCORES = ("rank1", "rank10", "rank20", "mAP")


@cache
def results() -> pd.DataFrame:
    """A row per result, scores in [0, 1].

    Returns:
        columns table (1 to 5), data ("sysu-mm01", "regdb"), backbone (ours: "resnet50",
        "densenet121"; "plain" and "plain-stride1" of Tables 2 and 3; "" for others' methods),
        method (ours as in `Config.method`, others' by name), x, rank1, rank10, rank20, mAP (NaN
        where it does not say).

    Raises:
        XivlabError: the table is missing or damaged.
    """
    with reading(PATH, NEW_ASSETS):
        table = read_csv(PATH, keep_default_na=False, na_values={name: [""] for name in SCORES})
    return table.assign(**{name: table[name] / 100 for name in SCORES})


def counterpart(config: Config, data: str) -> pd.Series | None:
    """The paper's result for the settings of a run, or None where it has none.

    Args:
        config: settings.
        data: name of the data set; the paper speaks of "sysu-mm01" and "regdb".

    Example:
        >>> from xivlab.config import preset
        >>> print(counterpart(preset("paper-sysu"), "sysu-mm01")["rank1"].round(4))
        0.4992
    """
    backbone: str = config.backbone
    if not config.neck and backbone == "resnet50":
        backbone = "plain" if config.last_stride == 2 else "plain-stride1"
    elif config.last_stride != 1:
        return None
    table = results()
    x = config.x if METHODS[config.method].has_x else ""
    found = table[
        (table["data"] == data)
        & (table["backbone"] == backbone)
        & (table["method"] == config.method)
        & (table["x"] == x)
    ]
    # The full method stands in Tables 1 and 4 alike, and Baseline+X in Tables 4 and 5.
    return None if found.empty else found.iloc[-1]
