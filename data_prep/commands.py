"""Commands `xivlab prepare` and `xivlab export`; what they need is imported when they are called."""

from pathlib import Path
from typing import Annotated, Literal

import tyro

from data_prep.tree import Layout


def export(
    name: tyro.conf.Positional[Literal["synthetic-sysu", "synthetic-regdb"]],
    folder: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="DIR")],
    layout: Layout,
) -> None:
    """Write a synthetic data set as the folder tree of a real one.

    The images, lists and file names are those the published loaders of SYSU-MM01, RegDB and LLCM expect,
    so code for the real sets can be tried without them. The same command writes the same bytes every time.

    Args:
        name: synthetic-sysu goes with the layouts sysu-mm01 and llcm, synthetic-regdb with regdb.
        folder: Folder to make. It must be new or empty.
        layout: The real data set whose tree to write.
    """
    from data_prep.export import export as export_tree

    export_tree(name, layout, folder)
    print(f"{name} is in {folder}, laid out as {layout}.")


def prepare(
    layout: tyro.conf.Positional[Layout],
    root: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="ROOT")],
    out: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="OUT")],
    height: int = 256,
    width: int = 128,
) -> None:
    """Pack a real data set, which needs a signed agreement: decode its images once, for all trainings.

    The tree is checked first: its lists, its folders, and the official numbers of people and images.
    Ctrl-C stops; the same command goes on.

    Args:
        layout: Which data set it is.
        root: Root of its folder tree, as the archive unpacks.
        out: Folder to make, for --data of the other commands.
        height: Of the packed images, in pixels.
        width: Of the packed images, in pixels.
    """
    from data_prep.prepare import pack, read_source, summary

    source = read_source(layout, root)
    if source.note:
        print(source.note)
    if not pack(source, root, out, (height, width)):
        print("There is nothing to do.")
    print(summary(source, out))
