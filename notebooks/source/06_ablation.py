# %% [markdown]
# # 06 The ablation
#
# The paper adds X, then the cross-modality losses, and both times the numbers rise. Do they rise here, too, when every model
# is trained to its end? And would they have risen with another seed, another camera, another network, or if the plain
# method had been given the same time? A question, a hunt through five suspects (luck, the search, the camera, the computing
# time, the network), and one figure as the answer.
#
# **Goals.** After this notebook you can
# - say what each row of the paper's Table 4 adds, and what it costs;
# - work out a paired difference over seeds and its 95 % interval by hand;
# - judge a claim by a rule that was written before the numbers: it holds, it does not hold, or it is undecided;
# - split a gain into what training with X made of $f$ and what the second view does at test, and name the control for it;
# - say whether X and the cross-modality loss help here, in near infrared and in thermal, and by how much.
#
# **Minutes.** {reader} for you; for the computer {minutes}, where results are stored; where it has to train them, hours.
#
# **Needs.** [05 Search and scores](05_search_and_scores.ipynb): rank-1, mAP, Eq. 2, and why one seed cannot compare two
# methods.

# %%

import numpy as np
import pandas as pd

from studykit.analysis import verdicts
from studykit.machine import banner
from studykit.studies import claims
from xivlab.scale import current

print(banner())

# %% [markdown]
# ## 1. The question
#
# An *ablation* takes a method apart and asks what each part is worth. The paper has three rows:
#
# | method | loss | sees |
# |---|---|---|
# | Baseline | $L_V + L_I$ | infrared, visible |
# | Baseline+X | $L_V + L_I + L_X$ | infrared, visible, X |
# | Baseline+X+CMG | $L_V + L_I + L_X + \lambda L_C$ (Eq. 11) | infrared, visible, X |
#
# CMG is the *cross-modality gap*, $L_C$ of Eq. 3. This is what the paper found on SYSU-MM01, in percent:

# %%
from xivlab.paper import results

table4 = results().query("table == 4").set_index(["backbone", "method"])
(100 * table4[["rank1", "rank10", "rank20", "mAP"]]).round(2)

# %% [markdown]
# With each network every row is above the one before. Each row was measured once: no seeds, no intervals. Would the
# rows keep their order if everything were trained again? The paper does not say. We can ask it here, where a training
# is cheap.
#
# ## 2. A difference over seeds, by hand
#
# Two methods, four seeds, made-up rank-1 scores:

# %%
plain = np.array([0.30, 0.34, 0.28, 0.32])  # seeds 0, 1, 2, 3
better = np.array([0.315, 0.35, 0.295, 0.33])
print(f"means: {plain.mean():.4f} and {better.mean():.4f}")

# %% [markdown]
# The mean of $n$ values $d_1, \dots, d_n$ with standard deviation $s$ is known to within
#
# $$\bar d \;\pm\; t_{n-1}\,\frac{s}{\sqrt n} \tag{06.1}$$
#
# where $t_{n-1}$ is Student's factor for 95 %: large for few values, 1.96 for many. For each method by itself:

# %%
from scipy import stats


def by_hand(values):
    n = len(values)
    half = stats.t.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n)  # Eq. (06.1)
    return values.mean() - half, values.mean() + half


for name, scores in (("plain", plain), ("better", better)):
    print(f"{name:7} from {by_hand(scores)[0]:.3f} to {by_hand(scores)[1]:.3f}")

# %% tags=["predict"]
from studykit import widgets

widgets.predict("06.1")


# %%
low, high = by_hand(better - plain)
print(f"differences: {better - plain}")
print(f"their mean:  {(better - plain).mean():.4f}, from {low:.4f} to {high:.4f}")

# %% [markdown]
# So one takes the difference first, seed by seed, and its interval then. That is a **paired** comparison. Here the whole
# interval is above 0. The package's function takes a table, finds the seeds, and does the same:

# %%
from studykit.analysis.intervals import paired

made_up = pd.concat(
    pd.DataFrame({"variant": name, "seed": range(4), "rank1": scores})
    for name, scores in (("plain", plain), ("better", better))
)
assert np.allclose(
    paired(made_up, "better", "plain")[:3], [(better - plain).mean(), low, high]
)
print(paired(made_up, "better", "plain"))

