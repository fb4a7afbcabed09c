"""`python -m benchmarks [ROW ...] [--write]`: measure, print one table, and keep it in benchmarks/README.md.

Rows are independent: those not asked for stay in the kept table as they were, with their own dates.
"""

import argparse
import datetime
import os
import sys
from pathlib import Path

import torch

from benchmarks import batch, crowd, evaluator, gpu, growth, job, page, start, step, suite
from benchmarks.harness import HEAD, machine, text_table

ROWS = {
    "1": ("Evaluator", evaluator.lines),
    "2": ("Training step", step.lines),
    "3": ("Batches", batch.lines),
    "4": ("Start", start.lines),
    "5": ("Growth", growth.lines),
    "6": ("Beside others", crowd.lines),
    "7": ("GPU", gpu.lines),
    "8": ("The main job", job.lines),
    "9": ("Tests", suite.lines),
}
WITH_A_GPU = "7"


def main(args: list[str] | None = None, folder: Path = Path(__file__).parent) -> int:
    """Measure the rows asked for, all if none is, and write each as soon as it is known."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "rows",
        nargs="*",
        metavar="ROW",
        help="1 evaluator, 2 step, 3 batches, 4 start, 5 growth, 6 crowd, 7 GPU, 8 main job, 9 tests",
    )
    parser.add_argument("--write", action="store_true", help="keep the numbers in benchmarks/README.md")
    parser.add_argument("--small", action="store_true", help="tiny sizes, to see that it runs; never written")
    chosen = parser.parse_args(args)
    if unknown := set(chosen.rows) - set(ROWS):
        parser.error(f"there is no row {min(unknown)}: choose among {', '.join(ROWS)}")
    if chosen.write and chosen.small:
        parser.error("tiny sizes say nothing of speed: leave out --write or --small")
    today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
    table = [HEAD]
    all_here = [number for number in ROWS if number != WITH_A_GPU or torch.cuda.is_available()]
    for number in sorted(set(chosen.rows)) or all_here:
        name, measure = ROWS[number]
        print(f"{number}. {name} ...", file=sys.stderr, flush=True)
        options = {"plot": folder / page.PLOT} if number == "5" and chosen.write else {}
        lines = measure(chosen.small, **options)
        table += [line.cells for line in lines]
        if chosen.write:
            page.keep(folder, number, name, today, machine(), lines)
    print(text_table(table))
    print(f"\n{machine()}, {today}")
    return 0


if __name__ == "__main__":
    torch.set_num_threads(1)
    os.environ["OMP_NUM_THREADS"] = "1"  # for the processes that rows start
    raise SystemExit(main())
