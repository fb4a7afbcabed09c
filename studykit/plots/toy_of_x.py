"""Pictures of the toy of a learned g: X of each person beside V and I, the mix of g and the loss, up to a step."""

import numpy as np

from studykit.analysis.toy_of_x import GARMENTS, PEOPLE, ToyRun
from studykit.plots.bars import legend
from studykit.plots.picture import CHANNELS, FONT, INK, Picture, key, plot_axes

ROWS = ("V", "X", "I")
EACH, GAP = 0.42, 0.16  # height of a garment, and what is left between two people


def toy_frame(run: ToyRun, number: int = -1) -> Picture:
    """A moment of a training of g.

    Args:
        run: of `studykit.analysis.toy_of_x.learn`.
        number: of the frame; the last one if not given.
    """
    frame = run.frames[number]
    picture = Picture(3.5, "")
    grid = picture.add_gridspec(2, 2, width_ratios=(1, 1.15))
    people = plot_axes(picture, "person", "", (1, 2, 1))
    people.set_subplotspec(grid[:, 0])
    infrared = np.repeat(run.world.infrared.numpy()[..., None], 3, -1)
    for row, colours in enumerate((run.world.visible.numpy(), frame.x, infrared)):
        for garment in range(GARMENTS):
            people.bar(
                range(1, PEOPLE + 1), EACH, 1 - GAP, row + EACH * garment, color=np.clip(colours[:, garment], 0, 1),
                edgecolor="#888888", linewidth=0.6,
            )  # fmt: skip
    people.set(ylim=(len(ROWS), -0.1), xticks=range(1, PEOPLE + 1))
    people.set_yticks(np.arange(len(ROWS)) + EACH, ROWS, weight="bold", fontsize=FONT + 2)
    people.grid(False), people.spines[:].set_visible(False), people.tick_params(length=0)
    steps = [one.step for one in run.frames]
    mixes = plot_axes(picture, "", "mix in %", (2, 2, 2))
    mixes.set_subplotspec(grid[0, 1])
    for channel, shares in zip(CHANNELS, np.array([one.mix.shares for one in run.frames]).T):
        colour, dash = CHANNELS[channel]
        mixes.plot(steps, shares, color=colour, linestyle=dash, linewidth=2)
        mixes.plot(frame.step, shares[steps.index(frame.step)], color=colour, marker="o", markersize=7)
    mixes.set(ylim=(-50, 105), yticks=(-50, 0, 50, 100), xlim=(0, steps[-1]), xticklabels=[])
    losses = plot_axes(picture, "step", "loss", (2, 2, 4))
    losses.set_subplotspec(grid[1, 1])
    losses.plot(range(1, len(run.losses) + 1), run.losses, color=INK, linewidth=1.2)
    losses.set(xlim=(0, steps[-1]), ylim=(0, None))
    for axes in (mixes, losses):
        axes.axvline(frame.step, color="#888888", linewidth=1.2)
    legend(picture, [key(name, color=colour, ls=dash, lw=2) for name, (colour, dash) in CHANNELS.items()])
    picture.alt = (
        f"{run.world.says} survives in the infrared. Step {frame.step}: {frame.mix}. X follows the infrared with "
        f"correlation {frame.agrees:.2f}; by X, {frame.found:.0%} of the infrared images find their person first."
    )
    return picture
