"""Scales, said once: XIVLAB_SCALE = smoke, demo, study or paper.

    >>> current().name                                    # doctest: +SKIP
    'demo'
    >>> run = train(current().config(lam=0.3), current().load(), current().runs)  # doctest: +SKIP

| variable | says | if not set |
|---|---|---|
| XIVLAB_SCALE | smoke, demo, study or paper | demo |
| XIVLAB_DATA | data set: a name, or the folder of a packed one | synthetic-sysu; at paper scale data/sysu-mm01 |
| XIVLAB_CACHE | folder of the exposed synthetic sets | the user's cache folder |
| XIVLAB_RUNS | folder of all runs | runs in the project's folder |

Folders that are not absolute are meant from the project's folder: the nearest one upwards of the
working directory with a `pyproject.toml`, so that a notebook and the command line find the same runs.
"""

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from xivlab.config import Config, preset
from xivlab.data.datasets import DataSet, load
from xivlab.errors import XivlabError
from xivlab.evaluation.protocols import PROTOCOLS
from xivlab.files import content_of
from xivlab.runs.run import Run
from xivlab.world.knobs import is_synthetic, plain_name

FULL_DATA = "data/sysu-mm01"  # where a paper-scale project keeps its packed data set


@dataclass(frozen=True)
class Scale:
    """One of the sizes.

    Attributes:
        name: "smoke" (the tests: the same steps, too few to learn anything), "demo" (a laptop without
            GPU, in about a minute), "study" (the same, to the end) or "paper" (the paper's settings, on a GPU).
        preset: the configuration that it starts from.
        studies: the preset that studies start from, where that is another: what they compare is trained to the end.
        training: in words, how long one training takes.
        data_name: what `load` opens.
        runs: folder of all runs.
        changes: to the preset.
        people: how many people of each split are kept; None keeps all.
        seeds: most seeds that a study trains with; None: as many as it asks for.
        cell_seconds: longest that one cell of a notebook may take; None: no limit.
    """

    name: str
    preset: str
    training: str
    data_name: str = "synthetic-sysu"
    runs: Path = Path("runs")
    changes: dict[str, Any] = field(default_factory=dict)
    people: int | None = None
    seeds: int | None = None
    cell_seconds: int | None = None
    studies: str | None = None

    def config(self, **changes: Any) -> Config:
        """The settings of this scale for its data, with changes.

        Raises:
            XivlabError: unknown setting, or a value that makes no sense.
        """
        return preset(self.preset, **self.changes | settings_of(self.data_name) | changes)

    def study_config(self, **changes: Any) -> Config:
        """The settings of a run of a study at this scale, with changes.

        Raises:
            XivlabError: as `config`.
        """
        return preset(self.studies or self.preset, **self.changes | settings_of(self.data_name) | changes)

    def on(self, data_name: str) -> "Scale":
        """The same scale, with other data."""
        return replace(self, data_name=data_name)

    def load(self, name: str | Path | None = None, trial: int | None = None) -> DataSet:
        """Open a data set, `data_name` if none is named, with no more people than this scale has.

        Args:
            name: as in `xivlab.data.load`.
            trial: as in `xivlab.data.load`.

        Raises:
            XivlabError: as `xivlab.data.load`.
        """
        data = load(name or self.data_name, trial)
        return data if self.people is None else first_people(data, self.people)

    def data_of(self, run: Run, name: str | Path | None = None) -> DataSet:
        """The data that a run was trained on.

        Args:
            run: its folder.
            name: as in `xivlab.data.load`; it is needed for the folder of a packed data set.

        Raises:
            XivlabError: they are other data; and as `xivlab.data.load` and `Run.about`.
        """
        about = run.about()["data"]
        data = self.load(name or about["name"], about["trial"])
        run.check_data(data)
        return data


SCALES = {
    scale.name: scale
    for scale in (
        Scale(
            "smoke",
            "demo",
            "a few seconds",
            changes={
                "people_per_batch": 4,
                "images_per_person": 2,
                "epochs": 2,
                "steps_per_epoch": 3,
                "decay_epochs": (1,),
                "evaluate_every": 1,
            },
            people=8,
            seeds=2,
            cell_seconds=600,
        ),
        Scale("demo", "demo", "about a minute", cell_seconds=3600, studies="study"),
        Scale("study", "study", "about two minutes", cell_seconds=7200),
        Scale("paper", "paper-sysu", "hours on a GPU", data_name=FULL_DATA),
    )
}


def settings_of(data_name: str | Path) -> dict[str, Any]:
    """What a data set decides: the rules of its search, and that all train where nobody is kept for validation.

    Args:
        data_name: as in `xivlab.data.load`; of what is no data set nothing is said.

    Example:
        >>> settings_of("synthetic-regdb")
        {'protocol': 'regdb'}
    """
    name = str(data_name)
    if is_synthetic(name):
        name = plain_name(name)
    else:
        with suppress(OSError, ValueError, TypeError, KeyError):
            name = str(json.loads(content_of(Path(data_name, "meta.json")))["name"])
    for protocol, rules in reversed(PROTOCOLS.items()):  # sysu last: it is the default anyway
        if protocol in Path(name).name:
            all_train = rules.all_train and not is_synthetic(name)  # those have validation people
            return {"protocol": protocol} | ({"train_on": "train+val"} if all_train else {})
    return {}


@cache
def current() -> Scale:
    """The scale that the environment asks for, read at the first call.

    Raises:
        XivlabError: there is no such scale.
    """
    name = os.environ.get("XIVLAB_SCALE") or "demo"
    if name not in SCALES:
        raise XivlabError(f"Unknown scale XIVLAB_SCALE={name!r}: choose {', '.join(SCALES)}.")
    scale = SCALES[name]
    data_name = os.environ.get("XIVLAB_DATA") or scale.data_name
    if not is_synthetic(data_name):
        data_name = str(project() / os.path.expanduser(data_name))
    runs = os.environ.get("XIVLAB_RUNS") or "runs"
    return replace(scale, data_name=data_name, runs=project() / os.path.expanduser(runs))


def project() -> Path:
    """The project's folder, as seen from the working directory; that itself outside of a project."""
    here = Path.cwd()
    for above, folder in enumerate((here, *here.parents)):
        if (folder / "pyproject.toml").is_file():
            return Path(*[".."] * above)
    return Path()


def first_people(data: DataSet, count: int) -> DataSet:
    """The first `count` people of each split, as a data set with a fingerprint of its own.

    Their pixels are copied into memory.
    """
    people = data.index.groupby("split")["person"].unique()
    kept = np.concatenate([np.sort(numbers)[:count] for numbers in people])
    rows = data.index["person"].isin(kept).to_numpy()
    fingerprint = hashlib.sha256(f"{data.fingerprint}, first {count} people".encode()).hexdigest()
    index = data.index[rows].reset_index(drop=True)
    return replace(data, fingerprint=fingerprint, pixels=data.pixels[rows], index=index)
