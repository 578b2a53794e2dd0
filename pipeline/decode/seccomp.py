"""Leaves the calling process only the system calls that reading one open file and writing another need.

A filter of the Linux kernel (seccomp, mode 2) answers every other call with "not permitted", for this process and all
its threads, and cannot be taken off again. Sources: seccomp(2); include/uapi/linux/{seccomp,filter,audit}.h.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from typing import NamedTuple

PR_SET_NO_NEW_PRIVS = 38
SECCOMP_SET_MODE_FILTER, SECCOMP_GET_ACTION_AVAIL = 1, 2
SECCOMP_FILTER_FLAG_TSYNC = 1  # the filter holds for threads that run already, too
RET_KILL_PROCESS, RET_ERRNO, RET_ALLOW = 0x80000000, 0x00050000, 0x7FFF0000
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06  # instructions of the filter's language (BPF)
NUMBER, ARCHITECTURE, THIRD_ARGUMENT = 0, 4, 32  # offsets in what a filter sees of a call, `struct seccomp_data`
PROT_EXEC = 4
X32_BIT = 0x40000000  # x86-64 has a second table of calls behind this bit

#: Memory, clocks, locks, and reading and writing what is open already.
ALLOWED = (
    "read", "write", "pread64", "lseek", "brk", "munmap", "mremap", "madvise", "futex", "rt_sigaction",
    "rt_sigprocmask", "rt_sigreturn", "restart_syscall", "clock_gettime", "gettimeofday", "sched_yield",
    "sched_getaffinity", "getpid", "gettid", "getrandom", "exit", "exit_group",
)  # fmt: skip
#: Allowed as long as the memory cannot be executed: code that breaks in can bring no code of its own.
WITHOUT_EXECUTION = ("mmap", "mprotect")


class Machine(NamedTuple):
    """What differs between processors: the kernel's name for them, and the numbers of the calls."""

    audit: int
    seccomp: int
    numbers: dict[str, int]


#: Numbers from arch/x86/entry/syscalls/syscall_64.tbl and include/uapi/asm-generic/unistd.h.
MACHINES = {
    "x86_64": Machine(
        0xC000003E, 317,
        {
            "read": 0, "write": 1, "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11, "brk": 12, "rt_sigaction": 13,
            "rt_sigprocmask": 14, "rt_sigreturn": 15, "pread64": 17, "sched_yield": 24, "mremap": 25, "madvise": 28,
            "getpid": 39, "exit": 60, "gettimeofday": 96, "gettid": 186, "futex": 202, "sched_getaffinity": 204,
            "restart_syscall": 219, "clock_gettime": 228, "exit_group": 231, "getrandom": 318,
        },
    ),
    "aarch64": Machine(
        0xC00000B7, 277,
        {
            "read": 63, "write": 64, "lseek": 62, "mmap": 222, "mprotect": 226, "munmap": 215, "brk": 214,
            "rt_sigaction": 134, "rt_sigprocmask": 135, "rt_sigreturn": 139, "pread64": 67, "sched_yield": 124,
            "mremap": 216, "madvise": 233, "getpid": 172, "exit": 93, "gettimeofday": 169, "gettid": 178, "futex": 98,
            "sched_getaffinity": 123, "restart_syscall": 128, "clock_gettime": 113, "exit_group": 94, "getrandom": 278,
        },
    ),
}  # fmt: skip


class _Program(ctypes.Structure):
    """`struct sock_fprog`: a filter as the kernel takes it."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def is_available() -> bool:
    """Whether the kernel takes filters and this processor's calls are known."""
    machine = MACHINES.get(platform.machine())
    if machine is None:
        return False
    action = ctypes.c_uint32(RET_KILL_PROCESS)
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.syscall(machine.seccomp, SECCOMP_GET_ACTION_AVAIL, 0, ctypes.byref(action)) == 0)


def restrict(libc: ctypes.CDLL) -> bool:
    """Put the filter on, and try it; False where the kernel or the processor does not allow it."""
    machine = MACHINES.get(platform.machine())
    if machine is None:
        return False
    code = compile_filter(machine)
    program = _Program(len(code) // 8, code)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)  # without it the kernel takes filters from root only
    flags = SECCOMP_FILTER_FLAG_TSYNC
    is_on = libc.syscall(machine.seccomp, SECCOMP_SET_MODE_FILTER, flags, ctypes.byref(program)) == 0
    return bool(is_on and libc.getppid() == -1)  # a call that never fails otherwise


def compile_filter(machine: Machine) -> bytes:
    """The filter: foreign tables of calls end the process, allowed calls pass, the others fail with EPERM."""
    code = [
        _step(LOAD, ARCHITECTURE),
        _step(EQUAL, machine.audit, 1, 0),
        _step(RETURN, RET_KILL_PROCESS),
        _step(LOAD, NUMBER),
        _step(AT_LEAST, X32_BIT, 0, 1),
        _step(RETURN, RET_KILL_PROCESS),
    ]
    for name in WITHOUT_EXECUTION:
        code += [
            _step(EQUAL, machine.numbers[name], 0, 4),
            _step(LOAD, THIRD_ARGUMENT),
            _step(ANY_BIT, PROT_EXEC, 0, 1),
            _step(RETURN, RET_ERRNO | errno.EPERM),
            _step(RETURN, RET_ALLOW),
        ]
    for name in ALLOWED:
        code += [_step(EQUAL, machine.numbers[name], 0, 1), _step(RETURN, RET_ALLOW)]
    return b"".join([*code, _step(RETURN, RET_ERRNO | errno.EPERM)])


def _step(operation: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """One instruction, `struct sock_filter`; jumps count the instructions that are skipped."""
    return struct.pack("=HBBI", operation, if_true, if_false, value)
