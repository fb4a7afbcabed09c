# %% [markdown]
# # 07 Special cases
#
# The paper *learns* its third modality. One could as well take a gray picture, or the largest of the three channels,
# and learn nothing. Is the learning worth it? This notebook puts seven kinds of X side by side: first three coats by
# hand, then a measurement without any training, then five seeds of each.
#
# **Goals.** After this notebook you can
# - work out Mean, Gray, V, Y and a random channel for a few pixels, and say what each keeps of colour;
# - say which two of them hold the same information;
# - measure, without any training, which of them looks most like an infrared image;
# - judge with five seeds, in two worlds, whether an X that is *learnt* beats one that is fixed.
#
# **Minutes.** {reader} for you; for the computer {minutes}, where results are stored; where it has to train them, hours.
#
# **Needs.** [02 The X modality](02_x_modality.ipynb), and [06 The ablation](06_ablation.ipynb) for paired differences
# and the rule for a verdict.

# %%
import numpy as np
import pandas as pd
import torch

from studykit.machine import banner
from studykit.studies import claims
from xivlab.scale import current

print(banner())

# %% [markdown]
# ## 1. The question
#
# $g$ has ten numbers and learns them. Does it have to? The paper's Table 5 puts a *fixed* one-channel image in the
# place of X and trains Baseline+X with it. In percent, on SYSU-MM01:

# %%
from xivlab.paper import results

table5 = results().query("table == 5").set_index("x")[["rank1", "mAP"]]
(100 * table5).round(2).T

# %% [markdown]
# (*V* is the V of HSV here, the largest of the three channels, not the visible image.) The paper reads two things from
# it: the learned X beats every fixed one, and V and Y beat Mean and Gray, *because* they are closer to near infrared.
# We can test both, and the "because" as well.
#
# ## 2. Three coats, by hand
#
# A red, a blue and a gray coat, a pixel of each. They were chosen to make trouble.

# %%
# (pixels, R G B), in [0, 1]:
coats = np.array([[0.8, 0.1, 0.1], [0.1, 0.1, 0.8], [1 / 3, 1 / 3, 1 / 3]])
R, G, B = coats.T
by_hand = {
    "mean": (R + G + B) / 3,
    "gray": 0.299 * R + 0.587 * G + 0.114 * B,
    "v": np.maximum(np.maximum(R, G), B),
    "y": (16 + 219 * (0.299 * R + 0.587 * G + 0.114 * B)) / 255,
}
pd.DataFrame(by_hand, index=["red", "blue", "gray"]).round(3)

# %% [markdown]
# Which kinds cannot tell the red coat from the gray one, if you allow for a difference that a shadow could make as well?
#
# The package's functions take images, (B, 3, H, W), and agree:


# %% tags=["predict"]
from studykit import widgets

widgets.predict("07.1")


# %%
from xivlab.model import SPECIAL_CASES

# (1, 3, 1, 3): three pixels in a row.
image = torch.tensor(coats.T[None, :, None], dtype=torch.float32)
for name, channel in SPECIAL_CASES.items():
    assert np.allclose(channel(image)[0, 0, 0], by_hand[name], atol=1e-6)
print("the package agrees on", ", ".join(SPECIAL_CASES))

# %% [markdown]
# On whole people, with sliders: the menu has the same kinds as presets. (In its pictures *V* is the visible image, in
# its menu the V of HSV.)

# %% [markdown]
# Go through Mean, Gray, V and Y. Which of them can ten weights *not* make? (A sentence beside the menu says what the sliders then show.)


# %% tags=["predict"]
widgets.predict("07.2")


# %%
widgets.x_studio()

# %% [markdown]
# Why should V be like near infrared? A dye swallows a part of the visible light and, beyond 750 nm, next to nothing
# (notebook 01). A coat of a strong colour lets at least *one* channel pass, and that one tells how bright the cloth is
# without its dye. The largest channel is thus a guess at the undyed cloth. It fails for black dyes, which swallow all
# three.
#
# ## 3. Two kinds that are one
#
# Look at the formulas of Gray and Y once more.

