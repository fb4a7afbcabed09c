# %% [markdown]
# # 12 The ladder
#
# The first table of the paper has twelve rows, and eleven of them are other people's ideas: one network for both
# modalities, two networks, zeros in the input, pairs, rankings, games, translations. What does each of them *do*, and
# what is it worth when everything else is equal? Here all of them run, on one small network, and with them what the field
# did next.
#
# **Goals.** After this notebook you can
# - draw any of these methods as streams, entrance, head, losses and search, and say in which of the five it is new;
# - work out the loss of seven of them for four images, by hand;
# - say what an idea is worth here on equal terms, with its interval, and why the numbers of Table 1 cannot say it;
# - tell what moved the scores of the field: ideas, or backbone, augmentation and schedule.
#
# **Minutes.** {reader} for you; for the computer {minutes}, where results are stored; where it has to train them, hours.
#
# **Needs.** [11 When does X help?](11_when_does_x_help.ipynb) comes before; what you need is
# [03 The losses by hand](03_losses_by_hand.ipynb) for triplets and margins, and [06 The ablation](06_ablation.ipynb) for paired
# differences.

# %%
import numpy as np
import pandas as pd
import torch
from torch.nn import functional as F

from studykit import widgets
from studykit.machine import banner

print(banner())

# %% [markdown]
# ## 1. The question
#
# Table 1 of the paper, as it is printed: rank-1 in percent on SYSU-MM01, all-search, in the order of its rows.

# %%
from xivlab.paper import results

table1 = results().query("table == 1 and data == 'sysu-mm01'")
reported = (100 * table1.set_index("method")[["rank1", "mAP"]]).round(2)
reported.rename(index={"baseline+x+cmg": "XIV-ReID"}).T

# %% [markdown]
# A steep ladder, 12 % to 50 % in three years. But a row of such a table is more than its idea. The first ones were trained
# with a small residual network in 2017; TONE, HCML and BDTR with AlexNet, as the authors' code has it; the last ones with
# ResNet-50; each with its own images, batches and schedule, and some numbers are somebody else's re-implementation. The
# table orders ideas, backbones and years at once.
#
# Give all of them one backbone, one pre-training, one schedule, and the same batches and search: how much
# of the ladder is left? Section 10 asks you, when you know what these methods do.
#
# ## 2. One picture a method
#
# Every method here is one module of `xivlab.methods`: how it builds its networks, and what its losses are. The picture is
# drawn from the networks themselves, so it cannot be wrong in what it shows: what enters, which stages are private (in a
# colour), which are shared (gray), what follows, what is asked, and how it is searched.

# %%
from studykit.analysis.anatomy import anatomy
from studykit.plots.anatomy import anatomy_picture
from xivlab.methods import METHODS, PUBLISHED
from xivlab.scale import current

scale = current()
parts = {name: anatomy(scale.study_config(method=name)) for name in PUBLISHED}

# %% tags=["predict"]
widgets.predict("12.1")

# %%
widgets.frame_slider(
    [one.title for one in parts.values()],
    [anatomy_picture(one) for one in parts.values()],
    "method",
    start=list(parts).index("one-stream"),
)

# %% [markdown]
# Before XIV-ReID the learner never sees a third modality beside the two: D2RL and AlignGAN make images, but of one of the two
# modalities. HAT's gray copy is of the same year.
#
# Below, the seven kinds of ideas, each with its loss for four images by hand: two people, and of each a visible and an
# infrared image. Features are on the circle of radius 1, given by their angles, so that distances are chords:

# %%
angles = {"visible": [0.0, 90.0], "infrared": [60.0, 90.0]}  # persons 0 and 1
labels = torch.tensor([0, 1])


def on_circle(degrees):
    radians = torch.deg2rad(torch.tensor(degrees))
    return torch.stack([radians.cos(), radians.sin()], 1)  # (2, 2)


v, t = on_circle(angles["visible"]), on_circle(angles["infrared"])
distance = torch.cdist(v, t)
pd.DataFrame(distance.numpy().round(3), ["v of 0", "v of 1"], ["t of 0", "t of 1"])

