# %% [markdown]
# # 02 The X modality
#
# Between a colour picture and an infrared one the paper puts a third, X, and makes it with a network of ten weights:
# so small that you can compute it on paper, set it by hand, and kill it. You do all three.
#
# ![The whole method as in notebook 00; lit is g, the ten weights that make X from a visible image.](../results/figures/fig2-g.png)
#
# **Goals.** After this notebook you can
# - build the generator $g$ by hand, and check it against the package's;
# - count what it has and what it costs;
# - say what ten weights can and cannot do, and how they can die;
# - look at the X of a trained model, and ask whether it lies between visible and infrared.
#
# **Minutes.** {reader} for you; for the computer {minutes}.
#
# **Needs.** [01 Data and the modality gap](01_data_and_modality_gap.ipynb). What a 1x1 convolution and a ReLU are
# will become clear here.

# %%
from studykit.machine import banner
from xivlab.scale import current

print(banner())

# %% [markdown]
# ## Eq. 1, by hand
#
# Visible and infrared images are far apart, so the paper puts a third modality between them, made from the visible one:
#
# $$X = g(V). \tag{1}$$
#
# $g$ looks at one pixel at a time. It mixes R, G and B to one number $h$, cuts off what is negative, and spreads that
# number over three channels again:
#
# $$h = \max(0,\; w_R R + w_G G + w_B B + b), \qquad X_c = a_c\,h + d_c \quad\text{for } c = R, G, B. \tag{02.1}$$
#
# (Equations of our own have the number of the notebook in front.) Take an image of two pixels, an orange one and a blue
# one, and weights made up for the purpose.

# %%
import numpy as np

visible = np.array([[0.9, 0.5, 0.1], [0.1, 0.2, 0.8]])  # (pixels, channels), in [0, 1]
w, b = np.array([0.6, 0.3, -0.2]), -0.05
a, d = np.array([1.2, 0.5, 0.4]), np.array([0.1, 0.0, 0.0])

# %% [markdown]
# Eq. 02.1 is two lines of NumPy.

# %%
h = np.maximum(0, visible @ w + b)  # (pixels,)
x = h[:, None] * a + d  # (pixels, channels)
print("h =", h.round(3))
print(x.round(3))

# %% [markdown]
# The orange pixel gives a positive $h$ and becomes reddish. For the blue one the sum is negative, the ReLU makes it 0,
# and all that is left is $d$. Two different pixels whose $h$ is equal could not be told apart in X any more.
#
# ## The same, as a network
#
# A 1x1 convolution is a matrix applied to the channels of each pixel, so $g$ is two of them with a ReLU between. This
# is the package's source:

# %%
import inspect

from xivlab.model import XGenerator

source = inspect.getsource(XGenerator.forward).split('"""')  # without its docstring
print(source[0].rstrip() + source[2])

# %% [markdown]
# Put our numbers into it, give it the two pixels as an image of shape (1, 3, 1, 2), and compare.

# %%
import torch


def generator(w, b, a, d):
    g = XGenerator()
    for parameter, numbers in zip(
        (g.reduce.weight, g.reduce.bias, g.expand.weight, g.expand.bias), (w, b, a, d)
    ):
        parameter.data = torch.as_tensor(numbers, dtype=torch.float32).reshape(
            parameter.shape
        )
    return g


image = torch.tensor(visible.T[None, :, None], dtype=torch.float32)
with torch.no_grad():
    network_x = generator(w, b, a, d)(image)[0, :, 0].T.numpy()
assert np.allclose(network_x, x, atol=1e-6)

# %% [markdown]
# No complaint: the network is Eq. 02.1. How many numbers does it learn?

# %%
g = XGenerator()
print({name: tuple(parameter.shape) for name, parameter in g.named_parameters()})
print(sum(parameter.numel() for parameter in g.parameters()), "parameters")

# %% [markdown]
# Three weights and a bias in, three weights and three biases out. Some earlier methods make images of the other
# modality with GANs, networks that learn to paint: they have millions of parameters, and are hard to train.

# %% [markdown]
# ## What it costs
#
# Per pixel, three multiplications in and three out. The paper says 0.0002 G (giga, billions of operations) for an
# image of 256 x 128; PyTorch has a counter that counts a multiplication and an addition as two, so we halve it.

# %%
from torch.utils.flop_counter import FlopCounterMode

from xivlab.backbones import backbone


def cost(network):
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        network.to("meta")(torch.empty(1, 3, 256, 128))
    return counter.get_total_flops() / 2


print(f"g: {cost(XGenerator()) / 1e9:.4f} G, by hand {6 * 256 * 128 / 1e9:.4f} G")
print(
    f"slim: {cost(backbone('slim', None)[0]) / 1e9:.2f} G, ResNet-50: {cost(backbone('resnet50', None)[0]) / 1e9:.2f} G"
)

