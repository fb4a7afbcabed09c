"""The run of notebook 00, which comes with the kit, so that nobody trains before they have seen anything.

    python -m studykit.studies.first_run      trains it, or finds it finished, and stores it anew

Stored is what a search needs: settings, scores and embeddings of the test people, whose features are rounded to half
precision. The weights are not: who wants to look into the network trains it, in about a minute.
"""

import io
import shutil
import sys
from pathlib import Path

import numpy as np

from studykit.studies.store import results
from xivlab.backbones import weights_file
from xivlab.data.datasets import DataSet
from xivlab.files import digest_of, seal, write_atomically
from xivlab.runs.run import Run, run_folder
from xivlab.scale import Scale, current, project
from xivlab.train import train

KEPT = ("config.json", "metrics.csv", "made.json")


def first_run(scale: Scale, data: DataSet, anew: bool = False) -> Run:
    """The run of a scale's own settings: the reader's, else the one that came with the kit, else trained here.

    Says in a line which it is.

    Args:
        scale: its settings and folder of runs.
        data: of the scale.
        anew: train it here if the reader has none, though one came with the kit.

    Raises:
        XivlabError: as `xivlab.train.train`, or the stored run is damaged.
    """
    config = scale.config()
    weights = weights_file(config.weights, config.backbone)
    own, stored = (
        run_folder(root, config, data.fingerprint, weights) for root in (scale.runs, results("first_run"))
    )
    if own.finished or anew or not stored.finished:
        found = own.finished
        run = train(config, data, scale.runs)
        print(f"Your own run, {'found finished' if found else 'trained here'}: {run.folder.name}.")
        return run
    stored.check(config, data)
    made = stored.made() or {}
    steps = int(stored.metrics()["step"].max())
    print(
        f"This run came with the kit, nothing is trained: {stored.folder.name},\n{steps} steps on "
        f"{made.get('processor', 'an unknown processor')}, PyTorch {made.get('torch', 'unknown')}."
    )
    return stored


def store(run: Run, folder: Path) -> Run:
    """Write what a search needs of a finished run, sealed; the run that it makes.

    Args:
        run: finished.
        folder: of stored runs; what is in it is lost.

    Raises:
        XivlabError: the run is not whole, or the folder cannot be written.
    """
    run.check()
    if folder.exists():
        shutil.rmtree(folder)
    kept = Run(folder / run.folder.name)
    kept.folder.mkdir(parents=True)
    digests = {}
    for name in KEPT:
        content = (run.folder / name).read_bytes()
        (kept.folder / name).write_bytes(content)
        digests[name] = digest_of(content)
    with np.load(run.folder / "embeddings.npz") as file:
        arrays = {
            # Still single precision, but the last digits are zeros, which take no room.
            name: one.astype(np.float16).astype(np.float32) if one.dtype == np.float32 else one
            for name, one in file.items()
        }
    whole = io.BytesIO()
    np.savez_compressed(whole, **arrays)
    seal(kept.folder, digests | {"embeddings.npz": digest_of(whole.getvalue())})
    write_atomically(kept.folder / "embeddings.npz", lambda path: path.write_bytes(whole.getvalue()))
    return kept


def main() -> int:
    """Train the run, or find it finished, and store it."""
    scale = current()
    run = train(scale.config(), scale.load(), scale.runs)
    if not run.finished:
        return 1
    print(store(run, project() / "results" / "first_run").folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
