"""The book: the whole course as pages that open without a kernel and without a network.

    python -m notebooks.tools.book            writes book/; open book/index.html

The notebooks as they are built, with their outputs, and the texts beside them. Nothing is loaded from
elsewhere: formulas are MathML, pictures are files, and what the search knows is a script of its own, since a
page opened from a disk may not read other files.
"""

import argparse
import base64
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pygments.formatters import HtmlFormatter

from notebooks.tools import build, links, pages, recordings
from studykit.widgets.recording import name_of, webp
from xivlab.errors import XivlabError

ROOT = build.FOLDER.parent
THEME = Path(__file__).with_name("theme")
BOOK = ROOT / "book"
# What stands beside the notebooks, in this order, and under which name in the contents.
COURSE = {
    "notebooks/GLOSSARY.md": "Glossary",
    "notebooks/INDEX.md": "Index of the paper",
    "notebooks/WIDGETS.md": "Widgets",
    "notebooks/READING.md": "What to read",
    "notebooks/TEACHING.md": "Teaching",
    "notebooks/class/handout.md": "The method on a page",
    "notebooks/class/minutes.md": "Two hours by the minute",
    "notebooks/class/ethics.md": "Discussion card",
    "notebooks/MACHINES.md": "Thirty machines",
}
KIT = {
    "README.md": "About the kit",
    "CONTRIBUTING.md": "Changing it",
    "CHANGELOG.md": "What has changed",
    "notebooks/README.md": "How notebooks are built",
    "data_prep/README.md": "The real data sets",
    "SCALING.md": "One GPU, several, a cluster",
    "data_prep/people/README.md": "The synthetic people",
}
# What a page works out itself, by the recording's name for it.
SCRIPTS = ("generator.js", "geometry.js", "light.js")
VIEWS = ROOT / "studykit" / "widgets" / "view.css"
DARK = re.compile(r"\[data-jp-theme-light=\"false\"\] \.xivlab-view (\{.*?\})", re.DOTALL)
FRONT = "02_x_modality"  # whose widget opens the book
HEAD = (
    "<h1>Ten weights between day and night</h1>\n<p>By day a camera sees colours; at night, by infrared light, it does "
    "not, and the same person looks like another. Who is it? XIV-ReID (Li et al., AAAI 2020) puts a third picture, X, "
    "between the two: made of the colour picture by a network of ten weights, and learnt while people are told apart. "
    "Turn the weights: can you make X look like the infrared picture?</p>\n"
)
INTRO = (
    "<p>XIV-Lab takes this one paper apart, from its first picture to its last number. These pages show every notebook as "
    "it was run. Most of what moves in JupyterLab moves here as well; there, exercises are checked, and every number is "
    'computed anew. Begin with <a href="00_start_here.html">the first notebook</a>.</p>\n'
)
MADE = ("notebooks/teachers", "book")  # linked to, and only there once made
GOALS = re.compile(r"\*\*Goals\.\*\*.*?\n((?:- .+\n?(?:  .+\n?)*)+)")
PICTURES = (".png", ".jpg")  # files that are written anew, smaller
QUALITY = 68  # of photographs, as WebP: some are sheets of hundreds, and nobody moves them


@dataclass(frozen=True)
class Entry:
    """A page in the contents.

    Attributes:
        source: the notebook or text.
        file: its name in the book.
        name: in the contents.
    """

    source: Path
    file: str
    name: str


def contents() -> list[tuple[str, list[Entry]]]:
    """The parts of the book, with their pages in order.

    Raises:
        XivlabError: a notebook is not built.
    """
    notebooks = []
    for source in build.sources():
        path = build.target(source)
        if not path.is_file():
            raise XivlabError(
                f"{path.name} is not built: run python -m notebooks.tools.build {source.name[:2]}."
            )
        title = links.headings(nbformat.read(path, as_version=4).cells[0].source)[0]
        notebooks.append(Entry(path, f"{path.stem}.html", title))
    parts = [("Notebooks", notebooks)]
    for title, texts in (("Beside the notebooks", COURSE), ("The kit", KIT)):
        there = [
            Entry(ROOT / file, file.replace("/", "-").removesuffix(".md") + ".html", name)
            for file, name in texts.items()
            if (ROOT / file).is_file()
        ]
        parts.append((title, there))
    return parts


