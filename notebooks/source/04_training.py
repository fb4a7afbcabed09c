# %% [markdown]
# # 04 Training
#
# The losses are known; now a network has to live by them. How do batches have to be made, how large a step is taken,
# when is it enough, and who decides which model is kept? You take one training step by hand, watch six hundred of
# them, and train one yourself.
#
# ![The whole method as in notebook 00; lit is the images, g and f, which are trained together.](../results/figures/fig2-training.png)
#
# **Goals.** After this notebook you can
# - read the settings of a run, and say where the demo differs from the paper;
# - follow one training step line by line, from the rows of a batch to the changed weights;
# - read a training curve: loss terms, learning rate, rank-1 on the validation people;
# - say why the best model is chosen on `val` and never on `test`;
# - train on a GPU or on real data by changing one word.
#
# **Minutes.** {reader} for you; for the computer {minutes}.
#
# **Needs.** [03 The losses by hand](03_losses_by_hand.ipynb). The demo run of notebook 00 is found again if it is
# there, else it is trained here.

# %%
import numpy as np
import pandas as pd
import torch

from studykit.machine import banner
from studykit.plots import charts
from xivlab.scale import current

print(banner())

# %% [markdown]
# ## 1. All settings in one place
#
# A run is described by one `Config`, frozen: it cannot be changed once it is made. Whatever the paper leaves open is a
# named setting there. Presets give whole sets of values: `demo` for a laptop, `paper-sysu`, `paper-regdb` and
# `paper-llcm` for the paper's settings on three real data sets (SYSU-MM01, RegDB and the newer LLCM). The table shows
# where this notebook's settings differ from the paper's.

# %%
from xivlab.config import preset

scale = current()
config, paper = scale.config(), preset("paper-sysu")
settings = {"here": config, "paper-sysu": paper}
table = pd.DataFrame(
    {name: {k: str(v) for k, v in vars(c).items()} for name, c in settings.items()}
)
table[table["here"] != table["paper-sysu"]]

# %% [markdown]
# What differs is size and length: a smaller network (`slim`) on smaller images, fewer people in a batch, fewer and
# shorter epochs, and with them the learning rate and the augmentation (`pad`: by how many pixels an image may be
# shifted; `erase`: how often a rectangle of it is painted over). `weights` says what the network learnt before: people
# in visible light, like `slim` in notebook 01, or ImageNet. `train_on` is for section 7. The method is not in the
# table, because it is the same: the losses, the margins, $\lambda$ and X.
#
# A setting that makes no sense is refused when the `Config` is made, not an hour later:

# %%
from xivlab.errors import XivlabError

try:
    scale.config(images_per_person=1)
except XivlabError as error:
    print(error)

# %% [markdown]
# The sentence says what to change. All errors of the package are of this kind. (What $K = 1$ would do to the triplets
# is one of the failures of notebook 03.)
#
# ## 2. A batch: P people, K images, three modalities
#
# The triplet losses need, for every image, another image of the *same* person and images of *others* in the same batch.
# So a batch is not drawn image by image: it takes $P$ people, and $K$ images of each in each modality, $M = P K$.
# `Training` holds everything that a run needs; we ask it for the first batch.

# %%
from xivlab.train import Training

data = scale.load()
training = Training(config, data)
batch = training.batches[0]
P, K = config.people_per_batch, config.images_per_person
print(
    f"P = {P}, K = {K}, M = {config.per_modality}; {training.steps} steps of 3M = {3 * config.per_modality} images"
)
print("labels:", batch.labels)

# %% [markdown]
# A label is the person's place in the classifier. Each comes $K$ times in a row, and row $i$ of the infrared and of the
# visible block show the same person. We look at the first people of the batch as the network gets them, augmented
# (mirrored or shifted at random, with a black rim). X is made from the visible image by $g$, which has learnt nothing
# yet.

# %%
from studykit.plots import image_strip
from xivlab.data import augment

