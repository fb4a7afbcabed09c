"""Progress of a reader: solved exercises, predictions and quiz answers, in one small file beside the notebooks.

It is written only where the file is there already. `python -m studykit lab` puts an empty one into the reader's folder, so
that nothing is noted where notebooks are built, tested or shown.
"""

import json
from pathlib import Path
from typing import Any

from filelock import FileLock

from xivlab.errors import XivlabError
from xivlab.files import write_atomically

NAME = "progress.json"
KINDS = ("exercises", "predictions", "quiz")


def read(folder: Path | None = None) -> dict[str, dict[str, Any]]:
    """What is noted in a folder: for each of `KINDS` a value by number, such as {"predictions": {"06.1": "B"}}.

    Args:
        folder: with the notebooks; the working directory if not given.

    Raises:
        XivlabError: the file is there, and is no progress.
    """
    file = (folder or Path()) / NAME
    if not file.is_file():
        return {kind: {} for kind in KINDS}
    try:
        noted = json.loads(file.read_text(encoding="utf-8"))
        return {kind: dict(noted.get(kind, {})) for kind in KINDS}
    except (ValueError, AttributeError, TypeError) as error:
        raise XivlabError(
            f"{file} is no progress any more: delete it, and answers are noted from now on."
        ) from error


def note(kind: str, number: str, value: Any, folder: Path | None = None) -> None:
    """Note one answer, if the folder has a file for it; what is noted under the number already is replaced.

    Args:
        kind: one of `KINDS`.
        number: of the exercise, prediction or question.
        value: what JSON can hold.
        folder: as of `read`.

    Raises:
        XivlabError: as `read`, or the file cannot be written.
    """
    file = (folder or Path()) / NAME
    if not file.is_file():
        return
    with FileLock(file.with_name(f".{NAME}.lock")):  # two notebooks are two kernels
        noted = read(folder)
        noted[kind][number] = value
        text = json.dumps(noted, indent=1, sort_keys=True)
        write_atomically(file, lambda part: part.write_text(text + "\n", encoding="utf-8"))
