# `make help` lists what can be made. Everything lands in .venv and _build, which `make clean` removes.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
INSTALLING := $(VENV)/.installing

.DEFAULT_GOAL := help
.PHONY: book test bench learn serve lock notebooks colab format clean help

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1@\2/p' $(MAKEFILE_LIST) | awk -F@ '{ printf "%-18s %s\n", $$1, $$2 }'

book: $(INSTALLED) ## Execute the notebooks, build the book, check it
	@$(BIN)/python tools/build_book.py

test: $(INSTALLED) ## Unit tests, then every notebook, then twins and style
	@$(BIN)/python tools/run_tests.py

bench: $(INSTALLED) ## Time the package against its references
	@$(BIN)/python tools/bench.py

learn: $(INSTALLED) ## Measure how hard Toyland is to learn, and how fast it is drawn; record both
	@$(BIN)/python tests/bench/throughput.py
	@$(BIN)/python tests/bench/learnability.py

serve: book ## Show the book at http://localhost:8000
	@$(BIN)/python -m http.server 8000 --bind localhost --directory _build/html

notebooks: $(INSTALLED) ## Write the notebook twin of every page
	@$(BIN)/python tools/notebooks.py

colab: $(INSTALLED) ## Run every notebook against the installed wheel, far from this folder
	@$(BIN)/python tools/check_colab.py $(if $(FULL),--full) $(if $(THIRD),--third)

format: $(INSTALLED) ## Let ruff repair the style
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format --quiet .

lock: $(INSTALLED) ## Pin the newest versions that pyproject.toml allows
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 pyproject.toml \
		--extra book --extra dev -o requirements.txt
	@echo "requirements.txt is new: run make book and make test"

clean: ## Remove .venv and everything that was built
	@rm -rf $(VENV) _build .pytest_cache .ruff_cache .benchmarks .hypothesis *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is written last. An installation that was interrupted leaves its mark, and then starts from nothing.
$(INSTALLED): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit(1)' 2>/dev/null || { \
		echo "$(PYTHON) is missing or older than Python 3.11. Name another: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) lacks venv. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@if [ -e $(INSTALLING) ]; then rm -rf $(VENV); fi
	@echo "Installing into $(VENV): a few minutes, once"
	@$(PYTHON) -m venv $(VENV)
	@rm -f $@ && touch $(INSTALLING)
	@$(BIN)/python -m pip install --quiet --compile --disable-pip-version-check -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@mv $(INSTALLING) $@
