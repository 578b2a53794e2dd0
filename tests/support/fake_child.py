"""A stand-in for a process of RealRecap: `fake_child.py NAME EVENTS BEHAVIOUR...`; records what happens to it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from types import FrameType

NAME, EVENTS, *BEHAVIOUR = sys.argv[1:]


def note(what: str) -> None:
    """Append a line to the event file in one write, as several processes write to it."""
    file = os.open(EVENTS, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, f"{NAME} {what} {os.getpid()}\n".encode())
    os.close(file)


def leave(number: int, _frame: FrameType | None) -> None:
    """Handle a signal."""
    note({signal.SIGTERM: "stopped", signal.SIGINT: "interrupted"}[signal.Signals(number)])
    if "stubborn" not in BEHAVIOUR:
        sys.exit(0)


def main() -> None:
    """Follow BEHAVIOUR, then wait for a signal."""
    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    if "family" in BEHAVIOUR:
        offspring = subprocess.Popen(["sleep", "1000"], stdout=subprocess.DEVNULL)
        note(f"offspring {offspring.pid}")
    if "answers" in BEHAVIOUR:
        print(json.dumps({"password": "only-once"}), flush=True)
    if "escapes" in BEHAVIOUR:
        print("a \033[31mred\033[0m name\n" + "x" * 100_000 + "\nafter the long line", flush=True)
    note("started")
    print(f"{NAME} is here", flush=True)
    if "fails" in BEHAVIOUR:
        print("there is no more paper", flush=True)
        sys.exit(7)
    if "ends" in BEHAVIOUR:
        return
    while True:
        signal.pause()


if __name__ == "__main__":
    main()