random = torch.Generator().manual_seed(config.seed * 1_000_003)  # what step 0 uses
infrared, visible = (
    augment(
        training.images.batch(rows, training.device), random, config.pad, config.erase
    )
    for rows in (batch.infrared, batch.visible)
)
with torch.no_grad():
    x = training.model.generator(visible).clamp(0, 1)
blocks = [
    (255 * block[: 2 * K]).byte().permute(0, 2, 3, 1).cpu().numpy()
    for block in (infrared, x, visible)
]

# %%
image_strip(
    blocks,
    columns=[f"class {label}" for label in batch.labels[: 2 * K]],
    rows=["infrared", "X", "visible"],
    alt="The first two people of a batch: infrared, X and visible images, aligned by person.",
)

# %% [markdown]
# Down a column stands one person, though not the same moment: the infrared and the visible image come from different
# cameras, with another pose and another background. X is dark and gray at the start, for $g$ begins as a third of the
# mean of red, green and blue.
#
#
#
# Batch number $n$ depends on the seed and on $n$ alone. That will matter for resuming; here is the proof.


# %% tags=["predict"]
from studykit import widgets

widgets.predict("04.1")


# %%
again = Training(config, data).batches[0]
print(
    "same batch:",
    np.array_equal(batch.infrared, again.infrared)
    and np.array_equal(batch.visible, again.visible),
)

# %% [markdown]
# ## 3. How large a step? Warm-up and decay
#
# The size of a step is the learning rate. At the start the classifier is random and its gradients point anywhere, so
# the rate begins at a hundredth and rises in a line (*warm-up*). Later it falls to a tenth, twice, so that the weights
# come to rest.

# %%
from studykit.plots import lines
from xivlab.runs.schedule import learning_rate

epochs = np.linspace(0, config.epochs, 1000, endpoint=False)
rates = np.array([learning_rate(config, epoch) for epoch in epochs])
lines(
    epochs,
    {"this run": rates / config.learning_rate},
    "epoch",
    "learning rate / largest",
    "The learning rate rises in a line, stays, and falls to a tenth after each decay epoch.",
    {"this run": ("#0072B2", "-")},
)

# %% [markdown]
# A ramp, a plateau and one or two stairs: the shape is the paper's, only shorter.
#
# ## 4. One training step, line by line
#
# In plain PyTorch a step is about ten lines. We take it on a copy of the network, with the batch of section 2:

# %%
import copy

from xivlab.methods.xiv import losses
from xivlab.runs.schedule import x_rate

by_hand = copy.deepcopy(training.model.module)  # g and f, before the first step
rate = learning_rate(config, epoch=0)  # a hundredth: the warm-up begins
f, g = by_hand.learner.parameters(), by_hand.generator.parameters()
optimizer = torch.optim.Adam(
    [
        {"params": f, "lr": rate},
        {"params": g, "lr": rate * x_rate(config, training.steps_per_epoch)},
    ],
    weight_decay=config.weight_decay,
)

outputs = by_hand(infrared, visible)  # X = g(V), then all 3M images through f
labels = torch.from_numpy(batch.labels).to(training.device)
terms = losses(outputs, labels, config)  # Eqs. (3) to (11)
optimizer.zero_grad()
terms["loss"].backward()
optimizer.step()

# %% [markdown]
# 1. `by_hand(infrared, visible)` makes X (Eq. 1) and sends all $3M$ images through $f$ in one pass. $f$ is a backbone (`slim`),
#    the mean over its last map, a batch normalisation called *BNNeck*, and the classifier. Each modality's output has the
#    features `before_bn`, which the triplets see, those `after_bn`, which the classifier sees and the search uses, and the
#    `logits`.
# 2. `losses` computes every term, with the functions of notebook 03.
# 3. `backward` and `step` change the weights of $f$ and of $g$. $g$ has a rate of its own, since ten weights that start at 1/3
#    could not leave their place in so few steps.
#
# [`Training.learn`](../xivlab/train.py) does the same, and besides what a long training needs: parts of a batch for several GPUs,
# half precision on a GPU, a row of the log, and an end with a sentence if the loss is no number any more. That it is the
# same we shall see at once.
#
# The baseline simply has no `"x"` among its outputs, and so no $L_X$; `baseline+x` leaves out $L_C$. Nothing else tells
# the three methods apart.
#
# Now the package's own first step.


