# %% [markdown]
# # 00 Start here
#
# Somebody walks past an infrared camera at night. Which pictures of the colour cameras, taken by day, show the same
# person? That is the question of a whole field, and of the paper that this kit takes apart. In this notebook you put it
# to a trained network, and learn to read the answer.
#
# ![Fig. 2, the whole method: a visible image goes through g, ten weights, and becomes X; visible image, X and infrared query go through one network f; two distances are added and order the gallery.](../results/figures/fig2.png)
#
# The paper's answer in one picture. The query is the infrared image at the bottom left; at the right stands the ranked
# list, with ✓ where it shows the same person. What lies between is what this course takes apart.
#
# **Goals.** After this notebook you can
# - say what query, gallery and ranked list are, and why colour does not help;
# - search with Eq. 2 by hand, and say which call trains the whole method;
# - read rank-1, and say what guessing would give.
#
# **Minutes.** {reader} for you; for the computer {minutes}.
#
# **Needs.** Basic Python and NumPy, and a rough idea of what a neural network is. No GPU, no data set to sign for.
#
# In JupyterLab, <kbd>Shift</kbd>+<kbd>Enter</kbd> runs a cell and goes on to the next. Every page of this kit works
# the same way: a paragraph announces what comes, a cell runs it, a sentence after it reads the result.

# %% [markdown]
# ## What the paper asks
#
# A camera over a dark yard sees somebody in infrared. Was the same person seen by the colour cameras during the day,
# and where? That is **infrared-visible person re-identification**: the *query* is an infrared image, the *gallery* a
# collection of visible ones, and the answer is the gallery in order, the likeliest image first.
#
# It is hard because colour, which we lean on most to recognise clothes, does not exist in infrared. Li, Wei, Hong and
# Gong (["Infrared-Visible Cross-Modal Person Re-Identification with an X
# Modality"](https://doi.org/10.1609/aaai.v34i04.5891), AAAI 2020) add a third kind of image between the two: **X**,
# computed from the visible image by a network of just ten numbers. This kit takes their method apart and puts it
# together again.

# %% [markdown]
# ## Check the machine
#
# The first cell of every notebook prints one line: the scale of the experiments, the device they run on, and versions.
# Digits differ a little between devices and versions, so quote this line with any result.

# %%
from studykit.machine import banner
from xivlab.scale import current

print(banner())

# %% [markdown]
# *demo* is the scale made for a laptop; it needs about 0.3 GB of disk for its data. If there is too little room,
# `xivlab doctor` says so, and the environment variable `XIVLAB_CACHE` names another folder.

# %% [markdown]
# ## The data in one picture
#
# The real data sets of this field need a signed agreement, so the kit brings a world of its own: 3-D people in clothes
# of measured and mixed fabrics, seen by six simulated cameras. `load` opens it; the first time the images have to be
# made from the shipped geometry, which takes about a minute.

# %%
scale = current()
data = scale.load()
for name in ("train", "val", "test"):
    split = getattr(data, name)
    print(f"{name:5}: {len(split):5} images of {len(set(split.person)):3} people")

# %% [markdown]
# Three groups without a common person: `train` teaches the model, `val` chooses between models, `test` is for the
# final score. Now three test people in every camera that saw them.

# %%
import numpy as np

from studykit.plots import image_strip

test = data.test
# Visible cameras first.
views = sorted(set(zip(test.modality.tolist(), test.camera.tolist())))


def photo(person, modality, camera):
    rows = (
        (test.person == person) & (test.modality == modality) & (test.camera == camera)
    )
    return test.pixels[rows.argmax()] if rows.any() else None


# %%
people = np.unique(test.person)[:3]
image_strip(
    [[photo(person, *view) for view in views] for person in people],
    columns=[f"camera {camera}" for _, camera in views],
    rows=[f"person {person}" for person in people],
    alt="Three people, a row each, in every visible camera and then in every infrared one.",
    largest=0.7,
)

# %% [markdown]
# Cameras 1, 2, 4 and 5 see colour, 3 and 6 see near infrared. Pose, place and light change from camera to camera; in
# infrared the colours are gone, and fabrics that look different by day may look the same.
#
# Cover the infrared columns with your hand, then the visible ones: which people could you tell apart by colour alone?
# What survives in infrared is shape (build, hair, hat, bag, skirt or trousers), pattern (stripes, checks), and how
# bright one part is against another; and even brightness is not safe, as notebook 01 shows.

# %% [markdown]
# ## One trained model
#
# The whole method is one call, `xivlab.train.train(scale.config(), data, scale.runs)`, and a minute. So that you need not
# begin with waiting, the result came with the kit: what is stored are the settings, the scores and the embeddings of the
# test people, that is, the vector of numbers that each image has become. If you would rather have your own, write
# `anew=True`; once trained, it is found.

# %%
from studykit.studies.first_run import first_run

run = first_run(scale, data)
embeddings = run.embeddings()
print(
    f"infrared {embeddings.infrared.shape}, visible {embeddings.visible.shape}, X {embeddings.x.shape}"
)

