"""Files of the figures of one run: PNG with captions, drawn again from its folder and its data.

    >>> run, data = Run(Path("runs/baseline+x-0123456789ab")), current().load()  # doctest: +SKIP
    >>> figure(run, data, "fig3")                                     # doctest: +SKIP

| figure | shows |
|---|---|
| curves | losses, learning rate and rank-1 on the validation people, over the steps |
| fig1 | paper, Fig. 1, from real features: four people in the plane where they vary most |
| fig2 | paper, Fig. 2: the way of one query through g, f, distance and ranking |
| fig3 | paper, Fig. 3: intensities of R, G and B, visible against X |
| fig3-infrared | the same channel by channel, with the infrared images |
| fig4 | paper, Fig. 4: visible, X and infrared images of people drawn by seed |
| fig4-worst | the same of the people whose infrared images and X are farthest apart |
| cmc | CMC curves, by test distance |
| distances | same person and different people: infrared to visible, and to X |
| tsne | t-SNE at several perplexities, by modality and by person |
| place | where X lies between visible and infrared, in features |
| ruler | the same beside narrow bands; synthetic near infrared only |
| lists | ranked lists |
| activation | where f responds to an image |

Fig. 5 takes many runs: `studykit.plots.studies.over_lambda`.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from PIL import Image

from studykit.plots.picture import DPI, Picture
from studykit.plots.run_figures import FIGURES, Material
from xivlab.data.datasets import DataSet
from xivlab.errors import XivlabError
from xivlab.files import write_atomically
from xivlab.runs.run import Run

CAPTIONS = "figures.md"


def figure(run: Run, data: DataSet, name: str) -> Picture:
    """Draw one figure of a finished run.

    Args:
        run: whose.
        data: that it was trained on.
        name: one of `FIGURES`.

    Raises:
        XivlabError: unknown figure, the run is not finished or was trained on other data, or the figure needs
            what is not there: X, a ruler, enough images.
    """
    _check([name])
    return FIGURES[name](Material.of(run, data))


def write_figures(run: Run, data: DataSet, folder: Path, names: Sequence[str] = ()) -> None:
    """Write figures of a finished run as PNG files, and their captions; what is left out is said.

    `figures.md` has the caption of every figure in the folder, those of earlier calls too: a PNG file holds
    its own, and the name of its run.

    Args:
        run: whose.
        data: that it was trained on.
        folder: to write to; it is made, and files of other names in it stay as they are.
        names: of the figures; all if none is given.

    Raises:
        XivlabError: unknown figure, the run is not finished or was trained on other data, or the folder cannot
            be written.
    """
    _check(names)
    material = Material.of(run, data)
    _ = material.model  # a run that cannot be read is no reason to leave figures out, one by one
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise XivlabError(f"The folder {folder} cannot be made ({error.strerror}): name another.") from error
    for name in names or FIGURES:
        try:
            picture = FIGURES[name](material)
        except XivlabError as error:
            print(f"{name} is left out. {error}", flush=True)
            continue
        _write_png(picture, run, folder / f"{name}.png")
    text = _captions(folder)
    write_atomically(folder / CAPTIONS, lambda path: path.write_text(text, encoding="utf-8"))


def _check(names: Sequence[str]) -> None:
    for name in names:
        if name not in FIGURES:
            raise XivlabError(f"Unknown figure {name!r}: choose {', '.join(FIGURES)}.")


def _write_png(picture: Picture, run: Run, target: Path) -> None:
    # Without matplotlib's version, so that the same figure has the same bytes.
    about = {"Description": picture.alt, "Source": run.folder.resolve().name, "Software": None}

    write_atomically(target, lambda path: picture.savefig(path, dpi=2 * DPI, metadata=about))
    print(target, flush=True)


def _captions(folder: Path) -> str:
    """The figures that a folder holds, each with its file name, its run and its caption, in Markdown."""
    lines = ["# Figures"]
    for name in FIGURES:
        if not os.path.isfile(folder / f"{name}.png"):
            continue
        with suppress(OSError), Image.open(folder / f"{name}.png", formats=["PNG"]) as image:
            alt, run = image.info.get("Description"), image.info.get("Source")
            if alt and run:
                lines.append(f"![{alt}]({name}.png)\n\n`{name}.png`, run `{run}`: {alt}")
    return "\n\n".join(lines) + "\n"
