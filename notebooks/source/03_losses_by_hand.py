# %% [markdown]
# # 03 The losses by hand
#
# XIV-ReID trains with one number, the $L$ of Eq. 11. Which images does it pull together, which does it push apart, and
# which does it leave alone? It is a sum of ten small parts, and each of them can be worked out with pencil and paper
# for four images. That is what you do here.
#
# ![The whole method as in notebook 00; lit is the features, which the losses pull together and push apart.](../results/figures/fig2-losses.png)
#
# **Goals.** After this notebook you can
# - write each of Eqs. 3 to 11 in a few lines of NumPy or PyTorch, and check it against `xivlab.loss`;
# - pick the hardest positive and the hardest negative of an anchor in a matrix of distances;
# - say where each sample moves when the loss is lowered, and which samples do not move;
# - recognise two failures: a margin of 0, and one image per person.
#
# **Minutes.** {reader} for you; for the computer {minutes}.
#
# **Needs.** Notebook [02](02_x_modality.ipynb) ($X = g(V)$). No data set and no trained model.

# %%
import numpy as np
import pandas as pd
import torch
from torch.nn import functional as F

from studykit.machine import banner
from studykit.plots import charts
from xivlab import loss

print(banner())

# %% [markdown]
# ## 1. Four images in three modalities
#
# A batch holds $M$ images of each modality in a fixed order: first $M$ infrared, then $M$ X, then $M$ visible. Row $i$
# of every block shows the *same person*, so one vector of labels serves all three. Our batch has $M = 4$: person 7
# twice, person 8 twice. The network would turn each image into hundreds of numbers; ours are only two, so that we can
# draw them. They are chosen to make distances that you know by heart.
#
# Every visible image lies 3 to the right of its infrared partner. This common shift plays the modality gap. The X image
# lies half way.

# %%
labels = np.array([7, 7, 8, 8])
infrared = np.array([[0.0, 0.0], [0.0, 3.0], [4.0, 0.0], [4.0, 6.0]])
visible = infrared + [3.0, 0.0]
x = infrared + [1.5, 0.0]
batch = np.concatenate([infrared, x, visible])  # (3M, 2): the layout of the paper
print("shape of the batch:", batch.shape)
charts.feature_plane(
    {"": {"infrared": infrared, "x": x, "visible": visible}},
    labels,
    alt="Four points of each modality; X lies half way between infrared and visible.",
)

# %% [markdown]
# Look at the infrared image of person 8 at the bottom (hollow triangle). Its nearest visible image is a filled
# *circle*: person 7. Its own partner, the filled triangle at the bottom, is farther away. That is what the gap does:
# the shift alone, the same for everybody, sends a search from infrared to visible to the wrong person.
#
# ## 2. The distance $D$
#
# All that follows is made of Euclidean distances. By hand: subtract, square, sum, take the root.

# %%
M = len(labels)
D = np.zeros((M, M))
for i in range(M):
    for j in range(M):
        D[i, j] = np.sqrt(np.sum((infrared[i] - infrared[j]) ** 2))
print(D.round(2))

# %% [markdown]
# The first row has a 3 and a 4, the second a 5: the triangle of school. The diagonal is 0, since every image is at
# distance 0 from itself. The package does the same for all pairs at once: it subtracts every row from every other one. (The
# shorter way by one matrix product, $\lVert a\rVert^2 + \lVert b\rVert^2 - 2\,a^\top b$, drowns in rounding where
# features are far from the origin and near to each other.)

# %%
I, X, V = (torch.tensor(m) for m in (infrared, x, visible))
y = torch.tensor(labels)
assert np.allclose(loss.pairwise_distance(I, I), D)
print("pairwise_distance agrees with the loops")

# %% [markdown]
# One trap is worth a look. The root has an infinite slope at 0. A training step through the distance of an image
# to itself would give "not a number", and from there the whole network would turn into it. We ask both versions for the
# gradient at distance 0.

