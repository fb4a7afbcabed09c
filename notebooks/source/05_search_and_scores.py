# %% [markdown]
# # 05 Search and scores
#
# A network has turned pictures of people whom it never saw into vectors. Is it any good? The field answers with a few
# numbers and many rules about who may be searched for what. In this notebook you compute the numbers by hand, meet the
# rules, and learn how far a number can be trusted.
#
# ![The whole method as in notebook 00; lit is the distances between features, their sum, and the ranked list.](../results/figures/fig2-search.png)
#
# **Goals.** After this notebook you can
# - work out Eq. 2 for one query and four gallery images, and say what D(I, V), D(I, X) and their sum are;
# - compute CMC, average precision and inverse negative penalty by hand;
# - name the rules of SYSU-MM01 and show what each does to a score;
# - read a table of results with the right amount of doubt: galleries, people, seeds.
#
# **Minutes.** {reader} for you; for the computer {minutes}.
#
# **Needs.** [04 Training](04_training.ipynb). The demo run is found again if it is there, else it is trained; so is its
# Baseline.

# %%
from dataclasses import replace

import numpy as np
import pandas as pd

from studykit.machine import banner
from studykit.plots import charts
from xivlab.scale import current
from xivlab.train import train

print(banner())

# %% [markdown]
# ## 1. Embeddings of people never seen
#
# We open the run and its embeddings of the **test** people. None of them took part in the training, nor in choosing the
# model. Infrared images are the queries, visible ones make the gallery, and each visible image has an X beside it.

# %%
scale = current()
data, config = scale.load(), scale.config()
run = train(config, data, scale.runs)
embeddings = run.embeddings()
for name in ("infrared", "visible", "x"):
    lengths = np.linalg.norm(getattr(embeddings, name), axis=1)
    print(
        f"{name:8}: {getattr(embeddings, name).shape}, lengths from {lengths.min():.3f} to {lengths.max():.3f}"
    )

# %% [markdown]
# Every row has length 1 (`normalize` in the settings), so all embeddings lie on a sphere and no distance is larger than 2.
# For two unit vectors $\lVert a-b\rVert^2 = 2 - 2\,a^\top b$: sorting by Euclidean distance is then the same as sorting by cosine.
#
# ## 2. Eq. 2 by hand
#
# $$j^* = \arg\min_j \; D(f(I_i), f(V_j)) + D(f(I_i), f(X_j)) \tag{2}$$
#
# One query $I_i$, a gallery of four: the nearest image of the right person, and the three images of others that the
# model finds most alike. (`sample_gallery` draws one image of each person in each camera; more of it in section 5.)

# %%
from xivlab.evaluation import sample_gallery

i = 0
rows = sample_gallery(embeddings.visible_person, embeddings.visible_camera, trial=0)
alike = rows[np.argsort(embeddings.distance("infrared", "visible", rows, "v+x")[i])]
right = embeddings.visible_person[alike] == embeddings.infrared_person[i]
four = np.concatenate([alike[right][:1], alike[~right][:3]])

# %% [markdown]
# Subtract, square, sum, root; once with the visible embeddings, once with those of X; then add.

# %%
f_I, f_V, f_X = embeddings.infrared[i], embeddings.visible[four], embeddings.x[four]
D_V = np.sqrt(((f_I - f_V) ** 2).sum(1))
D_X = np.sqrt(((f_I - f_X) ** 2).sum(1))
both = D_V + D_X  # Eq. (2)
pd.DataFrame(
    {
        "person": embeddings.visible_person[four],
        "D(I, V)": D_V,
        "D(I, X)": D_X,
        "sum": both,
    }
).round(3)

# %% [markdown]
# Row 0 is the right person. If its sum is the smallest, $j^* = 0$ and the search succeeds. The package's function gives
# the same numbers, for any numbers of queries and gallery images:

# %%
from xivlab.evaluation import test_distance

for kind, by_hand in (("v", D_V), ("x", D_X), ("v+x", both)):
    assert np.allclose(test_distance(f_I[None], f_V, f_X, kind)[0], by_hand, atol=1e-5)
