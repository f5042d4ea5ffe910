# Two commands matter: `make run` and `make test`. Both set everything up by themselves.
PYTHON ?= python3
BIN := .venv/bin
LOCKED := --quiet --universal --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links --python-version 3.11

.PHONY: setup run test check faults format bench weights lock clean

# Installed once; again only when a lock file or the project's own description changes. The lock file
# names everything, so nothing is resolved: an older pip would look at releases newer than the pinned ones.
.venv/installed: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Doseline needs Python 3.11 or later: make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

setup: .venv/installed

run: setup
	$(BIN)/doseline run --demo

# Each process has a PostgreSQL of its own.
test: setup
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist worksteal

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(MAKE) test

# Everything dies in turn while people use it; SEED=... repeats a run, LONG=1 takes a quarter of an hour.
faults: setup
	@SEED=$(SEED) LONG=$(LONG) $(BIN)/python -m tests.faults

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: setup
	$(BIN)/python benchmarks/texts.py
	$(BIN)/python benchmarks/forecasting.py
	$(BIN)/python benchmarks/every_child.py
	$(BIN)/python benchmarks/understanding.py

# How far phrases and rules can be trusted, learned anew from the examples of all languages.
weights: setup
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/weights.txt
	$(BIN)/python tests/conversations/learning.py

# Pins every dependency, with hashes and without the name of any index.
lock: setup
	$(BIN)/uv pip compile pyproject.toml $(LOCKED) --output-file requirements/run.txt
	$(BIN)/uv pip compile pyproject.toml --group dev $(LOCKED) --output-file requirements/dev.txt
	$(BIN)/uv pip compile --group weights $(LOCKED) --output-file requirements/weights.txt

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info
