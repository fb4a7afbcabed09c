"""XIV-Lab: XIV-ReID (Li et al., AAAI 2020) from images to scores; a study kit stands beside it, in `studykit`.

The paper in an hour, read in this order; the rest of the package is what the method runs on:

1. `config.py`: every setting of the paper, with its rule
2. `data/batches.py`: P people, K images of each, the same people in both modalities
3. `model.py`: g, which makes X of a visible image (Eq. 1); f; both together
4. `loss.py`: one function per equation (Eqs. 3 to 10), and Eq. 11
5. `methods/xiv.py`: the Baseline, Baseline+X and XIV-ReID, put together
6. `train.py`: the loop
7. `evaluation/retrieval.py`: the search and its scores, with the distance of Eq. 2 in `evaluation/embeddings.py`
"""

import os

# Threads that wait for their next piece of work sleep: spinning, they take a busy machine's cores from the thread
# that all of them wait for. PyTorch reads it when it is first imported.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

__version__ = "0.1.0"
