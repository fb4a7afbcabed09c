# %% [markdown]
# # 01 Data and the modality gap
#
# Put on a red jacket and stand before an infrared camera: the jacket is nearly white. So is a blue one. This notebook
# asks what light does there, watches colours go out one by one, and measures how wide the gap is that a network has
# to cross.
#
# **Goals.** After this notebook you can
# - name the cameras, splits and people of the data;
# - explain from physics why colours vanish in infrared, and why two blacks may not stay alike;
# - work out what a sensor sees from four curves;
# - measure how wide the gap between the modalities is, before any training across it.
#
# **Minutes.** {reader} for you; for the computer {minutes}.
#
# **Needs.** [00 Start here](00_start_here.ipynb). What a dot product is; no optics.

# %%
from studykit.machine import banner
from xivlab.scale import current

print(banner())

# %% [markdown]
# ## Six cameras
#
# The world of this kit has 3-D people, measured reflectances and simulated cameras. A camera is a light, a filter and
# a sensor; this is the complete list of the six that make `synthetic-sysu`.

# %%
import pandas as pd

from xivlab.world import World

world = World("synthetic-sysu")
pd.DataFrame(
    {
        "sensors": len(c.sensors),
        "filter": c.filter[7:],
        "light": " + ".join(name[6:] for name, *_ in c.lights),
    }
    for c in world.cameras.values()
).set_index(pd.Index(world.cameras, name="camera"))

# %% [markdown]
# Four cameras have three sensors (red, green, blue) behind a filter that cuts infrared away; two have one sensor behind
# a filter that lets only infrared pass, and bring their own lamp at 850 nm, which nobody sees (a little tungsten light
# from around is all they have besides). That is how most surveillance cameras work by day and by night.

# %% [markdown]
# ## Who is where
#
# `scale.load()` gives the images at the scale of the banner. One row per split and one column per camera:

# %%
data = current().load("synthetic-sysu")
splits = {name: getattr(data, name) for name in ("train", "val", "test")}
pd.DataFrame(
    {
        name: pd.Series(split.camera).value_counts().sort_index()
        for name, split in splits.items()
    }
).T

# %% [markdown]
# Every camera sees everybody equally often. (In SYSU-MM01 it does not: some people miss some cameras.) What must never
# happen is a person in two splits, because then the test would ask for what was learnt by heart.

# %%
people = {name: set(split.person) for name, split in splits.items()}
assert sum(map(len, people.values())) == len(set().union(*people.values()))
print({name: len(members) for name, members in people.items()})

# %% [markdown]
# No complaint: nobody is counted twice. To learn about light, four training people will do, told by the fabric of their
# upper garment: red, blue, black by a dye, and black by carbon.


# %%
import re

kinds = {
    "red": "nylon-red",
    "blue": "nylon-blue",
    "black dye": r"black carbon 0 edge 0\..+",  # no carbon, and a dye that ends early
    "black carbon": r"black carbon [4-9].+",
}
train = world.index.query("split == 'train'").person.unique()
worn = {p: world.person(p)["materials"]["upper"].split(":")[1] for p in train}
four = {
    name: next(p for p, fabric in worn.items() if re.fullmatch(kind, fabric))
    for name, kind in kinds.items()
}
uppers = {name: worn[person] for name, person in four.items()}
for name, person in four.items():
    print(f"{name}: person {person} wears {worn[person]}")

# %% [markdown]
# (A fabric's name says what is in it: how much carbon, and how far its dye reaches beyond the red.) Each of them in all six
# cameras, the visible ones first.

# %%
from studykit.plots import image_strip


def rows(person, cameras):
    index = world.index
    return [
        index.index[(index.person == person) & (index.camera == c)][0] for c in cameras
    ]


cameras = (1, 2, 4, 5, 3, 6)
image_strip(
    [world.expose(rows(person, cameras)) for person in four.values()],
    columns=[f"cam {c}" for c in cameras],
    rows=list(four),
    alt="Four people with red, blue and two black uppers, in four visible and two infrared cameras.",
    largest=0.58,
)