# %%
same_place = torch.zeros(1, 2, requires_grad=True)
naive = ((same_place - torch.zeros(1, 2)) ** 2).sum().sqrt()
(slope,) = torch.autograd.grad(naive, same_place)
print("plain formula:    ", slope.tolist())
careful = loss.pairwise_distance(same_place, torch.zeros(1, 2)).sum()
(slope,) = torch.autograd.grad(careful, same_place)
print("pairwise_distance:", slope.tolist())

# %% [markdown]
# The plain formula ends in `nan`, the package in 0. A formula that is right on paper may still need care in a program.
#
# ## 3. Who is it? The identity loss, Eq. 9
#
# A linear classifier gives one score, a *logit*, per training person. The softmax makes probabilities $p_i$ of them,
# and the loss is large when the right person got little:
#
# $$L_{id} = -\sum_{i=1}^{M} \log p_i[y_i] \tag{9}$$
#
# Let the training set have three people, and give our four images these logits, a row each. The third image is unsure;
# the fourth is sure and wrong.

# %%
logits = np.array([[4.0, 0.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 0.0], [3.0, 0.0, 0.0]])
classes = np.array([0, 0, 1, 1])  # persons 7 and 8 as positions in the classifier
p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
per_image = -np.log(p[np.arange(M), classes])
pd.DataFrame(
    {"p of the right person": p[np.arange(M), classes], "loss": per_image}
).round(2)

# %% [markdown]
# The unsure image pays $\log 3 \approx 1.1$, the price of guessing among three. Being sure and wrong costs most. Eq. 9
# sums over the images; so does the package.

# %%
L_id = per_image.sum()
assert np.isclose(loss.identity_loss(torch.tensor(logits), torch.tensor(classes)), L_id)
print(f"L_id = {L_id:.3f}, and guessing would cost {M * np.log(3):.3f}")

# %% [markdown]
# One image that is sure and wrong makes the four dearer than guessing. Remember the price of guessing among $C$ people,
# $\log C$ per image. A loss that stays there says that the classifier has learnt nothing.
#
# ## 4. Batch-hard triplets inside one modality, Eq. 10
#
# The second loss looks at distances. Each image becomes the **anchor** once. Among the images of the same person we
# take the *farthest* (hardest positive, $d_p$), among those of other people the *nearest* (hardest negative, $d_n$).
# The anchor is content when the positive is nearer by at least the margin $\alpha_2$:
#
# $$L_{tri} = \sum_{i=1}^{M} \big[\alpha_2 + \underbrace{\max_{j:\,y_j = y_i} D(f_i, f_j)}_{d_p}
# - \underbrace{\min_{k:\,y_k \ne y_i} D(f_i, f_k)}_{d_n}\big]_+ \tag{10}$$
#
# where $[z]_+ = \max(z, 0)$: nobody is paid for more than what was asked.
#
# Here is the distance matrix of the infrared images. The frames mark the same person.

# %%
names = ["7, first", "7, second", "8, first", "8, second"]
charts.hardest(D, labels, names, names, pick=False)

# %% [markdown]
# The code below finds both. To look for the largest *framed* number it sets all others to $-\infty$; to look for the
# smallest *unframed* one it sets the framed to $+\infty$.

# %% tags=["predict"]
from studykit import widgets

widgets.predict("03.1")


# %%
same = labels[:, None] == labels[None, :]
d_p = np.where(same, D, -np.inf).max(1)
d_n = np.where(same, np.inf, D).min(1)
charts.hardest(D, labels, names, names)

# %% [markdown]
# Every row has one solid frame (positive) and one dashed frame (negative). Of sixteen distances only these eight enter
# the loss; all the others are ignored in this step. That is what *batch-hard* means.
#
# What an anchor pays depends only on $d_p - d_n$, through the hinge $[\alpha_2 + d_p - d_n]_+$:

# %%
alpha2 = 0.3
gaps = dict(zip(names, d_p - d_n))
charts.hinge([alpha2, 1.5], gaps)

# %% [markdown]
# The two anchors of person 7 lie on the flat part: loss 0, and slope 0, so they ask for nothing. Those of person 8 lie
# on the slope. The dashed line has a larger margin: it starts earlier and asks for more. The slope is 1 everywhere
# beyond the corner, so a larger margin does not pull *harder*; it pulls *more anchors, for longer*.

