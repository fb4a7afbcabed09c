"""The benchmarks run at tiny size, and their harness reckons right: no test here says how fast anything is."""

import itertools
import json
import re

import fake_world
import nbformat
import numpy as np
import pytest
import tiny
import toy
from nbformat.v4 import new_code_cell, new_notebook

from benchmarks import batch, evaluator, gpu, growth, harness, job, page, start, step, suite
from benchmarks.__main__ import main
from benchmarks.harness import HEAD, Line
from benchmarks.loop import loop_metrics
from xivlab.evaluation.retrieval import retrieval_metrics


def test_sides_take_turns_and_the_warm_up_is_not_kept(monkeypatch):
    calls, clock = [], itertools.count()
    monkeypatch.setattr(harness.time, "perf_counter", lambda: next(clock))
    sides = {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}
    times = harness.in_turns(sides, rounds=3, warm_up=1)
    assert "".join(calls) == "abababab"
    assert times["a"].tolist() == times["b"].tolist() == [1, 1, 1]


def test_a_ratio_is_the_median_of_the_rounds_not_the_ratio_of_medians():
    """A machine that becomes five times as slow half-way changes no ratio."""
    slow_down = np.array([1, 1, 5, 5, 5.0])
    assert harness.ratio(slow_down * [2, 2, 2, 2, 9], slow_down) == 2


@pytest.mark.parametrize(
    ("value", "at_least", "verdict"),
    [
        (1.1, False, "pass"),
        (1.2, False, "pass"),
        (1.3, False, "miss"),
        (1.3, True, "pass"),
        (1.1, True, "miss"),
    ],
)
def test_verdict(value, at_least, verdict):
    assert Line("a", "b", "c", value, goal=1.2, at_least=at_least).verdict == verdict
    assert Line("a", "b", "c", value).verdict == ""


def test_numbers_in_words():
    assert [harness.quantity(v, "x") for v in (0.123, 1.07, 12.3, 456.7)] == [
        "0.12x",
        "1.07x",
        "12.3x",
        "457x",
    ]
    assert [harness.seconds(v) for v in (0.0163, 2.413, 75)] == ["16.3 ms", "2.41 s", "75.0 s"]
    assert Line("a", "", "", 1234.5, "images/s", 500, True).cells[3:] == [
        "1,234 images/s",
        "≥ 500 images/s",
        "pass",
    ]


def test_a_table_has_columns_of_one_width():
    lines = harness.text_table([["a", "b"], ["long", "c"]]).splitlines()
    assert lines == ["| a    | b |", "|------|---|", "| long | c |"]


def test_a_failed_process_says_why():
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        harness.in_process("1 / 0")
    assert harness.in_process("print('noise'); print([1, 2])") == [1, 2]


def test_the_machine_is_described():
    words = harness.machine()
    assert "core" in words and "PyTorch" in words and "GiB" in words


@pytest.mark.parametrize("one", evaluator.SMALL, ids=lambda one: one.name)
def test_what_the_evaluator_is_timed_on_scores_as_the_loop(one):
    arguments = one.trial(1)
    fast, slow = retrieval_metrics(*arguments), loop_metrics(*arguments)
    np.testing.assert_allclose(fast.cmc, slow[0])
    assert (fast.mAP, fast.mINP) == pytest.approx(slow[1:3])
    assert 0.05 < fast.mAP < 0.95  # neither noise nor too easy, so that the ranking is a real one


@pytest.mark.parametrize("one", evaluator.SEARCHES, ids=lambda one: one.name)
def test_the_full_searches_have_the_size_that_they_name(one):
    distance, query_person, gallery_person, *_ = one.trial(0)
    queries, gallery = one.name.split(", ", 1)[1].split(" x ")
    assert distance.shape == (int(queries.replace(",", "")), int(gallery.replace(",", "")))
    assert len(np.unique(query_person)) == len(np.unique(gallery_person)) == one.people


def test_evaluator_row():
    lines = evaluator.lines(small=True)
    assert len(lines) == 5
    assert lines[-1].unit == "GiB" and 0.1 < lines[-1].value < 4


def test_step_row():
    lines = step.lines(small=True, data=toy.dataset(), changes=tiny.TINY)
    assert [line.goal for line in lines] == [1.15, None, None, None, None, None]
    assert all(np.isfinite(line.value) for line in lines)


def test_batch_row(monkeypatch, tmp_path):
    fake_world.install(monkeypatch, tmp_path)
    (line,) = batch.lines(small=True)
    assert line.goal == 20 and line.value > 0
    assert line.what.startswith("8 augmented images")


def test_both_sides_read_the_same_rows():
    split = toy.split(4, 0, 0)
    batches = batch.IdentityBatches(split.person, split.modality, 2, 2, 0)
    rows = list(batch.Rows(batches, 3))
    assert [len(one) for one in rows] == [8, 8, 8]
    assert rows[1] == [*batches[1].infrared, *batches[1].visible]


def test_exposure_and_load(monkeypatch, tmp_path):
    fake_world.install(monkeypatch, tmp_path)
    monkeypatch.setattr(start, "World", fake_world.FakeWorld)
    assert [line.unit for line in start.exposure(small=True)] == ["images/s"] * 2
    first, later = start.loading(tmp_path / "cache", small=True)
    assert first.unit == later.unit == "s"


def notebook(path, *sources):
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), path)
    return path


