"""The command line: one function per subcommand, its docstring the help."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import tyro

from xivlab.errors import XivlabError
from xivlab.export import Layout
from xivlab.export import export as export_tree


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
    export_tree(name, layout, folder)
    print(f"{name} is in {folder}, laid out as {layout}.")


COMMANDS = {"export": export}


def main(args: Sequence[str] | None = None) -> None:
    """Run the command in `args` (of the process if not given); errors of the user exit with status 1."""
    try:
        tyro.extras.subcommand_cli_from_dict(
            COMMANDS, prog="xivlab", description="Study infrared-visible person re-identification.", args=args
        )
    except XivlabError as error:
        print(f"xivlab: {error}", file=sys.stderr)
        sys.exit(1)
