"""Quiz sheets of a class, printed.

    python -m studykit.quiz            all notebooks: quiz.html for the class, quiz-answers.html for the teacher
    python -m studykit.quiz 03 05      these notebooks

Both are single files that any browser opens and prints, each notebook on paper of its own.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from studykit.quiz.data import numbers, quiz_of
from studykit.quiz.pages import sheets
from xivlab.errors import XivlabError
from xivlab.files import write_atomically
from xivlab.scale import project

FILES = {"quiz.html": False, "quiz-answers.html": True}  # name: whether it has the answers


def main(args: Sequence[str] | None = None) -> int:
    """The command line; 1 if a notebook has no quiz or a file could not be written."""
    parser = argparse.ArgumentParser(
        "python -m studykit.quiz", description="Write the quiz sheets of a class as two pages to print."
    )
    parser.add_argument("numbers", nargs="*", metavar="NN", help="of the notebooks; all if not given")
    folder = project() / "notebooks" / "teachers"
    parser.add_argument("--folder", type=Path, default=folder, help=f"where to; {folder} if not given")
    arguments = parser.parse_args(args)
    try:
        quizzes = [quiz_of(number) for number in arguments.numbers or numbers()]
        arguments.folder.mkdir(parents=True, exist_ok=True)
        for name, answers in FILES.items():
            page = sheets(quizzes, answers)
            write_atomically(
                arguments.folder / name, lambda part, page=page: part.write_text(page, encoding="utf-8")
            )
            print(arguments.folder / name)
    except XivlabError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