# %% [markdown]
# Each row is one image, each column one number of its embedding. There are as many X rows as visible ones, because X
# is made from the visible image: $X = g(V)$, Eq. 1.

# %% [markdown]
# ## One ranked list
#
# For the query image $I_i$ the paper picks the gallery image $j$ that is nearest through both of its faces,
#
# $$j^* = \arg\min_j \; D(f(I_i), f(V_j)) + D(f(I_i), f(X_j)), \tag{2}$$
#
# with $f$ the network that embeds and $D$ the Euclidean distance. The gallery holds one visible image per person and
# camera. Eq. 2 is one sum.

# %%
from scipy.spatial.distance import cdist as D

from xivlab.evaluation import sample_gallery

rows = sample_gallery(embeddings.visible_person, embeddings.visible_camera, trial=0)
to_visible = D(embeddings.infrared, embeddings.visible[rows])
to_x = D(embeddings.infrared, embeddings.x[rows])
distance = to_visible + to_x  # Eq. (2)
print(f"{distance.shape[0]} queries x {distance.shape[1]} gallery images")

# %% [markdown]
# The package has the same equation as a function, which the rest of the kit uses. Both must agree.

# %%
from xivlab.evaluation import test_distance

same = test_distance(
    embeddings.infrared, embeddings.visible[rows], embeddings.x[rows], "v+x"
)
assert np.allclose(distance, same, atol=1e-5)

# %% [markdown]
# No complaint: they agree. Sorting a row of the distances ranks the gallery for one query. To be fair to the model and
# to you, the queries below are not chosen: they are the first image of the first three people in the last camera, 6.

# %%
last = np.flatnonzero(embeddings.infrared_camera == embeddings.infrared_camera.max())
_, first = np.unique(embeddings.infrared_person[last], return_index=True)
queries = last[first][:3]
nearest = np.argsort(distance[queries], axis=1)[:, :5]
found = embeddings.visible_person[rows][nearest]
right = found == embeddings.infrared_person[queries][:, None]
print(right.astype(int))

# %% [markdown]
# One row per query, nearest image first; 1 is the right person. As pictures:

# %%
from studykit.plots import ranked_lists

infrared, visible = (test.pixels[test.modality == code] for code in (1, 0))
ranked_lists(infrared[queries], visible[rows][nearest], right)

# %% [markdown]
# A solid frame with ✓ is the right person, a dashed one with ✗ somebody else. Look at the wrong ones and ask what each
# shares with its query: build, hair, a kind of garment, a bag? And what would have told them apart, if there were
# colour?

# %% [markdown]
# ## How good is that?
#
# Three queries prove nothing. The score of the field runs over all queries and ten random galleries: **rank-1** is the
# share of queries whose first place is right, **rank-10** the share with the right person among the first ten people,
# and **mAP** rewards having all images of the person near the top.

# %%
from xivlab.evaluation import search

score = search(embeddings, run.config().protocol, "v+x")
chance = 1 / len(np.unique(embeddings.visible_person))
print(f"rank-1 {score.rank(1):.1%}, rank-10 {score.rank(10):.1%}, mAP {score.mAP:.1%}")
print(f"rank-1 by guessing {chance:.1%}")

# %% [markdown]
# Compare the first number with the last: what the model knows is the distance between them. How the scores are
# computed, and why camera 3 may not search in camera 2, is the subject of notebook 05.
#
# A minute of training is not the end of it. Others were trained on these people for as long as they gained anything, five
# times each method, and their scores are stored:

# %%
from studykit.studies.converged import converged

end = converged(scale)
if end:
    print(
        f"this run is at {end.share(score.rank(1)):.0%} of a Baseline trained to the end"
    )
    print(*str(end).split(". "), sep="\n")

# %% [markdown]
# Whether X helps is decided there, between models that are trained, over several seeds, and not by this one run:
# notebooks 06 and 11.
#
# ## Does a larger gallery matter?
#
# A yard has twenty visitors a day, a railway station two hundred thousand. We cut the gallery down to the first few
# people and search for them alone; the model stays the same. The cell makes one picture per size, with the first of
# our queries. (It is one gallery, and camera 3 may search camera 2 here, so the last number is not quite the rank-1
# above.)

# %%
gallery_person = embeddings.visible_person[rows]
order = np.unique(gallery_person)
sizes = [size for size in (4, 8, 16, 32, 64) if size < len(order)] + [len(order)]


def among(people):
    """The list of the first query, and rank-1 of everybody, when only the first `people` are searched."""
    kept = np.isin(gallery_person, order[:people])
    asked = np.isin(embeddings.infrared_person, order[:people])
    first = gallery_person[kept][distance[:, kept].argmin(axis=1)]
    rank1 = np.mean(first[asked] == embeddings.infrared_person[asked])
    query = queries[:1]
    nearest = np.argsort(distance[query][:, kept], axis=1)[:, :6]
    right = gallery_person[kept][nearest] == embeddings.infrared_person[query][:, None]
    return ranked_lists(
        infrared[query], visible[rows][kept][nearest], right,
        alt=f"{people} people in the gallery: rank-1 {rank1:.0%}, by guessing {1 / people:.0%}.",
    )  # fmt: skip


