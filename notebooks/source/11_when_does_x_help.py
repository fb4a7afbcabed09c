# %% [markdown]
# # 11 When does X help?
#
# Five notebooks asked *whether*, in one world, and heard "a little", "no", "undecided". Here the world gets knobs: how
# much carbon is in the dyes, how far they reach into the infrared, how many people train, how long. Turn them, and see
# where a middle modality helps, and why.
#
# **Goals.** After this notebook you can
# - split a gain into what training with X made of $f$ and what the second view does at test, and say which control
#   belongs to which;
# - say along which knobs the gain grows, and along which it does not, each with its interval;
# - name what predicts the gain over all worlds, and what does not;
# - say in three sentences when and why a middle modality helps, and which figure told you.
#
# **Minutes.** {reader} for you; for the computer {minutes}, where results are stored.
#
# **Needs.** [10 The modality gap](10_modality_gap.ipynb) comes before; what you need is [06 The ablation](06_ablation.ipynb)
# for paired differences, verdicts and the two parts of a gain; [07 Special cases](07_special_cases.ipynb) for V in the
# place of X; [01](01_data_and_modality_gap.ipynb) for dyes and carbon.

# %%
import numpy as np
import pandas as pd

from studykit.machine import banner

print(banner())

# %% [markdown]
# ## 1. The question
#
# "X helps" is no sentence that can be true or false: helps *whom, where, by which way*? A gain of a method with X over
# the Baseline has two parts. Training shows $f$ a third kind of image, and $f$ becomes another: that can be seen when
# both are searched by D(I, V) alone. And the search adds a second distance, through X: that can be seen by searching one
# and the same model twice.
#
# $$\underbrace{s_X(v{+}x) - s_B(v)}_{\text{gain}} = \underbrace{s_X(v) - s_B(v)}_{\text{training effect}} +
# \underbrace{s_X(v{+}x) - s_X(v)}_{\text{test effect}} \tag{11.1}$$
#
# $s_B$ is a score of the Baseline, $s_X$ one of the method with X. By hand, with made-up scores of three seeds:

# %%
baseline_v = np.array([0.25, 0.27, 0.26])
with_x_v = np.array([0.28, 0.29, 0.30])
with_x_sum = np.array([0.29, 0.29, 0.31])
training, test = with_x_v - baseline_v, with_x_sum - with_x_v  # Eq. (11.1)
print("training effect:", training.round(2), " test effect:", test.round(2))

# %%
from studykit.analysis.effects import effects

sides = {
    ("Baseline", "v"): baseline_v,
    ("with X", "v"): with_x_v,
    ("with X", "v+x"): with_x_sum,
}
table = pd.concat(
    pd.DataFrame({"variant": name, "test_distance": d, "seed": range(3), "rank1": s})
    for (name, d), s in sides.items()
)
parts = effects(table, "with X")
assert np.isclose(parts.training.mean, training.mean())
assert np.isclose(parts.whole.mean, parts.training.mean + parts.test.mean)
for name, part in parts._asdict().items():
    print(
        f"{name:8} {100 * part.mean:+.1f} points, {100 * part.low:+.1f} to {100 * part.high:+.1f}"
    )

# %% [markdown]
# A *why* is a bet on one of the parts. If X is a regulariser, which keeps $f$ from learning its training people's colours
# by heart, then the training effect grows with the length of training and shrinks with the number of people. If X is
# a better picture of the infrared than the colours are, then the test effect is large where one view made of them predicts the
# infrared better than they do.
#
# ## 2. The bets, before the numbers
#
# What was asked, in which worlds, with which hypotheses and by which rule was written down before any training with X in
# these worlds (`results/PROTOCOL.md`; `git log` shows the order). The first five of its ten hypotheses:

# %%
import re

from xivlab.scale import project

protocol = (project() / "results" / "PROTOCOL.md").read_text(encoding="utf-8")
asked = protocol.split("## 4. Hypotheses")[1].split("## 5.")[0]
hypotheses = re.findall(
    r"- \*\*(H\d+), (.+?)\*\*(.+?)(?=\n- \*\*|\Z)", asked, re.DOTALL
)
for number, name, words in hypotheses[:5]:
    print(f"{number}: {name} {' '.join(words.split())}\n")