# %% [markdown]
# Person 1 is found (distance 0). Person 0 is not quite: its infrared image is at 1, and as a *query* it is nearer to the
# visible image of person 1 (0.518) than to its own.
#
# ## 3. Streams: One-stream, Two-stream, Zero-Padding (2017)
#
# All three ask a classifier alone, $L = CE$: who is it? They differ in where a modality may be treated apart. One-stream
# nowhere; Two-stream in its first stage; Zero-Padding in its input, where each modality has a channel of its own and
# silence in the other's. So a filter of the first layer may listen to one modality only. Silence must be exact, after the
# normalisation, or it is heard:

# %%
from xivlab.methods.zero_padding import GRAY_MEAN, GRAY_STD, padded

gray_pixel = torch.full((1, 3, 1, 1), 0.5)
by_hand = [(0.5 - GRAY_MEAN) / GRAY_STD, 0.0]
assert np.allclose(padded(gray_pixel, "visible").flatten(), by_hand, atol=1e-6)
assert np.allclose(padded(gray_pixel, "infrared").flatten(), by_hand[::-1], atol=1e-6)
print("visible:", padded(gray_pixel, "visible").flatten().tolist())

# %% [markdown]
# ## 4. Pairs and rankings: TONE, HCML, BDTR (2018)
#
# The classifier never compares two images; a search does nothing else. TONE adds pairs: images of one person shall be
# near, others at least $m = 0.5$ apart,
#
# $$L_c = \tfrac12 \operatorname{mean}_i \big[y_i d_i^2 + (1 - y_i) [m - d_i]_+^2\big]. \tag{12.1}$$
#
# By hand for three pairs: the two people with themselves, and the visible image of person 1 with the infrared one of 0.

# %%
from xivlab.methods.tone import contrastive

pairs_v, pairs_t = v[[0, 1, 1]], t[[0, 1, 0]]
same = torch.tensor([True, True, False])
d = (pairs_v - pairs_t).norm(dim=1)
cost = torch.where(same, d**2, (0.5 - d).clamp(min=0) ** 2)
assert torch.isclose(cost.mean() / 2, contrastive(pairs_v, pairs_t, same))
print("distances", d.numpy().round(3), " L_c", round(float(cost.mean() / 2), 4))

# %% [markdown]
# The third pair shows two people at 0.518 and costs nothing: it is outside $m$, although it is just the one that makes the
# search fail. BDTR asks what a search asks, in both directions: is the match nearer than the nearest *impostor*?
#
# $$L = \operatorname{mean}_i [m + D(v_i, t_i) - \min_{k \ne i} D(v_i, t_k)]_+ + \operatorname{mean}_i [m + D(t_i, v_i) -
# \min_{k \ne i} D(t_i, v_k)]_+ \tag{12.2}$$

# %%
from xivlab.methods.bdtr import top_ranking

D = distance.numpy()
from_v = [0.5 + D[0, 0] - D[0, 1], 0.5 + D[1, 1] - D[1, 0]]
from_t = [0.5 + D[0, 0] - D[1, 0], 0.5 + D[1, 1] - D[0, 1]]
L = np.maximum(from_v, 0).mean() + np.maximum(from_t, 0).mean()
across, inside = top_ranking(v, t, labels)
assert np.isclose(L, across, atol=1e-6)
print("from visible", np.round(from_v, 3), " from infrared", np.round(from_t, 3))
print("L", round(L, 4))

# %% [markdown]
# Now the infrared image of person 0 pays most. (A small second term keeps match and impostor apart where they are in one
# modality.) HCML, third of the year, leaves the network alone and learns a metric with a map for each modality on top of
# TONE's features.
#
# ## 5. A sphere and three classifiers: D-HSME, MSR (2019)
#
# Training asks a classifier, testing asks angles: D-HSME makes them one by scoring a person with the *cosine* between
# feature and the person's vector, times $s = 14$. The length of a feature is then without meaning:

# %%
from xivlab.methods.dhsme_style import sphere_logits

people = on_circle([0.0, 90.0])
feature = on_circle([30.0])
logits = 14 * torch.cos(torch.deg2rad(torch.tensor([[30.0, 60.0]])))
assert torch.allclose(sphere_logits(7 * feature, people), logits, atol=1e-4)
loss = F.cross_entropy(logits, torch.tensor([1]))
print(f"60 degrees from the own vector, 30 from another: {loss:.3f}")

