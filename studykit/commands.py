"""Commands `xivlab study`, `figures`, `find`, `deploy` and `doctor`; what they need is imported when they are called."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import tyro

Folder = Annotated[Path, tyro.conf.arg(metavar="DIR")]
File = Annotated[Path, tyro.conf.arg(metavar="FILE")]


def study(
    results: Folder | None = None,
    notebooks: Folder | None = None,
    data: Annotated[str | None, tyro.conf.arg(metavar="NAME|DIR")] = None,
    runs: Folder | None = None,
) -> None:
    """Do the main job without a screen: train, test by Eq. 2, execute all notebooks, write a report.

    The Baseline and the full method are trained, or found finished, at the scale that XIVLAB_SCALE
    names: smoke, demo (if not set) or paper. A notebook that fails is named; the report is written
    all the same, and the exit status is 1.

    Args:
        results: Folder to write to; results in the project if not given.
        notebooks: Folder of the notebooks; notebooks in the project if not given.
        data: synthetic-sysu, synthetic-regdb, or the folder of a packed data set; that of the scale if not given.
        runs: Folder of all runs; that of the scale if not given.
    """
    from studykit.report.main_job import beside, main_job, results_table
    from studykit.report.report import NAMES, write_report
    from xivlab.errors import XivlabError
    from xivlab.evaluation.scores import as_text
    from xivlab.scale import current, project

    scale = replace(current(), data_name=data or current().data_name, runs=runs or current().runs)
    results = results or project() / "results"
    done = main_job(scale, results, notebooks or project() / "notebooks")
    report = results / "report.html"
    write_report(done, report)
    table = results_table(done.trained, done.data, scale)
    table["method"] = table["method"].map(NAMES)
    print(f"\nTest people of {done.data.name}, in %:")
    print(as_text(table[["method", *done.trained[0].scores.columns]]))
    print(f"\n{beside(done)}")
    print(f"\n{results / 'results.csv'}\n{report}")
    if done.failures:
        raise XivlabError("; ".join(f"notebook {one.name}: {one.failure}" for one in done.failures))


def figures(
    run: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="RUN")],
    folder: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="DIR")],
    figure: Annotated[tuple[str, ...], tyro.conf.arg(metavar="NAME...")] = (),
    data: Annotated[str | None, tyro.conf.arg(metavar="NAME|DIR")] = None,
) -> None:
    """Draw the figures of a finished run again: PNG files, and their captions in figures.md.

    What a run does not have, such as the X of the Baseline, is left out and said so. Files of the same names
    in the folder are replaced, others stay.

    Args:
        run: Folder of the run.
        folder: Folder to write to; it is made if it is not there.
        figure: Some of: curves, fig1, fig2, fig3, fig3-infrared, fig4, fig4-worst, cmc, distances, tsne, place, ruler,
            lists, activation; all if none is given. Those with a number are the paper's.
        data: The data that the run was trained on, if they are a folder.
    """
    from studykit.plots.figure_files import write_figures
    from xivlab.runs.run import Run
    from xivlab.scale import current

    write_figures(Run(run), current().data_of(Run(run), data), folder, figure)


def find(
    run: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="RUN")],
    queries: Annotated[tyro.conf.Positional[tuple[Path, ...]], tyro.conf.arg(metavar="QUERY...")],
    gallery: Folder,
    top: int = 10,
    page: File = Path("find.html"),
    json: File | None = None,
    large: Literal["exact", "approximate"] | None = None,
) -> None:
    """Search infrared pictures of your own in a folder of visible ones, by the distance of a run (Eq. 2).

    It prints a table and writes a page with the ranked lists as pictures. A picture should show one person who fills it.
    JPEG, PNG, BMP, WebP and TIFF are read; what cannot be is named and left out. Embeddings of the gallery are kept in the
    cache (XIVLAB_CACHE), each by the content of its picture: the second search is quick, and a changed file is seen.

    Args:
        run: Folder of the run.
        queries: Infrared pictures, or folders of them.
        gallery: Folder of visible pictures, with those below it.
        top: How many of the gallery are shown for each query.
        page: Page to write; it needs no other file.
        json: File to write the lists to for programs.
        large: Search through FAISS (extra [large]): exact, or approximate, which is quicker and may miss some. A gallery of
            100,000 pictures or more is searched exactly through FAISS if this is not given.
    """
    from studykit.find.page import write_page
    from studykit.find.search import as_text, left_out, remarks, write_json
    from studykit.find.search import find as search
    from xivlab.runs.run import Run

    found = search(Run(run), queries, gallery, top, large)
    write_page(found, page)
    if json is not None:
        write_json(found, json)
    print("\n".join([as_text(found), "", *remarks(found), *left_out(found), str(page)]))


def deploy(
    run: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="RUN")],
    file: Annotated[tyro.conf.Positional[Path], tyro.conf.arg(metavar="FILE")],
    batch: int | None = None,
) -> None:
    """Write the networks of a finished run, g and f with their normalisation, for other programs, and a model card.

    An .onnx file (extra [onnx]) goes wherever ONNX Runtime goes, a .pt2 file (torch.export) where PyTorch does. It is
    compared with the run's own model on drawn images, and kept if they agree to 1e-4. The card, a Markdown file of the
    same name, says what goes in and out, data, settings, scores, limits, licence and how to cite.

    Args:
        run: Folder of the run.
        file: File to write; its ending says which kind, .onnx or .pt2.
        batch: How many images the file takes at a time; any number if not given.
    """
    from studykit.deploy.card import card
    from studykit.deploy.network import deploy as write
    from xivlab.files import write_atomically
    from xivlab.runs.run import Run

    described = file.with_suffix(".md")
    text = card(Run(run), file, batch)  # first: a run that is not finished has no scores to tell
    difference = write(Run(run), file, batch)
    write_atomically(described, lambda path: path.write_text(text, encoding="utf-8"))
    print(f"{file}: embeddings are at most {difference:.1e} from PyTorch's.\n{described}: its model card.")


def doctor() -> None:
    """Say in a table what this machine is to the kit, with a remedy beside what is wrong.

    Python, packages, PyTorch and its device, threads, memory, cache, runs, data sets, stored results, and the
    kernel that notebooks will use. Nothing is changed, trained or fetched. The exit status is 1 if something is wrong.
    """
    from studykit.doctor import as_text, examine

    rows = examine()
    print(as_text(rows))
    if any(row.remedy for row in rows):
        sys.exit(1)