# %% [markdown]
# ## 3. The rule, before the numbers
#
# Whoever looks at the numbers first will find a reason why they are as they are. So here is the rule first. Differences
# are in *points*: 1 point is one query in a hundred.

# %%
from studykit.analysis.intervals import Interval
from studykit.plots.rule import rule

examples = [(0.6, 2.2), (-0.4, 1.6), (-1.2, 0.3), (-2.4, -0.8)]
rule([Interval((low + high) / 2, low, high, 5) for low, high in examples])

# %% [markdown]
# A claim of a gain *holds* if the whole interval is above 0, and *does not hold* if it is so low that even half a point
# is ruled out (that is less than any gain in the paper's tables). Everything between is *undecided*: there may be a
# gain, and these seeds cannot show it. "Undecided" is not "no".
#
# How often is the rule wrong? Let it compare two methods 4000 times, five seeds each, whose difference jumps by 1 point
# from seed to seed. Once the two are *equally good*; once one is better by 1 point.

# %%
from studykit.analysis.intervals import interval

rng = np.random.default_rng(0)
words = {
    f"true gain {gain}": [
        verdicts.verdict(interval(gain + rng.normal(0, 1, 5))) for _ in range(4000)
    ]
    for gain in (0, 1)
}
pd.DataFrame(
    {name: pd.Series(one).value_counts(normalize=True) for name, one in words.items()}
).round(3)

# %% [markdown]
# In the first column "holds" is wrong, and rare: one in forty, the upper half of the one in twenty that a 95 % interval
# allows. In the second column "does not hold" is wrong, and rarer still. The price is paid in "undecided": with five
# seeds a gain as small as its own noise is often missed.
#
# Keep the one in forty in mind: whoever makes eighty comparisons of nothing finds two "gains".
#
# How large must a gain be to be found, then? The same game for every true gain from 0 to 3 points, and for several
# numbers of seeds.

# %% jupyter={"source_hidden": true}
from studykit.plots import CURVES, DASHES, lines

true_gains = np.linspace(0, 3, 13)
kinds = (verdicts.HOLDS, "undecided", verdicts.FAILS)
looks = dict(zip(kinds, zip(CURVES, DASHES)))


def power(seeds, repeats=300):
    """How often each verdict is given, in %, for each true gain."""
    draws = true_gains[:, None, None] + rng.normal(
        0, 1, (len(true_gains), repeats, seeds)
    )
    given = [[verdicts.verdict(interval(draw)) for draw in some] for some in draws]
    shares = {
        kind: np.array(
            [100 * np.mean([v.startswith(kind) for v in some]) for some in given]
        )
        for kind in kinds
    }
    words = f"With {seeds} seeds a true gain of 1 point is found in {shares[verdicts.HOLDS][4]:.0f} % of all studies."
    return lines(
        true_gains,
        shares,
        "true gain in points, noise of 1 point",
        "verdicts in %",
        words,
        looks,
    )


# %% tags=["predict"]
widgets.predict("06.2")


# %%
seeds = (2, 3, 5, 10, 20)
widgets.frame_slider(seeds, [power(n) for n in seeds], "seeds", start=2)

# %% [markdown]
# ## 4. Near infrared
#
# Now the real thing: three methods, five seeds, the same number of steps for all. It is the number after which the Baseline
# gains no more (notebook 04, section 6). `answers` takes stored results if they are of exactly these settings, else it trains; it says which.
# `judged` keeps one row per run: each method is scored by its own test distance, the Baseline by D(I, V), the others by
# Eq. 2.

# %%
from studykit.studies.answers import answers, judged

near = answers("ablation")
own = judged(near)
scores = own.pivot(index="seed", columns="variant", values="rank1")
(100 * scores[own["variant"].unique()]).round(1)

# %% [markdown]
# Rank-1 in percent, a row per seed. In how many of the seeds do the methods stand in the paper's order? And **predict**
# before you run the next cell: how wide will an interval be, compared with the steps between the rows of Table 4?

# %%
from studykit.plots.studies import gains, variant_scores
from studykit.studies.claims import paper_scores

theirs = paper_scores("ablation")
variant_scores(own, theirs)

# %%
order = scores[["Baseline", "Baseline+X", "Baseline+X+CMG"]]
rises = (order.diff(axis=1).iloc[:, 1:] > 0).all(axis=1)
print(
    f"the paper's order in {rises.sum()} of {len(rises)} seeds: {list(rises.index[rises])}"
)