# %% [markdown]
# $g$ is free. (The paper's 2.7 G for the feature learner is a ResNet-50 with its usual last stride of 2; the finer
# maps of last stride 1, used here and by the authors' code, cost more.) What is not free is that the feature learner,
# the network $f$ of Eq. 2, sees three images instead of two.

# %% [markdown]
# ## What g can be
#
# The paper compares $g$ with four fixed recipes: **Mean** of the channels, **Gray** (a mean weighted as the eye does),
# **V** of HSV (the largest channel; not the visible image $V$) and **Y** of YCbCr (Gray in a smaller range). On our two
# pixels:

# %%
from xivlab.model import SPECIAL_CASES

for name, channel in SPECIAL_CASES.items():
    print(f"{name:5}", channel(image)[0, 0, 0].numpy().round(3))

# %% [markdown]
# Take the presets of the widget one after another and read the line under the menu. Then find a dark garment that is bright in
# infrared: can you make X bright there, without making everything bright?
#
# The widget begins with the weights of a trained model. Below the pictures it says how far V and X are from I, from 0
# to 255: the infrared image is of another moment, so it compares how many pixels are how bright, wherever they are.
# The histograms compare means of whole images instead.


# %% tags=["predict"]
from studykit import widgets

widgets.predict("02.1")


# %%
widgets.x_studio()

# %% [markdown]
# The next cell sets $g$ to Gray and asks whether any pixel of a random image differs.

# %%
from xivlab.model import gray

noise = torch.rand(1, 3, 64, 32, generator=torch.Generator().manual_seed(0))
as_gray = generator([0.299, 0.587, 0.114], 0, [1, 1, 1], [0, 0, 0])
assert torch.allclose(as_gray(noise), gray(noise).expand(-1, 3, -1, -1), atol=1e-6)

# %% [markdown]
# None does. So Mean, Gray and Y are places in the space that training searches, and V of HSV lies outside. What do the
# special cases look like beside a real infrared image? First two helpers: images as tensors, and tensors as pictures.

# %%
from xivlab.data import Images

scale = current()
data, config = scale.load(), scale.config()
images = Images.of(data.train, 128, 64)


def pictures(rows):
    return images.batch(np.asarray(rows), torch.device("cpu"))


def bytes_of(batch):
    return (batch.detach().clamp(0, 1) * 255).byte().permute(0, 2, 3, 1).numpy()


# %%
from studykit.plots import image_strip

someone = np.unique(images.person)[[0, 3, 5]]
v, i = (
    pictures(
        [
            np.flatnonzero((images.person == p) & (images.modality == code))[0]
            for p in someone
        ]
    )
    for code in (0, 1)
)
special = [channel(v).expand(-1, 3, -1, -1) for channel in SPECIAL_CASES.values()]
image_strip(
    list(zip(*(bytes_of(batch) for batch in (v, *special, i)))),
    ["visible", *(name.capitalize() for name in SPECIAL_CASES), "infrared"],
    alt="Three people: visible, Mean, Gray, V, Y and a near-infrared image of the same person at another moment.",
    largest=0.7,
)

# %% [markdown]
# The infrared image is of another moment, as always in this data set. V of HSV makes colourful clothes brightest, since
# one strong channel is enough; that is a little like near infrared, where dyes wash out. Y is Gray with less
# contrast. None of them can know what the dye hides.

# %% [markdown]
# ## One number per pixel
#
# Whatever ten numbers it learns, X carries just one number $h$ per pixel: its three channels are three straight lines
# over $h$. Here are those of our made-up $g$.

# %%
from studykit.plots import lines


def spread(g, top=1.0):
    h = torch.linspace(0, top, 50)
    return h.numpy(), dict(
        zip("RGB", g.expand(h.reshape(1, 1, 1, -1)).detach()[0, :, 0].numpy())
    )


lines(
    *spread(generator(w, b, a, d)),
    "h",
    "X",
    "Three lines over h: the red channel rises fastest, from 0.1.",
)

# %% [markdown]
# R lies above G and B everywhere, so this X is red, more so where $h$ is large. Training starts from weights
# of 1/3 and biases of 0, where the three lines coincide: X is then a third of the mean, a dark gray image.

# %% [markdown]
# ## How it dies
#
# Start with first weights of 1/3 and lower the bias $b$ step by step. Wherever the sum becomes negative the ReLU
# answers
# 0. (The last weights are 1 here, so that X is bright enough to look at.)


# %%
def alive(g, batch):
    """Share of the pixels at which the ReLU lets something through."""
    return (g.reduce(batch) > 0).float().mean().item()