# %%
assert np.allclose(by_hand["y"], 16 / 255 + 219 / 255 * by_hand["gray"])
gap = 100 * (table5.loc["y"] - table5.loc["gray"])
print(
    f"Y over Gray in the paper: {gap['rank1']:+.2f} points of rank-1, {gap['mAP']:+.2f} of mAP"
)

# %% [markdown]
# Y is Gray with the contrast of old television: the one is a straight line of the other. Two pixels that are alike in
# one of them are alike in the other. A network may still like one of them better, since X shares its first layer with
# visible and infrared images. But **predict**: if Table 5 were made again with other seeds, would Y beat Gray by as
# much? Keep your answer for section 6.
#
# ## 4. Two kinds that the paper does not have
#
# **A random channel.** Ye et al. (2021, CAJ in the [reading list](READING.md)) show the network R, G or B alone,
# another one for each image. It is no *better* picture; it is *more* pictures, an augmentation. Ours draws the channel
# by the image itself: the sum of all its bytes, divided by 3, leaves 0, 1 or 2. By hand for two images of two pixels:

# %%
# (images, pixels, R G B), bytes:
two = np.array([[[10, 20, 30], [40, 50, 61]], [[10, 20, 30], [40, 50, 62]]])
for pixels in two:
    left = pixels.sum() % 3
    print(
        f"sum {pixels.sum()}, left over {left}: channel {'RGB'[left]}, {pixels[:, left]}"
    )

# %%
from xivlab.model import random_channel

batch = torch.tensor(two / 255, dtype=torch.float32)
batch = batch.permute(0, 2, 1)[:, :, None]  # (2, 3, 1, 2)
drawn = (255 * random_channel(batch)).round().int()[:, 0, 0]
assert all(
    np.array_equal(row, pixels[:, pixels.sum() % 3]) for row, pixels in zip(drawn, two)
)

# %% [markdown]
# One byte is larger by 1, and another channel is drawn. To the network that is as good as a throw of dice, and yet the
# same image gives the same channel on every machine.
#
# **A random start of the learned X.** $g$ starts from 1/3 here. Drawn at random it may be dead (notebook 02): a ReLU
# that is off at every pixel leaves a flat X, which never learns. The study draws another start for each seed. How much
# of the training images is alive at those starts?

# %%
from xivlab.data import Images
from xivlab.model import XGenerator