# %% [markdown]
# MSR gives each modality a whole network and a classifier of its own beside the shared one, so that what only one
# modality has is not thrown away; and ties the two networks by the distance of same-person pairs. Neither method's code is
# public: the names here say *-style*, and `METHODS[name].assumed` says what is assumed.

# %%
print(*METHODS["dhsme-style"].assumed, sep="\n")

# %% [markdown]
# ## 6. Games and translations: cmGAN, D2RL, AlignGAN (2018, 2019)
#
# cmGAN lets a small network guess the modality from the feature, and turns its gradient round before it reaches $f$: what
# helps to guess is unlearnt. By hand, a "discriminator" that reads the first coordinate:

# %%
from xivlab.methods.cmgan import reverse

plain, turned = v.clone().requires_grad_(), v.clone().requires_grad_()
F.softplus(plain[:, 0]).sum().backward()
F.softplus(reverse(turned, 0.05)[:, 0]).sum().backward()
assert torch.allclose(turned.grad, -0.05 * plain.grad)
print(
    "gradient",
    plain.grad[:, 0].numpy().round(3),
    "arrives as",
    turned.grad[:, 0].numpy().round(4),
)

# %% [markdown]
# D2RL and AlignGAN *make* the missing picture: a network translates visible into infrared (D2RL also back), another one
# judges whether it looks real, and $f$ learns on translations. Here the translators have 14,000 weights and a minute: they
# show the path, not how far it goes, and a bad score of theirs below says nothing about the methods at full size.
#
# ## 7. Something in the middle: HAT, XIV-ReID, MMN (2020, 2021)
#
# A picture *between* the two modalities, made of the visible one: HAT takes gray, XIV-ReID ten learned weights (notebooks 02
# to 11), MMN makes one of the infrared image as well. Beside the losses of notebook 03, HAT weighs all positives and
# negatives instead of the hardest, and so do those of the next section.
#
# ## 8. Centres and weights: HcTri, AGW, CAJ (2020, 2021)
#
# HcTri compares centres: of each person the mean of a modality. Four centres on a line, visible at 0 and 3, infrared at 1
# and 5; the other centre of the person is the positive, the nearest of other people the negative, the margin 0.3:

# %%
from xivlab.methods.hctri import hetero_centre_triplet

visible_centres, infrared_centres = (
    torch.tensor([[0.0], [3.0]]),
    torch.tensor([[1.0], [5.0]]),
)
positives, negatives = np.array([1, 2, 1, 2]), np.array([3, 2, 2, 4])  # of 0, 3, 1, 5
L = np.maximum(0.3 + positives - negatives, 0).mean()
assert np.isclose(L, hetero_centre_triplet(visible_centres, infrared_centres, labels))
print("L of the centres:", round(L, 3))

# %% [markdown]
# Only the visible centre at 3 pays. AGW takes every pair, but the far positives and the near negatives count more (softmax
# of the distances), and there is no margin: $\log(1 + e^{p - n})$. An anchor with itself and one positive at 1, negatives at
# 2 and 3; CAJ squares the difference, and shows each visible image a second time as one of its channels:

# %%
from xivlab.methods.agw import weighted_distances
from xivlab.methods.caj import squared_difference

positive, negative = np.array([0.0, 1.0]), np.array([2.0, 3.0])
p = (np.exp(positive) / np.exp(positive).sum() * positive).sum()
n = (np.exp(-negative) / np.exp(-negative).sum() * negative).sum()
line = torch.tensor([[0.0], [1.0], [2.0], [3.0]])
same_person = torch.tensor([[True, True, False, False]])
found = weighted_distances(line[:1], line, same_person)
assert np.allclose([float(one) for one in found], [p, n], atol=1e-5)
agw = np.log1p(np.exp(p - n))
assert np.isclose(
    np.log1p(np.exp(-((p - n) ** 2))), squared_difference(*found), atol=1e-5
)
print(
    f"p {p:.3f}, n {n:.3f}, AGW {agw:.3f}, CAJ {float(squared_difference(*found)):.3f}"
)

# %% [markdown]
# ## 9. Walk the rungs
#
# All methods on one backbone, with one pre-training, one head, one schedule and one kind of batches: the **house** table of
# the study. The slider goes from rung to rung: what the method is made of, what it scores, and what of it is seen in the
# embeddings of one run: a map, the distances of all pairs, and what one query finds.

