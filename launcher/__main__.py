"""The commands behind the Makefile: sets up what a command needs, then continues inside `.venv`."""

# ruff: noqa: S603 - starting programs is what this module does
from __future__ import annotations

import os
import subprocess
import sys

from launcher import apt_packages, early_checks
from launcher.errors import StartError
from launcher.setup import VirtualEnvironment

NOT_RUNNING = 3
USAGE = "Usage: python3 -m launcher setup|run|bundle|test|lint|fmt|requirements|bench|chaos|status|logs|stop"
TOOLS = {
    "lint": (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"], ["vulture"]),
    "fmt": (["ruff", "check", "--fix", "."], ["ruff", "format", "."]),
    "requirements": (["tools.compile_requirements"],),
    "bench": (["benchmarks"],),
    "chaos": (["chaos"],),
    "test": (["pytest", "-rfEs"],),
}
TWO_WORKERS = ["--numprocesses=2", "--dist=loadgroup", "--no-loadscope-reorder"]
"""How tests run in parallel unless ARGS says otherwise."""


def main(arguments: list[str]) -> int:
    """Run one command; returns the exit status."""
    environment = VirtualEnvironment()
    command, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    try:
        if command == "setup":
            environment.prepare("run")
            return 0
        if command in TOOLS:
            return _run_tools(environment, command, rest)
        if command in ("run", "bundle", "status", "logs", "stop"):
            return _continue_inside(environment, command, rest)
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. The next start continues from here.", file=sys.stderr)
        return 130
    print(USAGE, file=sys.stderr)
    return 2


def _run_tools(environment: VirtualEnvironment, command: str, rest: list[str]) -> int:
    environment.prepare("dev")
    options: list[str] = []
    if command == "test":
        apt_packages.install(apt_packages.FOR_TESTS)
        options = [] if _chooses_workers(rest) else TWO_WORKERS
    statuses = []
    for tool in TOOLS[command]:
        arguments = [*tool, *options, *rest]
        print("$ python -m " + " ".join(arguments), flush=True)
        statuses.append(subprocess.call([str(environment.python), "-m", *arguments], cwd=str(environment.root)))
    return max(statuses, key=abs)


def _chooses_workers(arguments: list[str]) -> bool:
    return any(each.startswith(("-n", "--numprocesses", "--dist", "--pdb", "-s")) for each in arguments)


def _continue_inside(environment: VirtualEnvironment, command: str, rest: list[str]) -> int:
    changed = False
    if command == "run":
        if not environment.is_ready("run"):
            early_checks.check_before_set_up(environment.root, os.environ)
        changed = environment.prepare("run")
    if not environment.python.exists():
        print("RealRecap is not set up here yet. `make run` sets it up.")
        return NOT_RUNNING
    if changed or not environment.is_current():
        os.chdir(environment.root)
        python = str(environment.python)
        os.execv(python, [python, "-m", "launcher", command, *rest])  # noqa: S606
    from launcher import commands

    return commands.make_bundle(rest) if command == "bundle" else commands.COMMANDS[command]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
