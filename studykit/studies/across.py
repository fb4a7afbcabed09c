"""How the losses between the modalities fall in a training as long as the studies, with all people and with few.

    python -m studykit.studies.across                 # of those runs of the map that are in the folder of runs

A minute's run does not show it: there they hardly move. Test people have no part in it.
"""

from collections.abc import Iterable

import pandas as pd

from studykit.studies.command import end_in_words
from studykit.studies.grid import runs_of
from studykit.studies.store import Table, results
from studykit.studies.when import Point
from xivlab.errors import XivlabError
from xivlab.methods import METHODS
from xivlab.runs.run import Run
from xivlab.scale import Scale, current

PARTS = 24  # of a training: a mean over each, since single steps jump
PEOPLE = (200, 25)  # who train
WHOLE = "Baseline+X+CMG"
COLUMNS = ("run", "people", "seed", "step", *METHODS["baseline+x+cmg"].weighed)


def curve(people: int, run: Run) -> pd.DataFrame:
    """The two terms of L_C (Eq. 3) in each part of a run: COLUMNS, `step` being the last of the part."""
    log = run.log()
    part = (log["step"] - 1) * PARTS // log["step"].max()
    means = log.groupby(part)[list(METHODS["baseline+x+cmg"].weighed)].mean()
    about = {"run": run.folder.name, "people": people, "seed": run.config().seed}
    return means.assign(step=log.groupby(part)["step"].max(), **about)[list(COLUMNS)]


def at_hand(scale: Scale) -> Iterable[tuple[int, Run]]:
    """Finished runs of the whole method, with the number of people who train."""
    for people in PEOPLE:
        point = Point({} if people == PEOPLE[0] else {"people": people})
        on = scale.on(point.data)
        configs = [config for method, config in point.configs(on) if method == WHOLE]
        yield from ((people, run) for run in runs_of(configs, on) if run.finished)


def stored() -> Table:
    """Where the curves are kept."""
    return Table(results("measures") / "across.csv", COLUMNS, words=("run",), numbers="%.4g")


def main() -> None:
    """The command line.

    Raises:
        XivlabError: no such run is in the folder of runs.
    """
    found = [curve(people, run) for people, run in at_hand(current())]
    if not found:
        raise XivlabError("No run of the map is at hand: make when trains them.")
    print(stored().write(pd.concat(found, ignore_index=True)))


if __name__ == "__main__":
    end_in_words(main)
