# Everything is done by the package `launcher`; this file only gives its commands short names.
PYTHON ?= python3
LAUNCH = @command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON); install it with: sudo apt install python3 python3-venv" >&2; exit 1; }; \
	exec $(PYTHON) -m launcher

.DEFAULT_GOAL := help
.PHONY: help run test lint fmt bench chaos status logs stop requirements

help: ## Show these commands
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14
	@echo "Settings: PORT, HOST, DATA_DIR and more, as in: PORT=5001 make run"

run: ## Set up and start RealRecap; Ctrl-C stops it
	$(LAUNCH) run

test: ## Set up and run all tests; ARGS="tests/unit" runs some
	$(LAUNCH) test $(ARGS)

lint: ## Check style and types
	$(LAUNCH) lint

fmt: ## Bring the code into shape
	$(LAUNCH) fmt

COMPILE = UV_CUSTOM_COMPILE_COMMAND="make requirements" uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11

requirements: ## Pin all packages with their hashes again (needs uv)
	$(COMPILE) requirements.in --output-file requirements.txt
	$(COMPILE) requirements-dev.in --constraint requirements.txt --output-file requirements-dev.txt
	$(COMPILE) --no-config requirements-webapp.in --constraint requirements.txt --output-file requirements-webapp.txt

bench: ## Measure speed and quality
	$(LAUNCH) bench $(ARGS)

chaos: ## Break running processes at random and count what is lost; ARGS="--faults 200 --seed 1"
	$(LAUNCH) chaos $(ARGS)

status: ## Show what runs, since when and at which address
	$(LAUNCH) status

logs: ## Follow the logs of all processes
	$(LAUNCH) logs

stop: ## Stop RealRecap
	$(LAUNCH) stop