def lowered(b):
    """X of the three people with the bias b."""
    g = generator([1 / 3] * 3, b, [1] * 3, [0] * 3)
    words = f"b = {b}: {alive(g, v):.0%} of the pixels are alive."
    return image_strip(
        [list(bytes_of(batch)) for batch in (v, g(v))],
        rows=["visible", "X"],
        alt=words,
        largest=0.6,
    )


# %% [markdown]
# If training lowered $b$ by one step too many: what would bring it back?


# %% tags=["predict"]
widgets.predict("02.2")


# %%
biases = (0.0, -0.1, -0.2, -0.3, -0.4, -0.5, -0.6, -0.8, -1.0)
widgets.frame_slider(biases, [lowered(b_low) for b_low in biases], "b")

# %% [markdown]
# If the first layer's sum is negative at *every* pixel, X is one flat colour, and no gradient passes the ReLU to
# change that. Training starts from 1/3; what if it started from random numbers instead? Draw the ten numbers at
# random, as PyTorch would, and count.

# %%
shares = np.array([alive(XGenerator(seed), v) for seed in range(200)])
print(f"of 200 draws {np.mean(shares == 0):.0%} are dead on these images,")
print(f"and {np.mean(shares <= 0.5):.0%} are dead at half of the pixels or more")

# %% [markdown]
# A good share of all random starts is dead before the first step. Here is one of them. The gradient of a loss says what
# it can still learn; any loss will do, and we take the mean square of X.

# %%
dead = XGenerator(int(np.flatnonzero(shares == 0)[0]))
dead(v).square().mean().backward()
for name, parameter in dead.named_parameters():
    print(f"{name:14} largest gradient {parameter.grad.abs().max():.4f}")

# %% [markdown]
# Seven of the ten numbers get a gradient of exactly 0. Only the last biases learn, that is, the flat colour. No loss
# can bring this X back (weight decay still shrinks $w$, but towards 0, not towards life), which is why ours starts from
# 1/3. Side by side, the dead one, the liveliest of the 200, and the start from 1/3:

# %%
contrast = [
    XGenerator(seed)(v).detach().clamp(0, 1).std((2, 3)).mean() for seed in range(200)
]
living = XGenerator(int(np.argmax(contrast)))
image_strip(
    list(zip(*(bytes_of(batch) for batch in (v, dead(v), living(v), XGenerator()(v))))),
    ["visible", "dead X", "living X", "from 1/3"],
    alt="Three people: visible; one flat colour from a dead generator; a random living one; the dark start from 1/3.",
    largest=0.7,
)

# %% [markdown]
# The dead one shows nobody. `Config(x_init_seed=...)` trains from such a start, if you want to see the loss of a model
# that carries a dead weight.

# %% [markdown]
# ## A trained g
#
# The run of notebook 00, with its weights, is loaded if you have trained it, else trained now. These are its ten numbers.

# %%
from xivlab.runs import load_model
from xivlab.train import train

run = train(config, data, scale.runs)
model = load_model(run).cpu()
for name, parameter in model.generator.named_parameters():
    print(f"{name:14}", parameter.detach().flatten().numpy().round(3))

# %% [markdown]
# They began at 0.333 and 0. The first row says which channels of V the model wants to see, the third how they are
# spread. X need not stay in [0, 1], so it is clamped to be shown. As in Fig. 4 of the paper:

# %%
image_strip(
    [list(bytes_of(batch)) for batch in (v, model.generator(v), i)],
    rows=["visible", "X", "infrared"],
    alt="Three people in visible light, as X, and in near infrared.",
    largest=0.7,
)

# %% [markdown]
# The many colours are gone, because X has one number per pixel, and every edge that remains is in its place. If there
# is a tint, it depends on $h$ alone, whatever the colour was. Eyes are bad at tints; the histograms of Fig. 3 are
# better.
#
# ## Fig. 3, with our numbers
#
# For each training image the mean of R, of G and of B, once for V and once for X. The paper finds the three alike in V,
# and "the R channel in the X images has much higher intensity than G and B". **Predict** whether ours does.

# %%
small = Images.of(data.train, config.height, config.width)
some = np.random.default_rng(0).permutation(small.rows("visible"))[:2000]
batch = small.batch(some, torch.device("cpu"))
with torch.no_grad():
    means = {
        "visible": batch.mean((2, 3)).numpy(),
        "X": model.generator(batch).mean((2, 3)).numpy(),
    }

# %%
from studykit.plots import channel_histograms

channel_histograms(means)

# %%
for name, mean in means.items():
    medians = dict(zip("RGB", np.median(mean, axis=0)))
    order = sorted(medians, key=medians.get, reverse=True)
    print(f"{name:8}", " > ".join(f"{c} {medians[c]:.3f}" for c in order))