# %% tags=["predict"]
widgets.predict("04.2")


# %%
before = training.model.generator.reduce.weight.detach().flatten().clone()
training.learn()
first = training.log[0]
C = len(training.batches.people)
print(f"log C = log {C} = {np.log(C):.2f}")
print(
    {name: round(value, 2) for name, value in first.items() if name.startswith("loss")}
)
steps_of_both = zip(by_hand.parameters(), training.model.module.parameters())
apart = max((one - other).abs().max().item() for one, other in steps_of_both)
print(f"largest difference of a weight after both steps: {apart:.1e}")

# %% [markdown]
# <details><summary>Why</summary>
#
# A classifier that knows nothing guesses among $C$ people, and pays $\log C$ for each image. $L_I$, $L_X$ and $L_V$ lie above
# that by what their triplets cost.
#
# </details>
#
# The printed terms also let you check Eq. 11 by hand: the loss is the sum of $L_I$, $L_X$, $L_V$ plus $\lambda$ times
# the sum of the two cross terms.

# %%
L_M = sum(first[f"loss_{name}"] for name in ("infrared", "x", "visible"))
L_C = first["loss_infrared_x"] + first["loss_infrared_visible"]
assert np.isclose(first["loss"], L_M + config.lam * L_C, rtol=1e-3)  # Eq. (11)
after = training.model.generator.reduce.weight.detach().flatten()
print(f"L = {L_M:.2f} + {config.lam} * {L_C:.2f} = {first['loss']:.2f}")
print("weights of g for R, G, B have moved by", (after - before).cpu().numpy())

# %% [markdown]
# $g$ has moved too, by very little, for the warm-up has only begun. (All three weights by the same amount: Adam's first
# step is as long as the learning rate, however large the gradient is.) The losses reach through $f$ into the pixels of
# X, and nobody ever said what X should look like. That is what the paper calls self-supervised.
#
# ## 5. Train, or find it finished
#
# `train` repeats that step, scores the validation people now and then, and writes a run folder whose name is made from
# the settings, the data and the version. If such a run is finished, it is not trained again. A bar shows loss, speed
# and rank-1 while it runs; stop it with ■ (interrupt the kernel) whenever you like.

# %%
from xivlab.train import train

run = train(config, data, scale.runs)
for file in sorted(run.folder.glob("[!.]*")):
    print(f"{file.stat().st_size / 1e6:8.2f} MB  {file.name}")

# %% [markdown]
# `config.json` holds the settings, `log.csv` a row per step, `metrics.csv` a row per evaluation, `model.safetensors`
# the best model, `state.pt` what is needed to go on, `embeddings.npz` the embedded test people, written last.
#
# ## 6. The training curve
#
# Is infrared against X easier than infrared against visible? Look at that, too.


# %% tags=["predict"]
widgets.predict("04.3")


# %%
log, metrics = (pd.read_csv(run.folder / name) for name in ("log.csv", "metrics.csv"))
charts.training_curves(log, metrics)

# %% [markdown]
# The faint lines are single steps, which jump because every batch shows other people; the strong ones are running
# means. The next cell puts the first and the last twentieth of the run into numbers.