print(
    f"agreed; j* = {both.argmin()}: the {'right' if both.argmin() == 0 else 'wrong'} person"
)

# %% [markdown]
# And as pictures, the nearest first, with the sum under each:

# %%
from studykit.plots import ranked_lists

test = data.test
order = np.argsort(both, kind="stable")
infrared, visible = (
    np.flatnonzero(test.modality == 1),
    np.flatnonzero(test.modality == 0),
)
ranked_lists(
    [test.pixels[infrared[i]]],
    [test.pixels[visible[four[order]]]],
    [order == 0],
    [[f"{d:.3f}" for d in both[order]]],
)

# %% [markdown]
# Look for what the query shares with each: build, hair, a bag, what is bright and what is dark. Colour is no help to us
# here, and the model has to do without it as well.

# %% tags=["predict"]
from studykit import widgets

widgets.predict("05.1")

# %%
widgets.search(run, data)

# %% [markdown]
# Two things in the widget have to wait for section 4: images that the rules hide from the query are on the left, under
# *left out*; and *first hit* counts people, *hits at* images, so the two may differ.

# %% [markdown]
# And with a picture of your own: drop an infrared one of a person who fills it, and see who of the test people is found.
# The network has seen rendered people alone, so expect little; `xivlab find` does the same in a folder of your own. The line
# above the list says what this may and may not be used for.

# %%
widgets.own_search(run, data)

# %% [markdown]
# ## 3. From a ranking to a score
#
# A ranking becomes numbers by looking only at *where the right person stands*. A ranking small enough for pencil and
# paper: the query is person 5, and the gallery, nearest first, shows these people:

# %%
ranked = np.array([6, 6, 5, 7, 5, 8])
match = ranked == 5
rank = np.arange(1, len(ranked) + 1)
pd.DataFrame(
    {"person": ranked, "right?": match}, index=pd.Index(rank, name="rank")
).transpose()

# %% [markdown]
# **CMC** (cumulative matching characteristic) asks: is the person found *by* rank $k$? **Average precision** looks at
# every hit: at each, which share of the images so far is right? Then the mean over the hits. **INP** (inverse negative
# penalty) asks how deep one must read to find the *last* image of the person: number of hits / rank of the last.
#
# **Predict** all three: by which rank is person 5 found, what are AP and INP?


# %%
hits = match.cumsum()
cmc = hits >= 1
AP = (hits / rank)[match].mean()
INP = hits[-1] / rank[match].max()
print("found by rank k:", cmc.astype(int))
print(f"AP = {AP:.3f}   INP = {INP:.3f}")

# %% [markdown]
# The hits are at ranks 3 and 5. Found by rank 3 (or 2, if people are counted: section 4). AP = (1/3 + 2/5) / 2. INP =
# 2/5.
#
# CMC is kind: it forgets all hits but the first. AP wants all hits early. INP is strict: one image hidden far back
# spoils it. Over many queries the means are called rank-$k$, mAP and mINP. `retrieval_metrics` computes them from a
# matrix of distances:

# %%
from xivlab.evaluation import retrieval_metrics


def score(distance, people, cameras, query_camera, protocol):
    query = np.array([5]), np.array([query_camera])
    return retrieval_metrics(
        np.array([distance]), query[0], people, query[1], cameras, protocol, max_rank=6
    )


cameras = np.array([1, 2, 2, 4, 5, 1])
plain = score(rank / 10, ranked, cameras, 6, "regdb")
assert (
    np.array_equal(plain.cmc, cmc)
    and np.isclose(plain.mAP, AP)
    and np.isclose(plain.mINP, INP)
)
print("retrieval_metrics agrees")

# %% [markdown]
# ## 4. The rules of SYSU-MM01
#
# The protocol is named by the data set because the same ranking gets different scores under different rules. `regdb`
# above has none. SYSU-MM01 has four:
#
# 1. **Cameras 2 and 3 stand in the same place.** A query of camera 3 does not get to see gallery images of camera 2, of *any*
#    person: the background would give the answer away.
# 2. **CMC counts people, not images.** Each person counts once in the ranking, at the first appearance.
# 3. **AP and INP count images**, all that are left after rule 1.
# 4. **A query whose person is not left in the gallery** counts nowhere.
#
# **Predict** what rules 1 and 2 do to our ranking. The cameras of its six images are 1, 2, 2, 4, 5, 1.