# %%
L_tri = np.maximum(alpha2 + d_p - d_n, 0).sum()
print(
    "each anchor:",
    np.maximum(alpha2 + d_p - d_n, 0).round(2),
    "  sum:",
    round(L_tri, 2),
)
assert np.isclose(loss.batch_hard_triplet(I, I, y, alpha2), L_tri)

# %% [markdown]
# The package's function, which is no longer than ours, agrees. Here is its source (the first line only refuses batches
# for which the question has no meaning):

# %%
import inspect

print(inspect.getsource(loss.batch_hard_triplet).split('"""')[2])

# %% [markdown]
# ## 5. One modality, and all three: Eqs. 8 and 7
#
# The two losses of a modality are added, and divided by the number of images, so that the size of the batch does not
# matter:
#
# $$L_I = \tfrac{1}{M}(L_{id} + L_{tri}) \tag{8}$$
#
# Then come the three modalities together. We give all of them the same logits; the distances inside each modality are
# the same as well, since a shift of all images changes none of them.
#
# $$L_M = L_I + L_X + L_V \tag{7}$$

# %%
L_I = (L_id + L_tri) / M  # Eq. (8)
L_M = L_I + L_I + L_I  # Eq. (7), with L_X = L_V = L_I here
scores, targets = torch.tensor(logits), torch.tensor(classes)
by_package = [loss.modality_loss(m, scores, targets, alpha2) for m in (I, X, V)]
assert np.isclose(loss.respective_gap(*by_package), L_M)
print(f"L_I = L_X = L_V = {L_I:.3f},  L_M = {L_M:.3f}")

# %% [markdown]
# All three are equal, and that is the point: $L_M$ **cannot see the modality gap**. Each modality may sit anywhere, as
# long as it is well ordered in itself. (The classifier is shared by the three, which is the only thing here that keeps
# them together.)
#
# ## 6. Across two modalities, Eqs. 3 to 6
#
# Now anchor and others come from *different* modalities. Everything else stays: hardest positive, hardest negative,
# hinge, with a larger margin $\alpha_1$, 0.5 in the paper. Infrared anchors $f_i$ among X images $f'_j$ are one
# direction, X anchors among infrared images the other:
#
# $$L_{I-X} = \sum_{i=1}^{M} \big[\alpha_1 + \max_{j:\,y_j = y_i} D(f_i, f'_j) - \min_{k:\,y_k \ne y_i} D(f_i, f'_k)\big]_+ \tag{5}$$
#
# $$L_{X-I} = \sum_{i=1}^{M} \big[\alpha_1 + \max_{j:\,y_j = y_i} D(f'_i, f_j) - \min_{k:\,y_k \ne y_i} D(f'_i, f_k)\big]_+ \tag{6}$$
#
# Both together, per image, are the loss between the two modalities:
#
# $$L_{cross}^{I,X} = \tfrac{1}{M}(L_{I-X} + L_{X-I}) \tag{4}$$
#
# We look at infrared anchors among *visible* images first.

# %% tags=["predict"]
widgets.predict("03.2")


# %%
D_IV = np.sqrt(((infrared[:, None] - visible[None]) ** 2).sum(2))
charts.hardest(D_IV, labels, ["I " + n for n in names], ["V " + n for n in names])

# %% [markdown]
# Also note the diagonal: an image and its own partner are not at distance 0 any more, but at 3, the gap. Here is Eq. 5
# as a function of ours; Eq. 6 is the same with the two modalities exchanged.

# %%
alpha1 = 0.5


def across(anchor, other, same=same):
    D = np.sqrt(((anchor[:, None] - other[None]) ** 2).sum(2))
    d_p = np.where(same, D, -np.inf).max(1)
    d_n = np.where(same, np.inf, D).min(1)
    return np.maximum(alpha1 + d_p - d_n, 0).sum()  # Eqs. (5) and (6)


