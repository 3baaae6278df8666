"""Reading a document in a process of its own, which may hang, crash or eat memory without harm.

Parsers are where hostile bytes do damage, and no library promises a bound for all of them. The child gets the bytes and
nothing else: no environment, no database, no files of ours. It ends on its own if this process is killed.
"""

import hashlib
import json
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from sources.reading.result import Read, Trouble, Unreadable, from_json

LARGEST = 30_000_000  # bytes
SECONDS = 20
MEMORY = 1_000_000_000  # bytes of addresses, of which most is never touched
PROJECT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-E", "-s", "-B", "-m", "sources.reading.child")
NO_READERS = {"apart.py", "drift.py", "folding.py", "passages.py"}  # beside the child's own modules
# What ends a child that reads: its limit of work, or a fault in the middle of its document.
ITS_OWN = {
    -number
    for name in ("SIGXCPU", "SIGSEGV", "SIGBUS", "SIGABRT", "SIGILL", "SIGFPE")
    if (number := getattr(signal, name, None))
}


def _version() -> str:
    """Of all that reads, in sixteen hex digits: what was read by another one may be read better now."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    said = [file.read_bytes() for file in files if file.name not in NO_READERS]
    return hashlib.sha256(
        b"".join([*said, version("lxml").encode(), version("pypdf").encode()])
    ).hexdigest()[:16]


READER = _version()


def read(
    data: bytes,
    content_type: str = "",
    url: str = "",
    *,
    seconds: int = SECONDS,
    memory: int = MEMORY,
) -> Read:
    """A document's text and metadata. ``url`` is its final address. Takes ``seconds`` at most, and about 0.1 s more.

    Raises ``Unreadable``; a document that hangs, crashes or needs more than ``memory`` is ``Trouble.COSTLY``. Where
    somebody else ended the child, that is no fault of the document: ``Trouble.STOPPED``.
    """
    if len(data) > LARGEST:
        raise Unreadable(Trouble.TOO_LARGE)
    asked: dict[str, int | str] = {"seconds": seconds, "memory": memory, "size": len(data)}
    asked |= {"content_type": content_type[:1000], "url": url[:4000]}
    try:
        done = subprocess.run(  # noqa: S603
            COMMAND,
            input=json.dumps(asked).encode() + b"\n" + data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=PROJECT,
            env={},
            timeout=seconds,
            check=False,
            start_new_session=True,  # who stops a command with Ctrl-C stops that, and not its reading
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(Trouble.COSTLY) from error
    if done.returncode < 0 and done.returncode not in ITS_OWN:
        raise Unreadable(Trouble.STOPPED)
    return _understood(done.stdout)


def _understood(answer: bytes) -> Read:
    try:
        values: dict[str, Any] = json.loads(answer)
        if "trouble" in values:
            raise Unreadable(Trouble(values["trouble"]))
        return from_json(values["read"])
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
    ) as error:  # it ended before it had answered
        raise Unreadable(Trouble.COSTLY) from error


def sentence(trouble: Trouble) -> str:
    """What an editor is told."""
    return {
        Trouble.TOO_LARGE: _("This document is larger than %(most)d MB, and was not read.")
        % {"most": LARGEST // 1_000_000},
        Trouble.KIND: _("This is neither a web page nor a PDF nor plain text."),
        Trouble.ENCRYPTED: _("This PDF is encrypted, and can’t be read without its password."),
        Trouble.BROKEN: _("This document is broken, and can’t be read."),
        Trouble.COSTLY: _("Reading this document takes too much time or memory. It may be broken."),
        Trouble.STOPPED: _("Reading this document was stopped. It will be tried again."),
    }[trouble]
