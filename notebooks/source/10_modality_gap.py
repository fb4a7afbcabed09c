# %% [markdown]
# # 10 The modality gap
#
# Fig. 1 of the paper promises that X brings two worlds together. Did it? A picture is easily drawn; this notebook draws
# several, finds out why most of them cannot be trusted, puts numbers in their place, and asks at last how much there
# was to bring together.
#
# **Goals.** After this notebook you can
# - draw a t-SNE map, and name three things that one must not read from it;
# - put the gap into numbers that can be repeated: a classifier, MMD, neighbours, overlap;
# - redraw Fig. 1 of the paper from real embeddings, with what the drawing hides;
# - say whether the whole method helps in this world, how sure that is, and what stands in its way.
#
# **Minutes.** {reader} for you; for the computer {minutes}.
#
# **Needs.** [05 Search and scores](05_search_and_scores.ipynb) and [09 A closer look at X](09_closer_look_at_x.ipynb).
# Two runs, Baseline and XIV-ReID (Baseline+X+CMG), are found again if they are there, else they are trained.

# %%
import numpy as np
import pandas as pd

from studykit.machine import banner
from xivlab.scale import current
from xivlab.train import train

print(banner())

# %%
scale = current()
data, config = scale.load(), scale.config()
test = data.test
runs = {
    "Baseline": train(scale.config(method="baseline"), data, scale.runs),
    "XIV": train(config, data, scale.runs),
}
embeddings = {name: run.embeddings() for name, run in runs.items()}
print(
    {
        name: f"{len(e.infrared)} infrared, {len(e.visible)} visible"
        for name, e in embeddings.items()
    }
)

# %% [markdown]
# Both have embedded the same test people, whom neither has seen before. The claim of the paper (Fig. 1) is: without X
# the two modalities are apart, and with X they are not. Notebook 01 measured the gap *before* any cross-modal training;
# this one asks what training leaves of it, and whether X is what closed it.
#
# ## 1. A map: t-SNE
#
# t-SNE draws many dimensions in two. It asks each point $i$ for its neighbours, by probabilities
#
# $$p_{j|i} = \frac{\exp(-d_{ij}^2 / 2\sigma_i^2)}{\sum_{k \neq i} \exp(-d_{ik}^2 / 2\sigma_i^2)}, \tag{10.1}$$
#
# and then moves points in the plane until their neighbours there are much the same. $\sigma_i$ is set so that the
# **perplexity** of $p_{\cdot|i}$, two to the power of its entropy in bits, is a number that *you* choose: about how
# many neighbours count. By hand, for a point with four others around it:

# %%
d = np.array([1.0, 1.2, 3.0, 3.1])  # distances to the four others


def perplexity(d, sigma):
    p = np.exp(-(d**2) / (2 * sigma**2))
    p = p / p.sum()  # Eq. (10.1)
    return 2 ** -(p * np.log2(p)).sum()


for sigma in (0.5, 1.0, 2.0, 100.0):
    print(f"sigma {sigma:5}: perplexity {perplexity(d, sigma):.2f}")

# %% [markdown]
# With a small $\sigma$ only the near pair counts, with a huge one all four do. (SciPy's `entropy` says the same, in its
# own words.)

# %%
from scipy.stats import entropy

p = np.exp(-(d**2) / 2)
assert np.isclose(perplexity(d, 1.0), 2 ** entropy(p, base=2))

# %% [markdown]
# scikit-learn does the rest.

# %% tags=["predict"]
from studykit import widgets

widgets.predict("10.1")

# %%
widgets.tsne_explorer()

# %% [markdown]
# Now the same by hand, with our own two runs: all images of a few people, the same in both models, 200 points at most,
# since t-SNE is slow.

# %%
from studykit.analysis.projection import some_people, tsne
from studykit.plots.gap import by_modality, by_person, map_grid

few = {name: some_people(e, 200) for name, e in embeddings.items()}
points = {name: np.concatenate([e.visible, e.infrared]) for name, e in few.items()}
maps = {name: {k: tsne(p, k) for k in (5, 50)} for name, p in points.items()}

# %%
sizes = {"visible": len(few["XIV"].visible), "infrared": len(few["XIV"].infrared)}
map_grid(
    {
        name: {f"perplexity {k}": by_modality(m, sizes) for k, m in row.items()}
        for name, row in maps.items()
    },
    "t-SNE maps of the same people by two models and two perplexities, visible (circles) and infrared (triangles).",
)

