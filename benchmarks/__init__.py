"""How fast the kit is: `python -m benchmarks` measures, and prints one table of ratios.

Every ratio is taken in one run, both sides in turns (A B A B ...), so that a busy machine is no argument.
"""
