"""A program for `test_sandbox`: puts the decoder's walls up around itself, and then tries every way out.

Its argument is JSON. It becomes an ordinary user first where that names one, and leaves out the walls that it names.
Every call is made by its number, past all libraries. What did not fail with "not permitted" is reported.
"""

import ctypes
import json
import mmap
import os
import sys

arguments = json.loads(sys.argv[1])
sys.path.append(arguments["root"])
from pipeline.decode import sandbox  # noqa: E402

if arguments["user"]:
    os.setgroups([])
    os.setgid(arguments["user"])
    os.setuid(arguments["user"])
for wall in arguments["without"]:
    getattr(sandbox, wall).restrict = lambda libc: False
    getattr(sandbox, wall).is_available = lambda: False
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
numbers = arguments["numbers"]
own, parent = os.getpid(), os.getppid()
secret = arguments["secret"].encode()
space = ctypes.create_string_buffer(4096)
address = bytes.fromhex(arguments["address"])
executed = (ctypes.c_char_p * 2)(b"/bin/true", None)
vector = (ctypes.c_void_p * 2)(ctypes.addressof(space), 8)
old_code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)  # as if a library had it
old_code.write(bytes.fromhex("b814000000 cd80 c3"))  # on x86: mov eax, 20 (getpid); int 0x80; ret
call_as_32_bit = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(old_code)))
sandbox.confine(sandbox.DecodeArguments(parent, 1, 16000, 60.0, 512 << 20, 60))
AT = -100
TRIES = {
    "open": (b"/etc/passwd", 0),
    "openat": (AT, secret, 0),
    "openat2": (AT, secret, bytes(24), 24),
    "creat": (b"/tmp/left-behind", 0o600),
    "unlink": (secret,),
    "unlinkat": (AT, secret, 0),
    "rename": (secret, secret + b"2"),
    "renameat2": (AT, secret, AT, secret + b"2", 0),
    "truncate": (secret, 0),
    "link": (secret, b"/tmp/linked"),
    "symlink": (secret, b"/tmp/linked"),
    "mkdir": (b"/tmp/made", 0o700),
    "chmod": (secret, 0o777),
    "chown": (secret, 0, 0),
    "stat": (secret, space),
    "newfstatat": (AT, secret, space, 0),
    "statx": (AT, secret, 0, 0x7FF, space),
    "access": (secret, 0),
    "readlink": (b"/proc/self/exe", space, 4096),
    "getdents64": (0, space, 4096),
    "chdir": (b"/",),
    "chroot": (b"/",),
    "mount": (b"none", b"/", b"tmpfs", 0, None),
    "memfd_create": (b"m", 0),
    "open_by_handle_at": (AT, space, 0),
    "name_to_handle_at": (AT, secret, space, space, 0),
    "socket": (2, 1, 0),
    "socketpair": (1, 1, 0, space),
    "connect": (0, address, len(address)),
    "bind": (0, address, 16),
    "accept4": (0, None, None, 0),
    "sendto": (1, b"x", 1, 0, None, 0),
    "sendmsg": (1, space, 0),
    "listen": (0, 5),
    "fork": (),
    "vfork": (),
    "clone": (17, None, None, None, None),
    "clone3": (bytes(88), 88),
    "execve": (b"/bin/true", executed, None),
    "execveat": (AT, b"/bin/true", executed, None, 0),
    "kill": (parent, 0),
    "tkill": (parent, 0),
    "tgkill": (parent, parent, 0),
    "rt_sigqueueinfo": (parent, 0, space),
    "pidfd_open": (parent, 0),
    "pidfd_getfd": (0, 0, 0),
    "pidfd_send_signal": (0, 0, None, 0),
    "ptrace": (16, parent, None, None),
    "process_vm_readv": (parent, vector, 1, vector, 1, 0),
    "process_vm_writev": (parent, vector, 1, vector, 1, 0),
    "kcmp": (own, parent, 0, 0, 1),
    "setuid": (0,),
    "setresuid": (0, 0, 0),
    "setgid": (0,),
    "setgroups": (0, None),
    "capset": (space, space),
    "unshare": (0x10000000,),
    "setns": (0, 0),
    "keyctl": (0, -3, 0),
    "add_key": (b"user", b"k", b"v", 1, -3),
    "request_key": (b"user", b"k", None, -3),
    "io_uring_setup": (4, bytes(120)),
    "bpf": (0, bytes(72), 72),
    "perf_event_open": (bytes(112), 0, -1, -1, 0),
    "userfaultfd": (0,),
    "prctl": (15, b"name"),
    "seccomp": (2, 0, bytes(4)),
    "prlimit64": (parent, 0, None, space),
    "setrlimit": (7, space),
    "dup": (0,),
    "dup2": (0, 9),
    "fcntl": (0, 0, 9),
    "ioctl": (1, 0x5401, space),
    "pipe2": (space, 0),
    "eventfd2": (0, 0),
    "epoll_create1": (0,),
    "inotify_init1": (0,),
    "shmget": (0, 4096, 0o1600),
    "msgget": (0, 0o1600),
    "mq_open": (b"q", 0o100, 0o600, None),
    "sysinfo": (space,),
    "uname": (space,),
    "reboot": (0, 0, 0, None),
    "init_module": (space, 8, b""),
    "finit_module": (0, b"", 0),
    "kexec_load": (0, 0, None, 0),
    "swapon": (secret, 0),
    "acct": (secret,),
    "settimeofday": (space, None),
    "sethostname": (b"h", 1),
    "personality": (0,),
    "sched_setaffinity": (0, 8, space),
    "setsid": (),
    "setpgid": (0, 0),
    "landlock_create_ruleset": (None, 0, 1),
    "fsopen": (b"tmpfs", 0),
    "fanotify_init": (0, 0),
    "sendfile": (1, 0, None, 1),
    "splice": (0, None, 1, None, 1, 0),
    "copy_file_range": (0, None, 1, None, 1, 0),
    "ftruncate": (1, 0),
    "fchmod": (0, 0o777),
    "fchown": (0, 0, 0),
    "flock": (0, 1),
    "fsync": (1,),
}
done = []