class Book:
    """The book in the making.

    Args:
        folder: to be written; what is in it is lost.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.parts = contents()
        self.entries = [entry for _, entries in self.parts for entry in entries]
        self.files = {entry.source.resolve(): entry.file for entry in self.entries}
        for entry in self.entries:  # a link to a folder leads to its README
            if entry.source.name == "README.md" and entry.source.parent != ROOT:
                self.files[entry.source.parent.resolve()] = entry.file
        theme = Environment(
            loader=FileSystemLoader(THEME), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self.template = theme.get_template("page.html")

    def write(self) -> None:
        """Write all pages, the pictures and what the search knows.

        Raises:
            XivlabError: a link leads nowhere.
        """
        if self.folder.exists():
            shutil.rmtree(self.folder)
        (self.folder / "pictures").mkdir(parents=True)
        found = []
        for place, entry in enumerate(self.entries):
            page = self._page(entry)
            before = self.entries[place - 1] if place else None
            after = self.entries[place + 1] if place + 1 < len(self.entries) else None
            self._render(entry.file, entry.name, page.html, page.sections[1:], before, after)
            found += [
                {
                    "page": entry.file,
                    "title": entry.name,
                    "heading": section.heading,
                    "anchor": section.anchor,
                }
                | {"words": " ".join(" ".join(section.words).split())}
                for section in page.sections
            ]
        self._render("index.html", "XIV-Lab", self._front(), [], None, self.entries[0])
        known = f'const SECTIONS = "{recordings.packed(found)}";\n'
        (self.folder / "search-data.js").write_text(known, encoding="utf-8")
        style = (THEME / "book.css").read_text(encoding="utf-8")
        style += HtmlFormatter(style="default").get_style_defs(".code")
        dark = HtmlFormatter(style="github-dark", nobackground=True).get_style_defs(".code")
        style += f"\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"
        style += _colours_of_drawings()
        (self.folder / "book.css").write_text(style, encoding="utf-8")
        for script in ("unpack.js", "book.js", "moves.js", *SCRIPTS):
            shutil.copy(THEME / script, self.folder)

    def _page(self, entry: Entry) -> pages.Page:
        def lead(link: str) -> str | None:
            return self._lead(entry.source, link)

        if entry.source.suffix == ".ipynb":
            recorded = recordings.read(entry.source.stem)

            def moves(cell: str, still: str) -> str | None:
                return (
                    self._moving(f"{entry.source.stem[:2]}-{cell}", still, recorded[cell])
                    if cell in recorded
                    else None
                )

            return pages.page_of_notebook(nbformat.read(entry.source, as_version=4), lead, self._keep, moves)
        return pages.page_of_text(entry.source.read_text(encoding="utf-8"), lead)

    def _render(
        self,
        file: str,
        name: str,
        html: str,
        sections: list[pages.Section],
        before: Entry | None,
        after: Entry | None,
    ) -> None:
        text = self.template.render(
            file=file, name=name, html=html, sections=sections, parts=self.parts, before=before, after=after
        )
        (self.folder / file).write_text(text, encoding="utf-8")

    def _front(self) -> str:
        """The first page: each notebook with what it is for."""
        cards = []
        for entry in self.parts[0][1]:
            top = nbformat.read(entry.source, as_version=4).cells[0].source
            goals = GOALS.search(top)
            listed = pages.page_of_text(f"# {entry.name}\n\n{goals[1]}", str).html if goals else ""
            listed = listed.partition("</h1>")[2]
            cards.append(f'<li><h3><a href="{entry.file}">{entry.name}</a></h3>{listed}</li>')
        return f'{self._explorable()}<h2>The course</h2>{INTRO}<ol class="cards">{"".join(cards)}</ol>'

    def _explorable(self) -> str:
        """The head of the first page: g turned by hand; words alone if the widget of notebook 02 has no recording."""
        recorded = recordings.read(FRONT)
        studio = next((one for one in recorded.values() if one["script"] == "generator"), None)
        if studio is None:
            return HEAD
        # It begins where training begins: what is learnt is for the reader to find.
        one = (
            studio
            | {"shared": {name: some[:1] for name, some in studio["shared"].items()}}
            | {"front": True, "start": 0}
        )
        return (
            HEAD
            + self._moving("front", "", one)
            + f'<p><a href="{FRONT}.html">What X is, and what ten weights cannot do</a></p>'
        )

    def _keep(self, _: str, data: str) -> str:
        """Write a picture, smaller; the same picture only once."""
        content = webp(base64.b64decode(data), QUALITY)
        name = f"pictures/{name_of(content)}.webp"
        self._write(name, content)
        return name

    def _moving(self, name: str, still: str, recorded: dict[str, Any]) -> str:
        """A place in a page that a recording fills; its still picture stands there until then."""
        scripts = recordings.scripts(recorded, lambda photo, data: self._write(f"pictures/{photo}", data))
        for made, code in scripts.items():
            self._write(f"moving/{made}.js", code.encode())
        made = next(iter(scripts))
        return f'<div class="moves" id="moves-{name}" data-recording="{made}">{still}</div>' + "".join(
            f'<script defer src="moving/{one}.js"></script>\n' for one in scripts
        )

    def _write(self, file: str, content: bytes) -> None:
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def _lead(self, source: Path, link: str) -> str | None:
        """Where a link or picture of a text leads in the book; None: to nothing that is in it.

        Raises:
            XivlabError: it leads nowhere in the project.
        """
        if re.match(r"[a-z]+:|#", link):
            return link
        file, mark, anchor = link.partition("#")
        aim = (source.parent / file).resolve()
        if aim in self.files:
            return self.files[aim] + mark + anchor
        inside = aim.relative_to(ROOT.resolve()) if aim.is_relative_to(ROOT.resolve()) else None
        if inside is None or (not aim.exists() and inside.as_posix() not in MADE):
            raise XivlabError(f"{source.name} links to {link}, which does not exist.")
        if not aim.is_file():
            return None
        content, smaller = aim.read_bytes(), aim.suffix in PICTURES
        name = f"files/{(inside.with_suffix('.webp') if smaller else inside).as_posix()}"
        self._write(name, webp(content, QUALITY) if smaller else content)
        return name


def _colours_of_drawings() -> str:
    """The style of the widgets' pictures as JupyterLab has it, dark where the system is."""
    rules = VIEWS.read_text(encoding="utf-8")
    found = re.findall(r"^\.xivlab-view .*?\}$", rules, re.MULTILINE | re.DOTALL)
    dark = DARK.search(rules)[1]
    return "\n".join(found) + f"\n@media (prefers-color-scheme: dark) {{ .xivlab-view {dark} }}\n"


def main(args: list[str] | None = None) -> int:
    """The command line; 1 if the book cannot be written."""
    parser = argparse.ArgumentParser(
        "python -m notebooks.tools.book", description="Write the course as pages."
    )
    parser.add_argument("--folder", type=Path, default=BOOK, help="where to; book/ if not given")
    arguments = parser.parse_args(args)
    try:
        Book(arguments.folder).write()
    except XivlabError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Open {arguments.folder / 'index.html'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