# %% [markdown]
# **Predict.** On which would you bet, and against which? Write two of them down, with a reason, before you go on. Whoever
# bets after the map has opened bets on nothing.
#
# ## 3. A world with knobs
#
# Everybody in the synthetic world wears fabrics that are mixed: dyes, whose bands end somewhere in the red or beyond it,
# and in some of them carbon, which absorbs at every wavelength. Both are drawn for each garment once, and the knobs say
# what is made of the draws. So the very same person can be dressed for another world. A name says which:
# `synthetic-sysu@carbon=1` is a name of data wherever data are named (`xivlab train --data "synthetic-sysu@carbon=1"`).

# %%
from studykit.plots import image_strip
from xivlab.world import World

plain = World("synthetic-sysu")
index = plain.index
some = index.loc[index["split"] == "val", "person"].unique()[:5]
first = [
    index.index[(index["person"] == p) & (index["modality"] == m)][0]
    for m in (0, 1)
    for p in some
]
worlds = {"no carbon": "@carbon=0", "as it is": "", "carbon in all": "@carbon=1"}
worlds |= {"steep dyes": "@edge=0.55", "wide dyes": "@edge=3"}
rows = {"visible": plain.expose(np.array(first[:5]))}
for name, knobs in worlds.items():
    rows[name] = World(f"synthetic-sysu{knobs}").expose(np.array(first[5:]))
image_strip(
    list(rows.values()),
    rows=list(rows),
    alt="Five people: visible, and the infrared images of five worlds that differ by carbon and by the reach of dyes.",
    largest=0.4,
)

# %% [markdown]
# The first row is one picture of each in colour, the others one infrared moment in five worlds. Without carbon dark cloth
# turns pale, and people become alike; with carbon in all it stays dark, and looks in infrared as it does in gray. The
# wider the dyes, the more of the colour's own light and shade is left beyond the red.
#
# How well *could* an image made of R, G and B do? Over the garments that people wear, least squares finds the mix that
# predicts the infrared best; V, the largest of the three, stands beside it.

# %% tags=["predict"]
from studykit import widgets

widgets.predict("11.1")


# %%
from studykit.analysis.predictability import patches, predictability

people = index.loc[index["split"] == "val", "person"].unique()
found = {
    name: predictability(patches(World(f"synthetic-sysu{knobs}"), people))
    for name, knobs in worlds.items()
}
pd.DataFrame(found)[list(worlds)].loc[["linear", "v", "mean", "r"]].round(2)

# %% [markdown]
# These are correlations with the infrared, 1 would be a perfect prediction; *linear* was fitted to these very garments, and
# no ten weights can do better. From the table alone: in which of the five worlds should a learned X gain most at test, and
# in which should it gain nothing?
#
# ## 4. The map, knob by knob
#
# For each knob up to five values, its ends first, everything else as it is; at each the Baseline, Baseline+X, Baseline+X+CMG, V in
# the place of X and a random channel in its place, three seeds each, trained to the end. The widget below opens when you have
# made your bet.

# %% [markdown]
# ### One row first: what $f$ had seen before
#
# No network here begins from nothing. It was pre-trained on visible images of other people, and in the default half of those
# were turned gray, so that $f$ has met people without colour before it ever sees an infrared one. The paper's networks come
# from ImageNet, which is in colour. So turn that share, from none to all, and leave the rest as it is.


# %% tags=["predict"]
widgets.predict("11.2")


# %%
from studykit.analysis.when import gains
from studykit.studies import when

scores = when.read()
gained = gains(scores)
there = set(scores["point"])
row = {label: point for label, point in when.axis("gray").items() if point in there}
asked = scores[(scores["query"] == "infrared") & scores["point"].isin(row.values())]
share = (
    asked["point"]
    .map({point: label for label, point in row.items()})
    .rename("gray share")
)
means = asked.drop_duplicates(["point", "run", "test_distance"]).pivot_table(
    "rank1", ["method", "test_distance"], share, sort=False
)
for label, point in row.items():
    whole = gained[(gained["point"] == point) & (gained["method"] == "Baseline+X+CMG")]
    for one in whole.drop_duplicates("part").itertuples():
        print(
            f"gray share {label}, {one.part:8} {one.mean:+.1f} points, {one.low:+.1f} to {one.high:+.1f}"
        )
(100 * means[list(row)]).round(1)

# %% [markdown]
# Read the table column by column, at first by *v* alone, where all are searched alike. If the Baseline climbs with the share,
# and the methods with X stay where they are, then what X teaches $f$ is what gray pictures teach it beforehand: people
# without their colours. Any further picture may teach that (look at V and at the random channel), and a network that has
# learnt it already cannot learn it again. What the search adds through X is another thing, and may stay.