# %% [markdown]
# Four maps of the same data, a row per model. Before you believe what you see in one of them, look whether it is in the
# others. The maps by person, with X as a third modality for the model that has one (on fewer people, since each brings
# more points):

# %%
third = some_people(embeddings["XIV"], 160)
with_x = tsne(np.concatenate([third.visible, third.infrared, third.x]), 30)
sizes_x = {
    "visible": len(third.visible),
    "infrared": len(third.infrared),
    "x": len(third.visible),
}
who = np.concatenate(
    [third.visible_person, third.infrared_person, third.visible_person]
)
map_grid(
    {
        "XIV": {
            "by modality": by_modality(with_x, sizes_x),
            "by person": by_person(with_x, who),
        }
    },
    "One t-SNE map with X, once by modality and once by person, six of whom have a marker of their own.",
)

# %% [markdown]
# An X lies close to its visible image if $f$ hardly cares for the difference, and beside the infrared images of the
# person if $g$ made a bridge. Which of the two do you see more often? (Notebook 09, section 7, has the numbers: how far
# *along* the way to infrared, and how far off.)
#
# ## 2. Why not to trust it
#
# t-SNE shows islands. Does it also show islands where there are none? Points of one round Gaussian cloud have no groups
# at all:

# %%
cloud = np.random.default_rng(0).normal(size=(200, 32))
map_grid(
    {
        "one cloud": {
            f"perplexity {k}": by_modality(
                tsne(cloud, k), {"visible": 100, "infrared": 100}
            )
            for k in (3,)
        }
    },
    "t-SNE of a single Gaussian cloud in 32 dimensions at perplexity 3, colours given at random.",
)

# %% [markdown]
# The colours are random here. Whatever clumps you see are t-SNE's own. How much of a neighbourhood does a map keep?
# *Trustworthiness* (scikit-learn) counts the neighbours in the map that are no neighbours in the data: 1 is best.
# Beside it what we would like to read off: of the ten nearest neighbours of an infrared point, how many are infrared,
# in the map and in the features? (Images of the same person do not count, as section 3 explains.)

# %%
from sklearn.manifold import trustworthiness

from studykit.analysis.gap import same_modality


def infrared_neighbours(points, e):
    visible, infrared = points[: len(e.visible)], points[len(e.visible) :]
    return same_modality(infrared, visible, e.infrared_person, e.visible_person).share


rows = [
    {"model": name, "perplexity": k, "trustworthiness": trustworthiness(points[name], m, n_neighbors=10),
     "infrared neighbours, map": infrared_neighbours(m, few[name]),
     "in the features": infrared_neighbours(points[name], few[name])}
    for name, row in maps.items() for k, m in row.items()
]  # fmt: skip
pd.DataFrame(rows).set_index(["model", "perplexity"]).round(2)

# %% [markdown]
# <details><summary>Three things not to read from a t-SNE map</summary>
#
# *Distances between islands*: far apart and very far apart are drawn alike. *Sizes of islands*: dense and loose groups
# are drawn equally large. *The number of islands*: it follows the perplexity. If the two columns of infrared neighbours
# differ, even "mixed" and "parted" are not safe, and a trustworthiness close to 1 is no protection. What a map is good
# for: finding things to measure.
#
# </details>
#
# ## 3. Numbers
#
# Three questions about the modality, each with a known answer for "no gap".
#
# **Can a linear classifier tell the modalities apart?** Balanced accuracy, on people it was not trained on. No gap:
# 0.5.
#
# **Are the distributions different?** The *maximum mean discrepancy* (MMD) compares how alike images are inside each
# sample and across, with a kernel $k(a, b) = \exp(-\gamma D(a, b)^2)$:
#
# $$\text{MMD}^2 = \text{mean}\, k(x, x') + \text{mean}\, k(y, y') - 2\, \text{mean}\, k(x, y), \tag{10.2}$$
#
# where the first two means leave out each point with itself. $\gamma$ is $1 / (2m^2)$, with $m$ the median of all
# distances. No gap: 0, or a little to either side of it. (`mmd` in code and tables is this square.) By hand, two points
# each:

# %%
x, y = np.array([[0.0], [1.0]]), np.array([[2.0], [4.0]])
differences = [1, 2, 4, 1, 3, 2]  # all pairs of the four points
gamma = 1 / (2 * np.median(differences) ** 2)
k = lambda a, b: np.exp(-gamma * (a - b) ** 2)
inside = k(0, 1) + k(2, 4)
across = (k(0, 2) + k(0, 4) + k(1, 2) + k(1, 4)) / 4
by_hand = inside - 2 * across  # Eq. (10.2)

