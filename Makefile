# Short names for the commands of the package `launcher`.
PYTHON ?= python3
LAUNCH = @command -v $(PYTHON) >/dev/null || { echo "There is no $(PYTHON); install it with: sudo apt install python3 python3-venv" >&2; exit 1; }; \
	exec $(PYTHON) -m launcher

.DEFAULT_GOAL := help
.PHONY: help run bundle test lint fmt bench chaos status logs stop requirements

help: ## Show these commands
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 14
	@echo "Settings: PORT, HOST, DATA_DIR and more, as in: PORT=5001 make run"

run: ## Set up and start RealRecap; Ctrl-C stops it
	$(LAUNCH) run

bundle: ## Write one archive for a machine without a network; ARGS="FILE --model NAME"
	$(LAUNCH) bundle $(ARGS)

test: ## Set up and run all tests; ARGS=tests/unit runs the fast ones
	$(LAUNCH) test $(ARGS)

lint: ## Check style, types and dead code
	$(LAUNCH) lint

fmt: ## Format the code
	$(LAUNCH) fmt

requirements: ## Compile requirements*.in to requirements*.txt; ARGS=--upgrade takes newer versions
	$(LAUNCH) requirements $(ARGS)

bench: ## Measure speed and quality
	$(LAUNCH) bench $(ARGS)

chaos: ## Break running processes at random and count lost jobs; ARGS="--faults 200 --seed 1"
	$(LAUNCH) chaos $(ARGS)

status: ## Show the running processes and the address
	$(LAUNCH) status

logs: ## Follow the logs of all processes
	$(LAUNCH) logs

stop: ## Stop RealRecap
	$(LAUNCH) stop
