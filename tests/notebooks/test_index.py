"""INDEX.md is true, and equations have the same number in text, notebooks' code and package."""

import re
from urllib.parse import unquote

import pytest

from notebooks.tools import build, index, links

PARTS = index.all_sections()
CODE = index.in_package()
IMPORTED = re.compile(r"^from xivlab\.([\w.]+) import (.+)$", re.MULTILINE)
# What a line with the comment may call its result.
RESULT = {
    "L_C": 3,
    "L_M": 7,
    "L_I": 8,
    "L_X": 8,
    "L_V": 8,
    "L_id": 9,
    "L_tri": 10,
    "L": 11,
    "L_IX": 4,
    "L_IV": 4,
}
# What stands before the equals sign of each formula.
LEFT = {
    1: r"X",
    2: r"j^*",
    3: r"L_C",
    4: r"L_{cross}^{I,X}",
    5: r"L_{I-X}",
    6: r"L_{X-I}",
    7: r"L_M",
    8: r"L_I",
    9: r"L_{id}",
    10: r"L_{tri}",
    11: r"L",
}


def code_lines():
    """Notebook and line, of each line of code that names equations."""
    for source in build.sources():
        for cell in build.read_source(source).cells:
            if cell.cell_type == "code":
                for line in cell.source.splitlines():
                    if "# Eq" in line:
                        yield source, line


def test_index_is_in_step():
    assert (build.FOLDER / "INDEX.md").read_text() == index.text(), "run: python -m notebooks.tools.index"


@pytest.mark.parametrize("number", index.EQUATIONS)
def test_every_equation_has_its_formula_and_its_function(number):
    formulas = [latex for part in PARTS for tag, latex in part.formulas() if tag == str(number)]
    assert formulas, f"no notebook has \\tag{{{number}}}"
    assert CODE[number]
    for latex in formulas:
        assert latex.split("=")[0].strip() == LEFT[number]


@pytest.mark.parametrize("name", {**index.TABLES, **index.FIGURES})
def test_every_table_and_figure_has_a_place(name):
    assert index.places(name, PARTS) or name in index.ALONE


def test_a_number_means_one_equation_in_a_notebook():
    """The paper's 1 to 11 alike everywhere; 02.1, 02.2, ... are those of notebook 02, in order."""
    for source in build.sources():
        found = [tag for part in PARTS if part.notebook == source.stem for tag, _ in part.formulas()]
        own = [tag for tag in found if "." in tag]
        assert own == [f"{source.stem[:2]}.{n}" for n in range(1, len(own) + 1)], source.name
        assert all(int(tag) in index.EQUATIONS for tag in found if tag not in own), source.name


def test_code_of_notebooks_names_equations_as_the_package_does():
    seen = 0
    for source, line in code_lines():
        said = index.numbers(line)
        imported = {
            name.strip(): module
            for module, names in IMPORTED.findall(source.read_text())
            for name in names.split(",")
        }
        for module, name in re.findall(r"\b(loss|model|embed)\.(\w+)\(", line):
            imported |= {name: module}
        for name in imported:
            if re.search(rf"\b{name}\(", line) and (
                known := [n for n in CODE if any(one.rpartition(".")[2] == name for one in CODE[n])]
            ):
                assert set(said) & set(known), f"{source.name}: {line.strip()}"
                seen += 1
        result = re.match(r"\s*(\w+) = ", line)
        if result and result[1] in RESULT:
            assert said == [RESULT[result[1]]], f"{source.name}: {line.strip()}"
            seen += 1
        assert set(said) <= set(index.EQUATIONS)
    assert seen >= 4


def test_notebooks_own_equations_are_explained_where_they_are_computed():
    for source, line in code_lines():
        for number in re.findall(r"\((N\d+)\)", line):
            assert f"\\tag{{{number}}}" in source.read_text(), f"{source.name}: {line.strip()}"


TEXTS = [
    *build.FOLDER.glob("*.md"),
    *build.FOLDER.parent.glob("*.md"),
    *build.FOLDER.parent.glob("data_prep/*.md"),
]
PAGES = {path.resolve(): (path.read_text(), False) for path in TEXTS} | {
    build.target(source).resolve(): (
        "\n\n".join(cell.source for cell in build.learners(source).cells if cell.cell_type == "markdown"),
        True,
    )
    for source in build.sources()
}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    text, _ = PAGES[path]
    for link in map(unquote, links.links(text)):
        if re.match(r"[a-z]+:", link):
            assert link.startswith(("https://", "http://", "mailto:")), link
            continue
        file, _, place = link.partition("#")
        aim = (path.parent / file).resolve() if file else path
        # The teachers' edition and the book are made, not kept.
        assert aim.exists() or aim.name in ("teachers", "book"), link
        if place:
            assert place in links.anchors(*PAGES[aim]), link


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_pictures_of_texts_are_in_words_too(path):
    for picture in re.findall(r"!\[([^\]]*)\]\(", PAGES[path][0]):
        assert len(picture.split()) >= 4
