"""What code that broke into the decoder can do: every door is tried from inside, by the system calls themselves."""

from __future__ import annotations

import errno
import json
import os
import platform
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.decode import landlock, seccomp
from pipeline.decode.sandbox import NOBODY

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's")
ROOT = Path(__file__).resolve().parents[3]
HOSTILE_CODE = ROOT / "tests" / "support" / "hostile_code.py"
SECRET = "the secret of somebody else"


def call_numbers() -> dict[str, int]:
    """Every system call of this machine by name, from the kernel's headers."""
    for header in (f"/usr/include/{platform.machine()}-linux-gnu/asm/unistd_64.h", "/usr/include/asm-generic/unistd.h"):
        if platform.machine() != "x86_64" and "unistd_64" in header:
            continue
        if Path(header).exists():
            found = re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", Path(header).read_text())
            return {name: int(number) for name, number in found}
    pytest.skip("the kernel's headers are not installed (linux-libc-dev)")


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder that every user can reach, as the decoder's working folder is."""
    with tempfile.TemporaryDirectory(dir="/tmp") as path:
        os.chmod(path, 0o755)  # noqa: S103
        yield Path(path)


def run_hostile(
    folder: Path, *, user: int = 0, without: tuple[str, ...] = (), foreign: int | str | None = None
) -> subprocess.CompletedProcess[str]:
    secret = folder.parent / f"{folder.name}.secret"
    secret.write_text(SECRET)
    secret.chmod(0o666)
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        address = socket.AF_INET.to_bytes(2, sys.byteorder) + port.to_bytes(2, "big") + bytes([127, 0, 0, 1]) + bytes(8)
        arguments = {
            "root": str(ROOT), "user": user, "without": without, "numbers": call_numbers(), "foreign": foreign,
            "secret": str(secret), "address": address.hex(),
        }  # fmt: skip
        try:
            answer = subprocess.run(
                [sys.executable, "-I", str(HOSTILE_CODE), json.dumps(arguments)],
                cwd=folder, env={}, capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip
            assert secret.read_text() == SECRET
            assert (secret.stat().st_mode & 0o777, secret.stat().st_uid) == (0o666, os.getuid())
            return answer
        finally:
            secret.unlink()


#: What the kernel refuses a user without rights in an empty folder even where it has no filters.
FORBIDDEN_TO_NOBODY = set(
    "open openat openat2 creat unlink unlinkat rename renameat2 truncate stat newfstatat statx chmod chown mkdir link "
    "symlink execve execveat fork vfork clone clone3 tgkill ptrace process_vm_readv process_vm_writev setuid setresuid "
    "setgid setgroups chroot mount init_module bpf reboot".split()
)
USERS = [pytest.param(0, id="as the user of the worker"), pytest.param(NOBODY - 1, id="as an ordinary user")]


@pytest.mark.parametrize("user", USERS)
@pytest.mark.parametrize("without", [(), ("landlock",)], ids=["all walls", "without Landlock"])
def test_hostile_code_in_the_decoder_finds_every_door_closed(folder: Path, user: int, without: tuple[str, ...]) -> None:
    if user and os.geteuid() != 0:
        pytest.skip("only root can become another user")
    assert seccomp.is_available()
    answer = run_hostile(folder, user=user, without=without)
    report = json.loads(answer.stdout)
    assert report["done"] == []
    assert report["tried"] > 100


def test_a_decoder_whose_filter_is_refused_reads_nothing(folder: Path) -> None:
    program = (
        "import sys; sys.path.append(sys.argv[1]); from pipeline.decode import sandbox; "
        "sandbox.seccomp.compile_filter = lambda machine: bytes(8); "
        "sandbox.confine(sandbox.DecodeArguments(int(sys.argv[2]), 1, 16000, 60.0, 512 << 20, 60)); print('on it goes')"
    )
    command = [sys.executable, "-I", "-c", program, str(ROOT), str(os.getpid())]
    answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert "refused its filter" in answer.stderr


@pytest.mark.parametrize("machine", seccomp.MACHINES)
def test_a_filter_lets_the_calls_of_its_list_pass_and_no_other(machine: str) -> None:
    known = seccomp.MACHINES[machine]
    always = {known.numbers[name] for name in seccomp.ALLOWED}
    without_execution = {known.numbers[name] for name in seccomp.WITHOUT_EXECUTION}
    for number in range(1024):
        for protection in (3, 7, 1 << 32 | 4):
            passes = number in always or (number in without_execution and not protection & seccomp.PROT_EXEC)
            verdict = seccomp.RET_ALLOW if passes else seccomp.RET_ERRNO | errno.EPERM
            assert judge(known, number, known.audit, protection) == verdict
    for other in seccomp.MACHINES.values():
        if other != known:
            assert judge(known, known.numbers["read"], other.audit, 0) == seccomp.RET_KILL_PROCESS
    assert judge(known, seccomp.X32_BIT, known.audit, 0) == seccomp.RET_KILL_PROCESS
    assert judge(known, 0xFFFFFFFF, known.audit, 0) == seccomp.RET_KILL_PROCESS


def judge(machine: seccomp.Machine, number: int, architecture: int, third: int) -> int:
    """What the filter answers a call, run as the kernel runs it; on any processor."""
    seen = struct.pack("=IIQ6Q", number, architecture, 0, 0, 0, third, 0, 0, 0)
    code = list(struct.iter_unpack("=HBBI", seccomp.compile_filter(machine)))
    at, register = 0, 0
    while True:
        operation, if_true, if_false, value = code[at]
        at += 1
        match operation:
            case seccomp.LOAD:
                (register,) = struct.unpack_from("=I", seen, value)
            case seccomp.EQUAL:
                at += if_true if register == value else if_false
            case seccomp.AT_LEAST:
                at += if_true if register >= value else if_false
            case seccomp.ANY_BIT:
                at += if_true if register & value else if_false
            case seccomp.RETURN:
                return int(value)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="only x86-64 has other tables")
@pytest.mark.parametrize(
    ("foreign", "endings"),
    [
        pytest.param(seccomp.X32_BIT | 39, {-signal.SIGSYS}, id="x32"),
        # a kernel without 32-bit programs does not know the instruction
        pytest.param("32 bits", {-signal.SIGSYS, -signal.SIGSEGV}, id="32 bits"),
    ],
)
def test_calls_of_another_table_end_the_process(folder: Path, foreign: int | str, endings: set[int]) -> None:
    answer = run_hostile(folder, foreign=foreign)
    assert answer.returncode in endings
    assert answer.stdout.startswith("{")
    assert "came back" not in answer.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="the walls behind the filter are root's to put up")
def test_without_the_filter_root_is_nobody_in_an_empty_folder(folder: Path) -> None:
    answer = run_hostile(folder, without=("seccomp",))
    worked = {name for name, error in json.loads(answer.stdout)["done"] if error == 0}
    assert not worked & FORBIDDEN_TO_NOBODY


def test_the_numbers_are_those_of_the_kernels_headers() -> None:
    known = {"x86_64": "/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "aarch64": "/usr/include/asm-generic/unistd.h"}
    compared = 0
    for machine, header in known.items():
        if not Path(header).exists():
            continue
        found = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", Path(header).read_text()))
        expected = {name: int(found[name]) for name in (*seccomp.ALLOWED, *seccomp.WITHOUT_EXECUTION)}
        assert seccomp.MACHINES[machine].numbers == expected
        compared += 1
    if not compared:
        pytest.skip("the kernel's headers are not installed (linux-libc-dev)")


def test_the_version_of_landlock_is_a_number_everywhere() -> None:
    assert landlock.find_version() >= 0