# %% [markdown]
# The last line orders the channels of our X; in the paper R would come first by far. Does it here? If not, that is a
# finding: the data are others, the run is short, it starts from three equal channels, and nothing in the loss asks for
# a tint. The paper reads "redder" as "of longer wavelength, nearer to infrared". The next section asks for that without
# the detour over tints.
#
# ## Does X lie between?
#
# What the paper needs is not red but *between*: X nearer to infrared than V is. Ask the embeddings of the test people.

# %%
e = run.embeddings()
centre = {"I": e.infrared.mean(0), "V": e.visible.mean(0), "X": e.x.mean(0)}
for one, other in ("IV", "IX", "XV"):
    print(
        f"{one} to {other}: {np.linalg.norm(centre[one] - centre[other]):.3f} between the centres"
    )

# %% [markdown]
# Three distances make a triangle. For X to lie between, I to X must be shorter than I to V, and so must X to V. The
# clouds themselves, flattened by PCA as in notebook 01:

# %%
from studykit.plots import embedding_map

everything = np.concatenate([e.visible, e.infrared, e.x])
axes = np.linalg.svd(everything - everything.mean(0), full_matrices=False)[2][:2]
clouds = {"visible": e.visible, "infrared": e.infrared, "x": e.x}
flat = {
    name: ((c - everything.mean(0)) @ axes.T)[:: max(1, len(c) // 300)]
    for name, c in clouds.items()
}
embedding_map(
    {"test people, trained model": flat},
    "Visible, infrared and X embeddings of the test people, PCA.",
)

# %% [markdown]
# Where one cloud covers another, training has done its work. The map shows where they differ, the next line says
# whether X is on the way.

# %%
nearer = np.linalg.norm(centre["I"] - centre["X"]) < np.linalg.norm(
    centre["I"] - centre["V"]
)
print(
    "In this run X is",
    "nearer to infrared than V is." if nearer else "NOT nearer to infrared than V is.",
)

# %% [markdown]
# One run is one throw of the dice: another seed or another loss may move this answer, so repeat it before you believe
# it, and look at the sizes too. X is made from V pixel by pixel; see how much nearer it is to V than either is to I.
# If it is a bridge, it begins on the visible bank.

# %% [markdown]
# ## Takeaways
#
# - $g$ is Eq. 02.1: mix three channels to one number, ReLU, spread to three. Ten parameters, 0.0002 G.
# - It works pixel by pixel, so edges stay where they are; a GAN may move them.
# - Mean, Gray and Y are inside what $g$ can be; V of HSV is not.
# - From a random start it may be dead for good; from 1/3 it lives.
# - Whether X is redder, and whether it lies between, are measurements. Take them on your own runs.
#
# In numbers:

# %%
away = {name: np.linalg.norm(centre["I"] - centre[name]) for name in "VX"}
print(
    f"{np.mean(shares == 0):.0%} of 200 random starts are dead, and {alive(XGenerator(), v):.0%} of the pixels live from 1/3"
)
print(
    f"from the centre of I it is {away['V']:.2f} to that of V and {away['X']:.2f} to that of X"
)

# %% [markdown] tags=["teacher"]
# Let the class try to make X *look like* the infrared picture with the ten sliders, for two minutes, and compare the
# distances that the widget prints. Then take the trained weights: most are surprised how little it cares for looks.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# ### Exercise 1. The generator
#
# Difficulty ●●○ · importance ●●● · 6 minutes
#
# Write Eq. 02.1 for a whole image.
#
# <details><summary>Hint 1</summary>
#
# `visible @ w` mixes the last axis away: (H, W, 3) becomes (H, W).
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# `h[..., None]` has the shape (H, W, 1); times `a`, of shape (3,), it becomes (H, W, 3).
#
# </details>


# %% tags=["exercise"]
def x_image(visible, w, b, a, d):
    """visible: (H, W, 3). w: (3,), b: number, a: (3,), d: (3,). Returns: X, (H, W, 3)."""
    return None  # your code here


# %% tags=["check"]
from studykit.exercises import check

check("02.1", x_image)

# %% [markdown] tags=["exercise-text"]
# ### Exercise 2. Dead for every colour
#
# Difficulty ●●● · importance ●●○ · 8 minutes
#
# Above, a generator counted as dead if its ReLU was off at every pixel of three images. Decide it without images: is
# there *any* colour in $[0, 1]^3$ for which $w \cdot V + b > 0$?
#
# <details><summary>Hint 1</summary>
#
# Which colour makes the sum largest? Choose each channel by itself.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# A positive weight wants its channel at 1, a negative one at 0.
#
# </details>


# %% tags=["exercise"]
def dead_for_all(w, b):
    """w: (3,), b: number. Returns: True if the ReLU is off for every colour with channels in [0, 1]."""
    return None  # your code here


# %% tags=["check"]
check("02.2", dead_for_all)

# %% tags=["quiz"]
widgets.quiz("02")

# %% [markdown]
# Next: [03 The losses by hand](03_losses_by_hand.ipynb).
