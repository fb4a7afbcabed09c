"""All verdicts as one figure: a row per claim, a column per place where it was asked."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from types import MappingProxyType

import pandas as pd

from studykit.analysis.verdicts import FAILS, HOLDS, together
from studykit.plots.picture import FONT, INK, Picture
from xivlab.evaluation.scores import SHOWN

# Mark, ground and ink; the mark tells them apart without colour.
LOOKS: Mapping[str, tuple[str, str, str]] = {
    HOLDS: ("✓", "#CFE8DF", "#00523B"),
    FAILS: ("✗", "#F6D9C9", "#8A2E00"),
    "undecided": ("?", "#ECECEC", INK),
}


def look_of(word: str) -> tuple[str, str, str]:
    """Mark, ground and ink of a verdict; it may be undecided with any number of seeds."""
    return LOOKS.get(word, LOOKS["undecided"])


def verdict_grid(
    parts: pd.DataFrame,
    metrics: Sequence[str] = ("rank1",),
    worlds: Mapping[str, str] = MappingProxyType({}),
) -> Picture:
    """The verdict of every claim in every study and world, with the gain that decides it and its interval, in points.

    Of a claim of several gains the one is written and named that decides it: the least. A blank: not asked there.

    Args:
        parts: as `studykit.studies.claims.judge` gives them.
        metrics: "rank1", "mAP", or both, which then stand side by side.
        worlds: names to write in the place of those in `parts`.
    """
    rows = parts[parts["metric"].isin(metrics)]
    claims = list(dict.fromkeys(rows["claim"]))
    places = [
        (*place, metric) for place in dict.fromkeys(zip(rows["world"], rows["study"])) for metric in metrics
    ]
    several = rows.groupby(["claim", "world", "study", "metric"]).size().max() > 1
    lines = 3 if len(metrics) > 1 else 2
    picture = Picture((0.68 if several else 0.52) * len(claims) + 0.16 * lines + 0.83, "", layout=None)
    left = 0.33
    axes = picture.add_axes((left, 0.02, 0.99 - left, 1 - (0.16 * lines + 0.63) / picture.get_figheight()))
    axes.set(xlim=(0, len(places)), ylim=(len(claims), 0))
    axes.axis("off")
    said: dict[str, dict[str, list[str]]] = {}
    for column, (world, study, metric) in enumerate(places):
        name = f"{worlds.get(world, world)}\n{study}" + (f"\n{SHOWN[metric]}" if len(metrics) > 1 else "")
        axes.text(column + 0.5, -0.12, name, ha="center", va="bottom", fontsize=FONT - 1.5, color=INK)
    for row, claim in enumerate(claims):
        axes.text(-0.05, row + 0.5, fill(claim, 36), ha="right", va="center", fontsize=FONT - 1.5, color=INK)
        for column, (world, study, metric) in enumerate(places):
            here = (rows["world"] == world) & (rows["study"] == study) & (rows["metric"] == metric)
            asked = rows[here & (rows["claim"] == claim)]
            if asked.empty:
                continue
            whole = together(list(asked["verdict"]))
            least = asked.loc[asked["difference"].idxmin()]
            mark, ground, ink = look_of(whole)
            axes.fill_between([column + 0.03, column + 0.97], row + 0.05, row + 0.95, color=ground, lw=0)
            words = f"{mark} {least['difference']:+.1f}\n{least['low']:+.1f} to {least['high']:+.1f}"
            if len(asked) > 1:
                words += f"\n{least['gain']}"
            axes.text(column + 0.5, row + 0.5, words, ha="center", va="center", fontsize=FONT - 2, color=ink)
            where = f"{worlds.get(world, world)} {study}" + (f", {SHOWN[metric]}" if len(metrics) > 1 else "")
            said.setdefault(claim, {}).setdefault(whole, []).append(where)
    picture.alt = f"Verdicts, with the gains in points that decide them. {' '.join(map(_sentence, said, said.values()))}"
    return picture


def _sentence(claim: str, found: Mapping[str, Sequence[str]]) -> str:
    """Where a claim has which verdict."""
    return f"{claim}: " + "; ".join(f"{word} in {', '.join(where)}" for word, where in found.items()) + "."
