"""What a teacher shows and hands out: slides, the method on a page, a minute plan, a card; and TEACHING.md's numbers.

    python -m notebooks.tools.lessons          writes class/: a page each, which needs no network, and with Chromium a PDF
    python -m notebooks.tools.lessons --words  the numbers of notebooks/TEACHING.md anew, from the stored results

Sources are in notebooks/class. A slide begins at each `# ` of slides.py, whose cells are run; their code is not shown.
"""

import argparse
import base64
import mimetypes
import re
import shutil
import subprocess
import sys
from pathlib import Path

import jupytext
from nbformat import NotebookNode

from notebooks.tools import build, pages
from studykit.studies import THERMAL, claims
from studykit.studies.answers import answers, judged
from studykit.studies.converged import converged
from xivlab.errors import XivlabError
from xivlab.scale import current

SOURCES = build.FOLDER / "class"
TEACHING = build.FOLDER / "TEACHING.md"
TARGET = build.FOLDER.parent / "class"
THEME = Path(__file__).with_name("theme")
TEXTS = ("handout", "minutes", "ethics")
WORDS = re.compile(r"(?<=<!-- stored results -->\n).*?(?=\n<!-- end of stored results -->)", re.DOTALL)
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="data:,">
<style>{style}</style></head>
<body class="{kind}">
{inside}
{script}</body></html>
"""


def slides(notebook: NotebookNode) -> list[str]:
    """Each slide of an executed notebook as HTML, pictures within; their code is left out.

    Args:
        notebook: a slide begins at each markdown cell. What a cell with the tag `later` shows waits for the next key.
    """
    made: list[str] = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            made.append(_text(cell.source))
        else:
            shown = "".join(pages.output(one, "", _within) for one in cell.outputs if _for_the_room(one))
            later = "later" in cell.metadata.get("tags", ())
            made[-1] += f'<div class="later">{shown}</div>' if later else shown
    return made


def _for_the_room(output: NotebookNode) -> bool:
    """Whether an output is not a line about where results come from."""
    return not re.search("stored results of|came with the kit", output.get("text", ""))


def stored_words() -> str:
    """What the stored results say, with their numbers, as TEACHING.md has it."""
    lines = []
    ends = converged(current())
    if ends is None:
        raise XivlabError("TEACHING.md tells the stored results of the demo scale: leave XIVLAB_SCALE unset.")
    lines.append(f"- {ends}")
    for world in ((), (THERMAL,)):
        for one in claims.sentences(claims.judge(answers("ablation", *world)))[:3]:
            lines.append(f"- {one}")
    means = 100 * judged(answers("lambda")).groupby("variant")[["rank1", "mAP"]].mean()
    for metric, name in (("rank1", "rank-1"), ("mAP", "mAP")):
        best = means[metric].idxmax()
        lines.append(
            f"- By {name} the best $\\lambda$ is {best} ({means[metric][best]:.1f} %); 0.1 has {means[metric]['0.1']:.1f} %, "
            f"0 has {means[metric]['0']:.1f} %."
        )
    return "\n".join(lines)


def write(folder: Path = TARGET) -> list[Path]:
    """Write all pages, and PDFs where there is a Chromium; their paths.

    Raises:
        XivlabError: a cell of the slides raised an error.
    """
    folder.mkdir(exist_ok=True)
    notebook = jupytext.read(SOURCES / "slides.py", fmt="py:percent")
    made = slides(build.execute(build.with_ids(notebook)))
    inside = "\n".join(f"<section>{one}<footer>{n}</footer></section>" for n, one in enumerate(made, 1))
    script = f"<script>{(THEME / 'slides.js').read_text(encoding='utf-8')}</script>\n"
    paths = [_write(folder / "slides.html", "XIV-Lab, slides", "slides", inside, script)]
    for name in TEXTS:
        text = (SOURCES / f"{name}.md").read_text(encoding="utf-8")
        paths.append(_write(folder / f"{name}.html", text.partition("\n")[0][2:], "sheet", _text(text)))
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    return paths + [_print(browser, path) for path in paths if browser]


def _write(path: Path, title: str, kind: str, inside: str, script: str = "") -> Path:
    style = (THEME / "class.css").read_text(encoding="utf-8")
    path.write_text(
        PAGE.format(title=title, style=style, kind=kind, inside=inside, script=script), encoding="utf-8"
    )
    return path


def _print(browser: str, page: Path) -> Path:
    target = page.with_suffix(".pdf")
    words = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    command = [browser, *words, f"--print-to-pdf={target}", page.resolve().as_uri()]
    subprocess.run(command, check=True, capture_output=True)
    return target


def _text(text: str) -> str:
    return pages.page_of_text(text, _lead).html


def _lead(link: str) -> str:
    """A picture of the project, within the page; any other link as it is."""
    path = SOURCES / link
    if not path.is_file():
        return link
    return _within(str(mimetypes.guess_type(path)[0]), base64.b64encode(path.read_bytes()).decode())


def _within(mime: str, data: str) -> str:
    return f"data:{mime};base64,{data}"


def main(args: list[str] | None = None) -> int:
    """The command line; 1 if something could not be written."""
    parser = argparse.ArgumentParser("python -m notebooks.tools.lessons", description="Slides and sheets.")
    parser.add_argument("--words", action="store_true", help="the numbers of TEACHING.md anew")
    try:
        if parser.parse_args(args).words:
            text = WORDS.sub(lambda _: stored_words(), TEACHING.read_text(encoding="utf-8"))
            TEACHING.write_text(text, encoding="utf-8")
        else:
            print(*write(), sep="\n")
    except XivlabError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
