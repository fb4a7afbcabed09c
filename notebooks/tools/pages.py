"""Texts of the kit as HTML: formulas as MathML, headings that can be linked to, links led into the book."""

import base64
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from urllib.parse import unquote

from latex2mathml.converter import convert
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from notebooks.tools import links
from studykit.plots import photographs

TAG = re.compile(r"\\tag\{(\w+)\}")
# In HTML of its own a formula is no token of markdown, but JupyterLab sets it all the same.
IN_HTML = re.compile(r"\$([^$\n]+)\$")
TABLE = re.compile(r"<table.*?</table>", re.DOTALL)
STYLE = re.compile(r"<style.*?</style>", re.DOTALL)
FORMATTER = HtmlFormatter(nowrap=True)
KINDS = ("predict", "exercise-text", "exercise", "check")  # tags that are seen

# Takes the id of a cell with its still picture as HTML; gives what stands there in the book, if it moves.
Moves = Callable[[str, str], str | None]
# Where a link or a picture leads in the book; None: nowhere, so that only its words are left.
Lead = Callable[[str], str | None]


@dataclass
class Section:
    """What search knows of the text below a heading."""

    heading: str
    anchor: str
    words: list[str] = field(default_factory=list)


@dataclass
class Page:
    """The inside of a page.

    Attributes:
        html: the text.
        sections: in order; the first heading is the title.
    """

    html: str = ""
    sections: list[Section] = field(default_factory=list)

    @property
    def title(self) -> str:
        """First heading, in plain words."""
        return self.sections[0].heading


def page_of_text(text: str, lead: Lead) -> Page:
    """A page from a markdown text."""
    page = Page()
    page.html = _markdown(text, page, lead, jupyter=False)
    return page


def page_of_notebook(
    notebook: NotebookNode, lead: Lead, keep: Callable[[str, str], str], moves: Moves = lambda *_: None
) -> Page:
    """A page from an executed notebook.

    Args:
        notebook: with outputs.
        lead: of its links.
        keep: takes a picture's mime type and base64 data, and gives the address at which the book has it.
        moves: what stands in the place of a widget; its still picture if not given.
    """
    page, html = Page(), []
    for cell in notebook.cells:
        kind = next((tag for tag in cell.metadata.get("tags", ()) if tag in KINDS), "")
        if cell.cell_type == "markdown":
            inside = _markdown(cell.source, page, lead, jupyter=True)
            html.append(f'<section class="{kind}">{inside}</section>' if kind else inside)
        elif cell.cell_type == "code" and cell.source.strip():
            if page.sections:
                page.sections[-1].words.append(cell.source)
            outputs = "".join(output(one, cell.source, keep, dark=True) for one in cell.outputs)
            if "widgets." in cell.source:
                outputs = moves(cell.id, outputs) or outputs
            code = _code(cell.source)
            if kind == "check":  # it holds the answer, for those who look
                code = f"<details><summary>Check</summary>{code}</details>"
            html.append(f'<div class="cell {kind}">{code}{outputs}</div>')
    page.html = "\n".join(html)
    return page


def math(latex: str, display: str = "inline") -> str:
    """A formula as MathML; a block with its number at the right, if it has one."""
    number = TAG.search(latex)
    # latex2mathml does not know \arg.
    formula = TAG.sub("", latex).strip().replace(r"\arg", r"\operatorname{arg}")
    formula = convert(formula, display=display)
    if display == "inline":
        return formula
    label = f'<span class="number">({number[1]})</span>' if number else ""
    return f'<div class="equation">{formula}{label}</div>\n'


def _markdown(text: str, page: Page, lead: Lead, jupyter: bool) -> str:
    parser = links.parser()
    tokens = parser.parse(text)
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            heading = links.words(tokens[place + 1])
            token.attrs["id"] = links.anchor(heading, jupyter)
            page.sections.append(Section(heading, str(token.attrs["id"])))
        elif page.sections and tokens[place - 1].type != "heading_open":
            inline = token.type == "inline"
            words = links.words(token, formulas=False) if inline else re.sub(r"<[^>]*>", " ", token.content)
            page.sections[-1].words.append("" if token.type == "math_block" else words)
        _lead(token.children or [token], lead)
    return _Renderer(parser).render(tokens, parser.options, {})