# %% [markdown]
# ### All of them
#
# **Bet, then turn.** Choose a knob, bet in which direction the gain goes along it, and only then open the map. Where
# is the gain largest? Which of its two parts is it? And what does the learned $g$ do there: does its mix of R, G and B
# follow the world?
#
# <details><summary>How to read it</summary>
#
# The number on top is the gain at this value with its interval over three seeds, so it is wide: a single value seldom
# decides anything. What a knob does is seen along the whole row; the bet is judged by the change from its first to its last
# value. The three pictures are of one validation person in that world; X is made by the learned $g$ of seed 0. If the two
# parts have different signs, a method can win by the one and lose by the other.
#
# </details>

# %%
widgets.when_does_x_help()

# %% [markdown]
# All knobs at once, as still pictures: the gain as a whole, what training with a third modality makes of $f$, and what the
# second view does at test, each with its 95 % intervals.

# %%
from studykit.plots.when import PARTS, by_knob

turned = [n for n in when.rows() if len(there & set(when.axis(n).values())) > 1]
knobs = {when.rows()[name].label: when.axis(name) for name in turned}
print(when.coverage(scores))
widgets.frame_slider(
    list(PARTS.values()), [by_knob(gained, knobs, part) for part in PARTS], "shown"
)

# %% [markdown]
# Each has one scale in all its panels. Look for panels in which a line *goes* somewhere, beyond its bars. Whether it
# does, knob by knob: the change from the first value to the last, along the straight line through all of them. Since many
# knobs are asked, the intervals are wider than 95 %, so that all together are wrong once in twenty times.

# %%
from studykit.studies.map_claims import CLAIMS, trend

told = (
    "the whole beats the Baseline",
    "training with both makes a better f",
    "searching by X as well helps",
)
rows, ordered = [], [name for name in when.rows() if when.ordered(name)]
level = 1 - 0.05 / (len(told) * len(ordered))
for name in ordered:
    for claim in told:
        points = list(when.axis(name).values())
        one = trend(scores, points, CLAIMS[claim], level=level)
        if one is not None:
            c = one.change
            rows.append((name, claim, c.mean, c.low, c.high, one.says))
trends = pd.DataFrame(
    rows, columns=["knob", "gain", "change", "low", "high", "verdict"]
)
trends.set_index(["knob", "gain"]).round(1)

# %% [markdown]
# ## 5. Where each claim holds
#
# The paper's claims once more, at every value of every knob. A knob to choose:

# %%
from studykit.plots.verdicts import verdict_grid
from studykit.studies.map_claims import judge_map

grids = {name: judge_map(scores, name, when.axis(name)) for name in turned}

# %% [markdown]
# Is there a claim that holds nowhere? And at which value of which knob would the paper's Table 4 come out in the paper's order?


# %% tags=["predict"]
widgets.predict("11.3")


# %%
widgets.frame_slider(
    list(grids), [verdict_grid(grid) for grid in grids.values()], "knob", start=0
)

# %%
everything = pd.concat(grids.values()).drop_duplicates(["claim", "difference", "low"])
counts = everything.assign(verdict=everything["verdict"].str.split(" with").str[0])
counts.groupby(["claim", "verdict"], sort=False).size().unstack(fill_value=0)

# %% [markdown]
# ## 6. Two knobs at once
#
# Length of training and share of carbon together, for the whole method. If length acts by overfitting and carbon by what
# the infrared can be predicted from, the two should not disturb each other: rows alike up to a shift.

# %%
from studykit.plots.when import plane


def cell(method, point, part="whole"):
    rows = gained.query("method == @method and point == @point and part == @part")
    return None if rows.empty else tuple(rows[["mean", "low", "high"]].iloc[0])


square = pd.DataFrame(
    {a: {b: cell("Baseline+X+CMG", point) for b, point in line.items()}
     for a, line in when.square().items()}
).T  # fmt: skip
plane(
    square,
    "carbon, share of the dyed garments",
    "length, times the study's",
    "Gain of Baseline+X+CMG over the Baseline in points, over length and carbon.",
)

# %% [markdown]
# Numbers are points with their intervals, bold where the interval leaves out 0, on violet where it is a gain and on orange where
# it is a loss; what has no number was not measured.
#
# ## 7. Why: what predicts the gain?
#
# Every point of the map is a world or a training of its own, and three things are known of each that have nothing to do
# with X, all on validation people: how well the best mix of R, G, B predicts the infrared; by how much the Baseline
# finds its training people better than others (it has learnt them by heart); and what it loses when V is turned gray at
# test (it leans on colour). If one of them is *why* X helps, the gain must go along with it over all points.