# %%
terms = [name for name in log if name.startswith("loss")]
part = max(1, len(log) // 20)
pd.DataFrame(
    {"start": log[terms].head(part).mean(), "end": log[terms].tail(part).mean()}
).assign(left=lambda t: t["end"] / t["start"]).round(2)

# %% [markdown]
# The column *left* is the share of a term that is left. The terms between the modalities, the paper's own, keep by far the
# larger share, and `loss_infrared_x` lies on `loss_infrared_visible`: X is not the nearer partner that the paper says it
# should be. Why, then, does anything work? Because $L_C$ is not the only thing that brings the modalities together. All three
# go through *one* network to *one* classifier, and the identity loss of each asks it to put a person's infrared and visible
# images in the same place; and at $\lambda = 0.1$ the two terms are a few hundredths of what is minimised (notebook 08 measures
# it). What $L_C$ adds to that is the question of notebook 06.
#
# <details><summary>Signs of trouble</summary>
#
# A sane curve hardly moves in the warm-up, then falls, then levels off once the learning rate is small, and no term rises
# for long. Signs of trouble are those of notebook 03: cross terms that stand still at $2\alpha_1 = 1$ (collapse), or modality
# terms that never get below $\log C$ (nothing learnt). In the run shown here the cross terms fall little, but lie above
# $2\alpha_1$. That is no collapse: for many an anchor the hardest positive is still farther than the hardest negative.
#
# </details>
#
# Does $L_C$ never fall, then? In a training as long as the studies it does (stored runs), and how far depends on how many people
# there are to learn:

# %%
from studykit.studies import across

longer = across.stored().read()
falls = longer.pivot_table("loss_infrared_visible", "step", "people")
seeds = longer.groupby("people")["seed"].nunique()
names = {people: f"{people} people train, seeds: {seeds[people]}" for people in falls}
lines(
    falls.index,
    {name: falls[people] for people, name in names.items()},
    "step",
    "L_cross(I, V)",
    "; ".join(
        f"{name}: from {falls[people].iloc[0]:.2f} to {falls[people].iloc[-1]:.2f}"
        for people, name in names.items()
    ),
    dict(zip(names.values(), (("#D55E00", "--"), ("#0072B2", "-")))),
)

# %% [markdown]
# With few people it comes to nothing: the network knows each of them by heart, in every modality. That is not what a search among
# strangers needs.
#
# Rank-1 on the validation people is the share of infrared queries whose first answer is right; chance would be about
# one in the number of people. mAP and mINP are other scores of the same search, for notebook 05. These people are not
# in the training set, so the curve shows what was learnt about people *in general*.

# %%
val = metrics[
    (metrics["split"] == "val") & (metrics["test_distance"] == config.test_distance)
]
# RegDB and LLCM have no validation people.
searched = data.val if len(data.val) else data.test
chance = 1 / len(np.unique(searched.person))
print(f"chance is about {chance:.1%}")
(100 * val.set_index("step")[["rank1", "mAP", "mINP"]]).round(1)

# %% [markdown]
# If the last rows are far above chance, the model has learnt something that holds for strangers.
#
# ### When is it enough?
#
# A loss says nothing of strangers, and a curve that still rises is not at its end. So the length itself was measured,
# with the Baseline alone, on the validation people alone, before any of the studies: five lengths, five seeds each, the
# learning rate stretched with the length.
#
# Is longer ever worse?


# %% tags=["predict"]
widgets.predict("04.4")


# %%
from studykit.plots.studies import over_length
from studykit.studies import length

curves = length.chosen(length.stored().read())
plain = curves[curves["variant"].str.endswith(" steps")]
enough = length.level(length.stored().read())
steps = int(log["step"].iloc[-1])
over_length(plain, enough, steps)

# %%
means = 100 * plain.groupby("steps")[["rank1", "mAP"]].mean()
means.assign(share=means["rank1"] / means.loc[enough, "rank1"]).round(2)

# %% [markdown]
# The column *share* is rank-1 beside what it comes to at the length where it levels off: the shortest whose mAP is within
# one standard error of the best (the rule was written down first, in `results/PROTOCOL.md`). All comparisons from
# notebook 06 on are trained for that long. A run of this notebook, one minute on a laptop, is on the way there and no
# more: whenever you compare methods, compare trained ones. (At four times a minute the Baseline no longer gains, and by
# mAP it begins to lose: it learns its training people by heart. Keep that in mind for notebook 11.)
#
# Others at the same number of images, to see that length was not chosen beside a better rate or batch:

# %%
others = curves[~curves["variant"].str.endswith(" steps") | (curves["steps"] == enough)]
(
    100 * others.groupby("variant", sort=False)[["rank1", "mAP"]].agg(["mean", "sem"])
).round(1)

# %% [markdown]
# ## 7. Why `val` chooses, and never `test`
#
# The run keeps the model with the highest mAP on `val`, by the test distance of its settings (v+x, that is Eq. 2, for a
# model with X):

# %%
for step, best in val.set_index("step")["mAP"].nlargest(1).items():
    print(f"kept: the model of step {step}, mAP on val {best:.1%}")

# %% [markdown]
# (Settings with `train_on="train+val"`, such as the paper's presets, let the validation people train too; there is
# nothing to choose on then, and the model of the last step counts.)
#
# Why not take the one that is best on `test`, and report that? Because the best of several measurements is partly the
# *luckiest*. A simulation: 20 models that are all equally good (each finds a person with probability one half),
# measured on 100 people. We choose the best of them and report its score twice: on the people that chose it, and on new
# ones.

# %%
rng = np.random.default_rng(0)
# 1000 repetitions of 20 models:
chosen_on, fresh = rng.binomial(100, 0.5, (2, 1000, 20)) / 100
winner = chosen_on.argmax(1)
print(f"score on the people that chose it: {chosen_on.max(1).mean():.1%}")
print(f"score of the same model on others: {fresh[np.arange(1000), winner].mean():.1%}")

# %% [markdown]
# All models are worth 50 %, yet the chosen one seems to be worth clearly more on the people who chose it. On new people
# the gain is gone.

# %%


def choosing(models):
    """1000 repetitions of choosing the best of some equally good models, judged twice."""
    chosen_on, fresh = rng.binomial(100, 0.5, (2, 1000, models)) / 100
    row = np.arange(1000), chosen_on.argmax(1)
    judged = {"the people that chose": chosen_on[row], "new people": fresh[row]}
    said = " and ".join(
        f"{scores.mean():.1%} on {name}" for name, scores in judged.items()
    )
    some = {name: scores[:200] for name, scores in judged.items()}
    return charts.spread(
        some, "rank-1 in %", f"Best of {models}: {said}.", limits=(30, 75)
    )


# %% tags=["predict"]
widgets.predict("04.5")


# %%
models = (1, 2, 5, 10, 20, 50, 100)
widgets.frame_slider(models, [choosing(count) for count in models], "models", start=4)

# %% [markdown]
# (The numbers are means over all 1000 repetitions, the dots are 200 of them.) Whoever chooses on `test` reports the
# upper cloud, and cannot know how much of it is luck. Here the test people are embedded once, at the very end, and
# their scores are in `metrics.csv` as the rows with `split = test`; notebook 05 is about them. (They are lower than
# those on `val` for a plain reason as well: there are more test people, and a larger gallery is harder, as notebook 00
# showed.)
#
# ## 8. Train live
#
# A laptop is closed, a cluster ends a job: training must survive it, and does. ■ or Ctrl-C saves the state after the step
# under way, and the same call goes on; [A2](A2_paper_and_code.ipynb) shows that it is then the same run, digit by digit.
#
# The widget has buttons for it. *Train* runs in the background, so that you can go on reading; *Stop* saves,
# and *Train* goes on. The menu of methods holds the three of the ablation and those systems of Table 1 that cost hardly more
# (notebook 12 says what each of them does).

# %% [markdown]
# Choose the method Baseline. Will rank-1 on the validation people be above or below that of the run above when it ends? Then go back to
# Baseline+X+CMG, with $\lambda = 0$: what is missing now?


# %% tags=["predict"]
widgets.predict("04.6")


# %%
live = widgets.train_live(data, scale)
live

# %% [markdown]
# ## 9. A GPU, the paper's settings, real data
#
# **A GPU** needs no change: `train` takes CUDA if there is one, else Apple's MPS, else the CPU.
#
# **The paper's settings** are one word: start JupyterLab with the environment variable `XIVLAB_SCALE=paper`, and all
# the cells of all notebooks run with ResNet-50, images of 256 x 128 and 120 epochs. In your own code it is one word as
# well:

# %%
big = preset("paper-sysu")
# SYSU-MM01 has 22258 visible training images; rounded up:
per_epoch = -(-22258 // big.per_modality)
print(f"{big.backbone}, {big.height} x {big.width}, M = {big.per_modality}")
print(
    f"{per_epoch} steps an epoch, {per_epoch * big.epochs} steps in {big.epochs} epochs"
)

# %% [markdown]
# Compare the steps with those of section 2, and add that each of them costs far more: on a laptop's processor this
# would take weeks, so it is for a GPU.
#
# **Real data** are one word too: `XIVLAB_DATA` names the folder of a packed data set, and `load` opens it like the
# synthetic one.
#
# ## Takeaways
#
# - A `Config` is the whole description of a run; the demo differs from the paper in size and length, not in method.
# - P x K batches with aligned identities make the triplets of Eqs. 5, 6 and 10 possible.
# - A curve is sane if every term falls, none stands at its margin or at $\log C$, and rank-1 on `val` rises.
# - `val` chooses, `test` reports, once.
#
# In numbers:

# %%
best = means["mAP"].idxmax()
print(
    f"the Baseline levels off at {enough} steps: rank-1 {means.loc[enough, 'rank1']:.1f} % on val; here {steps} steps"
)
print(
    f"the best mAP is {means.loc[best, 'mAP']:.1f} % at {best} steps, at {means.index[-1]} it is {means['mAP'].iloc[-1]:.1f} %"
)
print(
    f"the luckiest of 20 equal models seems to be worth {chosen_on.max(1).mean():.0%} and is worth 50%"
)

# %% [markdown] tags=["teacher"]
# While the class trains, ask what the machine does between two steps, and which part of `learn` would be slow on a GPU.
# A training at demo scale takes about a minute, on battery two.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# ### Exercise 1. The learning rate
#
# Difficulty ●○○ · importance ●●○ · 6 minutes
#
# Write the schedule of section 3: from a hundredth of `peak` in a line up to `peak` at
# epoch `warmup`, then `peak`; and from each epoch in `decays` on, a tenth of what it was before.
#
# <details><summary>Hint 1</summary>
#
# Two cases: before `warmup`, and from it on.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# A line from 0.01 to 1: `0.01 + 0.99 * epoch / warmup`. And `sum(epoch >= decay for decay in decays)` counts the stairs
# behind you.
#
# </details>


# %% tags=["exercise"]
def my_rate(epoch, peak, warmup, decays):
    """epoch: a number, 2.5 is the middle of the third. Returns: the learning rate."""
    return None  # your code here


# %% tags=["check"]
from studykit.exercises import check

check("04.1", my_rate)

# %% [markdown] tags=["exercise-text"]
# ### Exercise 2. Which model is kept?
#
# Difficulty ●●○ · importance ●●● · 6 minutes
#
# Given the table `metrics` of a run and the name of a test distance, return the
# step of the model that is kept by the rule of section 7.
#
# <details><summary>Hint</summary>
#
# Two conditions on the rows, then the row with the largest mAP: `idxmax` gives its label, `loc` the row.
#
# </details>


# %% tags=["exercise"]
def my_choice(metrics, test_distance):
    """metrics: columns step, split, test_distance, mAP and more. Returns: a step."""
    return None  # your code here


# %% tags=["check"]
check("04.2", my_choice)

# %% tags=["quiz"]
widgets.quiz("04")

# %% [markdown]
# Next: [05 Search and scores](05_search_and_scores.ipynb) looks closely at what was only called "rank-1" here.
