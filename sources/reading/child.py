"""The process in which a document is read: one document in, one answer out, then its end.

It imports neither Django nor settings, and knows no secret. In: a line of JSON (what is allowed, what was said of the
document), then its bytes until the end of the stream. Out: JSON, ``{"read": …}`` or ``{"trouble": …}``.
"""

import json
import sys
from typing import Any

from sources.reading import contents
from sources.reading.result import Trouble, Unreadable


def main() -> None:
    asked = json.loads(sys.stdin.buffer.readline())
    _limit(asked["seconds"], asked["memory"])
    data = sys.stdin.buffer.read()
    if len(data) != asked["size"]:  # whoever asked is gone
        sys.exit(1)
    answer: dict[str, Any]
    try:
        answer = {"read": contents.read(data, asked["content_type"], asked["url"]).as_json()}
    except Unreadable as error:
        answer = {"trouble": error.trouble}
    except (MemoryError, RecursionError):
        answer = {"trouble": Trouble.COSTLY}
    sys.stdout.write(json.dumps(answer))


def _limit(seconds: int, memory: int) -> None:
    """Ask the system to hold this process to so many seconds of work and bytes of memory, where it can."""
    try:
        import resource
    except ImportError:  # Windows: the parent's clock alone
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if __name__ == "__main__":
    main()