# %%
cases = {
    "no rules": (6, "regdb"),
    "SYSU, query of camera 6": (6, "sysu"),
    "SYSU, query of camera 3": (3, "sysu"),
}
table = {}
for name, (camera, protocol) in cases.items():
    result = score(rank / 10, ranked, cameras, camera, protocol)
    table[name] = {f"rank-{k}": result.rank(k) for k in (1, 2, 3)} | {
        "AP": result.mAP,
        "INP": result.mINP,
    }
pd.DataFrame(table).T.round(3)

# %% [markdown]
# Counting people, the two images of person 6 are one wrong answer: person 5 is found by rank 2 and not only by rank 3.
# A query of camera 3 loses the images at ranks 2 and 3, one wrong and one right. Left are persons 6, 7, 5, 8: now it is
# found by rank 3, and with one hit left AP = INP = 1/3.
#
# So whoever quotes a score must say under which rules. One rule more is often left unsaid: what happens at **equal
# distances**? We put the right image and a wrong one at the same distance, in both orders of the gallery.

# %%
for people in (np.array([5, 6]), np.array([6, 5])):
    print(
        "gallery",
        people,
        " rank-1:",
        score([0.5, 0.5], people, np.array([1, 1]), 6, "sysu").rank(1),
    )

# %% [markdown]
# The order of the gallery decided. Here it always does (a *stable* sort), so that the same files give the same score. A
# collapsed network, all of whose distances are equal, would otherwise get a random one.
#
# ## 5. Ten galleries
#
# The gallery is *single-shot*: one image of each person in each visible camera, drawn at random. (All visible cameras
# are *all-search*; SYSU-MM01 also has *indoor-search*, with cameras 1 and 2 only.) Another draw, another score, so one
# draws ten times and reports the mean. Each trial is seeded by its number:

# %%
galleries = [
    sample_gallery(embeddings.visible_person, embeddings.visible_camera, t)
    for t in range(10)
]
shared = np.intersect1d(galleries[0], galleries[1])
print(
    f"{len(embeddings.visible)} visible test images; a gallery has {len(galleries[0])}"
)
print(f"galleries 0 and 1 share {len(shared)} of them")

# %% [markdown]
# We score every gallery by itself, with `retrieval_metrics` and all the queries, for the three test distances.


# %%
def trial_scores(embeddings, kind, rows):
    return retrieval_metrics(
        embeddings.distance("infrared", "visible", rows, kind),
        embeddings.infrared_person,
        embeddings.visible_person[rows],
        embeddings.infrared_camera,
        embeddings.visible_camera[rows],
    )


kinds = ("v", "x", "v+x")
trials = {
    kind: [trial_scores(embeddings, kind, rows) for rows in galleries] for kind in kinds
}

# %% [markdown]
# Their mean is what the package's `search` reports, and what stands in the run's `metrics.csv`:

# %%
from xivlab.evaluation import search

for kind in kinds:
    assert np.isclose(
        search(embeddings, "sysu", kind).mAP, np.mean([t.mAP for t in trials[kind]])
    )
print("search is the mean of the ten trials")

# %% tags=["predict"]
widgets.predict("05.2")

# %%
every = 100 * np.array([t.mAP for k in kinds for t in trials[k]])
limits = every.min() - 0.5, every.max() + 0.5
drawn = [
    charts.spread(
        {f"distance {k}": [t.mAP for t in trials[k][:n]] for k in kinds},
        "mAP in %",
        limits=limits,
    )
    for n in range(1, 11)
]
widgets.frame_slider(range(1, 11), drawn, "galleries", start=9)

# %% [markdown]
# Each dot is a gallery, each bar the mean of them. Compare the width of a cloud with the distance between the bars: had
# two methods been scored on one gallery each, and not the same, luck could have decided between them. Here all are
# scored on the same ten, so the clouds move together, and the differences between the bars are surer than the bars
# themselves.
#
# ## 6. The table
#
# The Baseline is trained like our model, but without X and without $L_C$: $L_V + L_I$ alone. Chance is a "model" whose
# embeddings are random numbers.

