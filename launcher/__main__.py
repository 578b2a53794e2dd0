"""The commands behind the Makefile. Sets up what a command needs, then goes on inside `.venv`."""

# ruff: noqa: S603 - starting programs is what this module does
from __future__ import annotations

import os
import subprocess
import sys

from launcher import apt_packages
from launcher.errors import StartError
from launcher.setup import VirtualEnvironment

NOT_RUNNING = 3
USAGE = "Use: python3 -m launcher setup|run|test|lint|fmt|bench|chaos|status|logs|stop"
TOOLS = {
    "lint": (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]),
    "fmt": (["ruff", "check", "--fix", "."], ["ruff", "format", "."]),
    "bench": (["benchmarks"],),
    "chaos": (["chaos"],),
    "test": (["pytest", "-rs"],),
}


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
        if command in ("run", "status", "logs", "stop"):
            return _go_on_inside(environment, command, rest)
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The next start goes on from here.", file=sys.stderr)
        return 130
    print(USAGE, file=sys.stderr)
    return 2


def _run_tools(environment: VirtualEnvironment, command: str, rest: list[str]) -> int:
    environment.prepare("dev")
    if command == "test":
        apt_packages.install(apt_packages.FOR_TESTS)
    results = []
    for tool in TOOLS[command]:
        print("$ python -m " + " ".join([*tool, *rest]), flush=True)
        results.append(subprocess.call([str(environment.python), "-m", *tool, *rest], cwd=str(environment.root)))
    return max(results, key=abs)


def _go_on_inside(environment: VirtualEnvironment, command: str, rest: list[str]) -> int:
    changed = command == "run" and environment.prepare("run")
    if not environment.python.exists():
        print("RealRecap is not set up here yet; `make run` does that.")
        return NOT_RUNNING
    if changed or not environment.is_current():
        os.chdir(environment.root)
        python = str(environment.python)
        os.execv(python, [python, "-m", "launcher", command, *rest])  # noqa: S606
    from launcher import commands

    return commands.COMMANDS[command]()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