# %% [markdown]
# The row names tell the colour of the upper garment. In the four columns of visible
# light red, blue and black are told apart at a glance, and the two blacks are the same. In the two infrared columns
# it is the other way round: red, blue and one of the blacks are alike, and the two blacks are as different as can be.

# %% [markdown]
# ## Why colours vanish
#
# What a sensor sees of a material depends on four curves over the wavelength $\lambda$: the light $L$, the material's
# reflectance $R$, what the filter $F$ lets through and how well the sensor $S$ sees it. (From notebook 03 on
# $\lambda$ is something else, a weight in the loss.) Compared with a perfect white it sees the share
#
# $$p = \frac{\sum_\lambda R\,L\,F\,S}{\sum_\lambda L\,F\,S}. \tag{01.1}$$
#
# That is a weighted mean of the reflectance, with weights $w = L F S$. (N marks an equation of the notebook, not of
# the paper.) By hand, with three wavelengths instead of 61: a red cloth reflects little at 450 and 550 nm, much at
# 650 nm.

# %%
import numpy as np

R = np.array([0.05, 0.10, 0.60])  # at 450, 550, 650 nm
# L F S of two sensors:
red_sensor, blue_sensor = np.array([0.0, 0.2, 0.8]), np.array([0.9, 0.1, 0.0])
for name, w in {"red": red_sensor, "blue": blue_sensor}.items():
    print(f"the {name} sensor sees {(R * w).sum() / w.sum():.3f}")

# %% [markdown]
# The same cloth is bright for the red sensor and dark for the blue one: that difference *is* its colour. Now with the
# kit's measured curves, and compared with the function that exposes all images.

# %%
from xivlab.world import exposed_patch, spectra

table, camera = spectra.load(), world.cameras[4]
w = table["light:daylight"] * table["filter:ir-cut"] * table["sensor:r"]
p = (table["fabric:nylon-red"] * w).sum() / w.sum()  # Eq. (01.1)
assert np.isclose(p, exposed_patch("fabric:nylon-red", camera)[0])
print(f"red nylon, red sensor of camera 4: {p:.3f}")

# %% [markdown]
# They agree. So everything follows from the curves. First the weights $w$ of two cameras, camera 6 under its own lamp,
# each curve scaled to a largest value of 1.

# %%
from studykit.plots import COLOUR
from studykit.plots import spectra as draw_spectra

weights = {
    s[-1].upper(): table["light:daylight"] * table["filter:ir-cut"] * table[s]
    for s in camera.sensors
}
weights["camera 6"] = (
    table["light:led-850"] * table["filter:ir-pass"] * table["sensor:mono"]
)
draw_spectra(
    table.wavelength,
    {name: w / w.max() for name, w in weights.items()},
    "weight, scaled to 1",
    "R, G and B of camera 4 weigh 400 to 700 nm; camera 6 weighs a narrow band around 850 nm.",
    colours=(COLOUR["infrared"], "#009E73", COLOUR["visible"], "#7A3E9D"),
)

# %% [markdown]
# Three overlapping hills in the visible band, one narrow hill at 850 nm, and nothing in common between the two sides.
# Whatever camera 6 sees, camera 4 cannot, and the other way round. So the question becomes what fabrics do out there.
#
# **Question.** Below are five fabrics: red, green and blue nylon, and cotton made black by a dye or by carbon. How will
# their curves continue beyond 750 nm?

# %%
fabrics = {"green": "nylon-green", **uppers}
draw_spectra(
    table.wavelength,
    {name: table[f"fabric:{fabric}"] for name, fabric in fabrics.items()},
    alt="Four dyed fabrics differ below 700 nm and are all bright beyond 870 nm; the one with carbon stays dark.",
    colours=("#00805C", "#C23B22", "#0072B2", "#222222", "#777777"),
)

# %% [markdown]
# <details><summary>What you see</summary>
#
# Dyes absorb visible light, each in its own band, and are transparent beyond it: what reflects out there is the fibre
# underneath, much the same for all. Even the black dye becomes bright. Carbon absorbs everywhere and stays dark. So two
# things happen at once: different colours become alike, and the same black becomes different. (The nylons were
# measured, the two cottons are mixed from measured cotton, a dye and carbon.)
#
# </details>
#
# The same five as swatches: what camera 4 sees (its raw sensors, so a little pale) and what camera 6 sees.