# %% [markdown]
# <details><summary>How to read it</summary>
#
# The cell above counts the seeds that have the paper's order. The paper's steps are of 7 and 4 points; compare them with
# the widths of the intervals here: a gain of that size could not hide in them.
#
# Left and middle: our people. A big mark is a mean over seeds, the bar its 95 % interval, small dots are single seeds.
# Right: the paper's numbers, one per method and score, on a scale of their own, since they are of other people and a
# larger network. Compare the *order* and the *steps*, not the height. And remember section 2: bars that overlap do not
# yet mean that two methods are alike.
#
# </details>
#
# The paired differences from the Baseline are the sharper look. Here the paper's steps stand on the same axis, for a
# difference in points may be compared.

# %% [markdown]
# The slider adds one seed after another, in the order of their numbers. After which seed would you have stopped and written the paper?
# What would it have said?


# %% tags=["predict"]
widgets.predict("06.3")


# %%
count = own["seed"].nunique()
counts = range(min(3, count), count + 1)
pictures = [gains(own[own["seed"] < n], theirs) for n in counts]
for picture in pictures:
    picture.axes[0].set_xlim(pictures[0].axes[0].get_xlim())
widgets.frame_slider(counts, pictures, "seeds", start=len(counts) - 1)

# %% [markdown]
# A filled mark says that 0 is outside of the interval: the difference is there. A hollow mark says that it may be
# nothing. And a diamond outside of our interval says that a gain as large as the paper's is ruled out *here*, for these
# data and this network. Here are the verdicts by the rule of section 3, with the gain and its interval in
# points; ✓ holds, ✗ does not hold, ? undecided:

# %%
from studykit.plots.verdicts import verdict_grid

near_parts = claims.judge(near)
verdict_grid(
    near_parts[near_parts["where"] == "Table 4"], claims.METRICS, claims.WORLDS
)

# %%
for row in near_parts.dropna(subset="paper").itertuples():
    inside = row.low <= row.paper <= row.high
    print(
        f"{row.gain}, {row.metric}: the paper's {row.paper:+.1f} is {'inside' if inside else 'outside of'} our interval"
    )

# %% [markdown]
# If a claim is undecided *and* the paper's gain is outside, both are worth saying: we cannot tell whether there is a
# gain, but if there is one, it is not of the paper's size here.
#
# ## 5. From training, or from searching?
#
# The Baseline and the two methods with X are compared by different test distances, so a gain has two possible sources.
# Training showed $f$ a third kind of image, and $f$ became another: the **training effect** is the difference of both
# methods when they are searched alike, by D(I, V). And the search adds a second view of each gallery image: the **test
# effect** is the difference of Eq. 2 and D(I, V) for one and the same model. The two add up to the gain.

# %%
rows = near[near["query"] == "infrared"]
table = rows.pivot_table("rank1", "variant", "test_distance", sort=False)
(100 * table[["v", "x", "v+x"]].loc[own["variant"].unique()]).round(1)

# %% [markdown]
# Down the column *v* all methods are searched alike, and differ by their training only. Along a row the model is one
# and the same, and only the search differs.
#
# The test effect needs a control. An average of two opinions is often better than one, whoever gives the second: so let the
# *Baseline* have a second view as well, of a kind that it never saw in training: Mean, Gray, Y, V (here the largest of R, G
# and B, not the visible image), or R alone, put in the place of X in Eq. 2.


# %% tags=["predict"]
widgets.predict("06.4")


# %%
from studykit.plots.effects import two_parts
from studykit.studies import faces

two_parts(rows, faces.control(near["data"].iloc[0]))

# %% [markdown]
# Below the line stands the control. Where it gains as much as the methods above the line, the test effect is that of any second
# view, and says nothing for a learned X.
#
# ## 6. Thermal
#
# The second world is thermal: warm skin and cold cloth, with nothing left of a dye, searched under the rules of RegDB.


# %% tags=["predict"]
widgets.predict("06.5")


# %%
from studykit.studies import THERMAL

thermal = answers("ablation", THERMAL)
gains(judged(thermal))

# %% [markdown]
# The direction is that of Eq. 2, from thermal queries to a visible gallery. Before a verdict, one look at whether there is
# anything to judge: where a Baseline is at its floor, no method can show what it is worth, and "does not hold" would only
# mean "too hard".