# %%
baseline = train(scale.config(method="baseline"), data, scale.runs).embeddings()
rng = np.random.default_rng(0)
noise = {
    name: rng.normal(size=getattr(embeddings, name).shape)
    for name in ("infrared", "visible", "x")
}
searches = {
    "chance": (replace(embeddings, **noise), "v"),
    "Baseline, v": (baseline, "v"),
}
searches |= {f"XIV-ReID, {kind}": (embeddings, kind) for kind in kinds}

# %% [markdown]
# **Predict:** which of v, x and v+x will be best? And where does the Baseline stand?

# %%
results = {name: search(one, "sysu", kind) for name, (one, kind) in searches.items()}
table = {
    name: {f"rank-{k}": r.rank(k) for k in (1, 10, 20)} | {"mAP": r.mAP, "mINP": r.mINP}
    for name, r in results.items()
}
(100 * pd.DataFrame(table).T).round(1)

# %%
best = max(kinds, key=lambda kind: results[f"XIV-ReID, {kind}"].mAP)
gain = results[f"XIV-ReID, {config.test_distance}"].mAP - results["Baseline, v"].mAP
print(f"best test distance by mAP: {best}; chance has {results['chance'].mAP:.1%}")
print(
    f"XIV-ReID ({config.test_distance}) minus Baseline: {100 * gain:+.1f} points of mAP"
)
print(
    "queries that count:",
    results["Baseline, v"].valid_queries,
    "of",
    len(embeddings.infrared),
)

# %% [markdown]
# <details><summary>What to compare</summary>
#
# First with chance: a model that is not far above it has learnt nothing, and nothing else in the table matters. Then v,
# x and v+x: the sum is an average of two opinions, so it is often as good as the better one; it costs a second
# embedding of the gallery and nothing for the query. Then the Baseline: it may stand above our model or below it, and a
# difference as small as the one printed above is no news before section 7 has doubted it. The paper (Table 4,
# ResNet-50, SYSU-MM01) finds 38.4 against 49.9 at rank-1, with full-size training on real data. The numbers here are of
# another, much smaller world: compare the *order*, not the height.
#
# </details>
#
# The same searches as CMC curves:

# %%
charts.cmc_curves({name: result.cmc for name, result in results.items()})

# %% [markdown]
# All curves climb to the right; the one on top at $k = 1$ need not be on top at $k = 20$. Report more than one rank,
# and mAP beside them.
#
# ## 7. How sure are we?
#
# Three things could have been otherwise: the **galleries** drawn, the **people** in the test set, and the **seed** of
# the training. Ten trials speak of the first only. For the second we score each person separately, in gallery 0 ...


# %%
def per_person(embeddings, kind):
    rows, scores = galleries[0], []
    distance = embeddings.distance("infrared", "visible", rows, kind)
    for person in np.unique(embeddings.infrared_person):
        mine = embeddings.infrared_person == person
        query = embeddings.infrared_person[mine], embeddings.infrared_camera[mine]
        gallery = embeddings.visible_person[rows], embeddings.visible_camera[rows]
        result = retrieval_metrics(
            distance[mine], query[0], gallery[0], query[1], gallery[1]
        )
        scores.append(result.mAP)
    return np.array(scores)


ours, theirs = per_person(embeddings, config.test_distance), per_person(baseline, "v")

# %% [markdown]
# ... and play "other test people" by the **bootstrap**: draw as many people as there are, with repetition, take their
# mean, and repeat. The spread of these means tells how far the score hangs on who happened to be in the test set. (Only
# who searches changes here; the gallery that is searched stays the same.)

# %%
# The same draws for both models.
draws = rng.integers(len(ours), size=(2000, len(ours)))
charts.spread(
    {
        "ten galleries": [t.mAP for t in trials[config.test_distance]],
        "other people": ours[draws].mean(1)[:300],
    },
    "mAP in %",
)

