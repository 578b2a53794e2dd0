"""Whether the speech engines can compute on the GPU: prints what cannot be loaded, nothing if all is well.

A program of its own (`python -m pipeline.cuda_check`): the parent of the workers must not touch CUDA, because its
children are forked from it.
"""

from __future__ import annotations

import ctypes

#: What ctranslate2 opens when it computes on a GPU: the driver's library, and one that the wheels of torch bring.
LIBRARIES = ("libcuda.so.1", "libcublas.so.12", "libcublasLt.so.12")


def find_fault() -> str | None:
    """What is missing, in words; None if ctranslate2 sees a GPU and finds its libraries."""
    try:
        import torch  # noqa: F401  (the recogniser loads it first too: it brings the libraries)
        from ctranslate2 import get_cuda_device_count
    except (ImportError, OSError) as error:
        return f"{getattr(error, 'name', None) or 'a library'} cannot be loaded"
    for name in LIBRARIES:
        try:
            ctypes.CDLL(name)
        except OSError:
            return f"{name} cannot be loaded"
    return None if get_cuda_device_count() else "CUDA sees no GPU, though the driver does"


if __name__ == "__main__":
    print(find_fault() or "")