# On a map of a few people, at which rung do infrared and visible images of one person first lie together?
#
# <details><summary>How to read it</summary>
#
# The map is the plane of largest variance, turned to lie near that of One-stream; it shows a part of the distances only, and
# says which. The histograms are of all pairs.
#
# The line above says how large the identity loss was when the training ended. Where it is near that of guessing, the method
# was not learnt in the length that the Baseline needs, and its rung says nothing of its idea.
#
# </details>

# %% tags=["predict"]
widgets.predict("12.2")

# %%
widgets.ladder()

# %% [markdown]
# ## 10. What each is worth here
#
# Every seed begins with the same weights and people in all methods, so that the difference to One-stream is taken seed by
# seed (notebook 06).

# %% tags=["predict"]
widgets.predict("12.3")

# %%
from studykit.plots.ladder import ladder_gains
from studykit.studies.questions import THERMAL
from studykit.studies.table1 import coverage, rows, stored

house, warm = stored("table1"), stored("table1", THERMAL)
ours, warmer = rows(house), rows(warm)
print(coverage(house), coverage(warm), sep="\n")
shown = {
    f"{score}, {world}": ladder_gains(table, metric=metric)
    for world, table in (("near infrared", ours), ("thermal", warmer))
    for score, metric in (("rank-1", "rank1"), ("mAP", "mAP"))
}
widgets.frame_slider(list(shown), list(shown.values()), "score")

# %% [markdown]
# What a step of each costs stands beside it: weights that learn, and operations in thousands of millions.

# %%
shown = ours[["title", "fidelity", "weights", "operations", "rank1", "mAP"]].copy()
shown["weights"] /= 1e3
shown["operations"] /= 1e9
shown.columns = [
    *("method", "fidelity", "thousand weights", "G operations", "rank-1", "mAP")
]
shown.set_index("method").round(1)

# %% [markdown]
# *Fidelity*: A is loss, sampling and test path as in code that was read, B with a part repaired or unconfirmed, C in the
# manner of the paper; *kit* is what this course is about. `METHODS[name].assumed` lists what is assumed of each.
#
# Now the bets. Seven hypotheses were written down before any of these methods was trained (`results/PROTOCOL.md`, section 7),
# and code says what became of them:

# %%
from textwrap import fill

from studykit.studies.ladder_claims import ladder_answers

answers = ladder_answers({"synthetic-sysu": house, THERMAL: warm})
for one in answers:
    print(fill(f"{one.name}, {one.says}: {one.verdict}.", 100))

# %% [markdown]
# <details><summary>With the numbers that decide</summary>
#
# `print(*answers, sep="\n")` in a new cell: gains in points of rank-1 with their 95 % intervals.
#
# </details>
#
# Two worlds, with people and cameras of their own; and what infrared *is* differs: reflected light in one, the heat of bodies
# in the other. Is an idea worth as much in both?

# %%
from scipy.stats import spearmanr

both = ours[["title", "rank1_over"]].join(
    warmer["rank1_over"].rename("thermal"), how="inner"
)
both = both.iloc[1:].rename(columns={"rank1_over": "near infrared"})
order = spearmanr(both["near infrared"], both["thermal"]).statistic
apart = (both["near infrared"] - both["thermal"]).abs().nlargest(3).index
print(f"rank correlation of the {len(both)} differences to One-stream: {order:+.2f}")
both.loc[apart].set_index("title").round(1)

# %% [markdown]
# The table holds the three methods that differ most between the worlds. A number near 1 above it says that the order of ideas
# carries over from one kind of infrared to the other, a number near 0 that it does not.
#
# T2 was judged in near infrared: do losses that compare images *across* the modalities beat identity alone? Here are its four
# methods in both worlds, with intervals over seeds.

# %%
from studykit.analysis.intervals import Interval, in_points
from studykit.studies.ladder_claims import RANKING

for name in RANKING:
    gained = [
        f"{world} {in_points(Interval(*table.loc[name, ['rank1_over', 'rank1_over_low', 'rank1_over_high', 'seeds']]))}"
        for world, table in (("near infrared", ours), ("thermal", warmer))
    ]
    print(f"{METHODS[name].title:<8}", "; ".join(gained))

