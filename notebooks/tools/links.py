"""Links and anchors of the kit's Markdown."""

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

IN_HTML = re.compile(r"""(?:href|src)=["']([^"']+)["']""")


def parser() -> MarkdownIt:
    """CommonMark with tables, HTML and formulas, as JupyterLab and code hosts show it."""
    return MarkdownIt("commonmark", {"html": True}).enable("table").use(dollarmath_plugin)


def links(text: str) -> list[str]:
    """The targets of all links and pictures of a text, in order.

    Example:
        >>> links('[a](b.md#c), ![d](e.png) and <a href="#f">f</a>')
        ['b.md#c', 'e.png', '#f']
    """
    found: list[str] = []
    for token in _tokens(parser().parse(text)):
        found += [str(token.attrs[name]) for name in ("href", "src") if name in token.attrs]
        if token.type in ("html_inline", "html_block"):
            found += IN_HTML.findall(token.content)
    return found


def anchors(text: str, jupyter: bool) -> list[str]:
    """What a link to each heading of a text has after its `#`.

    Args:
        text: markdown.
        jupyter: as JupyterLab names the headings of a notebook; else as code hosts those of a text.

    Example:
        >>> anchors("# Eq. 2 by hand", jupyter=True), anchors("# Eq. 2 by hand", jupyter=False)
        (['Eq.-2-by-hand'], ['eq-2-by-hand'])
    """
    return [anchor(heading, jupyter) for heading in headings(text)]


def headings(text: str) -> list[str]:
    """The headings of a text as a reader sees them."""
    tokens = parser().parse(text)
    return [words(tokens[n + 1]) for n, token in enumerate(tokens) if token.type == "heading_open"]


def anchor(heading: str, jupyter: bool) -> str:
    """As `anchors`, of one heading as a reader sees it."""
    if jupyter:
        return heading.replace(" ", "-")
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def words(inline: Token, formulas: bool = True) -> str:
    """What a reader sees of a token's line; formulas as they are written."""
    seen = ("text", "code_inline", "math_inline") if formulas else ("text", "code_inline")
    between = ("softbreak", "hardbreak")
    return "".join(
        " " if child.type in between else child.content
        for child in inline.children or ()
        if child.type in (*seen, *between)
    )


def _tokens(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _tokens(token.children or [])
