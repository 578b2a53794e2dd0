"""The commands that need the settings: run, status, logs, stop. They run inside `.venv`."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from launcher import bundle, preflight, run_lock, run_state, services
from launcher.errors import StartError
from launcher.output import Output
from launcher.setup import ROOT
from launcher.supervisor import Supervisor

NOT_RUNNING = 3
STOP_SECONDS = 90.0


def run() -> int:
    """Start everything and stay in the foreground until it is stopped."""
    os.umask(0o077)  # recordings are private
    settings = preflight.read_settings()
    lock = preflight.check(settings)
    services.keep_secret_key(settings)
    plan = services.make_startup_plan(settings)
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    output = Output(settings.data_dir / "logs", colour=colour)
    try:
        output.say(f"Starting RealRecap on {settings.data_dir}.")
        supervisor = Supervisor(plan, settings.data_dir, ROOT, services.environment(settings), output)
        return asyncio.run(supervisor.run())
    finally:
        output.close()
        lock.release()


def status() -> int:
    """Show the running processes and the address; returns 3 if RealRecap is not running."""
    data_dir = preflight.read_settings().data_dir
    pid = run_lock.find_owner(data_dir)
    if pid is None:
        print(f"RealRecap is not running on {data_dir}.")
        return NOT_RUNNING
    now = run_state.RunState.load(data_dir) or run_state.RunState()
    print(
        f"RealRecap {'is running' if now.ready else 'is starting'} on {data_dir} (process {pid}), {_since(now.since)}."
    )
    print(f"Address: {now.address}")
    for name, child in now.children.items():
        restarts = f", restarted {child.starts - 1} times" if child.starts > 1 else ""
        print(f"  {name:<6} process {child.pid}, {_since(child.since)}{restarts}")
    return 0


def logs() -> int:
    """Show the last lines of every process and follow them."""
    folder = preflight.read_settings().data_dir / "logs"
    files = sorted(str(path) for path in folder.glob("*.log"))
    if not files:
        raise StartError(f"There are no logs in {folder} yet.", "`make run` writes them.")
    os.execvp("tail", ["tail", "-n", "20", "-F", *files])  # noqa: S606, S607


def stop() -> int:
    """Stop the RealRecap that runs on DATA_DIR and wait for its end."""
    data_dir = preflight.read_settings().data_dir
    pid = run_lock.find_owner(data_dir)
    if pid is None:
        print(f"RealRecap is not running on {data_dir}.")
        return 0
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while run_lock.find_owner(data_dir) is not None:
        if time.monotonic() > deadline:
            raise StartError(f"Process {pid} is still stopping.", f"`make logs` shows why; `kill -9 {pid}` ends it.")
        time.sleep(0.1)
    print("Stopped.")
    return 0


def make_bundle(arguments: list[str]) -> int:
    """Write an archive for a machine without a network."""
    parser = argparse.ArgumentParser(prog="make bundle", description=make_bundle.__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=Path(bundle.bundle_name()))
    parser.add_argument("--model", action="append", help="an installed speech model to take along; default: all")
    chosen = parser.parse_args(arguments)
    models = preflight.read_settings().models
    installed = {path.name: path for path in sorted(models.glob("[!.]*")) if path.is_dir()}
    names = chosen.model if chosen.model is not None else list(installed)
    unknown = [name for name in names if name not in installed]
    if unknown:
        raise StartError(f"There is no model {unknown[0]} in {models}.", "`flask models list` shows what is installed.")
    folders = [(installed[name], f"data/models/{name}") for name in names]
    if (ROOT / "ollama-models").is_dir():
        folders.append((ROOT / "ollama-models", "ollama-models"))
    written = bundle.make_bundle(ROOT, ROOT / ".setup", folders, chosen.file.resolve())
    print(f"Wrote {written} ({written.stat().st_size / 1e9:.1f} GB). Unpack it there with `tar xf`, then `make run`.")
    return 0


def _since(moment: float) -> str:
    return f"since {datetime.fromtimestamp(moment).astimezone():%Y-%m-%d %H:%M:%S}"


COMMANDS: dict[str, Callable[[], int]] = {"run": run, "status": status, "logs": logs, "stop": stop}
