"""The benchmark of large galleries runs at tiny size; no test here says how fast anything is."""

import numpy as np
import pytest

from benchmarks import large

pytest.importorskip("faiss", reason="FAISS is not installed: pip install '.[large]'.")


def test_the_table_has_a_line_for_each_way_and_both_exact_ones_agree(capsys):
    assert (
        large.main(["--to", "300", "--queries", "5"]) == 0
    )  # the exact search is compared with the plain one
    lines = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in capsys.readouterr().out.splitlines()
    ]
    lines = [line for line in lines[2:] if line]
    assert [line[1] for line in lines] == ["plain", "exact", "graph 32", "graph 128", "graph 512"]
    assert all(line[0] == "300" and line[5].endswith("%") for line in lines)
    assert [line[6] == "" for line in lines] == [True, True, False, False, False]
    assert float(lines[-1][5].removesuffix(" %")) >= float(lines[2][5].removesuffix(" %")) > 50


def test_pictures_of_a_person_lie_together():
    _, gallery = large.drawn(200, 1)
    alike = gallery["visible"] @ gallery["visible"].T
    same = np.equal.outer(np.arange(200) % 20, np.arange(200) % 20)
    np.fill_diagonal(same, False)
    np.fill_diagonal(alike, 0)
    # Two directions at a distance s around one centre have the cosine 1 / (1 + s²) on average, those of strangers 0.
    assert alike[same].mean() == pytest.approx(1 / (1 + large.GALLERY_SPREAD**2), abs=0.05)
    assert alike[~same].mean() == pytest.approx(0, abs=0.05)


def test_the_page_is_written(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(large, "PAGE", tmp_path / "LARGE.md")
    assert large.main(["--to", "300", "--queries", "5", "--write"]) == 0
    page = large.PAGE.read_text(encoding="utf-8")
    assert page.startswith("# Large galleries") and "graph 512" in page
    printed = capsys.readouterr().out
    assert printed and page.endswith(printed)