def attempt(name, number, values):
    ctypes.set_errno(0)
    values = [ctypes.c_long(value) if isinstance(value, int) else value for value in values]
    if libc.syscall(ctypes.c_long(number), *values) >= 0 or ctypes.get_errno() != 1:
        done.append([name, ctypes.get_errno()])


for name, values in TRIES.items():
    if name in numbers:
        attempt(name, numbers[name], values)
writable = libc.syscall(
    ctypes.c_long(numbers["mmap"]),
    None,
    ctypes.c_long(4096),
    ctypes.c_long(3),
    ctypes.c_long(0x22),
    ctypes.c_long(-1),
    ctypes.c_long(0),
)
attempt("mmap to execute", numbers["mmap"], (None, 4096, 7, 0x22, -1, 0))
attempt("mprotect to execute", numbers["mprotect"], (writable, 4096, 5))
if "seccomp" not in arguments["without"]:
    allowed = {numbers[name] for name in (*sandbox.seccomp.ALLOWED, *sandbox.seccomp.WITHOUT_EXECUTION)}
    probes = {335, 336} if numbers["read"] == 0 else set()  # on x86: who calls these is ended, with or without walls
    for number in set(range(1024)) - allowed - probes:  # those that later kernels will have, too
        attempt(f"call {number}", number, (0,) * 6)
os.write(1, json.dumps({"tried": len(TRIES), "done": done}).encode())
if arguments["foreign"] == "32 bits":
    call_as_32_bit()
    os.write(1, b" a foreign call came back")
elif arguments["foreign"] is not None:
    libc.syscall(ctypes.c_long(arguments["foreign"]))
    os.write(1, b" a foreign call came back")
