# %% [markdown]
# # 09 A closer look at X
#
# The paper looks at its X and sees red: "redder", hence of longer wavelength, hence on the way to infrared. Each
# "hence" can be measured here, for in this world every scene can be photographed at every wavelength.
#
# **Goals.** After this notebook you can
# - redraw Fig. 3 of the paper and answer its question, "is X redder?", with an interval;
# - say how much of the answer was decided before the first step of training;
# - look at triples (Fig. 4) that were not chosen for their beauty;
# - place X on the line from visible to infrared, and read the place as a wavelength, with all the doubts.
#
# **Minutes.** {reader} for you; for the computer {minutes}.
#
# **Needs.** [08 Lambda](08_lambda.ipynb) comes before; what you need is [02 The X modality](02_x_modality.ipynb) (the
# ten numbers of $g$) and [05 Search and scores](05_search_and_scores.ipynb) (embeddings, the bootstrap of people). The
# demo run is found again if it is there, else it is trained.

# %%
import numpy as np
import pandas as pd

from studykit.machine import banner
from xivlab.scale import current

print(banner())

# %%
from xivlab.data import Images
from xivlab.runs import load_model
from xivlab.train import train

scale = current()
data, config = scale.load(), scale.config()
run = train(config, data, scale.runs)
model = load_model(run).cpu()
train_images = Images.of(data.train, config.height, config.width)

# %% [markdown]
# Under "A closer look at X" the paper makes three statements. (1) "The 'R' channel in the X images has much higher
# intensity than 'G' and 'B'", so X looks redder than the visible images. (2) Redder is "longer wavelength", so X is a
# modality "with an intermediate wavelength between visible and infrared light". (3) With it, matching becomes easier.
# This notebook takes the first two, notebook [10](10_modality_gap.ipynb) the third.
#
# ## 1. Fig. 3, by hand
#
# A histogram of Fig. 3 counts images by one number: the mean of one channel over all pixels. Take four visible training
# images, and do to them what $g$ does to a pixel:
#
# $$h = \max(0,\; w_R R + w_G G + w_B B + b), \qquad X_c = a_c\,h + d_c \quad\text{for } c = R, G, B, \tag{09.1}$$
#
# which is Eq. 02.1 once more.

