"""Questions of a notebook, with a reason for each option, and its open task with a rubric.

One Markdown file a notebook, `notebooks/NN.md` beside this file, is all there is to edit:

    # 03 The losses by hand

    ## Question 1

    What is asked, in a sentence or two?

    - [ ] A wrong option.
      > What is wrong with it.
    - [x] The right one.
      > Why it is right.

    ## Open task: its title

    What is to be done, in paragraphs.

    ### Rubric

    - Good: what such an answer has.
    - Fair: ...
    - Insufficient: ...

All of it is plain text, for the label of a radio button shows no markup: λ, not $\\lambda$.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from xivlab.errors import XivlabError

FOLDER = Path(__file__).with_name("notebooks")
SECTION = re.compile(r"^## +(.+)$", re.MULTILINE)
OPTION = re.compile(r"- \[([ x])\] +(.+)")
GRADES = ("Good", "Fair", "Insufficient")  # the lines of a rubric begin with these, in this order
LETTERS = "ABCDEFGH"


@dataclass(frozen=True)
class Option:
    """A possible answer.

    Attributes:
        text: what it says.
        right: whether it is the right one.
        reason: what is wrong with it, or why it is right.
    """

    text: str
    right: bool
    reason: str


@dataclass(frozen=True)
class Question:
    """A multiple-choice question: exactly one of its options is right."""

    text: str
    options: tuple[Option, ...]

    @property
    def right(self) -> int:
        """Place of the right option, from 0."""
        return next(place for place, option in enumerate(self.options) if option.right)


@dataclass(frozen=True)
class OpenTask:
    """A task without a single right answer.

    Attributes:
        title: in a few words.
        paragraphs: what is to be done.
        rubric: what a good, a fair and an insufficient answer has, a line each; for teachers.
    """

    title: str
    paragraphs: tuple[str, ...]
    rubric: tuple[str, ...]


@dataclass(frozen=True)
class Quiz:
    """The questions of one notebook, and its open task.

    Attributes:
        number: of the notebook, such as "03".
        title: of the notebook, with its number.
    """

    number: str
    title: str
    questions: tuple[Question, ...]
    task: OpenTask


def numbers() -> list[str]:
    """Notebooks that have a quiz, such as "03", in order."""
    return sorted(file.stem for file in FOLDER.glob("*.md"))


def quiz_of(number: str) -> Quiz:
    """The quiz of a notebook.

    Raises:
        XivlabError: there is none, or its file does not keep the form that is described above.
    """
    file = FOLDER / f"{number}.md"
    if not file.is_file():
        raise XivlabError(f"There is no quiz {number!r}: choose one of {', '.join(numbers())}.")
    return parsed(file.read_text(encoding="utf-8"), number)


def parsed(text: str, number: str) -> Quiz:
    """The quiz that a Markdown text holds.

    Raises:
        XivlabError: it does not keep the form; the sentence says where.
    """
    top, *rest = SECTION.split(text)
    questions: list[Question] = []
    task = None
    for heading, body in zip(rest[::2], rest[1::2]):
        where = f"Quiz {number}, {heading!r}"
        if heading.startswith("Open task: "):
            task = _task(heading.removeprefix("Open task: "), body, where)
        else:
            questions.append(_question(body, where))
    if not top.startswith("# ") or not questions or task is None:
        raise XivlabError(f"Quiz {number} needs a title, questions, and an open task ('## Open task: ...').")
    return Quiz(number, _joined(top.removeprefix("# ")), tuple(questions), task)


def _question(body: str, where: str) -> Question:
    asked: list[str] = []
    options: list[tuple[bool, list[str], list[str]]] = []
    for line in body.strip().splitlines():
        if found := OPTION.fullmatch(line):
            options.append((found[1] == "x", [found[2]], []))
        elif not options:
            asked.append(line)
        elif line.startswith("  >"):
            options[-1][2].append(line.removeprefix("  >"))
        elif line.startswith("  ") and not options[-1][2]:
            options[-1][1].append(line)
        elif line.strip():
            raise XivlabError(f"{where}: {line!r} is no option ('- [ ] ...') and no reason ('  > ...').")
    if not asked or len(options) < 2:
        raise XivlabError(f"{where} needs a question and two options or more.")
    if sum(right for right, *_ in options) != 1:
        raise XivlabError(f"{where} needs exactly one right option, with '- [x]'.")
    for _, said, reason in options:
        if not reason:
            raise XivlabError(f"{where}: the option {_joined(*said)!r} needs a reason, '  > ...' below it.")
    return Question(
        _joined(*asked),
        tuple(Option(_joined(*said), right, _joined(*reason)) for right, said, reason in options),
    )


def _task(title: str, body: str, where: str) -> OpenTask:
    words, _, rubric = body.partition("### Rubric")
    lines = tuple(_joined(line) for line in re.split(r"^- ", rubric, flags=re.MULTILINE)[1:])
    if [line.partition(":")[0] for line in lines] != list(GRADES):
        raise XivlabError(f"{where} needs '### Rubric' and lines that begin with {', '.join(GRADES)}.")
    paragraphs = tuple(_joined(one) for one in words.strip().split("\n\n"))
    return OpenTask(title.strip(), paragraphs, lines)


def _joined(*lines: str) -> str:
    """Lines as one, with single spaces."""
    return " ".join(" ".join(lines).split())
