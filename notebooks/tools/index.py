"""Index of the paper: where each equation, table and figure is, written from the notebooks and the package.

    python -m notebooks.tools.index

An equation is where a formula has its number, `\\tag{5}`, and in the function with the comment `# Eq. (5)`.
A table or figure is in the sections that name it most often, a heading counting for several times.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from nbformat import NotebookNode

from notebooks.tools import build, links
from xivlab.files import write_atomically
from xivlab.methods import METHODS
from xivlab.paper import SCORES, results

PACKAGE = build.FOLDER.parent / "xivlab"
EQUATIONS = {
    1: "X is made from the visible image",
    2: "the search: distances to V and to X, added",
    3: "the gap between modalities, both pairs",
    4: "one pair of modalities, both directions",
    5: "infrared anchors among X images",
    6: "X anchors among infrared images",
    7: "the loss inside the modalities, all three",
    8: "one modality: who is it, and is it in order?",
    9: "who is it: cross entropy",
    10: "batch-hard triplets inside one modality",
    11: "everything together",
}
PAPER = "`xivlab.paper.results()`"
TABLES = {
    "Table 1": ("XIV-ReID beside other methods", f"{PAPER}; `xivlab evaluate RUN` prints its row below ours"),
    "Table 2": ("the same with the plain backbone of cmGAN and D2RL", "`xivlab train --preset paper-table2`"),
    "Table 3": ("the same with the backbone of AlignGAN", "`xivlab train --preset paper-table3`"),
    "Table 4": (
        "what X and the cross-modality loss bring",
        '`studykit.studies.questions.STUDIES["ablation"]`',
    ),
    "Table 5": ("fixed images in the place of X", '`studykit.studies.questions.STUDIES["special-cases"]`'),
}
FIGURES = {
    "Fig. 1": ("the idea: people before and after X", "`xivlab figures RUN DIR`, fig1"),
    "Fig. 2": ("the whole method in one picture", "`xivlab figures RUN DIR`, fig2"),
    "Fig. 3": ("how bright R, G and B are in X", "`xivlab figures RUN DIR`, fig3"),
    "Fig. 4": ("triples of V, X and I", "`xivlab figures RUN DIR`, fig4"),
    "Fig. 5": ("scores over λ", "`studykit.plots.studies.over_lambda`"),
}
ALONE = ("Table 1", "Table 2", "Table 3")
REPORTED = "Tables 1 to 3 as reported"
DATA = {"regdb": "RegDB", "sysu-mm01": "SYSU-MM01"}
MOST = 3  # sections for a table or figure
IN_HEADING = 3  # times in a text that a heading is worth
FORMULA = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
TAG = re.compile(r"\\tag\{([\w.]+)\}")
COMMENT = re.compile(r"# (Eqs?\. \(.+)")
NUMBER = re.compile(r"\((\d+)\)")
HEAD = """# Where everything of the paper is

Every numbered equation, table and figure of Li, Wei, Hong and Gong (AAAI 2020): the notebook that opens it, and the
code that does it. Written by `python -m notebooks.tools.index` from the notebooks and the package.
"""


@dataclass(frozen=True)
class Section:
    """A heading of a notebook with the text below it, and the formulas in the text.

    Attributes:
        notebook: its name without ending.
        heading: as a reader sees it.
        anchor: what a link to it has after its `#`.
        text: markdown, with the heading.
    """

    notebook: str
    heading: str
    anchor: str
    text: str

    @property
    def link(self) -> str:
        """Markdown that leads here from a text beside the notebooks."""
        anchor = quote(self.anchor, safe=",:'")
        return f"[{self.notebook[:2]}: {self.heading}]({self.notebook}.ipynb#{anchor})"

    def formulas(self) -> Iterator[tuple[str, str]]:
        """Number and LaTeX, without the number, of each numbered formula."""
        for formula in FORMULA.findall(self.text):
            for number in TAG.findall(formula):
                # What else is said on its line stands at a \\qquad from the equation.
                equation = TAG.sub("", formula).partition(r"\qquad")[0]
                yield number, " ".join(equation.split()).rstrip(".,")


def sections(name: str, notebook: NotebookNode) -> list[Section]:
    """The sections of a notebook, in order.

    Args:
        name: without ending.
        notebook: learners' edition.
    """
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    tokens = links.parser().parse(text)
    heads = [n for n, token in enumerate(tokens) if token.type == "heading_open"]
    lines, found = text.splitlines(), []
    for head, after in zip(heads, [*heads[1:], None]):
        begin = tokens[head].map[0]
        end = tokens[after].map[0] if after is not None else len(lines)
        heading = links.words(tokens[head + 1])
        body = "\n".join(lines[begin:end])
        found.append(Section(name, heading, links.anchor(heading, jupyter=True), body))
    return found


def all_sections() -> list[Section]:
    """The sections of the learners' edition of every source."""
    return [part for source in build.sources() for part in sections(source.stem, build.learners(source))]