# %%
from studykit.plots.when import scatter
from studykit.studies import why

reasons = why.stored().read()
effects_of = {
    words: scatter(gained, reasons, "Baseline+X+CMG", part)
    for part, words in PARTS.items()
}
widgets.frame_slider(list(effects_of), list(effects_of.values()), "against", start=1)

# %% [markdown]
# ρ is Spearman's correlation of ranks, its interval from points drawn with repetition, and made wider (99.4 % instead of
# 95 %), since three reasons for three effects are nine chances to be lucky. All nine:

# %%
from studykit.analysis.when import explained

nine = explained(gained, reasons, "Baseline+X+CMG")
nine.drop(columns="points").round(2)

# %% [markdown]
# <details><summary>What such a correlation does not show</summary>
#
# That the points are not independent (a row of a knob moves one thing, and all rows share their middle, and most of them
# three seeds); that another thing moves along with the reason; and that the reason acts, and not what turned it. The rows
# help: if a reason acts, it must act *within* a row as well, whichever knob moves it.
#
# </details>
#
# ## 8. The answer
#
# In sentences that code wrote, so that they are those of the results at hand:

# %%
from textwrap import fill

from studykit.studies.when_answer import answer

print(*(fill(sentence, 100) for sentence in answer(scores, reasons)), sep="\n\n")

# %% [markdown]
# And the bets of section 2, all ten hypotheses of the protocol, each judged by the rule of notebook 06 (a correlation: by whether
# its interval leaves out 0). Which of yours is among those that hold?

# %%
from studykit.studies.hypotheses import hypotheses, stored

for one in hypotheses(scores, reasons, stored()):
    print(fill(str(one), 110), end="\n\n")

# %% [markdown]
# What stays undecided may well do so: three seeds at a point and a few points are little for a question about differences of
# differences. What does not hold is as much of a result as what does. Now say in three sentences of your own when a middle
# modality helps here, and why, and by which figure you know. Where you cannot, say what would have to be measured.
#
# To find a world by yourself is the open task at the end of this notebook.
#
# ## Takeaways
#
# - A gain has two parts, with a control each: the Baseline searched alike, and a Baseline with a second view at test.
# - "Does it help?" is a map, not a number. What a knob does is seen along its whole row.
# - Bets first. A reason is a prediction for worlds that one has not seen yet.
# - A correlation over worlds is a hint of a reason; that the reason acts is shown by turning it and nothing else.

# %% [markdown] tags=["teacher"]
# The bets of section 2 belong on the board, with names. A class of thirty has thirty worlds for the open task: give every
# pair one value of one knob that is not on the map, let them train three seeds (six minutes), and collect the gains in one
# picture. It will look like section 4, with the class's own noise.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# ### Exercise 1. Two parts
#
# Difficulty ●●○ · importance ●●● · 6 minutes
#
# Scores of the same seeds: the Baseline by v, the method by v and by v+x. Return the mean training effect and the mean test
# effect (Eq. 11.1).
#
# <details><summary>Hint</summary>
#
# Each part is a difference of two of the three arrays, and the two parts add up to the gain.
#
# </details>


# %% tags=["exercise"]
def two_parts(baseline_v, method_v, method_sum):
    """(n,) scores each. Returns: (training effect, test effect)."""
    return None  # your code here


# %% tags=["check"]
from studykit.exercises import check

check("11.1", two_parts)

# %% [markdown] tags=["exercise-text"]
# ### Exercise 2. A trend over seeds
#
# Difficulty ●●○ · importance ●●○ · 8 minutes
#
# A row per seed, a column per value of a knob, in its order. For each seed lay a straight line through its gains, the
# values standing at 0, 1, ..., and return the change from the first to the last value along that line, one number per seed.
#
# <details><summary>Hint 1</summary>
#
# `np.polyfit(places, gains, 1)[0]` is the slope of one seed's line.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# From the first place to the last one are `n - 1` steps.
#
# </details>


# %% tags=["exercise"]
def my_trend(gains):
    """gains: (seeds, n), n at least 2. Returns: (seeds,)."""
    return None  # your code here


# %% tags=["check"]
check("11.2", my_trend)

# %% tags=["quiz"]
widgets.quiz("11")

# %% [markdown]
# Back: [10 The modality gap](10_modality_gap.ipynb). Next: [12 The ladder](12_the_ladder.ipynb), for what others did. All of the paper, and where it is: the [index](INDEX.md). What to
# read now: [READING.md](READING.md). The table of contents is at the end of [00 Start here](00_start_here.ipynb).
