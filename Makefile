# make lab         open JupyterLab on the first notebook
# make study       the main job without a screen: train, test, run all notebooks, write results/report.html
# make notebooks   build the notebooks from notebooks/source, executed
# make teachers    the teachers' edition of the notebooks, with solutions and typical mistakes, in notebooks/teachers
# make quiz        five questions and an open task a notebook, to print, with and without answers, in notebooks/teachers
# make book        the notebooks and texts as pages for a browser, without kernel and network, in book
# make slides      what a teacher shows and hands out: slides, the method on a page, a minute plan, a card, in class
# make results     every stored number anew: more than an hour on two cores (results/about.json)
# make length      where the Baseline levels off: twenty minutes on two cores
# make when        when does X help? Hundreds of runs in worlds with knobs: a night on two cores
# make arithmetic  the same runs by other instructions of the processor: half an hour on two cores
# make again       ten stored runs, drawn by lot, trained once more: the scores must come out as they are stored
# make test        run the tests
# make lowest      run them with the lowest versions that pyproject.toml allows, in .venv-lowest (CONTRIBUTING.md)
# make bench       how fast it is, as ratios, in ten minutes
# make gpu         tests and benchmark of training on a GPU, for a machine that has one
# make stress      kill, damage, crowd and starve it: faults by the hundred, in a few minutes
#
# Each but `lowest` makes .venv and installs what it needs into it first, if that has not been done; TORCH_INDEX=URL, such as
# https://download.pytorch.org/whl/cpu, says where PyTorch comes from. Without make: python -m studykit (lab or study).

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: lab study notebooks teachers quiz book slides results length when arithmetic again test lowest stress bench gpu
lab: $(VENV)/installed
	$(BIN)/python -m studykit lab

study: $(VENV)/installed
	$(BIN)/python -m studykit study

notebooks: $(VENV)/installed-dev
	$(BIN)/python -m notebooks.tools.build

teachers: $(VENV)/installed-dev
	$(BIN)/python -m notebooks.tools.build --teachers

quiz: $(VENV)/installed
	$(BIN)/python -m studykit.quiz

book: $(VENV)/installed-dev
	$(BIN)/python -m notebooks.tools.book

slides: $(VENV)/installed-dev
	$(BIN)/python -m notebooks.tools.lessons

length: $(VENV)/installed
	$(BIN)/python -m studykit.studies.length

when: $(VENV)/installed
	$(BIN)/python -m studykit.studies.when

arithmetic: $(VENV)/installed
	$(BIN)/python -m studykit.studies.arithmetic

again: $(VENV)/installed
	$(BIN)/python -m studykit.studies.again

results: $(VENV)/installed
	$(BIN)/python -m studykit.studies.make_results

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile

# From nothing each time. pip says so when a version is not to be had, or when two of them do not go together.
LOWEST = $(VENV)-lowest
lowest:
	$(PYTHON) -m venv --clear $(LOWEST)
	$(LOWEST)/bin/python -m pip install --quiet --no-deps --editable .
	$(LOWEST)/bin/python tests/helpers/lowest_versions.py > $(LOWEST)/lowest.txt
	$(LOWEST)/bin/python -m pip install --quiet --editable ".[dev]" --constraint $(LOWEST)/lowest.txt
	$(LOWEST)/bin/python -m pytest --numprocesses 2 --dist loadfile

stress: $(VENV)/installed-dev
	$(BIN)/python -m pytest tests/stress -m "stress or not stress"

gpu: $(VENV)/installed-dev
	$(BIN)/python -m pytest tests/gpu -m gpu
	$(BIN)/python -m benchmarks 7 --write

bench: $(VENV)/installed-dev
	$(BIN)/python -m benchmarks

# Done again only when the dependencies change; the code itself is used where it stands (--editable).
$(VENV)/installed: pyproject.toml
	$(PYTHON) -m studykit install --venv $(VENV)

# What tests and builds need, and readers do not.
$(VENV)/installed-dev: $(VENV)/installed
	$(PYTHON) -m studykit install --venv $(VENV) --dev
