# %% [markdown]
# # A3 Where the network looks
#
# A page beside the way: the last maps of $f$ laid over the image, for V, X and I of the same person, and what such
# pictures do not show.
#
# **Goals.** After this notebook you can
# - draw an activation map of a trained network, and say how coarse it is;
# - name the comparison without which its likeness says nothing.
#
# **Minutes.** {reader} for you; for the computer {minutes}.
#
# **Needs.** [10 The modality gap](10_modality_gap.ipynb), whose run of XIV-ReID is found again if it is there, else it is
# trained.

# %%
import numpy as np

from studykit import widgets
from studykit.machine import banner
from xivlab.scale import current
from xivlab.train import train

print(banner())

# %%
scale = current()
data, config = scale.load(), scale.config()
run = train(config, data, scale.runs)
embeddings = run.embeddings()

# %% [markdown]
# ## The maps
#
# The last maps of $f$, before they are averaged to an embedding, tell where in the image the network responds: here the
# mean of their absolute values, enlarged to the image, for V, X and I of the same person.

# %%
from studykit.analysis.activation import activation_maps, alikeness, cells, overlay
from studykit.analysis.x_images import generator_of, random_triples, shown
from studykit.plots import image_strip
from xivlab.data import resize
from xivlab.runs import load_model

model = load_model(run).cpu()
test = data.test
photos = {code: np.flatnonzero(test.modality == code) for code in (0, 1)}
rows = random_triples(embeddings, 3, seed=1)
V, I = (
    resize(test.pixels[photos[code][r]], config.height, config.width)
    for code, r in zip((0, 1), rows)
)
seen = {
    "V": activation_maps(model, V),
    "X": activation_maps(model, V, "x"),
    "I": activation_maps(model, I),
}
high, wide = cells(model, config.height, config.width)
print(
    f"a map has {high} x {wide} cells; the image {config.height} x {config.width} pixels"
)

# %%
X = shown(generator_of(model), V)
laid = [
    over
    for name, image in zip("VXI", (V, X, I))
    for over in (image, overlay(image, seen[name]))
]
image_strip(
    list(zip(*laid)),
    ["V", "f(V)", "X", "f(X)", "I", "f(I)"],
    alt="Three people: V, X and I, each beside its activation map, yellow where the response is largest.",
    largest=0.48,
)

# %% [markdown]
# Bright is where the response is largest. Are the maps of V and X alike? Put it into a number: the correlation of two
# maps, cell by cell. And with what must such a number be compared before it says anything?


# %% tags=["predict"]
widgets.predict("A3.1")


# %%
alike = {
    f"{a} and {b}": alikeness(seen[a], seen[b]).mean() for a, b in ("VX", "XI", "VI")
}
alike["V and V of somebody else"] = alikeness(
    seen["V"], np.roll(seen["V"], 1, axis=0)
).mean()
print(
    "correlation of the maps:",
    ", ".join(f"{pair} {value:.2f}" for pair, value in alike.items()),
)

# %% [markdown]
# V and X show one and the same moment, so their maps should be the most alike. The last number is the one to compare all others
# with: if the maps of two *different* people are as much alike, then likeness of maps says nothing of the person.
#
# <details><summary>What such maps do not show</summary>
#
# They do not show *what* is seen there, nor for which person it speaks, nor whether it helps: a network may respond
# strongly to a wall and ignore the response afterwards. A map is as coarse as its few cells; that it looks smooth is
# interpolation. I is another moment, so even a perfect network would have another map. And each map is stretched to its
# own range: compare places, not brightness, between two pictures.
#
# </details>
#
# ## Takeaways
#
# - A map says where a network responds, not what it sees there, nor whether it helps.
# - Likeness of maps is compared with that of two different people.

# %% [markdown]
# Back: [10 The modality gap](10_modality_gap.ipynb). On with the course: [11 When does X help?](11_when_does_x_help.ipynb).