# %% tags=["predict"]
from studykit import widgets

widgets.predict("00.1")


# %%
widgets.frame_slider(sizes, [among(size) for size in sizes], "people in the gallery")

# %% [markdown]
# ## Look for yourself
#
# The widget below searches with every query, in three ways: by the distance to the visible images alone (v), to the X
# images alone (x), and by their sum (v+x), which is Eq. 2. A *place* counts images; a *rank* counts people, so that
# several wrong images of one person cost one rank.
# AP is what mAP is the mean of; INP falls when the *last* right image is far down. Notebook 05 works all of them out.

# %% tags=["predict"]
widgets.predict("00.2")


# %%
widgets.search(run, data)

# %% [markdown]
# ## What it means
#
# - The task: an infrared query, a visible gallery, a ranking. The obstacle: colour is missing on one side.
# - The paper's answer: a third modality X between the two, made from the visible image by ten weights.
# - At test time the distances through V and through X are added, Eq. 2.
# - Data, training and search are one call each; the following notebooks open them one by one.
#
# | notebook | what it opens |
# |---|---|
# | [01 data and modality gap](01_data_and_modality_gap.ipynb) | why colours vanish, and how wide the gap is |
# | [02 X modality](02_x_modality.ipynb) | the ten weights of g, by hand |
# | [03 losses by hand](03_losses_by_hand.ipynb) | Eqs. 3 to 11 on a batch you can read |
# | [04 training](04_training.ipynb) | the loop, the curves, what goes wrong |
# | [05 search and scores](05_search_and_scores.ipynb) | Eq. 2, CMC, mAP, the rules of the data sets |
# | [06 ablation](06_ablation.ipynb) | Table 4 with seeds: what X and the cross-modality loss bring |
# | [07 special cases](07_special_cases.ipynb) | Table 5 with seeds: a learned X against fixed ones |
# | [08 lambda](08_lambda.ipynb) | Fig. 5 with seeds: how much the cross-modality loss should count |
# | [09 a closer look at X](09_closer_look_at_x.ipynb) | Figs. 3 and 4: how X looks, and where it lies |
# | [10 the modality gap](10_modality_gap.ipynb) | Fig. 1 and t-SNE: what is left of the gap |
# | [11 when does X help?](11_when_does_x_help.ipynb) | worlds with knobs: where a middle modality helps, and why |
# | [12 the ladder](12_the_ladder.ipynb) | Table 1, runnable: the systems before XIV-ReID and after it, one idea a rung |
#
# Four pages beside the way: [A1 three numbers that are too good](A1_too_good.ipynb), [A2 the paper and its
# code](A2_paper_and_code.ipynb), [A3 where the network looks](A3_where_it_looks.ipynb), [A4 two toys](A4_two_toys.ipynb).
#
# Words: [glossary](GLOSSARY.md). Where each equation, table and figure of the paper is: [index](INDEX.md). For
# teachers: [TEACHING.md](TEACHING.md).

# %% [markdown] tags=["teacher"]
# The prediction about the gallery's size is worth writing on the board: most people expect the model to fall as fast
# as guessing. If the first three queries are all right, ask for one that is not; the search widget finds some quickly.

# %% [markdown] tags=["exercise-text"]
# ## Exercises
#
# ### Exercise 1. Eq. 2
#
# Difficulty ●○○ · importance ●●● · 3 minutes
#
# Write the rule of Eq. 2: for each query the index of the best gallery image. Then run the cell with the check. It
# tries your function on small cases, says what is wrong as often as you like, and does not give the answer away; for
# whoever gives up there is `from studykit.exercises import solution`, and then `solution("00.1")`.
#
# <details><summary>Hint</summary>
#
# The sum of two matrices of one shape is a matrix of that shape; the gallery runs along its second axis.
#
# </details>


# %% tags=["exercise"]
def best_image(to_visible, to_x):
    """to_visible, to_x: distances, (queries, gallery). Returns: indices, (queries,)."""
    return None  # your code here


# %% tags=["check"]
from studykit.exercises import check

check("00.1", best_image)

# %% [markdown] tags=["exercise-text"]
# ### Exercise 2. Rank-1
#
# Difficulty ●●○ · importance ●●● · 5 minutes
#
# Rank-1 is the share of queries whose nearest gallery image shows the same person. (No camera is hidden here: every
# query may find every gallery image.)
#
# <details><summary>Hint 1</summary>
#
# First the index of the nearest image of every query, as in exercise 1; then the person in that image.
#
# </details>
#
# <details><summary>Hint 2</summary>
#
# The mean of true and false is a share.
#
# </details>


# %% tags=["exercise"]
def rank1(distance, query_person, gallery_person):
    """distance: (queries, gallery). query_person: (queries,). gallery_person: (gallery,). Returns: a share."""
    return None  # your code here


# %% tags=["check"]
check("00.2", rank1)

# %% tags=["quiz"]
widgets.quiz("00")

# %% [markdown]
# Next: [01 Data and the modality gap](01_data_and_modality_gap.ipynb).