def test_imports_of_a_notebook(tmp_path, monkeypatch):
    taken = []
    monkeypatch.setattr(start, "in_process", lambda code: taken.append(code) or 1.0)
    both = "from xivlab.errors import XivlabError\nfrom studykit import widgets\nimport numpy\n1 / 0"
    line = start.imports(1, notebook(tmp_path / "00_a.ipynb", both))
    assert line.unit == "s" and line.goal == 1.5
    for one in taken[1::2]:
        assert "xivlab.errors" in one and "studykit" in one and "numpy" not in one and "1 / 0" not in one


@pytest.mark.parametrize("kind", ["png", "jpeg"])
def test_the_clock_stops_at_the_first_picture(tmp_path, kind):
    picture = f"from IPython.display import Image, display\ndisplay(Image(data=b'', format='{kind}'))"
    line = start.figure(notebook(tmp_path / "00_a.ipynb", "a = 1", picture, "1 / 0"))
    assert 0 < line.value < 60


def test_exponents_are_those_of_the_curves():
    n = np.array([10, 100, 1000])
    assert growth.exponent(n, 3 * n**1.5) == pytest.approx(1.5)
    grown = growth.Grown(growth.CURVES[0], n, np.array([1, 1, 100.0]), n)
    assert grown.last == pytest.approx(2) and grown.exponent == pytest.approx(1)


@pytest.mark.slow
def test_growth_row_with_its_plot(tmp_path):
    (line,) = growth.lines(small=True, plot=tmp_path / "growth.svg")
    assert line.goal == growth.WORST
    assert "<svg" in (tmp_path / "growth.svg").read_text()


@pytest.mark.slow
def test_the_gpus_row_can_be_tried_on_the_cpu():
    lines = gpu.lines(small=True, device="cpu")
    assert [line.what.partition(",")[0] for line in lines[:2]] == ["Step on the GPU", "– bare backbone"]
    assert lines[-1].what.startswith("One epoch on ") and lines[-1].unit == "s"
    assert all(np.isfinite(line.value) for line in lines)


def test_where_kernels_overlap_the_time_counts_once():
    assert gpu.covered([(5, 9), (0, 2), (1, 3), (6, 7)]) == 7
    assert gpu.covered([]) == 0


def test_the_gpus_images_are_as_many_as_those_of_sysu_mm01():
    people, visible, infrared = (sum(gpu.PEOPLE[part][i] for part in ("train", "val")) for i in range(3))
    assert (people, visible, infrared) == (395, 22_258, 11_909)


def test_the_main_job_and_what_takes_longest_in_it(monkeypatch):
    stages, notebooks = {"training": 60.0, "notebooks": 80.0}, {f"0{n}": float(n) for n in range(8)}
    monkeypatch.setattr(job, "in_process", lambda *_: (160.0, stages, notebooks, [47.0, 0.93], 0))
    whole, training, _, *listed, of_converged = job.lines()
    assert (of_converged.ours, of_converged.value) == (
        "47.0 s of training",
        93,
    ) and of_converged.verdict == "pass"
    assert whole.verdict == "miss" and training.value == pytest.approx(37.5)
    assert [line.what for line in listed] == [f"– notebook 0{n}" for n in (7, 6, 5, 4, 3)]
    monkeypatch.setattr(job, "in_process", lambda *_: (160.0, stages, notebooks, None, 2))
    with pytest.raises(RuntimeError, match="2 notebooks failed"):
        job.lines()


def test_what_nobody_has_measured_is_said():
    assert "Not yet run on a GPU. On a machine with one, `make gpu`" in page.page({})
    line = {"what": "a", "ours": "", "against": "", "value": 1.0}
    kept = {"7": {"name": "GPU", "date": "2026-01-01", "machine": "m", "lines": [line]}}
    assert "Not yet run" not in page.page(kept)


@pytest.mark.slow
def test_the_tests_row_names_files_and_their_share():
    whole, *files = suite.lines(small=True)
    assert whole.goal == suite.GOAL and re.fullmatch(r"\d+ tests", whole.ours)
    assert [line.value for line in files] == [pytest.approx(100)]


def test_rows_are_kept_one_by_one(monkeypatch, tmp_path, capsys):
    measured = {
        "1": [Line("fast", "1 s", "2 s", 2.0, goal=1, at_least=True)],
        "5": [Line("slow", "", "", 3.0, goal=2)],
    }
    for number, lines in measured.items():
        monkeypatch.setitem(
            main.__globals__["ROWS"], number, (f"row {number}", lambda small, plot=None, lines=lines: lines)
        )
        assert main([number, "--write"], tmp_path) == 0
    assert capsys.readouterr().out.count(" | ".join(HEAD[:2])) == 2
    text = (tmp_path / "README.md").read_text()
    assert text.index("## 1. row 1") < text.index("| fast") < text.index("## 5. row 5") < text.index("| slow")
    assert "Missed: slow." in text and f"]({page.PLOT})" in text and harness.machine() in text
    assert set(json.loads((tmp_path / "results.json").read_text())) == {"1", "5"}


@pytest.mark.parametrize("words", [["10"], ["--small", "--write"]])
def test_what_cannot_be_measured_is_refused(words, tmp_path):
    with pytest.raises(SystemExit):
        main(words, tmp_path)
    assert not list(tmp_path.iterdir())
