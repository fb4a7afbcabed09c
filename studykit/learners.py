"""The learners' edition: copies of the notebooks to work in, where no answer stands below a question that nobody has asked yet.

From the first prediction of a notebook on, no outputs; before it they stay, so that the first screen shows what it is about.
Predictions show question and options. The copies lie in a folder of their own, `lab` in the project, with an empty file
for progress beside them. What is in the folder is never written over.

    python -m studykit.learners      makes them; `python -m studykit lab` does it before it opens JupyterLab
"""

import hashlib
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from studykit import progress
from studykit.predictions.data import prediction
from studykit.predictions.pages import unanswered
from xivlab.errors import XivlabError
from xivlab.files import write_atomically

ROOT = Path(__file__).parents[1]
# A link or picture to a file beside the notebooks that is none of them.
ELSEWHERE = re.compile(r"(\]\()(?![a-z]+:|#|\.\./|[\dA]\d_\w+\.ipynb)([^)\s]+\))")
NUMBER = re.compile(r'widgets\.predict\("([\dA]\d\.\d+)"\)')


def prepare(notebooks: Path, folder: Path) -> list[str]:
    """Copy into a folder what is not there yet.

    Args:
        notebooks: folder of the built notebooks.
        folder: of the reader; it is made if it is not there, and stands beside `notebooks`.

    Returns:
        Names of copies that were kept although the kit's notebook has changed since they were made.

    Raises:
        XivlabError: the folder cannot be written to.
    """
    folder.mkdir(exist_ok=True)
    older = []
    for built in sorted(notebooks.glob("[0-9A][0-9]_*.ipynb")):
        edition = learners(json.loads(built.read_text(encoding="utf-8")), notebooks.name)
        copy = folder / built.name
        if not copy.exists():
            text = json.dumps(edition, indent=1, ensure_ascii=False) + "\n"
            write_atomically(copy, lambda part, text=text: part.write_text(text, encoding="utf-8"))
        elif _made_from(copy) != edition["metadata"]["xivlab"]:
            older.append(built.name)
    if not (folder / progress.NAME).exists():
        (folder / progress.NAME).write_text("{}\n", encoding="utf-8")
    return older


def learners(notebook: dict[str, Any], where: str) -> dict[str, Any]:
    """The learners' edition of a built notebook.

    Args:
        notebook: as JSON; it is changed.
        where: name of the folder beside the reader's in which other texts and pictures lie.
    """
    asked = False
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            cell["source"] = ELSEWHERE.sub(rf"\1../{where}/\2", text)
            continue
        number = NUMBER.search(text) if "predict" in cell["metadata"].get("tags", ()) else None
        asked = asked or number is not None
        if asked or "quiz" in cell["metadata"].get("tags", ()):
            cell["outputs"], cell["execution_count"] = [], None
        if number:
            cell["outputs"] = [
                {"output_type": "display_data", "data": unanswered(prediction(number[1])), "metadata": {}}
            ]
    said = "\n".join("".join(cell["source"]) for cell in notebook["cells"])
    digest = hashlib.sha256(said.encode()).hexdigest()[:16]
    notebook["metadata"]["xivlab"] = {"edition": "learners", "made-from": digest}
    return notebook


def _made_from(copy: Path) -> dict[str, str] | None:
    """What a copy says that it was made from; None if it says nothing, or is no notebook any more."""
    try:
        return json.loads(copy.read_text(encoding="utf-8"))["metadata"].get("xivlab")
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return None


def main(args: Sequence[str] | None = None) -> int:
    """The command line; 1 if the copies could not be written."""
    words = sys.argv[1:] if args is None else args
    folder = Path(words[0]) if words else ROOT / "lab"
    try:
        older = prepare(ROOT / "notebooks", folder)
    except (XivlabError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Your notebooks are in {folder}; what is there is kept as it is.")
    if older:
        print(
            f"The kit has newer ones of {', '.join(older)}: rename yours, and the new ones come beside them."
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