# %%
def swatch(fabric, number):
    seen = exposed_patch(f"fabric:{fabric}", world.cameras[number])
    return np.broadcast_to((seen ** (1 / 2.2) * 255).astype(np.uint8), (24, 40, 3))


image_strip(
    [[swatch(fabric, number) for fabric in fabrics.values()] for number in (4, 6)],
    list(fabrics),
    ["camera 4", "camera 6"],
    "Five swatches: green, red, blue, two blacks in camera 4; four light greys and one dark one in camera 6.",
)

# %% [markdown]
# Upper row: three colours and black. Lower row: light or dark, and the two that looked alike are now far apart.
# This is the modality gap at its root. No clever network can undo it, because the information is not in the image.

# %% [markdown]
# ## One scene, wavelength by wavelength
#
# Between the two cameras lies a whole range that no camera uses. `World.expose_band` sees a scene in a band of 20 nm
# around any wavelength, so we can walk from blue to infrared.

# %%
scenes = [rows(person, [4])[0] for person in four.values()]


def frame(nm):
    images = [world.expose_band(scene, nm) for scene in scenes]
    spread = np.std([image[36:60, 24:40].mean() for image in images])
    band = "visible" if nm < 700 else "near infrared"
    words = f"{nm} nm, {band}: the four chests differ by {spread:.0f} grey levels."
    return image_strip(
        images, ["red", "blue", "dye", "carbon"], alt=words, largest=0.72
    )


# %% tags=["predict"]
from studykit import widgets

widgets.predict("01.1")


# %%
from studykit.widgets import frame_slider

bands = np.arange(450, 951, 20)
frame_slider(bands, [frame(nm) for nm in bands], "wavelength (nm)", start=20)

# %% [markdown]
# The line of text under the slider says how far apart the four chests are (standard deviation of their mean
# brightness, on a scale of 0 to 255). (Without a running kernel you see one position of it.)
#
# The paper says that X has "an intermediate wavelength between visible and infrared light". This range is what it
# means; whether X gets there is the subject of notebook 09.
#
# A camera does not see one wavelength but what lamp, filter and sensor leave of all. The next widget lets you build
# one, and shows the spectra of everything that the person wears.

# %% tags=["predict"]
widgets.predict("01.2")


# %%
widgets.wavelength()

# %% [markdown]
# ## Heat
#
# RegDB, the paper's second data set, is farther away still: its infrared camera sees *emitted* radiation at about
# 10 micrometres, that is, temperature. `synthetic-regdb` imitates it with aligned pairs, the same moment in both.

# %%
heat = World("synthetic-regdb")
first = heat.index.query("split == 'train'").groupby(["person", "camera"]).head(1)
visible, thermal = (first.index[first.camera == camera][:6] for camera in (1, 2))
image_strip(
    [heat.expose(visible), heat.expose(thermal)],
    rows=["visible", "thermal"],
    alt="Six people in colour above and as heat below: skin is bright, clothes are grey, colours are gone, prints are faint.",
    largest=0.58,
)

# %% [markdown]
# Skin glows and shoes are dark. Colours are gone; of a print on a shirt, which has the shirt's temperature, a trace is
# left by day, since the sun warms what is dark more than what is bright. The rest is outline.

# %% [markdown]
# ## How wide is the gap?
#
# Now as a number. Take any feature, search with it inside each modality and across, and compare. The plainest feature
# is the picture itself: gray, shrunk to 16 x 8, brightness and contrast taken out.

# %%
from xivlab.data import Images
from xivlab.evaluation import Embeddings

small = Images.of(data.test, 16, 8)
gray = small.pixels.astype(np.float32).mean(3).reshape(-1, 16 * 8)  # (N, 128)
gray = (gray - gray.mean(1, keepdims=True)) / gray.std(1, keepdims=True)
i, v = small.rows("infrared"), small.rows("visible")
who, where = small.person, small.camera
pixels = Embeddings(gray[i], gray[v], None, who[i], where[i], who[v], where[v])

