"""Reading a document in a process of its own, which may hang, crash or eat memory without harm.

Parsers are where hostile bytes do damage, and no library promises a bound for all of them. The child gets the bytes and
nothing else: no environment, no database, no files of ours. It ends on its own if this process is killed.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from sources.reading.result import Read, Trouble, Unreadable, from_json

LARGEST = 30_000_000  # bytes
SECONDS = 20
MEMORY = 1_000_000_000  # bytes of addresses, of which most is never touched
PROJECT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-E", "-s", "-B", "-m", "sources.reading.child")


def read(
    data: bytes,
    content_type: str = "",
    url: str = "",
    *,
    seconds: int = SECONDS,
    memory: int = MEMORY,
) -> Read:
    """A document's text and metadata. ``url`` is its final address. Takes ``seconds`` at most, and about 0.1 s more.

    Raises ``Unreadable``; a document that hangs, crashes or needs more than ``memory`` is ``Trouble.COSTLY``.
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
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(Trouble.COSTLY) from error
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
    }[trouble]