# %% [markdown]
# With it, Eq. 4 for both pairs that the paper uses, and their sum, Eq. 3:
#
# $$L_C = L_{cross}^{I,X} + L_{cross}^{I,V} \tag{3}$$

# %%
L_IX = (across(infrared, x) + across(x, infrared)) / M  # Eq. (4)
L_IV = (across(infrared, visible) + across(visible, infrared)) / M
L_C = L_IX + L_IV  # Eq. (3)
assert np.isclose(loss.cross_modality(I, X, y, alpha1), L_IX)
assert np.isclose(loss.cross_modality(I, V, y, alpha1), L_IV)
print(
    f"infrared and X: {L_IX:.2f}   infrared and visible: {L_IV:.2f}   L_C = {L_C:.2f}"
)

# %% [markdown]
# The loss between infrared and X is smaller than the one between infrared and visible, because X lies half way. This is
# the paper's idea in two numbers: a nearer partner is an easier partner to learn from. There is no term between X
# and visible: X is made from the visible image, and the query is always infrared.
#
# ## 7. The whole: Eq. 11
#
# $$L = L_M + \lambda L_C \tag{11}$$
#
# with $\lambda = 0.1$ in the paper. In code $\lambda$ is called `lam`, since `lambda` is a word of Python.

# %%
lam = 0.1
L = L_M + lam * L_C
assert np.isclose(loss.total_loss(torch.tensor(L_M), torch.tensor(L_C), lam), L)
print(f"L = {L_M:.3f} + {lam} * {L_C:.3f} = {L:.3f}")

# %% [markdown]
# $\lambda$ looks small, but a small term may still matter. Training does not feel the size of a term, only its
# gradient: which way and how hard it *pulls* each feature. That is section 9.
#
# ## 8. The same at the paper's size
#
# The authors' batch has 12 people with 4 images each, so $M = 48$, and ResNet-50 makes 2048 numbers of each image. Our
# `across` takes any size; it only has to be told which images show the same person. Random features will do.

# %%
many = torch.arange(12).repeat_interleave(4)
alike = (many[:, None] == many[None]).numpy()
big_i, big_x = torch.randn(
    2, 48, 2048, generator=torch.Generator().manual_seed(0), dtype=torch.float64
)
by_hand = (
    across(big_i.numpy(), big_x.numpy(), alike)
    + across(big_x.numpy(), big_i.numpy(), alike)
) / 48  # Eq. (4)
assert np.isclose(loss.cross_modality(big_i, big_x, many, alpha1), by_hand)
print(
    f"{alike.size} distances, of which {2 * len(many)} count: {2 * len(many) / alike.size:.0%}"
)

# %% [markdown]
# The package still agrees. But batch-hard throws away more the larger the batch is: of our sixteen distances it used
# eight, of these (in one direction) it uses one in twenty-four. The few that are left are the most
# extreme, and a wrong label among them is heard in every row.
#
# ## 9. Where does each sample move?
#
# A training step moves every feature against the gradient of the loss. We let PyTorch work out that gradient for our
# points, once for the triplet loss inside each modality, and once for $L_C$. An arrow shows where a point goes, and its
# length is how strongly it is pulled.


# %% jupyter={"source_hidden": true}
def arrows(function):
    points = [m.clone().requires_grad_() for m in (I, X, V)]
    gradients = torch.autograd.grad(function(*points), points)
    return {
        name: -0.5 * M * g for name, g in zip(("infrared", "x", "visible"), gradients)
    }


inside = arrows(
    lambda *ms: sum(loss.batch_hard_triplet(m, m, y, alpha2) for m in ms) / M
)
between = arrows(
    lambda i, x, v: (
        loss.cross_modality(i, x, y, alpha1) + loss.cross_modality(i, v, y, alpha1)
    )
)

# %% tags=["predict"]
widgets.predict("03.3")


# %%
points = {"infrared": infrared, "x": x, "visible": visible}
titles = "inside each modality (Eq. 10)", "between modalities (Eq. 3)"
charts.feature_plane(
    {title: points for title in titles},
    labels,
    dict(zip(titles, (inside, between))),
    alt="Arrows on each point: inside a modality the three blocks move alike; between modalities they do not.",
)

