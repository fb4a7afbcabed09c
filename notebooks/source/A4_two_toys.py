# %% [markdown]
# # A4 Two toys: λ too large, and a g that follows the losses
#
# Two trainings of seconds, on images of a few numbers. In the first, $\lambda$ grows until everything collapses; in the
# second, $g$ is learnt, and goes where the losses take it. A page beside the way, after notebook 03.
#
# **Goals.** After this notebook you can
# - recognise a $\lambda$ so large that everything collapses, by two of its numbers;
# - say which of the losses takes a learned $g$ to what the infrared shows.
#
# **Minutes.** {reader} for you; for the computer {minutes}.
#
# **Needs.** [03 The losses by hand](03_losses_by_hand.ipynb).

# %%
import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.nn import functional as F

from studykit import widgets
from studykit.machine import banner
from studykit.plots import charts
from xivlab import loss

print(banner())

# %% [markdown]
# ## 1. Failures on purpose: λ
#
# What does $\lambda$ do in training? A toy answers in seconds. An "image" is five numbers: four say who it shows, one
# says in what light. The infrared version of a person looks more like the *next* person's visible version than like its
# own (that is our modality gap), and X is half way between. $f$ is a network with one hidden layer and two outputs, so
# that its features can be drawn.

# %%
P, K = 4, 8
alpha1, alpha2 = 0.5, 0.3  # margins, as in notebook 03
labels = torch.arange(P).repeat_interleave(K)


def toy_images(generator, noise=0.2):
    """Infrared, X and visible images, (M, P + 1) each."""
    person, light = F.one_hot(labels, P).float(), torch.ones(len(labels), 1)
    visible = torch.cat([person, 0 * light], 1)
    infrared = torch.cat([0.4 * person + 0.6 * person.roll(1, 1), light], 1)
    clean = infrared, (infrared + visible) / 2, visible
    return [
        images + noise * torch.randn(images.shape, generator=generator)
        for images in clean
    ]


# %% [markdown]
# The loss is the package's, Eqs. 3 to 11, exactly as in the real training. We keep $L_M$ and $L_C$ apart, to look at
# them later.


# %%
def toy_losses(f, classifier, images):
    i, x, v = (f(m) for m in images)
    L_M = loss.respective_gap(
        *(loss.modality_loss(z, classifier(z), labels, alpha2) for z in (i, x, v))
    )
    L_C = loss.cross_gap(*(loss.cross_modality(i, z, labels, alpha1) for z in (x, v)))
    return L_M, L_C


# %% [markdown]
# And 150 steps of Adam, with fresh noise in each:


# %%
def toy_train(lam, steps=150):
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(0)
    f = nn.Sequential(nn.Linear(P + 1, 32), nn.ReLU(), nn.Linear(32, 2))
    classifier = nn.Linear(2, P, bias=False)
    optimizer = torch.optim.Adam([*f.parameters(), *classifier.parameters()], lr=1e-2)
    for _ in range(steps):
        optimizer.zero_grad()
        loss.total_loss(
            *toy_losses(f, classifier, toy_images(generator)), lam
        ).backward()
        optimizer.step()
    return f, classifier


# %% [markdown]
# Seven trainings, a few seconds in all. For each we keep the features of fresh images and four numbers.

# %%
features, rows = {}, []
for lam in (0.0, 0.1, 0.3, 1.0, 3.0, 10.0, 100.0):
    f, classifier = toy_train(lam)
    fresh = toy_images(torch.Generator().manual_seed(1))  # not those of the training
    with torch.no_grad():
        i, x, v = (f(images) for images in fresh)
        L_M, L_C = toy_losses(f, classifier, fresh)
    features[lam] = {"infrared": i, "x": x, "visible": v}
    found = labels[loss.pairwise_distance(i, v).argmin(1)] == labels
    spread = torch.cat([i, x, v]).std(0).norm()
    rows.append([lam, found.float().mean(), L_M, L_C, spread])
columns = ["λ", "found first", "L_M", "L_C", "spread"]
table = pd.DataFrame(rows, columns=columns).astype(float)


# %% [markdown]
# A picture for each: the features without $L_C$ on the left, those with it on the right, all on one scale.

# %% jupyter={"source_hidden": true}
reach = 1.1 * max(
    points.abs().max().item()
    for groups in features.values()
    for points in groups.values()
)