def _lead(tokens: Sequence[Token], lead: Lead) -> None:
    """Change the targets of links and pictures."""
    left_out = False
    for token in tokens:
        if token.type == "link_open":
            target = lead(unquote(str(token.attrs["href"])))
            left_out = target is None
            if not left_out:
                token.attrs["href"] = target or ""
        elif token.type == "image":
            token.attrs["src"] = lead(unquote(str(token.attrs["src"]))) or ""
        elif token.type in ("html_inline", "html_block"):
            token.content = links.IN_HTML.sub(
                lambda found: found[0].replace(found[1], lead(found[1]) or found[1]), token.content
            )
        if left_out and token.type in ("link_open", "link_close"):
            left_out = token.type == "link_open"
            token.type, token.tag, token.content = "text", "", ""


class _Renderer(RendererHTML):
    """As markdown-it's own, with MathML, colours in code, and tables that scroll."""

    def __init__(self, parser: object) -> None:
        super().__init__(parser)
        self.rules["fence"] = lambda tokens, i, *_: _code(tokens[i].content, tokens[i].info.strip() or "text")
        self.rules["math_inline"] = lambda tokens, i, *_: math(tokens[i].content)
        self.rules["math_block"] = lambda tokens, i, *_: math(tokens[i].content, "block")
        self.rules["html_block"] = lambda tokens, i, *_: IN_HTML.sub(
            lambda found: math(found[1]), tokens[i].content
        )
        self.rules["table_open"] = lambda *_: '<div class="wide"><table>\n'
        self.rules["table_close"] = lambda *_: "</table></div>\n"


def _code(source: str, language: str = "python") -> str:
    marked = highlight(source.strip("\n"), get_lexer_by_name(language), FORMATTER)
    return f'<pre class="code" tabindex="0"><code>{marked}</code></pre>\n'


def output(shown: NotebookNode, source: str, keep: Callable[[str, str], str], dark: bool = False) -> str:
    """An output of a cell as HTML.

    Args:
        shown: the output.
        source: of its cell, which says whether it moves in JupyterLab.
        keep: as in `page_of_notebook`.
        dark: whether the page can be dark, so that a picture is a chart with its photographs above it.
    """
    if shown.output_type == "stream":
        return f'<pre class="output" tabindex="0">{escape(shown.text)}</pre>\n'
    data = shown.get("data", {})
    for mime in ("image/png", "image/jpeg"):
        if mime in data:
            alt = escape(shown.metadata.get(mime, {}).get("alt", data.get("text/plain", "")))
            moves = "<figcaption>In JupyterLab this moves; here it stands still.</figcaption>"
            still = moves if "widgets." in source else ""
            wide = shown.metadata.get(mime, {}).get("width")  # of a picture with more pixels than it takes up
            size = f' width="{wide}"' if wide else ""
            address = keep(mime, data[mime])
            holds = dark and mime == "image/jpeg"
            places = photographs.said(base64.b64decode(data[mime])) if holds else []
            kind = ' class="chart"' if mime == "image/png" or places else ""  # which turns over
            picture = f'<img src="{address}" alt="{alt}"{size}{kind} decoding="async">'
            if places:
                shape = f'style="clip-path: {photographs.outline(places)}"'
                picture += (
                    f'<img src="{address}" alt="" aria-hidden="true"{size} class="photographs" {shape}>'
                )
                picture = f'<div class="picture">{picture}</div>'
            return f"<figure>{picture}{still}</figure>\n"
    if "text/html" in data:
        inside = STYLE.sub("", data["text/html"])
        tables = TABLE.findall(inside)
        return "".join(f'<div class="wide output">{table}</div>\n' for table in tables) or inside
    return f'<pre class="output" tabindex="0">{escape(data.get("text/plain", ""))}</pre>\n'
