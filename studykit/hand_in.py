"""A line to hand in, and how a teacher reads thirty of them.

    xivlab-exercise report                     the line of the notebooks in lab; --name says whose
    xivlab-exercise report --read lines.txt    a table of the lines in a file, for the teacher

A line ends with a checksum of what stands before it, so that one with a typing error, or one in which somebody has changed a
number by hand, is told. It is no proof: whoever reads this file can make a line that fits.
"""

import argparse
import hashlib
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from studykit import predictions, progress, quiz
from studykit.exercises.exercise import numbers as exercise_numbers
from studykit.quiz.data import LETTERS, quiz_of
from xivlab.errors import XivlabError

ROOT = Path(__file__).parents[1]
BEGIN = "XIV-Lab"
LINE = re.compile(rf"{BEGIN} \| (?P<name>[^|]*) \| (?P<parts>.*) \| (?P<check>[0-9a-f]{{10}})")


@dataclass(frozen=True)
class HandIn:
    """What one reader hands in.

    Attributes:
        name: as it was given.
        solved: numbers of exercises that a check called right, with the tries that it took.
        predicted: letter by the number of the prediction.
        answered: letter of the first answer by the number of the question, "03.2" is the second of notebook 03.
        intact: whether the checksum fits the line.
    """

    name: str
    solved: Mapping[str, int] = field(default_factory=dict)
    predicted: Mapping[str, str] = field(default_factory=dict)
    answered: Mapping[str, str] = field(default_factory=dict)
    intact: bool = True

    @property
    def came(self) -> int:
        """How many predictions came out."""
        known = set(predictions.numbers())
        return sum(n in known and predictions.prediction(n).letter == v for n, v in self.predicted.items())

    @property
    def right(self) -> int:
        """How many questions were answered rightly at the first try."""
        return sum(_right_letter(number) == letter for number, letter in self.answered.items())


def of_folder(folder: Path, name: str) -> HandIn:
    """What is noted in the folder of a reader.

    Raises:
        XivlabError: nothing is noted there, or the file is spoilt.
    """
    if not (folder / progress.NAME).is_file():
        raise XivlabError(f"Nothing is noted in {folder}: open your notebooks by `python -m studykit lab`.")
    noted = progress.read(folder)
    solved = {number: one["tries"] for number, one in noted["exercises"].items() if one["right"]}
    return HandIn(name, solved, noted["predictions"], noted["quiz"])


def line(hand_in: HandIn) -> str:
    """One line for people and `read`: name, what was done, checksum.

    Example:
        >>> line(HandIn("Ada", {"03.2": 4}, {"06.1": "B"}, {}))
        'XIV-Lab | Ada | exercises 03.2=4; predictions 06.1=B; quiz - | 8fa3efbf78'
    """
    name = " ".join(hand_in.name.replace("|", " ").split())
    parts = {"exercises": hand_in.solved, "predictions": hand_in.predicted, "quiz": hand_in.answered}
    said = "; ".join(
        f"{kind} {' '.join(f'{number}={value}' for number, value in sorted(noted.items())) or '-'}"
        for kind, noted in parts.items()
    )
    return f"{BEGIN} | {name} | {said} | {_checksum(name, said)}"


def read(text: str) -> HandIn:
    """What a line says; a line that was changed is read all the same, and not intact.

    Raises:
        XivlabError: it is no such line.
    """
    found = LINE.search(text)
    if not found:
        raise XivlabError(f"No line of `xivlab-exercise report`: {text.strip()[:60]!r}.")
    noted = {}
    for part in found["parts"].split("; "):
        kind, _, values = part.partition(" ")
        noted[kind] = dict(one.split("=", 1) for one in values.split() if "=" in one)
    solved = {number: int(tries) for number, tries in noted.get("exercises", {}).items() if tries.isdigit()}
    intact = found["check"] == _checksum(found["name"], found["parts"])
    return HandIn(found["name"], solved, noted.get("predictions", {}), noted.get("quiz", {}), intact)