# %%
base = 100 * judged(thermal).query("variant == 'Baseline'")["rank1"]
people = current().on(THERMAL).load().test.person
print(
    f"Baseline in thermal: {base.mean():.1f} % at rank 1; chance is {100 / len(np.unique(people)):.1f} %"
)

# %%
two_parts(thermal[thermal["query"] == "infrared"], faces.control(THERMAL))

# %%
thermal_parts = claims.judge(thermal)
verdict_grid(
    thermal_parts[thermal_parts["where"] == "Table 4"], claims.METRICS, claims.WORLDS
)

# %% [markdown]
# Compare the signs with those of near infrared: a claim that holds in both worlds does not hang on what the camera
# sees; one that holds in one of them only may do so. "Does not hold" has two faces: an interval around 0 that ends below
# half a point shows no gain worth the name, one wholly below 0 shows a loss. And look again which of the two parts it is:
# searching by X may add nothing in thermal, where bright is not warm (how far a mix of R, G and B follows heat, notebook 07
# measures), while training on one more kind of image may help $f$ in any world.
#
# ## 7. The same compute
#
# In each step the Baseline shows its network $2M$ images, the others $3M$. With the same number of steps, X also gets
# half as much computing again. Is that the gain? Give it to the Baseline: half as many steps again.

# %%
from studykit.studies import STUDIES
from xivlab.methods import METHODS

for name, config in dict(STUDIES["ablation-compute"].configs(current())).items():
    blocks = 3 if METHODS[config.method].has_x else 2
    steps = config.epochs * config.steps_per_epoch
    print(
        f"{name:15} {steps} steps of {blocks * config.per_modality} images: {steps * blocks * config.per_modality}"
    )

# %%
compute = answers("ablation-compute")
compute_parts = claims.judge(compute)
gains(judged(compute))

# %% [markdown]
# Only the Baseline is new here, the other rows are the runs of section 4: a gain is another one by what the extra steps did to
# the Baseline. If a gain was there with equal steps and is gone with equal compute, then what helped was longer training, and
# not X. If it stays, X is worth more than the time it costs. If the Baseline is now ahead, its extra steps were the better use
# of the time. But mind notebook 04: it was trained for as long as it gained, so that more steps need not be more rank-1.
#
# ## 8. Another network
#
# The paper repeats Table 4 with DenseNet-121, where X brings less. Our small counterpart of it is `slim_densenet`. A
# claim about a *method* should not hang on one network.

# %%
second = answers("second-backbone")
second_parts = claims.judge(second)
gains(judged(second), paper_scores("second-backbone"))

# %% [markdown]
# Three seeds only, so the intervals are wide. Where a gain has another sign than in section 4, it belongs to the method *with
# its network*, and "X helps" is too short a sentence. (Equal compute, section 7, has not been asked of this network.)
#
# ## 9. The answer: all verdicts in one figure

# %%
parts = pd.concat([near_parts, thermal_parts, compute_parts, second_parts])
verdict_grid(parts, ["rank1"], claims.WORLDS)

# %%
verdict_grid(parts, ["mAP"], claims.WORLDS)

# %% [markdown]
# A row is a claim, a column a study. Read it claim by claim: has a claim the same sign in every column, and by both scores? Rows on training and on test effects
# say which way a gain came. And how many of these verdicts could be wrong by luck alone?

# %%
words = claims.verdicts(parts).stack()
print(words.value_counts().to_string())
print(
    f"{len(words)} verdicts; if nothing were true, about {len(words) / 40:.1f} of them would say 'holds'"
)

# %% [markdown]
# (They are not independent. All comparisons of a study share its runs. And in `ablation-compute` only the Baseline is new:
# its other claims come from the same runs as in `ablation`, and are counted twice. So the count is a rough guide.)
#
# One more doubt, about ourselves. The limit of half a point was written down when the first of these tables, the
# ablation in near infrared, had already been seen. So ask what another limit would have said. With 1 point, these gains
# would turn from undecided to "does not hold":

# %%
between = (
    (parts["low"] <= 0) & (parts["high"] >= verdicts.SMALLEST) & (parts["high"] < 1)
)
parts.loc[between, ["study", "world", "metric", "gain", "low", "high"]].replace(
    claims.WORLDS
).set_index("study").round(2)

