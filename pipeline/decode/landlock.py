"""Closes the file system and TCP to the calling process, where the kernel has Landlock (Linux 5.13, TCP from 6.7).

It backs the filter of system calls up: whatever call might be forgotten there, no path can be opened.
Sources: landlock(7); include/uapi/linux/landlock.h.
"""

from __future__ import annotations

import ctypes
import os
import struct

CREATE_RULESET, RESTRICT_SELF = 444, 446  # the same on every processor
RULESET_VERSION = 1
#: Rights over files that each version of Landlock adds: how many bits of the mask it knows.
FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
NEWEST_FILE_RIGHTS = 16
TCP_RIGHTS = 0b11  # bind and connect, from version 4 on
SCOPES = 0b11  # abstract Unix sockets and signals to processes outside, from version 6 on


def find_version(libc: ctypes.CDLL | None = None) -> int:
    """The version of Landlock that the kernel has; 0 without it."""
    libc = libc or ctypes.CDLL(None, use_errno=True)
    return max(0, int(libc.syscall(CREATE_RULESET, None, 0, RULESET_VERSION)))


def restrict(libc: ctypes.CDLL) -> bool:
    """Take every right over paths and TCP away; False without Landlock. Open files stay as they are."""
    version = find_version(libc)
    if version == 0:
        return False
    rights = (1 << FILE_RIGHTS.get(version, NEWEST_FILE_RIGHTS)) - 1
    rules = struct.pack("=QQQ", rights, TCP_RIGHTS if version >= 4 else 0, SCOPES if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    handle = libc.syscall(CREATE_RULESET, rules, size, 0)
    if handle < 0:
        return False
    try:
        return bool(libc.syscall(RESTRICT_SELF, handle, 0) == 0)
    finally:
        os.close(handle)