# %%
from studykit.analysis.gap import mmd

assert np.isclose(mmd(x, y), by_hand)
same = np.random.default_rng(0).normal(size=(2, 200, 8))
print(f"by hand {by_hand:.3f}; two samples of one distribution: {mmd(*same):+.4f}")

# %% [markdown]
# **Who are the neighbours?** Of the ten nearest neighbours of an infrared image, images of the same person left out,
# how many are infrared? No gap: as many as there are among all images that may count. Two infrared images of persons 1
# and 2, two visible ones of 1 and 3, on a line at 0 and 1, 0.4 and 5, and one neighbour each:

# %%
found = same_modality(
    np.array([[0.0], [1.0]]),
    np.array([[0.4], [5.0]]),
    np.array([1, 2]),
    np.array([1, 3]),
    k=1,
)
print(f"share {found.share:.2f}, chance {found.chance:.2f}")

# %% [markdown]
# The image at 0 may not count the visible one at 0.4, its own person, so its neighbour is the infrared one at 1. The
# image at 1 has the visible one at 0.4. One of two: the share is 1/2. By chance it would be 1/2 for the first (one
# infrared and one visible image may count) and 1/3 for the second, 5/12 in the mean. **Predict** what all three say of
# Baseline and XIV, and of X in the place of V.

# %%
from studykit.studies import measured, over_seeds

variants = {"Baseline": {"method": "baseline"}, "XIV": {"method": config.method}}
table = measured("gap", variants, scale)
over_seeds(table, 3, ("classifier", "mmd", "neighbours", "chance"))

# %% [markdown]
# One row per model and pair of modalities; ± is half of the 95 % interval over seeds, missing where only one seed is at
# hand. Compare each number with its value for "no gap", then *XIV I-X* with *XIV I-V*: is X nearer to infrared than the
# visible image it was made from? Is the gap of XIV smaller than that of the Baseline? Seed by seed, since both runs of
# a seed see the same batches:

# %%
from studykit.analysis.intervals import answer, interval


def paired(measure, one="XIV I-V", other="Baseline I-V"):
    by_seed = table.set_index(["of", "seed"])[measure]
    return interval((by_seed[one] - by_seed[other]).dropna())


for measure in ("classifier", "mmd", "neighbours"):
    difference = paired(measure)
    words = answer(difference, "the gap is WIDER", "the gap is narrower")
    print(
        f"{measure:10} XIV minus Baseline {difference.mean:+.4f}, {difference.low:+.4f} to {difference.high:+.4f}",
        f"({difference.count} seeds): {words}",
    )

# %% [markdown]
# <details><summary>What each can miss</summary>
#
# A classifier finds any direction that tells the modalities apart, however short: it may be near 1 where the search
# does not care. MMD sees differences that are about as large as its kernel is wide. Neighbours look at where the search
# looks. And none of them knows *why*: infrared cameras mostly stand in other places than visible ones here (only 2 and
# 3 share one), as in SYSU-MM01, and a place leaves its mark too. A gap of 0 in all three could also be had cheaply, by
# embedding everybody at one point. So the next section asks for the right person.
#
# </details>
#
# ## 4. Same person, different people
#
# For each infrared image the distances to all visible ones fall into two heaps: same person, and others. Search works
# as far as the heaps are apart. Two numbers: the area that the histograms share, and how often a pair of one person is
# nearer than a pair of two (AUC; chance is 0.5). By hand, with two distances of one person and three of others:

# %%
from studykit.analysis.gap import overlap, pair_distances, separation

near, far = np.array([0.2, 0.6]), np.array([0.5, 0.8, 0.9])
wins = [n < f for n in near for f in far]
assert np.isclose(separation(near, far), np.mean(wins))
print(
    f"{sum(wins)} of {len(wins)} comparisons are won: AUC {np.mean(wins):.2f}, overlap {overlap(near, far, bins=2):.2f}"
)

# %% [markdown]
# (With two bins, from 0.2 to 0.55 and on to 0.9: half of the first heap lies in each bin, and a third and two thirds of
# the second. The smaller ones add up to 1/3 + 1/2. That both numbers come to 0.83 is chance: a good search has an AUC
# near 1 and an overlap near 0.)

# %%
from studykit.plots.gap import distance_histograms

