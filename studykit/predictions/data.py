"""Questions of a notebook's predictions, with their options and what came.

One Markdown file a notebook, `notebooks/NN.md` beside this file, is all there is to edit. The heading is the number that
the notebook asks for, `widgets.predict("00.1")`:

    ## 00.1

    What is asked, in a sentence or two?

    - [ ] What some believe.
    - [x] What comes.

    Why it comes, in paragraphs.

All of it is plain text, for the label of a radio button shows no markup: λ, not $\\lambda$. A number that comes out of a
study stands in no answer; that the right option is the one of the stored results, `tests/studykit/predictions` asserts.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from studykit.quiz.data import LETTERS
from xivlab.errors import XivlabError

FOLDER = Path(__file__).with_name("notebooks")
SECTION = re.compile(r"^## +([\dA]\d\.\d+)\n", re.MULTILINE)
OPTION = re.compile(r"^- \[([ x])\] +(.+?)$", re.MULTILINE)


@dataclass(frozen=True)
class Prediction:
    """A question to answer before one looks.

    Attributes:
        number: "06.1" is the first of notebook 06.
        text: what is asked.
        options: two or more, of which one comes.
        came: place of that one, from 0.
        why: paragraphs that say why, or how to see it.
    """

    number: str
    text: str
    options: tuple[str, ...]
    came: int
    why: tuple[str, ...]

    @property
    def letter(self) -> str:
        """The letter of the option that comes."""
        return LETTERS[self.came]

    def lettered(self, place: int) -> str:
        """An option with its letter."""
        return f"{LETTERS[place]}. {self.options[place]}"


def numbers() -> list[str]:
    """The numbers of all predictions in order, "00.1" and so on."""
    return [number for file in sorted(FOLDER.glob("*.md")) for number in _of_notebook(file.stem)]


def prediction(number: str) -> Prediction:
    """The prediction of a number.

    Raises:
        XivlabError: there is none, or its file does not keep the form that is described above.
    """
    notebook = number.partition(".")[0]
    if (FOLDER / f"{notebook}.md").is_file() and number in (there := _of_notebook(notebook)):
        return there[number]
    raise XivlabError(
        f"There is no prediction {number!r}; write its number as in {', '.join(numbers()[:3])}."
    )


def parsed(text: str, notebook: str) -> dict[str, Prediction]:
    """The predictions that a Markdown text holds, by number.

    Raises:
        XivlabError: it does not keep the form; the sentence says where.
    """
    _, *rest = SECTION.split(text)
    found = [_parsed(number, body) for number, body in zip(rest[::2], rest[1::2])]
    wanted = [f"{notebook}.{place}" for place in range(1, len(found) + 1)]
    if not found or [one.number for one in found] != wanted:
        raise XivlabError(
            f"Predictions of {notebook} are numbered one after another, from '## {notebook}.1' on."
        )
    return {one.number: one for one in found}


def _parsed(number: str, body: str) -> Prediction:
    options = list(OPTION.finditer(body))
    if len(options) < 2 or sum(one[1] == "x" for one in options) != 1:
        raise XivlabError(
            f"Prediction {number} needs two options or more, '- [ ] ...', and one of them with '[x]'."
        )
    asked = " ".join(body[: options[0].start()].split())
    why = tuple(
        " ".join(part.split()) for part in body[options[-1].end() :].strip().split("\n\n") if part.strip()
    )
    if "?" not in asked or not why:
        raise XivlabError(
            f"Prediction {number} needs a question above its options, and below them why it comes."
        )
    came = next(place for place, one in enumerate(options) if one[1] == "x")
    return Prediction(number, asked, tuple(one[2] for one in options), came, why)


@cache
def _of_notebook(notebook: str) -> dict[str, Prediction]:
    return parsed((FOLDER / f"{notebook}.md").read_text(encoding="utf-8"), notebook)