scale = current()
config = scale.config()
images = Images.of(scale.load().train, config.height, config.width)
some = images.rows("visible")[:: max(1, len(images.rows("visible")) // 300)]
visible = images.batch(some, torch.device("cpu"))
starts = pd.Series(
    {
        seed: float((XGenerator(seed).reduce(visible) > 0).float().mean())
        for seed in range(5)
    }
)
print(starts.map("{:.0%}".format).to_string())

# %% [markdown]
# A seed with 0 % shows its network one flat colour in the place of X, and gets no gradient that could change it. Keep
# these numbers, too.
#
# ## 5. Which is most like infrared? No training needed
#
# The paper's "because" can be measured. For each training person we take the mean brightness of the middle of the image
# (that is mostly clothes), once over all infrared images and once over all visible ones, seen as Mean, Gray, V or Y. If
# a kind is like infrared, people who are bright in the one are bright in the other: a high correlation over people.


# %%
def brightness(images, kind, channel=lambda batch: batch):
    """Mean over the middle of each person's images: a number per person and channel, people ascending."""
    rows, parts = images.rows(kind), []
    for some in np.array_split(rows, len(rows) // 500 + 1):
        batch = channel(images.batch(some, torch.device("cpu")))
        top, side = batch.shape[2] // 5, batch.shape[3] // 4
        parts.append(batch[:, :, top : 3 * top, side:-side].mean((2, 3)).numpy())
    return pd.DataFrame(np.concatenate(parts)).groupby(images.person[rows]).mean()


def likeness(images):
    infrared = brightness(images, "infrared")[0]
    return {
        k: brightness(images, "visible", c)[0].corr(infrared)
        for k, c in SPECIAL_CASES.items()
    }


# %% tags=["predict"]
widgets.predict("07.3")


# %%
from studykit.studies import THERMAL

worlds = {"near infrared": images}
worlds["thermal"] = Images.of(
    scale.on(THERMAL).load().train, config.height, config.width
)
alike = pd.DataFrame({world: likeness(one) for world, one in worlds.items()})
alike.round(2)

# %%
for world, values in alike.items():
    print(f"{world}: {' > '.join(values.sort_values(ascending=False).index)}")

# %% [markdown]
# <details><summary>How to read it</summary>
#
# 1 would mean that people's brightness in infrared is a straight line of the kind, 0 that the kind says nothing about
# it. Gray and Y must be equal, because a straight line changes no correlation: if you see that, the measurement is sane
# (and which of the two is printed first is rounding). By this measure Y is *not* closer to infrared than Gray, so the
# paper's "because", if it means likeness in this sense, cannot be the reason for Y. If V leads in near infrared, that
# speaks for section 2, the largest channel as a guess at the undyed cloth; if Mean is as good as level with it, not
# loudly. In thermal all four lie far *below* 0, and alike: by day dark cloth takes up more of the sun than bright cloth and
# is warmer, so that how bright a garment is does say something of its heat, with the opposite sign. A $g$ with negative
# weights could follow it; a fixed kind cannot.
#
# </details>
#
# $g$ may choose its weights. How far can a weighted sum come? We let the weight wander from blue over green to red, and
# look at the people one by one.

# %% jupyter={"source_hidden": true}
from studykit.plots import COLOUR, Picture, plot_axes

shares = np.linspace(-1, 1, 9)  # -1 is blue alone, 0 green, 1 red
# Weights of R, G, B:
mixes = np.stack([np.maximum(shares, 0), 1 - abs(shares), np.maximum(-shares, 0)], 1)
people_rgb, people_infrared = (
    brightness(images, "visible").to_numpy(),
    brightness(images, "infrared")[0].to_numpy(),
)


def people_of(weights):
    """Brightness of each person in a mix of R, G and B, against infrared."""
    mix = people_rgb @ weights
    words = f"Weights of R, G, B {np.round(weights, 2)}: correlation with infrared {np.corrcoef(mix, people_infrared)[0, 1]:.2f}."
    picture = Picture(3.2, words, 5.2)
    axes = plot_axes(picture, "brightness in the mix", "brightness in infrared")
    axes.plot(mix, people_infrared, "o", color=COLOUR["x"], alpha=0.6)
    axes.set(xlim=(0, 0.9), ylim=(0, 0.9))
    return picture


# %% tags=["predict"]
widgets.predict("07.4")


# %%
labels = [f"{r:.2g} R + {g:.2g} G + {b:.2g} B" for r, g, b in mixes]
widgets.frame_slider(labels, [people_of(mix) for mix in mixes], "mix", start=4)

# %% [markdown]
# Nobody has to search by hand: least squares finds the mix of R, G and B that predicts infrared best. That is a bound
# for an X made of a *weighted sum*, on these people; V is none, and may lie on either side of it.

# %%
for world, one in worlds.items():
    rgb, infrared = brightness(one, "visible"), brightness(one, "infrared")[0]
    weights = np.linalg.lstsq(np.c_[rgb, np.ones(len(rgb))], infrared, rcond=None)[0]
    mix = rgb.to_numpy() @ weights[:3]
    print(
        f"{world}: {np.round(weights[:3], 2)} for R, G, B; correlation {np.corrcoef(mix, infrared)[0, 1]:.2f}"
    )

# %% [markdown]
# In near infrared the best sum stays below V here, though it was fitted to these very people, with infrared before its eyes,
# and V to nobody: a sum must know beforehand which dye hides what; the largest channel picks the right one pixel by pixel.
# In thermal a sum with a minus comes farther than any fixed kind.
#
# ## 6. The measurement: near infrared
#
# Likeness is a reason, not a result. Now each kind stands in the place of X in Baseline+X, with five seeds. `answers`
# says whether the results are stored or trained here.


# %%
from studykit.studies.answers import answers, judged

near = answers("special-cases")
own = judged(near)

# %%
from studykit.plots.studies import gains, variant_scores
from studykit.studies.claims import paper_scores

theirs = paper_scores("special-cases")
variant_scores(own, theirs)

# %% [markdown]
# Big marks are means over seeds with their 95 % intervals, small dots single seeds; the paper's numbers stand in a
# panel of their own. Now seed by seed against the learned X, which is the line at 0, with the paper's differences as
# hollow diamonds:

# %% tags=["predict"]
widgets.predict("07.5")


# %%
gains(own, theirs)

# %% [markdown]
# A mark on the left of 0 is worse than the learned X. If the whole interval is on the right, a *fixed* image beats it,
# and learning was worse than knowing. Which kinds lie wholly on one side is what can be said; of the others nothing. The
# paper's table makes two claims: the learned X beats every fixed kind, and V and Y beat Mean and Gray. Each is made of four
# gains. The least of them decides, by the rule of notebook 06, and is named in its cell:

# %%
from studykit.plots.verdicts import verdict_grid

near_parts = claims.judge(near)
verdict_grid(near_parts, claims.METRICS, claims.WORLDS)

# %% [markdown]
# A kind may be good because $f$ learns better beside it, or because it is a better second view at test (notebook 06,
# section 5). Predict from section 2 which kind should have the largest *test* effect: it is the one nearest to infrared. Then
# look. Against the Baseline of the ablation, in its two parts:

# %%
from studykit.plots.effects import two_parts

baseline = answers("ablation").query("variant == 'Baseline'")
kinds = pd.concat([baseline, near])
two_parts(kinds[kinds["query"] == "infrared"])

# %% [markdown]
# Has the kind that you named the largest test effect? In the left panel every kind is only "one more kind of image" for $f$: is the learned one special there?
#
# Now the answers that you kept. First Gray and Y, which hold the same information (section 3):

# %%
from studykit.analysis.intervals import paired

for name, metric in {"rank-1": "rank1", "mAP": "mAP"}.items():
    y = paired(own, "Y", "Gray", metric)
    print(
        f"Y over Gray, {name}: {100 * y.mean:+.1f} points, from {100 * y.low:+.1f} to {100 * y.high:+.1f}"
    )

# %% [markdown]
# If the interval holds 0, as one would expect of two pictures with the same content, then there is nothing here for
# contrast to explain, and a difference between single trainings, like the paper's in section 3, may well be luck. If it
# does not hold 0, contrast alone matters to the network. Compare with the paper's two differences, printed in section 3:
# inside of the intervals, or outside?
#
# Then the random starts, each with what was alive of it, before the training and after it:

# %%
from studykit.studies.generators import at_hand, looks

pairs = own[own["variant"].isin(["X", "X, random start"])]
table = pairs.pivot(index="seed", columns="variant", values="mAP").mul(100).round(1)
table["alive at the start"] = starts.reindex(table.index).map("{:.0%}".format)
learned = at_hand(scale).query("variant == 'X, random start'")
ends = looks(learned, images, some).set_index("seed")["alive"]
table["at the end"] = ends.reindex(table.index).map("{:.0%}".format)
table.rename_axis(columns="mAP in %")

# %% [markdown]
# Compare the rows of a dead X with the others. (To be alive at the start is no promise: $g$ may also die in training.) If a dead X loses little, Baseline+X can nearly do without its X, as the shared network still trains on
# infrared and visible images (and Eq. 2 adds a distance that is the same for the whole gallery, so that it changes no
# ranking). That is worth knowing before one praises X.
#
# Last, the reason of section 5 against the result, kind by kind:

# %%
names = {"mean": "Mean", "gray": "Gray", "v": "V", "y": "Y"}
means = 100 * own.groupby("variant")["mAP"].mean()
both = pd.DataFrame(
    {"likeness": alike["near infrared"].rename(names), "mAP in %": means}
).dropna()
both.sort_values("likeness", ascending=False).round(2)

# %% [markdown]
# If both columns fall together, likeness to infrared is a good reason. Where two kinds are as good as equal in the one
# and far apart in the other, it is not the whole reason. Four kinds, two of them the same, are few: it is a hint, not a
# law. Notebook 11 makes worlds in which likeness is larger and smaller, and looks again.
#
# ## 7. Thermal
#
# In thermal every kind is about as unlike infrared as the others, and bright where infrared is dark (section 5). What is left
# for X to do?


# %% tags=["predict"]
widgets.predict("07.6")


# %%
thermal = answers("special-cases", THERMAL)
gains(judged(thermal))

# %% [markdown]
# If the differences shrink or change their order, what made a kind good in near infrared was probably the physics of
# dyes. A kind that is ahead in both worlds has another merit, such as contrast, or variety. And look at the random starts
# once more: where most of them are dead, their distance from the learned X says what a living one is worth in this world.
#
# ## 8. What it means
#
# The two claims, in both worlds, by rank-1 and by mAP:

# %%
parts = pd.concat([near_parts, claims.judge(thermal)])
verdict_grid(parts, claims.METRICS, claims.WORLDS)

# %% [markdown]
# A cell names the least of the four gains, the one that is farthest from holding. A learned X has an advantage that no table shows:
# nobody needs to know about dyes. And it has a handicap: it is learned from losses that only know who is who, through a
# whole network. (Not the one that it had in an earlier build of this kit: $g$ has a learning rate of its own, so that its ten
# weights can go as far as in the paper's 120 epochs; notebook 09 shows how far they went.) Where a fixed image is better
# all the same, *being learned* is not a reason by itself.
#
# ## Takeaways
#
# - Every one-channel image throws two of three dimensions of colour away; the kinds differ in which.
# - The largest channel is a guess at the cloth without its dye; that is what near infrared sees.
# - Gray and Y are one picture in two contrasts: what parts them in a table is contrast or luck, never information.
# - A reason ("closer to infrared") can often be measured without training. Do it.
# - A dead X is the best control for X.
#
# In numbers:

# %%
from textwrap import fill

print(*(fill(sentence, 110) for sentence in claims.sentences(parts)), sep="\n")

# %% [markdown] tags=["teacher"]
# Gray against Y is the cheapest lesson on contrast, luck and single trainings: same information, different number. Let
# the class bet before section 6. The dead starts of X are the second one: a control that nobody planned.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# ### Exercise 1. The random channel
#
# Difficulty ●●○ · importance ●●○ · 8 minutes
#
# Write the random channel of section 4 for a batch.
#
# <details><summary>Hint 1</summary>
#
# One number per image: the sum over its three axes, divided by 3, what is left over.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `images[np.arange(len(images)), :, :, which]` takes another channel of each image.
#
# </details>


# %% tags=["exercise"]
def my_channel(images):
    """images: (B, H, W, 3) uint8. Returns: (B, H, W), of each image one channel."""
    return None  # your code here


# %% tags=["check"]
from studykit.exercises import check

check("07.1", my_channel)

# %% [markdown] tags=["exercise-text"]
# ### Exercise 2. g becomes Y
#
# Difficulty ●●○ · importance ●●○ · 6 minutes
#
# Give the ten numbers with which $g$ *is* Y: $h = \max(0, w \cdot V + b)$, $X_c = a_c h + d_c$. There is more than one
# answer; any is right.
#
# <details><summary>Hint</summary>
#
# Y is a straight line of Gray (section 3). Put Gray into $w$; the slope of the line can go to $w$ or to $a$, its start
# to $b$ or to $d$. If to $b$: what does $a$ do with it?
#
# </details>


# %% tags=["exercise"]
def my_numbers():
    """Returns: w (3,), b, a (3,), d (3,)."""
    return None  # your code here


# %% tags=["check"]
check("07.2", my_numbers)

# %% tags=["quiz"]
widgets.quiz("07")

# %% [markdown]
# Back: [06 The ablation](06_ablation.ipynb). Next: [08 Lambda](08_lambda.ipynb) turns the one knob of Eq. 11.