xiv = embeddings["XIV"]
heaps = {
    "Baseline, I to V": pair_distances(embeddings["Baseline"], "v", config.protocol),
    "XIV, I to V": pair_distances(xiv, "v", config.protocol),
    "XIV, I to X": pair_distances(xiv, "x", config.protocol),
}
distance_histograms(heaps)

# %%
over_seeds(table, 3, ("overlap", "auc"))

# %%
difference = paired("auc")
print(
    f"AUC, XIV minus Baseline: {difference.mean:+.4f}, {difference.low:+.4f} to {difference.high:+.4f}:",
    answer(difference, "the whole helps.", "the whole does harm."),
)
difference = paired("auc", "XIV I-X", "XIV I-V")
print(
    f"AUC, through X minus through V: {difference.mean:+.4f}, {difference.low:+.4f} to {difference.high:+.4f}:",
    answer(difference, "X is better.", "V is better."),
)

# %% [markdown]
# AUC counts all pairs. Rank-1 asks more: that the *nearest* of all images is of the same person. As every
# query meets one person who is right and all the others who are wrong, a small area in common is enough to spoil it.
#
# ### What if there were no gap?
#
# The cheapest way to close a gap: shift all infrared embeddings until their centre lies on that of the visible ones.
# Nothing is trained, and nobody has to know who is who.

# %%
from dataclasses import replace

from xivlab.evaluation import search

base = embeddings["Baseline"]
shift = base.infrared.mean(0) - base.visible.mean(0)


def shifted(share):
    """The Baseline's heaps and rank-1 when that share of the gap between the centres is taken away."""
    e = replace(base, infrared=base.infrared - share * shift).normalized()
    near, far = pair_distances(e, "v", config.protocol)
    rank1 = search(e, config.protocol, "v").rank(1)
    picture = distance_histograms({f"{share:.0%} of the gap removed": (near, far)})
    picture.axes[0].set_xlim(0, 2)
    picture.alt = f"{share:.0%} of the gap removed: AUC {separation(near, far):.3f}, rank-1 {rank1:.1%}."
    return picture


# %% tags=["predict"]
widgets.predict("10.2")

# %%
removed = (0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0)
pictures = [shifted(share) for share in removed]
print(*(picture.alt for picture in pictures), sep="\n")
widgets.frame_slider([f"{share:.0%}" for share in removed], pictures, "removed")

# %% [markdown]
# ## 5. Fig. 1, from real embeddings
#
# The paper's Fig. 1 is a drawing: two people, before and after X. Here are four people drawn by seed, with at most four
# images of each modality, in the plane in which these points vary most (PCA).

# %%
from studykit.analysis.projection import plane
from studykit.plots.gap import people_plane

both = np.intersect1d(xiv.visible_person, xiv.infrared_person)
four = np.sort(np.random.default_rng(0).permutation(both)[:4])
shots = min(
    4,
    *(
        np.sum(people == p)
        for people in (xiv.visible_person, xiv.infrared_person)
        for p in four
    ),
)


