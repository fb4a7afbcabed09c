# make test    make .venv if it is not there, install the kit into it, run the tests

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: test
test: $(VENV)/installed
	$(BIN)/python -m pytest

# Done again only when the dependencies change; the code itself is used where it stands (--editable).
$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@
