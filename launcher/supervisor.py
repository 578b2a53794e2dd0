"""Starts the processes in order, keeps them running, and stops them in order."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from launcher.child_process import Child, ChildSpec, describe_end
from launcher.errors import StartError
from launcher.output import Output
from launcher.run_state import ChildState, RunState

DEATHS_ALLOWED = 2
DEATH_WINDOW_SECONDS = 60.0
_HURRY_AFTER_SECONDS = 1.0


@dataclass(frozen=True)
class StartupPlan:
    """What to run: `broker` until `broker_answers`, `preparations` one by one, then `services`.

    Everything is up once all of `readiness`, run in parallel, have ended. Then `announce` turns their answers (by name)
    into the text to show. It is also called on an early exit, so that a one-time password is not lost.
    """

    services: tuple[ChildSpec, ...]
    broker: ChildSpec | None = None
    broker_answers: Callable[[], Awaitable[None]] | None = None
    preparations: tuple[ChildSpec, ...] = ()
    readiness: tuple[ChildSpec, ...] = ()
    announce: Callable[[Mapping[str, list[str]], bool], str] = lambda answers, ready: ""
    address: str = ""


@dataclass
class Supervisor:
    """Runs a plan in the foreground until a signal arrives or a child keeps failing."""

    plan: StartupPlan
    data_dir: Path
    root: Path
    environment: Mapping[str, str]
    output: Output
    _children: list[Child] = field(default_factory=list)
    _answers: dict[str, list[str]] = field(default_factory=dict)
    _state: RunState = field(default_factory=RunState)
    _stop_asked: asyncio.Event = field(default_factory=asyncio.Event)
    _hurry: asyncio.Event = field(default_factory=asyncio.Event)
    _asked_at: float = 0.0

    async def run(self) -> int:
        """Run until the end; returns the exit status: 0 after a signal, 1 if something kept failing."""
        self._listen_to_signals()
        self._state.address = self.plan.address
        work = asyncio.create_task(self._work())
        asked = asyncio.create_task(self._stop_asked.wait())
        try:
            await asyncio.wait({work, asked}, return_when=asyncio.FIRST_COMPLETED)
            work.cancel()
            asked.cancel()
            return await self._outcome(work)
        finally:
            await self._stop_all()
            if not self._state.ready:
                self._announce(ready=False)
            RunState.remove(self.data_dir)

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as group:
            if self.plan.broker:
                group.create_task(self._keep(self._add(self.plan.broker)))
            if self.plan.broker_answers:
                await self.plan.broker_answers()
            for step in self.plan.preparations:
                await self._run_once(step)
            for service in self.plan.services:
                group.create_task(self._keep(self._add(service)))
            await asyncio.gather(*(self._run_once(step) for step in self.plan.readiness))
            self._state.ready = True
            self._state.save(self.data_dir)
            self._announce(ready=True)

    async def _outcome(self, work: asyncio.Task[None]) -> int:
        try:
            await work
        except asyncio.CancelledError:
            self.output.say("Stopping.")
            return 0
        except ExceptionGroup as group:
            if group.split(StartError)[1]:  # unexpected: show its traceback
                raise
            self.output.say(str(group.exceptions[0]))
            return 1
        return 0

    async def _keep(self, child: Child) -> None:
        """Restart a child whenever it ends; StartError if that happens three times within a minute."""
        deaths: deque[float] = deque(maxlen=DEATHS_ALLOWED + 1)
        while True:
            await self._start(child)
            how = describe_end(await child.ended())
            deaths.append(time.monotonic())
            if len(deaths) > DEATHS_ALLOWED and deaths[-1] - deaths[0] < DEATH_WINDOW_SECONDS:
                raise StartError(
                    f"The {child.spec.title} {how}, for the third time within a minute. Stopping everything.",
                    _last_lines(child),
                )
            self.output.say(f"The {child.spec.title} {how}; restarting it.")

    async def _run_once(self, spec: ChildSpec) -> None:
        """Run a step of the start; StartError with its last lines if it fails."""
        child = self._add(spec)
        self._answers[spec.name] = child.answer
        await child.start()
        code = await child.ended()
        self._children.remove(child)
        if code != 0:
            raise StartError(f"The {spec.title} {describe_end(code)}, so RealRecap cannot start.", _last_lines(child))

    def _add(self, spec: ChildSpec) -> Child:
        name = spec.name
        child = Child(spec, self.root, self.environment, lambda line: self.output.line(name, line))
        self._children.append(child)
        return child

    async def _start(self, child: Child) -> None:
        await child.start()
        self._state.children[child.spec.name] = ChildState(child.pid or 0, time.time(), child.starts)
        self._state.save(self.data_dir)

    def _announce(self, ready: bool) -> None:
        text = self.plan.announce(self._answers, ready)
        if text:
            self.output.show(text)

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup ignores it
                loop.add_signal_handler(number, self._ask_to_stop)

    def _ask_to_stop(self) -> None:
        """The first signal stops everything in order, a later one at once; `make` may repeat a signal at once."""
        now = time.monotonic()
        if not self._stop_asked.is_set():
            self._stop_asked.set()
            self._asked_at = now
        elif now - self._asked_at > _HURRY_AFTER_SECONDS:
            self._hurry.set()

    async def _stop_all(self) -> None:
        def order(child: Child) -> int:
            return child.spec.stop_order

        for _, together in groupby(sorted(self._children, key=order), key=order):
            await asyncio.gather(*(self._stop(child) for child in together))
        self.output.say("Stopped.")

    async def _stop(self, child: Child) -> None:
        if not await child.stop(self._hurry):
            self.output.say(f"The {child.spec.title} did not stop in time and was killed.")


def _last_lines(child: Child) -> str:
    return "\n".join(["Its last lines:", *(f"  {line}" for line in child.last_lines or ["(none)"])])
