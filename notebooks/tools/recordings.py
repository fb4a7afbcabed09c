"""Recordings of the widgets of the notebooks: kept beside the notebooks, made into files of the book.

    python -m notebooks.tools.recordings 03    record the widgets of notebook 03 anew; all if none is named

Building a notebook records its widgets in the same run, so that pictures and numbers are those of its outputs. What a
recording holds is said in `studykit.widgets.recording`.
"""

import argparse
import base64
import gzip
import json
import sys
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from studykit.widgets import recording
from xivlab.files import write_atomically

FOLDER = Path(__file__).parents[1] / "recorded"
Recordings = dict[str, dict[str, Any]]  # by the id of the cell


def take_out(notebook: NotebookNode) -> Recordings:
    """The recordings in the outputs of a notebook, which are left without them."""
    return {
        cell.id: output.data.pop(recording.MIME)
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if recording.MIME in output.get("data", {})
    }


def path(stem: str, folder: Path | None = None) -> Path:
    """Where the recordings of a notebook are kept, by its name; in `FOLDER` if no folder is given."""
    return (folder or FOLDER) / f"{stem}.json.gz"


def read(stem: str) -> Recordings:
    """The recordings of a notebook by its name; none if none are kept."""
    file = path(stem)
    return json.loads(gzip.decompress(file.read_bytes())) if file.is_file() else {}


def write(stem: str, recordings: Recordings, folder: Path | None = None) -> None:
    """Keep the recordings of a notebook; the same ones are the same file.

    Args:
        stem: name of the notebook.
        recordings: what its widgets recorded.
        folder: as of `path`.
    """
    text = json.dumps(recordings, ensure_ascii=False, separators=(",", ":"))
    content = gzip.compress(text.encode(), 9, mtime=0)
    file = path(stem, folder)
    file.parent.mkdir(exist_ok=True)
    write_atomically(file, lambda part: part.write_bytes(content))


def scripts(recorded: dict[str, Any], keep: Callable[[str, bytes], None]) -> dict[str, str]:
    """A recording as scripts of the book, which fill all places that name it.

    Args:
        recorded: the recording. What it has under "shared" becomes a script of its own, which recordings that need the
            same things have in common.
        keep: takes name and content of each of its photographs.

    Returns:
        scripts by name, the recording's own first; what is the same has the same name.
    """
    for name, photo in recorded.get("photos", {}).items():
        keep(f"{name}.webp", base64.b64decode(photo))
    rest, others = {name: value for name, value in recorded.items() if name != "photos"}, {}
    if "shared" in recorded:
        rest["shared"], others = _script("share", recorded["shared"])
    return _script("moves", rest)[1] | others


def _script(call: str, value: Any) -> tuple[str, dict[str, str]]:
    """The name of a value, and the script by that name which calls `xivlab` with both."""
    code = packed(value)
    name = recording.name_of(code.encode())
    return name, {name: f'xivlab.{call}("{name}", "{code}");\n'}


def packed(value: Any) -> str:
    """A value as JSON, deflated, in letters of base 85: what `unpack` of the book reads."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return base64.b85encode(zlib.compress(text.encode(), 9)).decode()


def main(args: Sequence[str] | None = None) -> int:
    """The command line; 1 if a notebook could not be run."""
    from notebooks.tools import build
    from xivlab.errors import XivlabError

    parser = argparse.ArgumentParser(
        "python -m notebooks.tools.recordings",
        description="Record what moves, and leave the notebooks as they are.",
    )
    parser.add_argument("numbers", nargs="*", metavar="NN", help="of which notebooks; all if not given")
    try:
        for source in build.sources(parser.parse_args(args).numbers):
            print(f"{source.stem} ...", flush=True)
            notebook = build.execute(build.learners(source), **{recording.WANTED: "1"})
            write(source.stem, take_out(notebook))
    except XivlabError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