# %% [markdown]
# What an idea is worth hangs on the gap that it is to bridge, and whoever prints one table has measured one gap. A reading, not
# tested here: dyed cloth in near infrared keeps much of what the day shows, and a classifier that both modalities share finds
# it alone; heat keeps hardly any of it, and there it is worth most to ask for closeness of the two in so many words.
#
# ## 11. What moved the field?
#
# Beside each other, and not in one table: how far the *reported* rows spread, each with its own network, images and
# schedule; and how far the same ideas spread here, where everything else is equal.

# %%
from studykit.studies.ladder_claims import ELEVEN

eleven = ours.loc[[name for name in ELEVEN if name in ours.index], "rank1"]
printed = reported["rank1"].drop(
    [name for name in reported.index if "baseline" in name], errors="ignore"
)
first, best = eleven["one-stream"], eleven.idxmax()
print(f"reported: from {printed.min():.1f} to {printed.max():.1f} % rank-1")
print(
    f"here: One-stream has {first:.1f} %; the best of the eleven, {ours.loc[best, 'title']}, {eleven.max():.1f} %; "
    f"the last one {eleven.min():.1f} %"
)

# %% [markdown]
# The rows above One-stream lie close to it: with backbone, pre-training, head and
# schedule equal, most of the steps of the ladder are not there. And some rows lie far *below* it. The identity loss in the
# widget says of some of them why: TONE, HCML and BDTR, with two whole networks and dropout, are not learnt to their end in
# this length. Of others it says something else: MSR-style knows its training people well, each network in its own way, and
# what one has learnt is of no use to the other. Equal terms are not fair terms: whose idea needs more training, another head
# or other batches loses by them. That is why the study has a second table, "own head" (section 12).
#
# And the Baseline of this course? It is One-stream with batch-hard triplets inside each modality.

# %%
from studykit.analysis.intervals import paired
from studykit.studies.answers import judged

for better, worse in (("baseline", "one-stream"), ("baseline+x+cmg", "baseline")):
    for metric in ("rank1", "mAP"):
        gain = paired(judged(house), better, worse, metric)
        print(
            f"{METHODS[better].title} over {METHODS[worse].title}, {metric}: {100 * gain.mean:+.1f} points "
            f"({100 * gain.low:+.1f} to {100 * gain.high:+.1f})"
        )

# %% [markdown]
# Triplets inside a modality pull together what is of one person *and* of one camera's kind of picture; nothing in them asks
# for the step from day to night (notebook 03: $L_M$ cannot see the gap). A
# result on X is a result *on top of this Baseline*: another start, another gain.

# %% [markdown]
# ## 12. And with a head of their own?
#
# Most of these methods are older than the head that all have here. BNNeck (Luo et al., 2019) puts a normalisation between the
# feature that is ranked and the classifier. In the second table each method has what its paper had: most do without BNNeck,
# and three take one image of each of 32 people into a batch. The same method with the same seeds, in both tables:

# %%
from studykit.studies.table1 import heads

own = stored("table1-own")
print(coverage(own))
beside = heads(own, house)
told = beside[["title", "changes", "house", "own", "gain", "low", "high"]]
told.set_index("title").round(1)

# %% [markdown]
# Two rows change nothing; where their numbers differ all the same, another processor has added up in another order: so much
# of any difference is nobody's doing.
#
# Read the first rows, which know identities alone, and then BDTR, cmGAN and HcTri, which lose far less. Each of these three
# ranks *distances* across the modalities. A plain classifier asks only that the right class has the largest score: how far
# two features are apart it does not ask, and the search sorts by nothing else. BNNeck answers that in the head, a ranking in
# the loss; here, who has one of them hardly misses the other.
#
# How much is that, beside what ideas are worth?

# %%
one = beside.loc["one-stream"]
others = ours.loc[[name for name in ours.index if name != "one-stream"], "rank1_over"]
print(
    f"One-stream without BNNeck: {one['gain']:+.1f} points of rank-1 ({one['low']:+.1f} to {one['high']:+.1f}, "
    f"{one['seeds']} seeds)"
)
print(
    f"the best idea on equal terms, {ours.loc[others.idxmax(), 'title']}: {others.max():+.1f} points"
)

# %% [markdown]
# And in thermal, where ranking is worth more?