# %% [markdown]
# "Holds" does not depend on the limit at all.
#
# Three differences between this kit and the paper stay, and each may be behind a verdict: the people are synthetic, the
# network and the images are small, and half of the images of the pre-training were turned gray, which may hand the Baseline in
# advance what a gray X would teach it (notebook 11 turns that share). The honest summary is the figure above, each cell with its world, its network and its
# interval, and never just "X helps" or "X does not". What such a cell cannot say is *why*. For that the world has to be
# turned, which is what notebook 11 does.
#
# ## 10. The same seed on another processor
#
# A seed fixes the weights at the start, the people of every batch and each shift of an image. Does it fix the result? A
# sum of many floats depends on the order in which it is added up, and that on how many of them the processor adds at
# once. The difference is in the seventh digit, after one step. Here are the same runs, computed by three kinds of
# instructions of one processor (three hundred steps each, in the near infrared of an earlier build of this kit):

# %%
from studykit.studies import arithmetic

computed = arithmetic.stored().read()
100 * computed.pivot(
    index=["variant", "seed"], columns="arithmetic", values="rank1"
).round(4)

# %% [markdown]
# Some hundred steps make another model of it. How wide is that, beside what seeds do?

# %%
(100 * arithmetic.spread(computed)).round(2)

# %% [markdown]
# Standard deviations in points: over seeds by one arithmetic, over the three with one seed, and between the means
# over five seeds. One run scatters over processors about as far as over seeds: both only decide which of many equally
# good models is found. So
#
# - a run of one seed is no more to be had again on another machine than with another seed;
# - an interval over seeds already holds this part, for every run of it rounds in its own way, and means move less than
#   runs;
# - a *pair* of runs belongs to one machine: run on two machines, it no longer shares what a pair should share.
#
# Each run writes down what computed it (`made.json`), and a table of runs that were not computed alike says so in a line.
#
# ## Takeaways
#
# - An ablation adds one part at a time; steps, seeds and people stay the same.
# - Pair the seeds: the interval of the difference is what counts, not whether two bars overlap.
# - Write the rule first. "Undecided" is an answer, and not the same as "no".
# - A gain has a training effect and a test effect, or comes of more compute. Each has its own control.
# - Many comparisons: some will "hold" by luck.
# - A seed fixes a result on one machine only; compare pairs that were computed alike.
#
# In numbers:

# %%
from textwrap import fill

for sentence in claims.sentences(parts[parts["where"] == "Table 4"]):
    print(fill(sentence, 110))

# %% [markdown] tags=["teacher"]
# If the class trained in notebook 04, put their rank-1 values on the board first and let them judge by the rule of
# section 3, by hand; then open section 4. The verdicts are written by code from the tables: after `make results` on
# another machine some may differ.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# ### Exercise 1. A paired interval
#
# Difficulty ●●○ · importance ●●● · 8 minutes
#
# Write Eq. 06.1 for the difference of two methods. Student's factor is given.
#
# <details><summary>Hint 1</summary>
#
# One array of differences first; everything else is about that array.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The $s$ of Eq. 06.1 divides by $n - 1$: `std(ddof=1)`.
#
# </details>


# %% tags=["exercise"]
def my_interval(better, worse, t):
    """better, worse: (n,) scores of the same seeds, n at least 2. Returns: (low, high)."""
    return None  # your code here


# %% tags=["check"]
from studykit.exercises import check

check("06.1", my_interval)

# %% [markdown] tags=["exercise-text"]
# ### Exercise 2. A claim of several parts
#
# Difficulty ●○○ · importance ●●○ · 6 minutes
#
# "X helps by rank-1 *and* by mAP" has two parts. Given the intervals of all parts in points, return 1 if
# the claim holds, -1 if it does not, 0 if it is undecided. It holds only if all parts do, and does not if any part does
# not; for a part take the rule of section 3.
#
# <details><summary>Hint</summary>
#
# Turn each part into 1, 0 or -1. What does `min` say about the list?
#
# </details>


# %% tags=["exercise"]
def my_verdict(intervals):
    """intervals: list of (low, high), in points. Returns: 1, 0 or -1."""
    return None  # your code here


# %% tags=["check"]
check("06.2", my_verdict)

# %% tags=["quiz"]
widgets.quiz("06")

# %% [markdown]
# Back: [05 Search and scores](05_search_and_scores.ipynb). Next: [07 Special cases](07_special_cases.ipynb) asks
# whether X has to be learnt at all.