# %%
visible = train_images.rows("visible")
four = visible[:: max(1, len(visible) // 4)][:4]
V = np.asarray(train_images.pixels[four]) / 255  # (4, H, W, 3), in [0, 1]

w, b, v, c = (p.detach().numpy().reshape(-1) for p in model.generator.parameters())
X = np.maximum(0, V @ w + b)[..., None] * v + c
by_hand = 255 * X.mean((1, 2))  # one mean per image and channel
print(by_hand.round(1))

# %% [markdown]
# A row per image; columns R, G and B, on the scale from 0 to 255. X may leave that scale, for nothing in Eq. 09.1 stops
# it. To be *shown* it is clamped; here it is measured as it is. The package's `intensities` does the same for any
# number of images:

# %%
from studykit.analysis.x_images import clamped, generator_of, intensities

g = generator_of(model)
if config.x_input == "unit":
    assert np.allclose(intensities(train_images, four, g), by_hand, atol=0.05)
print(
    f"a picture of these X changes {clamped(g, train_images.pixels[four]):.1%} of the values, by clamping"
)

# %% [markdown]
# ## 2. Fig. 3, with all images
#
# The mean of R, of G and of B of each image, for V, X and the infrared images.


# %%
some = np.random.default_rng(0).permutation(visible)[:3000]
infrared = np.random.default_rng(0).permutation(train_images.rows("infrared"))[:3000]
means = {
    "visible": intensities(train_images, some),
    "x": intensities(train_images, some, g),
    "infrared": intensities(train_images, infrared),
}

# %% tags=["predict"]
from studykit import widgets

widgets.predict("09.1")


# %%
from studykit.plots.gap import intensity_rows

intensity_rows(means)

# %% [markdown]
# Each line is a histogram, each thin upright line its mean. The infrared images have three equal channels, so their
# dotted histogram is the same in every row. Compare the three dashed ones, of X, with each other: that is what the
# paper does.
#
# ## 3. How far apart are two histograms?
#
# By eye is not enough. The **Wasserstein distance** asks how far, on average, the images of one histogram must be moved
# to make the other. For two samples of the same size there is nothing to search for: sort both, and move the first to
# the first, the second to the second.

# %%
one, other = np.array([90.0, 100.0, 140.0]), np.array([130.0, 80.0, 90.0])
moved = np.abs(np.sort(one) - np.sort(other)).mean()
print(np.sort(one), np.sort(other), f"-> {moved:.2f} levels")

# %% [markdown]
# For samples of different sizes SciPy does it, channel by channel in the package's `shifts`. On our little samples both
# agree:

# %%
from studykit.analysis.x_images import shifts

assert np.allclose(shifts(one[:, None], other[:, None]), moved)
pairs = {
    "V to I": ("visible", "infrared"),
    "V to X": ("visible", "x"),
    "X to I": ("x", "infrared"),
}
distances = pd.DataFrame(
    {name: shifts(means[a], means[b]) for name, (a, b) in pairs.items()}, list("RGB")
)
distances.round(1)

# %%
nearer = [
    name
    for name in "RGB"
    if distances.loc[name, "X to I"] < distances.loc[name, "V to I"]
]
print(
    f"X is nearer to infrared than V is in {len(nearer)} of 3 channels: {', '.join(nearer) or 'none'}"
)

# %% [markdown]
# Levels of brightness depend on exposure, and a lamp can be turned up. So this says that two sets of images are alike
# *on average*, and no more. The question of the paper is about colour:
#
# ## 4. Is X redder here?
#
# Let the *red excess* of an image be R minus the larger of G and B. It is positive exactly if red is the strongest
# channel. By hand, for the four images:

# %%
excess = by_hand[:, 0] - np.maximum(by_hand[:, 1], by_hand[:, 2])
print("red excess of four X:", excess.round(1))

# %% [markdown]
# The two readings of the paper's sentence are two numbers: the red excess of X, and by how much it is above that of the
# visible image it was made from. `redness` computes both, with intervals over *people*: images of one person are alike,
# so people are drawn anew, as in notebook 05.

# %%
from studykit.analysis.intervals import answer
from studykit.analysis.x_images import red_excess, redness

if config.x_input == "unit":
    assert np.allclose(red_excess(by_hand), excess)
red = redness(means["visible"], means["x"], train_images.person[some])
for name, one in red._asdict().items():
    print(
        f"{name:10} {one.mean:+7.1f} levels, 95 % of draws from {one.low:+.1f} to {one.high:+.1f}"
    )

# %%
print("Is red the strongest channel of X?", answer(red.x, "Yes.", "No: G or B is."))
print("Is X redder than V?", answer(red.difference, "Yes.", "No, it is less red."))

# %% [markdown]
# <details><summary>What the interval covers, and what not</summary>
#
# It covers other *people*. They all went through the same $g$, whose ten numbers decide the tint, so the interval of X
# is usually narrow, whichever side of 0 it is on. It does not cover another *training*: ten other numbers. That is the
# next question, and the more important one.
#
# </details>
#
# Does a tint matter at all? The widget has the ten weights of this run's $g$, and says how far X is from the infrared
# images.

# %% [markdown]
# Set all three channels alike as well. Which of the two would the paper's reading ("redder is nearer") prefer, and which one
# do the numbers prefer?


# %% tags=["predict"]
widgets.predict("09.2")


# %%
widgets.x_studio(run, data)

# %% [markdown]
# ## 5. Who decides the tint?
#
# Three suspects: the data, the seed, and the numbers that $g$ **starts** from. Ten numbers per run are quickly stored,
# so the kit has a table of them, for the runs of the studies "ablation" (start at 1/3) and "special cases" (start at
# random) that are at hand:

# %%
from studykit.studies.generators import at_hand, looks

table = at_hand(scale)
mine = "one of them" if run.folder.name in set(table.run) else "not in it"
print(f"{len(table)} generators at hand; this run is {mine}")

# %% [markdown]
# Ten numbers a run say little to a reader. Three things that a viewer can tell apart are hidden in them: the *mix* of R, G and B (which garments become bright), the *black level*
# (X of a black pixel), and the *contrast* (by how much X of a white pixel is above it). And `travel` is how far the ten
# went from where they started, in the mean.


# %% tags=["predict"]
widgets.predict("09.3")


# %%
from studykit.analysis.travel import COLUMNS, travels
from studykit.studies.generators import untrained

went = travels(table, untrained(table))
by_variant = went.groupby(["data", "variant"], sort=False)[list(COLUMNS)]
by_variant.agg(["mean", "std"]).round(2).T

# %% [markdown]
# Red, green and blue are shares in percent; 33, 33, 33 is gray of equal parts, as at the start. Black and contrast are levels
# from 0 to 255, and started at 0 and 85. In an earlier build of this kit $g$ learned at the rate of $f$, in a training so short that the sum of all rates
# was 0.35: no weight could have gone farther, and the learned X was the image it began as. Now the rates of $g$ add up to
# the paper's 6.26, so a weight that stays now stays because nothing pulls it.
#
# Each generator paints the same images, and so does the generator that it was before training (its seed tells). `alive` is the share of
# pixels at which the ReLU lets something through.


# %% tags=["predict"]
widgets.predict("09.4")


# %%
few = some[:400]
ends, starts = (
    looks(table, train_images, few),
    looks(table, train_images, few, started=True),
)
ends.set_index(["variant", "seed"]).round(2)

# %%
from studykit.plots.gap import starts_and_ends

starts_and_ends(starts, ends)

# %% [markdown]
# A line per run, from its start (open) to what it became (filled; a cross if its ReLU is off at nearly every pixel).
# Long lines are what training did; where lines are short and far apart, the start decided.

# %%
from studykit.analysis.x_images import DEAD, who_decides

decided = who_decides(starts, ends)
decided.round(1)

# %% [markdown]
# `moved` is how far training moved the red excess, in levels, in the median run. If the starts of a variant are spread
# wider than that, the last column says "the start". The next cell leaves dead generators out and asks the question for
# seeds: the interval is that of the mean over seeds like these. (A single other seed may fall outside of it.)

# %%
from studykit.analysis.intervals import interval

for variant, rows in ends[ends["alive"] >= DEAD].groupby("variant", sort=False):
    over = interval(rows["excess"])
    spread = (
        f", 95 % from {over.low:+.1f} to {over.high:+.1f}" if over.count > 1 else ""
    )
    print(
        f"{variant}: {over.count} living generators, mean red excess {over.mean:+.1f}{spread}"
    )
    print("    is X red, in the mean over seeds?", answer(over, "Yes.", "No."))

# %% [markdown]
# <details><summary>How to read it</summary>
#
# If the starts of a variant are spread wider than training moves them, then the tint of its X is the luck of its start,
# whatever the data are. A dead generator shows one flat colour, whatever the image: only $c$ still learns, so that the
# colour may drift. A start that lives may die later; compare the two columns. (A single living generator has no
# interval.) In the stored results nearly all random starts are dead at the end, so their "the start" is said mostly of
# flat colours; the one that lives moved to the same side as those from 1/3. No term of the loss names a tint, and $f$
# can undo any tint in its first layer. If all seeds that start from 1/3 move to the same side all the same, then data
# and $f$ do push there; the table says whether the push or the start is the stronger. The paper does not say how $g$
# was started; its authors' code starts from 1/3 and feeds $g$ with normalised images, which is `x_input="normalized"`
# here.
#
# </details>
#
# ## 6. Fig. 4, without choosing
#
# A figure with four examples can be chosen to please. These are drawn by seed, one image of each modality of five test
# people. In the second picture a rule chose, too, and not kindly: of each person the pair with the *largest* $D(f(I),
# f(X))$, and of these pairs the five largest.

# %%
from studykit.analysis.x_images import random_triples, shown, worst_triples
from studykit.plots import image_strip

embeddings, test = run.embeddings(), data.test
photos = {
    name: test.pixels[test.modality == code]
    for name, code in (("visible", 0), ("infrared", 1))
}


def triples(of_visible, of_infrared, titles, alt):
    V, I = photos["visible"][of_visible], photos["infrared"][of_infrared]
    return image_strip(
        [V, shown(g, V), I], titles, ["visible", "X", "infrared"], alt, largest=0.42
    )


rows = random_triples(embeddings, 5)
people = [f"{p}" for p in embeddings.visible_person[rows[0]]]
triples(
    *rows,
    people,
    "Five people drawn by seed: visible, X made from it, and an infrared image of another moment.",
)

# %%
*rows, distance = worst_triples(embeddings, 5)
typical = np.median(np.linalg.norm(embeddings.infrared[0] - embeddings.x, axis=1))
print(
    f"for comparison: from the first infrared image to an X of anybody, D is {typical:.2f} in the median"
)
triples(
    *rows,
    [f"{d:.2f}" for d in distance],
    "Five people whose infrared image and X are far apart; D above each.",
)

# %% [markdown]
# Compare the D above each of them with the printed median: these images of one person are farther apart than most
# images of strangers. What makes them hard: the pose, somebody cut off, a dark garment that is bright in infrared? And
# could $g$ have changed it? As $g$ works pixel by pixel, it can change brightness and tint, and nothing else.
#
# ## 7. Between visible and infrared
#
# Now statement (2). "Intermediate" has a meaning in geometry. Let $\bar V$ and $\bar I$ be two means; the line from one
# to the other has a 0 and a 1, and every third mean has a place along it and a distance off it. With points that one
# can draw:

# %%
mean_V, mean_I, mean_X = (
    np.array([0.0, 0.0]),
    np.array([4.0, 2.0]),
    np.array([3.0, -1.0]),
)
# The line from V to I is (4, 2), the way from V to X is (3, -1).
along = (3 * 4 + -1 * 2) / (4**2 + 2**2)  # projection: 0 at V, 1 at I
rest = 3 - along * 4, -1 - along * 2  # of the way, what the line does not cover
off = np.hypot(*rest) / np.hypot(4, 2)
print(f"along {along:.2f}, off {off:.2f}")

# %% [markdown]
# Half way along, and just as far from the line's middle as its two ends are. "In between" would be half of the truth,
# so always read both numbers. The package's function, and then our X in the features of $f$; each person is one mean,
# so that everybody counts alike.

# %%
from studykit.analysis.x_position import positions, x_place

assert np.allclose(positions(mean_X, mean_V, mean_I), (along, off))


def tell(name, where):
    a, o = where
    print(
        f"{name}: along {a.mean:+.2f} [{a.low:+.2f}, {a.high:+.2f}], off {o.mean:.2f} [{o.low:.2f}, {o.high:.2f}]"
    )


tell("X in the features of this run", x_place(embeddings))

# %% [markdown]
# The brackets hold 95 % of the draws of people. Other seeds again have other networks; here are all seeds, with and
# without the cross-modality loss, that are stored or stand in the folder of runs. `measured` says which:

# %%
from studykit.studies import measured, over_seeds

methods = {"Baseline+X": "baseline+x", "Baseline+X+CMG": "baseline+x+cmg"}
over_runs = measured(
    "place", {name: {"method": method} for name, method in methods.items()}, scale
)
over_seeds(over_runs, 2)

# %%
for name, rows in over_runs.groupby("of", sort=False):
    past, short = interval(rows["along"]), interval(1 - rows["along"])
    words = answer(past, "X is past V on the way to I", "X is on the far side of V")
    print(f"{name}: {words}; {answer(short, 'it is short of I', 'it is past I')}.")

# %% [markdown]
# `±` is half of the 95 % interval over seeds; it is missing where one seed is at hand, and then the verdict is open, as
# it should be. If *off* is larger than *along*, then X has left V more to the side than towards I.
#
# ## 8. A ruler
#
# Section 7 gives X a place between 0 and 1. Is that far? Who knows what a tenth of the way from visible to infrared *looks*
# like? In this world we can know it. The same scenes can be exposed in narrow bands from 400 to 1000 nm (notebook 01), and each band gets
# its place on the same axis. Two more things are put beside X: the visible image turned **gray**, which has lost its
# colour as X has and was never trained; and the very same scene through the **infrared camera**, at the same moment.
#
# **Predict.** At which wavelength does the ruler pass from the visible half to the infrared one? Where do gray and X
# stand? And will the same scene in the infrared camera reach 1, though its moment and place are those of the visible
# image?

# %%
from studykit.analysis.wavelengths import features_of, measure, reading, scenes
from xivlab.errors import XivlabError

try:
    light = scenes(data, test, (config.height, config.width))
except XivlabError as no_ruler:
    light = None
    print(no_ruler)


def beside_x(nm):
    """Six people: visible, X, and the same moments in a band around a wavelength."""
    V, bands = light.visible[:6], light.bands[nm][:6]
    alt = f"Six people: visible, X, and the same moments in a band around {nm} nm."
    return image_strip(
        [V, shown(g, V), bands], rows=["visible", "X", "band"], alt=alt, largest=0.6
    )


# %% [markdown]
# (Photographs have no such ruler. `scenes` then says why, and this section goes on without.)

# %% tags=["predict"]
widgets.predict("09.5")


# %%
if light:
    waves = list(light.bands)[2:-1:2]
    slider = widgets.frame_slider(
        waves, [beside_x(nm) for nm in waves], "wavelength (nm)", start=4
    )
slider if light else None

# %% [markdown]
# Images become numbers in two ways: the mean intensities of Fig. 3, three numbers each, and the features of $f$.


# %%
def colour_of(pixels, as_x=False):
    none = np.zeros(len(pixels), int)
    return intensities(
        Images(pixels, none, none, none), np.arange(len(pixels)), g if as_x else None
    )


def features(pixels, as_x=False):
    return features_of(model, pixels, config, as_x)


# %%
from studykit.analysis.intervals import person_means

test_images = Images.of(test, config.height, config.width)
who = embeddings.infrared_person
shades = person_means(intensities(test_images, test_images.rows("infrared")), who)
measures = {}
if light:
    measures["mean intensities"] = measure(light, colour_of, shades)
    ends = person_means(embeddings.infrared, who)
    measures["features of f"] = measure(light, features, ends)

# %%
from studykit.plots.gap import rulers

rulers(measures) if light else None

# %% [markdown]
# This is one run, whose place in section 7 may differ from that of other seeds. Follow the curve with dots from left to right: it
# is the ruler. It climbs steeply at the red end of visible light and a
# little beyond, where the dyes let go (notebook 01). Where it crosses the dashed line of X, a narrow band is as far on
# the way to infrared as X is. Where it is flat, or turns back, a crossing means little, and the line below says so. A ruler
# that turns back a little at its ends is still good where it climbs. And a place beyond 1 is beyond the infrared images: there
# an X is too bright. And the answer to statement (2), as far as this ruler can give
# it: in features, is X farther on the way than plain gray, which costs nothing and was never trained?

# %%
for title, one in measures.items():
    where = one.marks["X"].along.mean
    print(f"By {title} X of this run is {reading(where, one.wavelength, one.along)}.")
if ruler := measures.get("features of f"):
    words = answer(
        ruler.ahead, "farther on the way than gray", "not as far on the way as gray"
    )
    lead, low, high, _ = ruler.ahead
    print(f"In features it is {words}: {lead:+.3f}, from {low:+.3f} to {high:+.3f}.")

# %% [markdown]
# <details><summary>How to read it</summary>
#
# *Mean intensities* have three numbers, and the line between V and I in them is short: it mostly says that infrared
# images are gray. An image may then stand "at 1" and yet be far off the line, which is why that is printed beside it.
# *Features* are what the search uses. There the infrared camera at the same moment tells how much of the gap is light
# alone: near 1 means all of it, so that places and moments add little. A ruler in features is a ruler for *this*
# network, made of images that it never saw in training (no noise, no blur, even light), so its ends need not be at 0
# and 1. $f$ was trained on X and never on gray, so a part of X's lead may be owed to $f$ and not to $g$. And a place on
# it is a comparison, not a wavelength that X has: X is made of R, G and B, and no arithmetic on them brings back what a
# dye hides beyond 750 nm.
#
# </details>
#
# ## Takeaways
#
# - "Redder" is a measurement: R against the larger of G and B, of X, and against V. The answer for *this* world is
#   printed above.
# - An interval over people says nothing of other generators, however narrow it is. Ask other seeds, and other starts.
# - No term of the loss names red. If the start decides the tint, the tint is no evidence about wavelengths.
# - "Between" needs two numbers: along the line and off it; and something to compare with, such as plain gray.
# - Figures with examples: let a seed choose, then show the worst.
#
# In numbers:

# %%
for variant, row in decided.iterrows():
    print(
        f"{variant}: moved by {row['moved']:.1f} levels, starts {row['spread of starts']:.1f} apart:",
        f"decided by {row['decided by']}",
    )
for name, rows in over_runs.groupby("of", sort=False):
    along, off = interval(rows["along"]), interval(rows["off"])
    print(
        f"{name}: X lies at {along.mean:.2f} ({along.low:.2f} to {along.high:.2f}) of the way from V to I, and "
        f"{off.mean:.2f} ({off.low:.2f} to {off.high:.2f}) off it; {len(rows)} seeds, near infrared"
    )

# %% [markdown] tags=["teacher"]
# Section 5 is the heart: where starts differ, the start decides the tint. Ask the class what figure they would have
# drawn if they had trained one network only.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# ### Exercise 1. Along and off
#
# Difficulty ●●○ · importance ●●● · 6 minutes
#
# Write both numbers of section 7 for means of any dimension.
#
# <details><summary>Hint 1</summary>
#
# Everything is measured from V: the line is I - V, the way X - V.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The projection of `way` on `line`, in units of the line, is `way @ line / (line @ line)`. What is left of `way` is
# off.
#
# </details>


# %% tags=["exercise"]
def along_and_off(X, V, I):
    """X, V, I: means, (D,). Returns: the two numbers, in units of the distance from V to I."""
    return None  # your code here


# %% tags=["check"]
from studykit.exercises import check

check("09.1", along_and_off)

# %% [markdown] tags=["exercise-text"]
# ### Exercise 2. Two histograms
#
# Difficulty ●○○ · importance ●●○ · 5 minutes
#
# Write the Wasserstein distance of section 3 for two samples of the same size.
#
# <details><summary>Hint</summary>
#
# The smallest goes to the smallest, the largest to the largest; the ways count without their sign.
#
# </details>


# %% tags=["exercise"]
def wasserstein(one, other):
    """one, other: (n,) numbers. Returns: the mean way from one to the other."""
    return None  # your code here


# %% tags=["check"]
check("09.2", wasserstein)

# %% tags=["quiz"]
widgets.quiz("09")

# %% [markdown]
# Back: [08 Lambda](08_lambda.ipynb), and [02 The X modality](02_x_modality.ipynb) for $g$ itself. Next: [10 The
# modality gap](10_modality_gap.ipynb).