def plane(row):
    words = (
        f"λ = {row['λ']:g}: {row['found first']:.0%} of the infrared images find their person first. "
        f"L_M {row['L_M']:.2f}, L_C {row['L_C']:.2f}, spread of the features {row['spread']:.2f}."
    )
    panels = {"λ = 0": features[0.0], f"λ = {row['λ']:g} ": features[row["λ"]]}
    picture = charts.feature_plane(panels, labels.numpy(), alt=words, same_scale=True)
    picture.axes[0].set(xlim=(-reach, reach), ylim=(-reach, reach))
    return picture


# %% tags=["predict"]
widgets.predict("A4.1")


# %%
widgets.frame_slider(
    [f"{lam:g}" for lam in table["λ"]],
    [plane(row) for _, row in table.iterrows()],
    "λ",
    start=3,
)

# %%
table.round(2)

# %% [markdown]
# The last row can be worked out beforehand. When all features are one point, an anchor pays its margin, and the classifier can
# only guess:

# %%
print("L_C of a collapsed network: 4 alpha1 =", 4 * alpha1)
print(
    f"L_M of a collapsed network: 3 (log P + alpha2) = {3 * (np.log(P) + alpha2):.2f}"
)
print(f"measured at lambda = 100:   L_C = {rows[-1][3]:.2f}, L_M = {rows[-1][2]:.2f}")

# %% [markdown]
# Why does it happen? At the start most hardest positives are farther than the hardest negatives. The quickest way to
# make $\alpha_1 + d_p - d_n$ smaller is then to shrink *everything*, down to $\alpha_1$; in the point itself the
# gradient is 0, and there is no way out. The identity loss would hold the people apart, but at $\lambda = 100$ nobody
# hears it.
#
# Beware: the column "found first" may look harmless even so, for it compares distances and does not see that all of
# them are tiny. **A triplet loss that stands still at its margin, and an identity loss at the price of guessing, are
# the signs of a collapse.**

# %% [markdown]
# ## 2. And g? Ten numbers that follow the losses
#
# Until now X lay where we had put it. In the paper $g$ is learned, and nothing but the losses tells it what to be. Where do
# they take it? A second toy is *made such that one channel predicts the infrared*. It has six people, and an image is two
# pixels, top and trousers. In the infrared two of the three channels are gone, and only the third is still seen: here red, further
# down another. Every channel tells the six apart equally well, so that nothing else sets red above the others.
#
# $f$ is fixed here, and sees how bright top and trousers are. The losses are the package's, $g$ is its `XGenerator`, which
# begins as a third of the mean of R, G and B. What learns is $g$, and the classifier.

# %%
from studykit.analysis import toy_of_x
from studykit.plots.toy_of_x import toy_frame

red = toy_of_x.toy_world(survives=0)
run = toy_of_x.learn(red, lam=1.0)

# %% tags=["predict"]
widgets.predict("A4.2")


# %%
widgets.frame_slider(
    [frame.step for frame in run.frames],
    [toy_frame(run, number) for number in range(len(run.frames))],
    "step",
)

# %% [markdown]
# Which of the losses did it? We leave them out one after the other: first $L_C$, then $L_X$ as well.

# %% tags=["predict"]
widgets.predict("A4.3")


# %%
runs = {
    "L_M and L_C": run,
    "L_M only": toy_of_x.learn(red, lam=0.0),
    "L_M without L_X": toy_of_x.learn(red, lam=0.0, with_x=False),
}
ends = {name: one.frames[-1] for name, one in runs.items()}
pd.DataFrame(
    {
        name: [*end.mix.shares, 100 * end.agrees, 100 * end.found]
        for name, end in ends.items()
    },
    index=["R in %", "G in %", "B in %", "follows I, %", "found first, %"],
).T.round(0)

# %% [markdown]
# "Follows I" is the correlation of X with the infrared over the garments; "found first" searches new infrared images
# among X. Now another world: the slider says which channel survives. In between two channels do, half and half.

# %% tags=["predict"]
widgets.predict("A4.4")


# %%
worlds = [toy_of_x.toy_world(survives) for survives in (0.0, 0.5, 1.0, 1.5, 2.0)]
widgets.frame_slider(
    [world.says for world in worlds],
    [toy_frame(toy_of_x.learn(world, lam=1.0)) for world in worlds],
    "which channel survives",
)

# %% [markdown]
# ## Takeaways
#
# - $\lambda$ weighs $L_C$ against $L_M$: at 0 the gap stays, too large and all features collapse into a point.
# - Nothing but the losses tells a learned $g$ what to be; in a world where one channel is the infrared, $L_C$ takes it there.
#
# Back: [03 The losses by hand](03_losses_by_hand.ipynb). The table of contents is at the end of
# [00 Start here](00_start_here.ipynb).