# %% [markdown]
# The second feature is `slim`, the small network that all demo models start from. It was trained to recognise *other*
# people in *visible* images only and has never seen infrared, nor anybody here. **Half of those images had been turned gray**,
# so that it does not live on colour alone. Keep this in mind: whatever a gray picture can teach, it may know before the
# training of this course begins (notebook 11 makes of that share a knob). (`before_bn` names the layer that the
# embedding is read from, a subject of notebook 04.)

# %%
from xivlab.evaluation import embed
from xivlab.methods import build_model
from xivlab.runs import pick_device, to_device

config = current().config()
network = to_device(build_model(config, classes=2), pick_device()).eval()
learned = embed(network, Images.of(data.test, config.height, config.width), "before_bn")
print(learned.infrared.shape, learned.visible.shape)

# %% [markdown]
# Three searches for each feature. Inside a modality the images of the same person in the same camera are left out:
# they would be too easy. (`llcm` and `sysu` are names for such rules, after the data sets they come from: notebook 05.)

# %%
from xivlab.evaluation import search


def rank1(embeddings, query, gallery):
    protocol = "llcm" if query == gallery else "sysu"
    return f"{search(embeddings, protocol, 'v', query, gallery).rank(1):.1%}"


searches = [("visible", "visible"), ("infrared", "infrared"), ("infrared", "visible")]
features = {"gray pixels": pixels, "slim, visible only": learned}
pd.DataFrame(
    {
        name: {" to ".join(s): rank1(e, *s) for s in searches}
        for name, e in features.items()
    }
)

# %% [markdown]
# Rank-1; guessing would give one in the number of test people. Pixels are a poor feature everywhere; the other column
# shows what training buys. Now read the network's column from top to bottom: most of what it knows about people in
# visible light is of no use in infrared, and still more is lost from one modality to the other. That drop is the
# modality gap, and closing it is all this paper is about.
#
# (The galleries are not quite equal. A query has three right images in the first row, one in the second, three or
# four in the third: the second row is harder than its name says, and the third, the easiest in that respect, is the
# lowest of the network's all the same.)

# %% [markdown]
# ## See the gap
#
# The same embeddings in two dimensions. We take the two directions of largest variance (PCA, by one singular value
# decomposition), because unlike t-SNE it invents no islands: what is apart here is apart in the data.

# %%
from studykit.plots import embedding_map

