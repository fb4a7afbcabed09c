"""The kept numbers: benchmarks/results.json, and README.md written from it."""

import json
from dataclasses import asdict
from pathlib import Path

from benchmarks.harness import HEAD, Line, text_table
from xivlab.files import write_atomically

PLOT = "growth.svg"
TOP = """# How fast the kit is

Written by `python -m benchmarks --write`; do not edit. `make bench` measures and prints; `python -m benchmarks 1 3` does
rows 1 and 3 alone. Both sides of a ratio are timed in one run, in turns (A B A B ...), and a ratio is the median over the
rounds, so that other work on the machine is no argument. A ratio says more than a time, which is one machine's. Each
process has one thread, but for ResNet-50: with more, operations as small as these spend their time waiting for each other.
"""
# What each row is about, and where a goal may be missed: what was looked at, and what remains.
ABOUT = {
    "1": """The loop is `benchmarks/loop.py`, the rules one query and one image at a time; the sort is `np.argsort` of the same
distances, the quickest way to a ranking in NumPy and PyTorch. Each of ten trials is one round. The kit needs no
ranking: it sorts the distances as bare numbers and looks the few right images up in them (`xivlab/evaluation/metrics.py`). The
memory is the peak of a whole process that makes features and searches, never holding more than a block of distances.""",
    "2": """A step is all of `Training.learn`: sampling, images, augmentation, g, f, losses, backward, Adam, a row of the log. The
bare side is forward and backward of the backbone alone, with images at hand, and never asks for a gradient of its
input. ResNet-50 sees the paper's batch on all cores, or a quarter of it on a machine with little memory.

The lines below the `slim` step say what it does beyond the backbone, as shares of the backbone's time. Tried and kept:
images stay bytes until they are cut, pasted and mirrored, rectangles instead of masks over all pixels; g as one matrix
product over all pixels instead of PyTorch's 1x1 convolution, which is made for many channels; the first convolution block
by block, so that a gradient goes down to the pixels of X alone; the hardest rows found without a gradient, which then has 2 M
distances to go through and not M x M; the losses of all modalities side by side. The lines time each part by itself, the
gradient to the pixels for all 3M images; so they add up to more than the step. What remains is the method itself: g
learns through the pixels of X, the losses are many small operations, Adam updates all weights. Each is small against
ResNet-50, and not against a network of `slim`'s size.""",
    "3": """The baseline is what published code does: Pillow opens each JPEG of the tree that `xivlab export` writes, torchvision
resizes, pads, crops, flips and erases, and a DataLoader has two workers, started before. Both sides read the same rows.
The kit cuts, pastes and mirrors bytes of the packed array in one go and makes floats of them last; its process is the
only one. Tried and kept: each image is copied once, not cloned, mirrored and shifted in turn; the mean colour adds up
whole lines first. Tried and left: mirroring only the images that are to be mirrored, which is slower.

The baseline hardly grows with the image: it spends its time on each file. The kit spends its own on pixels, so the
ratio falls with the size. What remains at 128 x 64 is to write the floats, to add them up for the mean colour of the
rectangle that is erased, and to get the memory for both; a training reads that memory anyway.""",
    "4": """Fresh processes and empty folders where it says so. The later loads read every byte, to compare the checksum.""",
    "5": """Each size is measured in a process of its own. A long gallery is sorted, so n log n is expected, whose slope in this
range is 1.11; beyond the goal it is worse than that.""",
    "7": """Training at the paper's size on packed random images, as many and as large as SYSU-MM01's; a step is all of
`Training.learn`, the bare side forward and backward of the backbone in the same precision with its images at hand.
"Channels last" and `torch.compile` are tried on the backbone alone. The time in which the GPU computes is that in which any
kernel runs, by PyTorch's profiler.""",
    "8": """`xivlab study` in folders of its own: both methods are trained side by side, every notebook is executed in a kernel of
its own, as many at a time as there are cores, and the report is written; only the exposed world is found. The lines below say
what takes how long: side by side the seconds of notebooks add up to more than their stage takes. The last line says how far
from the end of a training a minute is, with the method beside it on the other core.

Tried and kept: both methods, and two notebooks, side by side, where one waited for the other. What remains is work on both
cores; to start a kernel and to import PyTorch and the kit (row 4) is a part of every notebook.""",
    "9": """`make test` as a developer types it, two files of tests at a time. Each of the two imports PyTorch and the kit, and collects
all tests, before it begins; the lines below say how the time within tests falls to files.

Tried and kept: stored tables are asked for with the world opened once, where it was five times, in notebooks as well;
the map's gains by arrays instead of a table each; SciPy's statistics and Triton only where they are needed, which every
process that a test starts had imported; what seldom breaks and takes seconds (widgets and figures under hostile settings of
Matplotlib, rows of this page) is among the slow tests, which `.ci/run` runs as well. What remains is thousands of small ones.""",
    "6": """Two programs that multiply matrices without a rest stand beside a training of the demo, which has two cores to share
with them; a process of its own each time, with as many threads as PyTorch likes to begin with. The kit takes one for
networks as small as these (`xivlab/resources.py`), and threads that wait sleep. With PyTorch's own choice the same
step took 35 times as long beside *one* such program.""",
}

NOT_YET = {
    "7": """GPU

Not yet run on a GPU. On a machine with one, `make gpu` runs the tests of `tests/gpu` and measures this row: images a second,
the share of the time in which the GPU computes, one epoch at SYSU-MM01's size on packed random images, beside the bare
backbone in the same run, with `torch.compile` and channels last tried.""",
}


def keep(folder: Path, number: str, name: str, date: str, machine: str, lines: list[Line]) -> None:
    """Put one row's lines in the place of its earlier ones, and write the page anew."""
    path = folder / "results.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    kept[number] = {"name": name, "date": date, "machine": machine, "lines": [asdict(line) for line in lines]}
    text = json.dumps(dict(sorted(kept.items())), indent=1, ensure_ascii=False) + "\n"
    write_atomically(path, lambda file: file.write_text(text, encoding="utf-8"))
    write_atomically(folder / "README.md", lambda file: file.write_text(page(kept), encoding="utf-8"))


def page(kept: dict) -> str:
    """The page in Markdown."""
    parts = [TOP]
    for number in sorted(kept.keys() | NOT_YET.keys()):
        if number not in kept:
            parts.append(f"## {number}. {NOT_YET[number]}\n")
            continue
        row = kept[number]
        lines = [Line(**line) for line in row["lines"]]
        missed = [line.what for line in lines if line.verdict == "miss"]
        parts.append(f"## {number}. {row['name']}\n\n{ABOUT[number]}\n")
        parts.append(text_table([HEAD, *[line.cells for line in lines]]) + "\n")
        if number == "5":
            parts.append(f"![{alt(lines)}]({PLOT})\n")
        if missed:
            parts.append(f"Missed: {'; '.join(missed)}.\n")
        parts.append(f"Measured on {row['date']}: {row['machine']}.\n")
    return "\n".join(parts)


def alt(lines: list[Line]) -> str:
    """What the plot shows, in words."""
    curves = "; ".join(
        f"{line.what.removeprefix('Growth, ').partition(':')[0]} {line.ours}" for line in lines
    )
    return f"Two panels, time and memory against n. Time: {curves}. Memory: " + "; ".join(
        line.against.removeprefix("memory ") for line in lines
    )
