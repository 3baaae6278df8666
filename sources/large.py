"""Large pages: a process has one in memory at a time, and gives its memory back to the system when it is done with it."""

import ctypes
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache

from sources.fetching.pacing import LONGEST_WAIT, NotNow

LARGE = 2_000_000  # bytes
BLOCK = 500_000  # bytes of memory that are given back one by one
M_MMAP_THRESHOLD = -3  # malloc.h

_ALONE = threading.Lock()


@contextmanager
def alone(
    host: str, waiting: Callable[[], AbstractContextManager[object]] = nullcontext
) -> Iterator[None]:
    """Wait until no other thread has a large page, holding ``waiting`` meanwhile. Raises ``NotNow``.

    Nobody may wait for this who has a host's turn, or anything else that whoever has a large page may come to wait for.
    """
    with waiting():
        is_ours = _ALONE.acquire(timeout=LONGEST_WAIT)
    if not is_ours:
        raise NotNow(host, LONGEST_WAIT)
    try:
        yield
    finally:
        _ALONE.release()


@cache
def give_back() -> None:
    """Have the system get each large block back as soon as it is free. glibc would keep some megabytes for each thread."""
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(M_MMAP_THRESHOLD, BLOCK)