# %% [markdown]
# On the left the three blocks move in the same way, as three copies of one picture: nothing there closes the gap. On
# the right the arrows of infrared and of the other two differ, so that the blocks move *relative to each other*. The
# print below says it in numbers: the mean arrow of each block is what the block does as a whole.

# %%
for title, moves in (("inside ", inside), ("between", between)):
    means = {
        name: arrow.mean(0).numpy().round(2) + 0.0 for name, arrow in moves.items()
    }
    print(title, {name: mean.tolist() for name, mean in means.items()})

# %% [markdown]
# Inside a modality the mean arrow is zero: pulls and pushes are always between two images of the same block, equal and
# opposite. Between modalities infrared as a whole goes to the right, X and visible to the left: towards each other.
# Over all three the arrows cancel again. So only $L_C$ can move one modality towards another *as a whole*.
#
# ## 10. Move the points yourself
#
# Here the points are yours: drag one, choose a loss and its margins, and see who is whose hardest positive and
# negative, and where everybody would go. 7a and 7b are the first and the second image of person 7. The identity loss is
# held at 0, that of a classifier which is always sure and right.

# %% tags=["predict"]
widgets.predict("03.4")


# %%
widgets.loss_geometry()

# %% [markdown]
# Try also: all points of one person in one place; a visible point among the infrared ones of somebody else; and to make
# every anchor content with as few moves as you can.
#
# ## 11. Failures on purpose: the margin, and one image per person
#
# How large should a margin be? We count who pays, one modality against another, with made-up features: each person has
# a corner of its own, and noise is added to every image.

# %%
rng = torch.Generator().manual_seed(0)
people = torch.arange(8).repeat_interleave(4)
one, other = (
    F.one_hot(people, 8) + 0.2 * torch.randn(32, 8, generator=rng) for _ in range(2)
)
distance, alike = loss.pairwise_distance(one, other), people[:, None] == people[None]
farthest = distance.masked_fill(~alike, -torch.inf).amax(1)
gap = farthest - distance.masked_fill(alike, torch.inf).amin(1)
for margin in (0.0, 0.3, 0.5, 1.0, 2.0):
    print(
        f"margin {margin:.1f}: {(gap + margin > 0).double().mean():4.0%} of the anchors pay"
    )

# %% [markdown]
# With a small margin some anchors fall silent and no longer teach anything; with a large one everybody pays, the best
# as well. The paper takes $\alpha_2 = 0.3$ inside a modality and $\alpha_1 = 0.5$ across, to stress the constraints
# between modalities.
#
# **Margin 0.** It seems honest: ask for the right order and no more. But ask what the laziest network pays, the one
# that gives every image the same features.

# %%
lazy = torch.zeros(M, 2, dtype=torch.float64)
good = torch.tensor(
    [[0.0, 0.0], [0.0, 1.0], [9.0, 0.0], [9.0, 1.0]], dtype=torch.float64
)
for margin in (0.0, alpha2):
    paid = [loss.batch_hard_triplet(f, f, y, margin).item() for f in (lazy, good)]
    print(
        f"margin {margin}: all in one point pays {paid[0]:.1f}, two neat groups pay {paid[1]:.1f}"
    )

# %% [markdown]
# At margin 0 the lazy network is as good as the best one: both pay nothing. With a margin the lazy one pays, and the
# good one does not.
#
# **One image per person.** Let $K$ be the number of images of each person in the batch. With $K = 1$ an image has no
# partner in its own modality but itself:

# %%
strangers = np.array([7, 8, 9, 10])
who = [f"person {person}" for person in strangers]
charts.hardest(D, strangers, who, who)

# %% [markdown]
# Every solid frame lies on the diagonal, at distance 0. There is nothing to pull: Eq. 10 only pushes people apart, and
# never learns what two images of one person have in common. Across modalities the partner remains, so Eqs. 5 and 6
# still work. That is why batches are drawn as people *times* images, and why the authors take four of each.
#
# What a $\lambda$ does that is too large, and where the losses take a $g$ that is learnt, can be seen in two toys that train in
# seconds: [A4 Two toys](A4_two_toys.ipynb).