everything = np.concatenate([learned.visible, learned.infrared])
centre = everything.mean(0)
axes = np.linalg.svd(everything - centre, full_matrices=False)[2][:2]
flat = {
    name: (getattr(learned, name) - centre) @ axes.T for name in ("visible", "infrared")
}
shown = {name: points[:: max(1, len(points) // 400)] for name, points in flat.items()}
embedding_map(
    {"slim, before any training here": shown},
    "Visible (circles) and infrared (triangles) embeddings, PCA.",
)

# %% [markdown]
# Circles are visible, triangles infrared, the same people in both. They are not two islands (half of the images that
# `slim` learnt from had been turned gray), but not one cloud either: the triangles crowd to one side. Two axes out of
# many cannot say how much, so count in all of them: of the ten nearest neighbours of an infrared image, how many are
# infrared as well?

# %%
from scipy.spatial.distance import cdist

is_infrared = np.repeat([False, True], [len(learned.visible), len(learned.infrared)])
order = np.argsort(cdist(learned.infrared, everything), axis=1)
nearest = order[:, 1:11]  # the first is the image itself
print(f"infrared: {is_infrared[nearest].mean():.0%} of the ten nearest neighbours,")
print(f"          {is_infrared.mean():.0%} of all images")

# %% [markdown]
# If the modality did not matter the two numbers would be closer. (Not equal: some neighbours are infrared for a good
# reason, being the same person a moment later in the same camera.) A search from infrared to visible has to do without
# these neighbours, and takes what comes after them.

# %% [markdown]
# A third way to put it is the distance between the centres of the two clouds, beside the size of a cloud.


# %%
def gap(visible, infrared):
    return np.linalg.norm(visible.mean(0) - infrared.mean(0))


between = gap(learned.visible, learned.infrared)
inside = np.linalg.norm(learned.visible - learned.visible.mean(0), axis=1).mean()
print(
    f"between the two centres {between:.2f}; from a visible image to its centre {inside:.2f} on average"
)

# %% [markdown]
# The shift is smaller than the cloud, but small is not harmless: people differ by little, too, so a little is enough to
# mix them up. (Nor is a shift the whole gap: what infrared does not show cannot be shifted back.)

# %% [markdown]
# ## What this world is, and what it is not
#
# - **It is physics** where measurements could be had: reflectances of twelve fabrics, walls, plants, skin, the spectra
#   of lamps, filters and sensors. Each column of the table says whether it was measured, mixed or assumed.
# - **It is assumed** where they could not: more colours are dyes and carbon mixed by a textbook model on measured
#   cotton; hair beyond 700 nm, temperatures, and the electronics of the cameras were set by judgement.
# - **It is easier than life**: one walk cycle, the same clothes all day, clear weather, no crowds, no gloss.
# - **Its difficulty was set once**, by how well the *Baseline*, the method without X, does on the validation people,
#   never by whether X wins.
# - **It is not SYSU-MM01 and not RegDB.** A number measured here says nothing about a number there. Comparisons
#   inside this world (with X or without, this loss or that) are what it is for.
#
# The counts by origin, from the table itself; `data_prep/people/README.md` has the whole story.

# %%
table.about.groupby(["kind", "origin"]).size().unstack(fill_value=0)

# %% [markdown]
# ## Takeaways
#
# - A pixel is a weighted mean of a reflectance, Eq. 01.1; visible and infrared cameras have no wavelength in common.
# - Dyes are transparent in near infrared: different colours become alike, and equal blacks may differ by their carbon.
# - Thermal images show temperature, and less still of the clothes.
# - A network that knows people in visible images loses most of that across the gap, and the neighbours of an infrared
#   embedding are mostly infrared.
#
# In numbers:

# %%
by_day, by_night = (
    rank1(learned, query, "visible") for query in ("visible", "infrared")
)
near_by = is_infrared[nearest].mean()
print(
    f"rank-1 of the network: visible to visible {by_day}, infrared to visible {by_night}"
)
print(f"{near_by:.0%} of the nearest neighbours of infrared images are infrared")

# %% [markdown] tags=["teacher"]
# If you have a remote control, point it at a phone's camera and press a button: most phones show the infrared lamp as
# violet, because their filter is imperfect. It makes the point of Eq. 01.1 in ten seconds.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# ### Exercise 1. What a sensor sees
#
# Difficulty ●○○ · importance ●●● · 4 minutes
#
# Write Eq. 01.1 for one material and one sensor.
#
# <details><summary>Hint</summary>
#
# Whatever is not the material is the weight: light, filter and sensor multiplied. A weighted mean is the sum of
# weight times value, divided by the sum of the weights.
#
# </details>


# %% tags=["exercise"]
def seen(reflectance, light, filter, sensor):
    """Four arrays over the wavelength, (61,). Returns: share of a perfect white, a number."""
    return None  # your code here


# %% tags=["check"]
from studykit.exercises import check

check("01.1", seen)

# %% [markdown] tags=["exercise-text"]
# ### Exercise 2. A gap without units
#
# Difficulty ●●○ · importance ●●○ · 6 minutes
#
# The distance between the centres means little if the embeddings are all large or all small. Divide it by the mean
# distance of a **visible** image to the visible centre.
#
# <details><summary>Hint</summary>
#
# The centre of a cloud is its mean over axis 0; `np.linalg.norm(..., axis=1)` is one length per image.
#
# </details>


# %% tags=["exercise"]
def relative_gap(visible, infrared):
    """visible, infrared: embeddings, a row per image. Returns: a number, at least 0."""
    return None  # your code here


# %% tags=["check"]
check("01.2", relative_gap)

# %% tags=["quiz"]
widgets.quiz("01")

# %% [markdown]
# Next: [02 The X modality](02_x_modality.ipynb).