# %%
own_warm = stored("table1-own", THERMAL)
print(coverage(own_warm))
beside_warm = heads(own_warm, warm)
gained = beside[["title", "gain"]].rename(columns={"gain": "near infrared"})
gained.join(beside_warm["gain"].rename("thermal")).set_index("title").round(1)

# %% [markdown]
# One caution: length and rate of the training were set for networks with BNNeck; so read "without BNNeck, all else as it
# was", and not "at its best". A third table, "same compute", is planned and not trained yet.
#
# ## 13. Is it the idea?
#
# A method that is ahead shows that *something* in it works. Whether it is the idea, a **negative control** says: the same
# method without it, all else as it was. Ten hypotheses were written down before (`results/PROTOCOL.md`, section 7).

# %%
from studykit.studies.controls import gains

controls = stored("table1-controls")
gains(controls).set_index("title").filter(like="rank1").round(1)

# %%
from studykit.studies.control_claims import control_answers

for one in control_answers(controls):
    print(fill(f"{one.name}, {one.says}: {one.verdict}.", 100))

# %% [markdown]
# Stems have to *learn*, a ranking and a metric to compare the right people: there the idea works. cmGAN is as good without its
# game; D2RL-style as good with translations of *another* image, and clearly *better* with a translator that never learnt
# (the paper's are larger, and trained longer). C5 was badly asked: its two controls differ in more than the ranking. BDTR
# beside its own control is the fair pair.
#
# And nothing here says what these methods do on photographs with ResNet-50: that is one command each
# (`xivlab train --preset paper-sysu --method agw`), and some days.
#
# ## Takeaways
#
# - A method is five choices: entrance, streams, head, losses, search. Most rungs change one or two of them.
# - A printed table orders ideas, backbones, years and re-implementations at once. Whoever wants the idea must hold the rest.
# - "Equal terms" is a choice as well, and it favours what needs little training.
# - A detail of the head can be worth more than the idea of a paper, and an idea can stand in for the head.
# - A loss by hand, on four images, says in a minute what a method cannot see.
#
# In numbers:

# %%
from studykit.analysis.verdicts import ahead

for method in ("mmn", "agw", "baseline+x+cmg", "baseline"):
    print(ahead(judged(house), method, "one-stream"))

# %% [markdown] tags=["teacher"]
# Give each pair of students one rung of section 2 to draw on the board *before* they move the slider to it. Section 4's
# pair that costs nothing although it ruins the search is the moment when most understand why rankings came.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# ### Exercise 1. The nearest impostor
#
# Difficulty ●●○ · importance ●●● · 8 minutes
#
# `D[i, j]` is the distance of the visible image of person i to the infrared image of person j, one image each. Return the loss
# of Eq. 12.2: who is farther from the match than from the nearest impostor, less the margin, pays; both directions, each the
# mean over its images, added.
#
# <details><summary>Hint 1</summary>
#
# The matches are the diagonal. With infinity added to it, a minimum along an axis is the nearest impostor.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Rows are visible queries, columns are infrared ones.
#
# </details>


# %% tags=["exercise"]
def impostors(D, margin):
    """D: (n, n), n at least 2; margin: a number. Returns: a number."""
    return None  # your code here


# %% tags=["check"]
from studykit.exercises import check

check("12.1", impostors)

# %% [markdown] tags=["exercise-text"]
# ### Exercise 2. Distances that weigh themselves
#
# Difficulty ●●○ · importance ●●○ · 8 minutes
#
# AGW's two distances of one anchor: `d` its distances to some images, `same` which of them show its person. Return the mean
# distance of the positives, weighted by the softmax of their distances, and that of the negatives, weighted by the softmax of
# *minus* their distances.
#
# <details><summary>Hint</summary>
#
# A softmax among some images only: $e^{d}$ where they are, 0 elsewhere, divided by its sum.
#
# </details>


# %% tags=["exercise"]
def weighted(d, same):
    """d: (n,), same: (n,) bool, both kinds in it. Returns: (of the positives, of the negatives)."""
    return None  # your code here


# %% tags=["check"]
check("12.2", weighted)

# %% tags=["quiz"]
widgets.quiz("12")

# %% [markdown]
# Back: [11 When does X help?](11_when_does_x_help.ipynb). All of the paper, and where it is: the [index](INDEX.md). What to
# read now: [READING.md](READING.md). The table of contents is at the end of [00 Start here](00_start_here.ipynb).