# %% [markdown]
# ## Takeaways
#
# - $L_M$ (Eqs. 7 to 10) orders each modality in itself; only $L_C$ (Eqs. 3 to 6) sees the gap between two.
# - Batch-hard: per anchor one positive and one negative count, the farthest and the nearest.
# - The hinge has slope 0 or 1: a margin decides *who* pulls, not how hard.
# - $\lambda$ weighs the two; what it does when it is too large is in [A4](A4_two_toys.ipynb).
# - Without a margin a collapse costs nothing; with one image per person nothing is pulled together.

# %% [markdown] tags=["teacher"]
# The failures are the best ten minutes of this notebook on a projector. Let the class vote on margin 0 before the cell
# runs; it looks like the fairest of all margins. Who is quick may change the margins of the first toy of page A4 and look
# whether it still collapses at $\lambda = 100$.
#
# Where people get stuck: "hardest positive" is the *farthest*, and the anchor itself is one of its own positives, at
# distance 0, which does no harm for as long as there is another.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# ### Exercise 1. Who is the hardest negative?
#
# Difficulty ●○○ · importance ●●● · 5 minutes
#
# `distance` is $M \times M$, `labels` has $M$ entries, both are NumPy arrays. Return for each anchor (a row) the
# *index* of its hardest negative.
#
# <details><summary>Hint</summary>
#
# Make the places that must not win so large that they cannot, as in section 4; then `argmin` along the right axis.
#
# </details>


# %% tags=["exercise"]
def hardest_negative(distance, labels):
    return None  # your code here


# %% tags=["check"]
from studykit.exercises import check

check("03.1", hardest_negative)

# %% [markdown] tags=["exercise-text"]
# ### Exercise 2. Batch-hard in PyTorch
#
# Difficulty ●●○ · importance ●●● · 10 minutes
#
# Write Eqs. 5, 6 and 10 as one function, without a loop. `anchor` and `other` are tensors of $M$ rows, a feature each;
# `labels` has $M$ entries. Return the *sum* over the anchors.
#
# <details><summary>Hint 1</summary>
#
# `torch.cdist` gives the distances, `tensor.masked_fill(mask, value)` does what `np.where` did.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `amax(1)` and `amin(1)` give the extremes of each row, `clamp_min(0)` is the hinge.
#
# </details>


# %% tags=["exercise"]
def my_triplet(anchor, other, labels, margin):
    return None  # your code here


# %% tags=["check"]
check("03.2", my_triplet)

# %% [markdown] tags=["exercise-text"]
# ### Exercise 3. The rows of Table 4
#
# Difficulty ●○○ · importance ●●○ · 5 minutes
#
# The paper compares three methods: *Baseline* is $L_V + L_I$, *Baseline+X* adds $L_X$, *Baseline+X+CMG* is Eq. 11.
# Return the loss of the method named by `method`: `"baseline"`, `"baseline+x"` or `"baseline+x+cmg"`. `L_IX` and `L_IV`
# are the two terms of Eq. 3.
#
# Before you type, say of each method *which images* it moves that the one before leaves alone, and towards what.
#
# <details><summary>Compare</summary>
#
# The Baseline moves infrared and visible images, each among its own. Baseline+X moves X among its own as well: through
# $f$, which all share, and through $g$, which nothing else reaches. Only with $L_C$ is an infrared image pulled towards X and
# towards visible ones, and they towards it; X and visible never pull at each other.
#
# </details>
#
# <details><summary>Hint</summary>
#
# Begin with what all three have in common, and add to it.
#
# </details>


# %% tags=["exercise"]
def my_loss(method, L_I, L_X, L_V, L_IX, L_IV, lam):
    return None  # your code here


# %% tags=["check"]
check("03.3", my_loss)

# %% tags=["quiz"]
widgets.quiz("03")

# %% [markdown]
# Back: [02 The X modality](02_x_modality.ipynb). Next: [04 Training](04_training.ipynb) puts these losses into a loop.
