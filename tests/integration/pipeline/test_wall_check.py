"""The check of the decoder's walls tells the truth where a container forbids them."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.decode import seccomp, wall_check
from pipeline.decode.wall_check import Filter

ROOT = Path(__file__).resolve().parents[3]
FIRST_ARGUMENT = 16  # in `struct seccomp_data`
OUTCOME = "from pipeline.decode.wall_check import try_walls; found = try_walls(); print(found and found.seccomp)"


def forbid(*calls: bytes) -> None:
    """Put a filter on this process and its children that answers some calls with "not permitted"."""
    step, machine = seccomp._step, seccomp.MACHINES[platform.machine()]
    code = [step(seccomp.LOAD, seccomp.NUMBER), *calls, step(seccomp.RETURN, seccomp.RET_ALLOW)]
    program = seccomp._Program(len(b"".join(code)) // 8, b"".join(code))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(seccomp.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.syscall(machine.seccomp, seccomp.SECCOMP_SET_MODE_FILTER, 0, ctypes.byref(program)):
        os._exit(3)


def outcome(*calls: bytes) -> str:
    """What the check finds in a process that is kept from these calls."""
    command = [sys.executable, "-c", OUTCOME]
    ended = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, preexec_fn=lambda: forbid(*calls)
    )
    return ended.stdout.strip()


def forbidding(operation: int | None, verdict: int) -> bytes:
    """The instructions that forbid seccomp(2), or one operation of it."""
    number = seccomp.MACHINES[platform.machine()].seccomp
    refuse = seccomp._step(seccomp.RETURN, verdict)
    if operation is None:
        return seccomp._step(seccomp.EQUAL, number, 0, 1) + refuse
    look = seccomp._step(seccomp.LOAD, FIRST_ARGUMENT) + seccomp._step(seccomp.EQUAL, operation, 0, 1)
    return seccomp._step(seccomp.EQUAL, number, 0, 3) + look + refuse


def test_the_walls_stand_here() -> None:
    found = wall_check.try_walls()
    assert found is not None
    assert found.seccomp is Filter.STANDS


@pytest.mark.parametrize(
    ("operation", "verdict", "expected"),
    [
        (None, seccomp.RET_ERRNO | errno.EPERM, "missing"),
        (None, seccomp.RET_ERRNO | errno.ENOSYS, "missing"),
        (seccomp.SECCOMP_SET_MODE_FILTER, seccomp.RET_ERRNO | errno.EPERM, "refused"),
        (seccomp.SECCOMP_SET_MODE_FILTER, seccomp.RET_ERRNO, "refused"),
        (None, seccomp.RET_KILL_PROCESS, "None"),
    ],
    ids=["forbidden", "unknown", "putting it on is forbidden", "only pretended", "deadly"],
)
def test_where_filters_cannot_be_put_on_the_check_says_so(operation: int | None, verdict: int, expected: str) -> None:
    assert outcome(forbidding(operation, verdict)) == expected