def pick(people):
    mine = [np.flatnonzero(people == p) for p in four]
    return np.concatenate([rows[:: len(rows) // shots][:shots] for rows in mine])


of_V, of_I = pick(xiv.visible_person), pick(xiv.infrared_person)


# %%
def flat(e, names):
    parts = {
        "infrared": e.infrared[of_I],
        "x": None if e.x is None else e.x[of_V],
        "visible": e.visible[of_V],
    }
    view = plane(np.concatenate([parts[name] for name in names]))
    return dict(zip(names, np.split(view.points, len(names)))), view.kept


before, kept_before = flat(embeddings["Baseline"], ("infrared", "visible"))
after, kept_after = flat(xiv, ("infrared", "x", "visible"))
people_plane(
    {
        f"Baseline: {kept_before:.0%} of the variance": before,
        f"XIV: {kept_after:.0%} of the variance": after,
    },
    xiv.visible_person[of_V],
    "Four people in two planes, infrared, X and visible, before and after X.",
)

# %% [markdown]
# Above each plane stands what it shows of the variance; the rest is projected away. Markers that lie on each other may
# be far apart in the other directions. And these are four people: with four others the picture would be another (change
# the seed and see).
#
# ## 6. Hits and misses
#
# What does a search find? The query is chosen by rule: the first infrared image of the first person.

# %%
from studykit.plots import ranked_lists
from xivlab.evaluation import first_of_each_person, ranked_list

kinds = {"Baseline": "v", "XIV": config.test_distance}
photos = {code: np.flatnonzero(test.modality == code) for code in (0, 1)}


def lists(*asked):
    found = [
        ranked_list(embeddings[name], q, config.protocol, kinds[name], 3)
        for name, q in asked
    ]
    return ranked_lists(
        [test.pixels[photos[1][one.query]] for one in found],
        [test.pixels[photos[0][one.found]] for one in found],
        [one.right for one in found],
        largest=0.46,
    )


query = first_of_each_person(xiv, 1)[0]
lists(("Baseline", query), ("XIV", query))

# %% [markdown]
# The upper row is the ranking of the Baseline, the lower one that of XIV, of the same query. One query proves nothing.
# To see where X matters, let us take some hundred queries, spread evenly over all, and sort them into four boxes:


# %%
def first_right(name):
    found = (
        ranked_list(embeddings[name], q, config.protocol, kinds[name], 1) for q in every
    )
    return np.array([one.right[0] for one in found])


every = np.arange(len(xiv.infrared))[:: max(1, len(xiv.infrared) // 400)]
hit = {name: first_right(name) for name in embeddings}
pd.crosstab(
    pd.Series(np.where(hit["Baseline"], "hit", "miss"), name="Baseline"),
    pd.Series(np.where(hit["XIV"], "hit", "miss"), name="XIV"),
)

# %% [markdown]
# The two boxes off the diagonal are the queries about which the models disagree. If they hold about as many, neither
# model is shown to be better, however many queries change. The first of each kind, as XIV ranks them: above one that
# only XIV found, below one that only the Baseline found.

# %%
won, lost = (
    np.flatnonzero(hit["XIV"] & ~hit["Baseline"]),
    np.flatnonzero(hit["Baseline"] & ~hit["XIV"]),
)
print(f"{len(won)} queries won, {len(lost)} lost")
chosen = [every[box[0]] for box in (won, lost) if len(box)] or [query]
lists(*(("XIV", q) for q in chosen))

# %% [markdown]
# Where in the image the network looks: [A3](A3_where_it_looks.ipynb).
#
# ## 7. Does the whole method help here, and why (not)?
#
# Back to the score, with the five seeds of notebook 06, each model by its own test distance:

# %%
from studykit.analysis.intervals import by_variant
from studykit.analysis.intervals import paired as paired_by_seed
from studykit.studies.answers import answers, judged

scores = judged(answers("ablation"))
by_variant(scores, "rank1").round(3)

# %%
for metric in ("rank1", "mAP"):
    gain = paired_by_seed(scores, "Baseline+X+CMG", "Baseline", metric).points
    print(
        f"XIV minus Baseline, {metric}: {gain.mean:+.1f} points, {gain.low:+.1f} to {gain.high:+.1f}, over {gain.count} seeds:",
        answer(gain, "it helps.", "it does harm."),
    )

# %% [markdown]
# Whatever it says: one can ask what there is to win. A visible image knows colours, and in infrared they are gone. If
# colour carries much of what tells people apart, then that much is lost for *every* cross-modal method, with or without
# X. So let us take the colour away where it is there: search among **visible** images of other cameras, once in colour
# and once in gray, with the same model.
#
# **Predict** the share of queries that still find their person.

# %%
from studykit.analysis.colour import colour_counts, in_grey
from xivlab.data import Images
from xivlab.evaluation import embed
from xivlab.runs import load_model

images = Images.of(test, config.height, config.width)
gray = in_grey(images)
counts = {}
for name, run in runs.items():
    learnt = load_model(run)
    side = run.config().test_feature, run.config().normalize
    counts[name] = colour_counts(
        embed(learnt, images, *side), embed(learnt, gray, *side)
    )
percent = lambda one: f"{one.mean:.1%} [{one.low:.1%}, {one.high:.1%}]"
pd.DataFrame(
    {
        name: {field: percent(one) for field, one in c._asdict().items()}
        for name, c in counts.items()
    }
)

# %%
for name, one in counts.items():
    print(
        f"{name}: colour",
        answer(one.difference, "carries something.", "does harm."),
        end=" ",
    )
    print(f"Without it {one.grey.mean / one.colour.mean:.0%} of the hits are left.")
    print(
        "    infrared to visible, for comparison:",
        f"{search(embeddings[name], config.protocol, kinds[name]).rank(1):.1%} at rank 1",
    )

# %% [markdown]
# (Rank-1 from infrared is of another gallery, one image of each person and camera, so compare it roughly. And XIV met
# one-channel pictures made from visible images, its X, in training; the Baseline met none, so a part of what it loses
# in gray may be surprise.) There are two steps down. The first, from colour to gray, is lost to *every* cross-modal
# method, because infrared has no colours to compare with; if most hits are left without colour, that step is small. Of
# the second, from gray to infrared, a part is lost as well: beyond 750 nm dyes let go (notebook 01), which no
# arithmetic on R, G and B can undo. The rest of it is what a better method could still win. The synthetic world knows
# what everybody wears, so it can say how many people have a *double*: somebody whose upper and lower garments look the
# same to the camera.

# %%
from studykit.analysis.colour import doubles
from studykit.analysis.wavelengths import world_of
from xivlab.errors import XivlabError

try:
    shares = doubles(world_of(data), np.unique(test.person))
    print({name: f"{share:.0%}" for name, share in shares.items()})
except XivlabError as no_world:
    print(no_world)

# %% [markdown]
# "visible" and "infrared" are the people with a double there, "infrared only" those who are unique in colour and not in
# infrared. (Cut, pattern, build and hair are not counted, so a double can still be told apart by them, and in the crowd
# of a larger test set there are more doubles.)
#
# ### If X does not help, why?
#
# Look at the numbers in this order. (1) Section 3: did training without X leave a gap to close? A shared network with
# one classifier has to map V and I of a person to the same place anyway. (2) Section 4: if D(I, X) parts people no
# better than D(I, V), the sum of both brings no more than an average of two similar opinions. (3) Notebook 09: X is V
# with one number per pixel, near to V in the features; $f$ may make the same of both by itself. (4) The start: `slim` was
# pre-trained with half of its images turned gray, so that what a one-channel X could teach it, it may have known before the first
# step. (5) This section: what went with the colours is lost to every method. (6) Size: a small network and a small set of people are
# not the paper's ResNet-50 on SYSU-MM01. That X does or does not help *here* says what the method does in *this* world;
# notebook 11 turns the world, and the share of gray in the pre-training is one of its knobs.
#
# ## Takeaways
#
# - A t-SNE map is a question, not an answer: it depends on the perplexity and shows islands in a cloud that has none.
# - Numbers instead, with their value for "no gap": classifier (0.5), MMD (0), neighbours (chance); and for the search
#   overlap and AUC.
# - Report a difference seed by seed, with an interval; an undecided one is a result.
# - A plane keeps part of the variance: write it on the picture.
# - Before asking how well a method closes the gap, ask how much there is behind it.
#
# In numbers:

# %%
for of in ("Baseline I-V", "XIV I-V", "XIV I-X"):
    mean = table[table["of"] == of][["classifier", "neighbours", "auc"]].mean()
    print(f"{of}: " + ", ".join(f"{name} {value:.3f}" for name, value in mean.items()))

# %% [markdown] tags=["teacher"]
# A good question before notebook 11: which single experiment, on which data, would convince you that X helps? Collect the
# answers; most of them need seeds, and a control that has the same compute.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# ### Exercise 1. Neighbours
#
# Difficulty ●●○ · importance ●●● · 8 minutes
#
# For one infrared image: among its $k$ nearest images of *other* people, which share
# is infrared?
#
# <details><summary>Hint 1</summary>
#
# First throw out everything of the same person, from both arrays.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `np.argsort(...)[:k]` are the places of the k smallest; index `is_infrared` with them, after the same throwing out.
#
# </details>


# %% tags=["exercise"]
def infrared_share(distance, is_infrared, is_same_person, k):
    """distance: (n,) to all other images. is_infrared, is_same_person: (n,) bool. Returns: a share."""
    return None  # your code here


# %% tags=["check"]
from studykit.exercises import check

check("10.1", infrared_share)

# %% [markdown] tags=["exercise-text"]
# ### Exercise 2. AUC
#
# Difficulty ●○○ · importance ●●○ · 5 minutes
#
# How often is a pair of the same person nearer than a pair of two people? Count all
# comparisons, without a loop if you can.
#
# <details><summary>Hint</summary>
#
# `same[:, None]` has the shape (n, 1) and `different[None, :]` (1, m); compared, they make a table of all comparisons.
#
# </details>


# %% tags=["exercise"]
def my_auc(same, different):
    """same: (n,), different: (m,) distances. Returns: a share, from 0 to 1."""
    return None  # your code here


# %% tags=["check"]
check("10.2", my_auc)

# %% tags=["quiz"]
widgets.quiz("10")

# %% [markdown]
# Back: [09 A closer look at X](09_closer_look_at_x.ipynb). Next: [11 When does X help?](11_when_does_x_help.ipynb) turns
# the world until the answer changes.