# %% [markdown]
# The lower cloud is the wider one if the people matter more than the galleries, as they usually do. The spread over ten
# trials, often the only one in a paper, then makes a result look surer than it is. (The two bars need not agree: the
# lower one is of gallery 0, the upper one of all ten.)
#
# When two models are compared, both see the same people, so we draw the people once and look at the *difference*:

# %%
difference = 100 * (ours - theirs)[draws].mean(1)
low, high = np.percentile(difference, [2.5, 97.5])
print(f"XIV-ReID minus Baseline: {100 * (ours - theirs).mean():+.1f} points of mAP")
print(f"95 % of the draws of people: from {low:+.1f} to {high:+.1f}")
print(
    "other people could turn the sign"
    if low < 0 < high
    else "other people would hardly turn the sign"
)

# %% [markdown]
# (This is gallery 0 alone, and section 6 has the mean of ten: the difference need not be the same, and may even have
# the other sign.)
#
# If the interval contains 0, this pair of models cannot be told apart on these people, and that is then the whole
# finding: "no difference seen", not "slightly better".
#
# ### What one seed can say, and what it cannot
#
# It *can* say that **this model** is far above chance, that for this model v+x is better or worse than v, and how sure
# that is for other people like these. It *cannot* say that **the method** is better than the Baseline: both were
# trained once. Another seed draws other batches and another classifier, and may move a score by as much as the
# differences in the table. The interval above does not contain that, for no bootstrap of people can train again. To
# compare methods, train each with several seeds, pair the seeds, and look at the differences. In this kit that is one
# word, `scale.config(seed=1)`, and one more training each.
#
# Two things follow from all this, and have pages of their own: [A1](A1_too_good.ipynb), three scores that are too good and
# how they come about without any fraud, and [A2](A2_paper_and_code.ipynb), where the paper and its authors' code part.
#
# ## Takeaways
#
# - Eq. 2 adds two distances: query to visible, and query to X.
# - CMC sees the first hit, AP all hits, INP the last.
# - A score belongs to a protocol: hidden cameras, people or images, ties, queries without a match.
# - Ten galleries tame one kind of luck; people and seeds are two others, which they do not touch.
#
# In numbers:

# %%
over_galleries = 100 * np.std([t.mAP for t in trials[config.test_distance]])
over_people = 100 * ours[draws].mean(1).std()
print(
    f"standard deviation of mAP: {over_galleries:.2f} points over galleries, {over_people:.2f} over people"
)
print(
    f"XIV-ReID minus Baseline, one seed each: {low:+.1f} to {high:+.1f} points for other people like these"
)

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# ### Exercise 1. Average precision
#
# Difficulty ●○○ · importance ●●● · 6 minutes
#
# Write AP for one ranking, given as a list of "right?" values, nearest first.
#
# <details><summary>Hint 1</summary>
#
# Number the ranks from 1. `match.cumsum()` counts the hits so far.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# Hits so far divided by rank is the precision; you want its mean where `match` is true.
#
# </details>


# %% tags=["exercise"]
def my_AP(match):
    """match: (G,) bool, at least one True. Returns: a number from 0 to 1."""
    return None  # your code here


# %% tags=["check"]
from studykit.exercises import check

check("05.1", my_AP)

# %% [markdown] tags=["exercise-text"]
# ### Exercise 2. The rank among people
#
# Difficulty ●●○ · importance ●●○ · 8 minutes
#
# Rule 2 of section 4: given the people of a ranking, nearest first, at which rank *among people* is `person` found?
#
# <details><summary>Hint</summary>
#
# Cut the ranking where `person` first appears. How many *different* people stand before the cut?
#
# </details>


# %% tags=["exercise"]
def my_rank(ranked, person):
    """ranked: (G,) people, nearest first; person is among them. Returns: a rank, from 1."""
    return None  # your code here


# %% tags=["check"]
check("05.2", my_rank)

# %% tags=["quiz"]
widgets.quiz("05")

# %% [markdown]
# That is the whole way from two cameras to a score. A short walk aside, best taken rested: [A1 Three numbers that are too
# good](A1_too_good.ipynb). Next: [06 The ablation](06_ablation.ipynb) asks with several seeds
# whether X, and the cross-modality loss, help at all.