def table(hand_ins: Sequence[HandIn]) -> pd.DataFrame:
    """A row for each: exercises solved, predictions made and come out, questions answered and right at the first try."""
    return pd.DataFrame(
        {
            "name": [one.name for one in hand_ins],
            "exercises": [len(one.solved) for one in hand_ins],
            "predictions": [len(one.predicted) for one in hand_ins],
            "came": [one.came for one in hand_ins],
            "questions": [len(one.answered) for one in hand_ins],
            "right": [one.right for one in hand_ins],
            "line": ["intact" if one.intact else "CHANGED" for one in hand_ins],
        }
    )


def missed(hand_ins: Sequence[HandIn], most: int = 5) -> pd.DataFrame:
    """Predictions and questions that most of a class had otherwise than they come: number, how many of how many."""
    counted: dict[tuple[str, str], list[bool]] = {}
    for one in hand_ins:
        for number, letter in one.predicted.items():
            if number in predictions.numbers():
                wrong = predictions.prediction(number).letter != letter
                counted.setdefault(("prediction", number), []).append(wrong)
        for number, letter in one.answered.items():
            if (right := _right_letter(number)) is not None:
                counted.setdefault(("question", number), []).append(right != letter)
    rows = [(*key, sum(wrong), len(wrong)) for key, wrong in counted.items() if any(wrong)]
    rows.sort(key=lambda row: (-row[2] / row[3], row[:2]))
    return pd.DataFrame(rows[:most], columns=["what", "number", "otherwise", "of"])


def _right_letter(number: str) -> str | None:
    """Letter of the right option of a question; None if there is no such question."""
    notebook, _, place = number.partition(".")
    if notebook not in quiz.numbers() or not place.isdigit():
        return None
    questions = quiz_of(notebook).questions
    return LETTERS[questions[int(place) - 1].right] if 0 < int(place) <= len(questions) else None


def _checksum(name: str, said: str) -> str:
    return hashlib.sha256(f"{BEGIN}, handed in: {name}; {said}".encode()).hexdigest()[:10]


def _report_of(folder: Path, name: str) -> None:
    mine = of_folder(folder, name)
    asked = sum(len(quiz_of(number).questions) for number in quiz.numbers())
    print(f"{len(mine.solved)} of {len(exercise_numbers())} exercises solved.")
    print(f"{len(mine.predicted)} of {len(predictions.numbers())} predictions made, {mine.came} came out.")
    print(f"{len(mine.answered)} of {asked} questions answered, {mine.right} right at the first try.")
    print(f"\nTo hand in:\n{line(mine)}")


def _report_on(file: Path) -> None:
    hand_ins = []
    for number, text in enumerate(file.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if not text.strip():
            continue
        try:
            hand_ins.append(read(text))
        except XivlabError as error:
            print(f"Line {number}: {error}", file=sys.stderr)
    if not hand_ins:
        raise XivlabError(f"{file} has no line of `xivlab-exercise report`: paste one a row.")
    print(table(hand_ins).to_string(index=False))
    if len(most := missed(hand_ins)):
        print(f"\nOtherwise than it comes, most of all:\n{most.to_string(index=False)}")


def main(args: Sequence[str] | None = None) -> int:
    """The command `xivlab-exercise`; 1 if there is nothing to tell."""
    parser = argparse.ArgumentParser("xivlab-exercise", description="Exercises, predictions and questions.")
    commands = parser.add_subparsers(dest="command", required=True)
    report = commands.add_parser("report", help="a line to hand in, or a table of such lines")
    report.add_argument("--name", default="", help="whose; it stands in the line")
    report.add_argument(
        "--folder", type=Path, default=ROOT / "lab", help="of the notebooks; lab if not given"
    )
    report.add_argument("--read", type=Path, metavar="FILE", help="lines that were handed in, one a row")
    asked = parser.parse_args(args)
    try:
        if asked.read:
            _report_on(asked.read)
        else:
            _report_of(asked.folder, asked.name)
    except (XivlabError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
