"""A RealRecap of fake children under the real supervisor: `fake_realrecap.py DATA_DIR PLAN`, the plan as JSON."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from launcher.child_process import ChildSpec
from launcher.errors import StartError
from launcher.output import Output
from launcher.run_lock import RunLock
from launcher.supervisor import StartupPlan, Supervisor

FAKE_CHILD = Path(__file__).with_name("fake_child.py")


def spec(events: Path, name: str, behaviour: list[str], program: str = sys.executable, **options: Any) -> ChildSpec:
    """A fake child."""
    command = (program, str(FAKE_CHILD), name, str(events), *behaviour)
    return ChildSpec(name, f"{name} part", command, **options)


async def wait_for_first_event(events: Path) -> None:
    """The broker answers once it has recorded an event."""
    while not events.exists():
        await asyncio.sleep(0.01)


def announce(answers: Mapping[str, list[str]], ready: bool) -> str:
    """All answers as text."""
    return f"{'READY' if ready else 'EARLY'} {dict(answers)}"


def main() -> int:
    """Run the plan."""
    data_dir, wanted = Path(sys.argv[1]), json.loads(sys.argv[2])
    made = {part: tuple(spec(data_dir / "events", **child) for child in wanted[part]) for part in wanted}
    broker = made.pop("broker", (None,))[0]
    plan = StartupPlan(
        broker=broker,
        broker_answers=partial(wait_for_first_event, data_dir / "events") if broker else None,
        announce=announce,
        address="http://127.0.0.1:1",
        **{"services": (), **made},
    )
    try:
        lock = RunLock.take(data_dir)
    except StartError as error:
        print(error)
        return 1
    output = Output(data_dir / "logs")
    try:
        return asyncio.run(Supervisor(plan, data_dir, data_dir, os.environ, output).run())
    finally:
        output.close()
        lock.release()


if __name__ == "__main__":
    sys.exit(main())