def numbers(comment: str) -> list[int]:
    """The equations that a comment of code names: [5, 6] for "# Eqs. (5) and (6)"; none for other comments."""
    found = COMMENT.search(comment)
    return [int(number) for number in NUMBER.findall(found[1])] if found else []


def in_package() -> dict[int, list[str]]:
    """By equation, the functions and classes of the package with its comment, as `evaluation.embeddings.name`."""
    found: dict[int, list[str]] = {number: [] for number in EQUATIONS}
    for path in sorted(PACKAGE.rglob("*.py")):
        lines = path.read_text(encoding="utf-8").splitlines()
        for node in ast.parse("\n".join(lines)).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                for number in sorted(
                    {n for line in lines[node.lineno : node.end_lineno] for n in numbers(line)}
                ):
                    module = ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
                    found.setdefault(number, []).append(f"{module}.{node.name}")
    return found


def places(name: str, parts: list[Section]) -> list[Section]:
    """Where a table or figure is shown or named: a section of each notebook, those that say it in a heading if any do.

    Args:
        name: "Table 4", "Fig. 5".
        parts: of all notebooks.
    """
    kind, number = name.split()
    # "Fig. 3", "Figs. 3 and 4", "Tables 2 and 3", "Tables 1 to 5": the number itself must be there.
    plural = {"Table": "Tables", "Fig.": "Figs."}[kind]
    said = re.compile(rf"{re.escape(name)}\b|{re.escape(plural)} (?:\d(?:,| and| to) )*{number}\b")
    shown = re.compile(rf"figures/fig{number}[-.]" if kind == "Fig." else r"(?!)")
    best: dict[str, tuple[int, Section]] = {}
    for part in parts:
        pictures = len(shown.findall(part.text))
        if part.notebook.startswith("00") and not pictures:  # its table of contents names them all
            continue
        weight = len(said.findall(part.text)) + IN_HEADING * (len(said.findall(part.heading)) + pictures)
        if weight > best.get(part.notebook, (0,))[0]:
            best[part.notebook] = weight, part
    most = sorted(best.values(), key=lambda item: -item[0])[:MOST]
    return sorted((part for _, part in most), key=lambda part: part.notebook)


def reported() -> list[str]:
    """Tables 1 to 3 of the paper, which are about data that the kit cannot bring, as lines of markdown."""
    lines = [f"## {REPORTED}", "", "In %, as the paper reports them; not measured with this kit.", ""]
    lines += ["| table | data | method | rank-1 | rank-10 | rank-20 | mAP |", "|---|---|---|---|---|---|---|"]
    table = results()
    for row in table[table["table"] <= 3].itertuples():
        method = METHODS[row.method].title if row.method in METHODS else row.method
        scores = [f"{100 * getattr(row, score):.2f}".replace("nan", "–") for score in SCORES]
        lines.append(f"| {row.table} | {DATA[row.data]} | {method} | {' | '.join(scores)} |")
    return lines


def text() -> str:
    """INDEX.md as it should be."""
    parts, code = all_sections(), in_package()
    lines = [HEAD, "## Equations", "", "| Eq. | what | notebooks | package |", "|---|---|---|---|"]
    for number, what in EQUATIONS.items():
        tagged = [(part, latex) for part in parts for tag, latex in part.formulas() if tag == str(number)]
        formula = f"${tagged[0][1]}$<br>" if tagged else ""
        where = "<br>".join(dict.fromkeys(part.link for part, _ in tagged))
        functions = ", ".join(f"`{name}`" for name in code[number])
        lines.append(f"| {number} | {formula}{what} | {where} | {functions} |")
    for title, things in (("Tables", TABLES), ("Figures", FIGURES)):
        lines += ["", f"## {title}", "", "| | what | notebooks | package |", "|---|---|---|---|"]
        for name, (what, package) in things.items():
            where = "<br>".join(part.link for part in places(name, parts))
            if name in ALONE:
                where = f"[as reported](#{links.anchor(REPORTED, jupyter=False)})"
            lines.append(f"| {name.replace(' ', '&nbsp;')} | {what} | {where} | {package} |")
    return "\n".join([*lines, "", *reported(), ""])


def write() -> None:
    """Write INDEX.md."""
    written = text()
    write_atomically(Path(build.FOLDER, "INDEX.md"), lambda path: path.write_text(written, encoding="utf-8"))


if __name__ == "__main__":
    write()
