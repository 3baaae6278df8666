"""A worker for tests that stops in the middle of keeping a copy, at the stage that the source's address names.

``python -m tests.sources.halting_worker SOCKET-FOLDER DATABASE FOLDER PORT,PORT,…``: the copies are kept in ``FOLDER/evidence``.
At its stage a job makes the file ``FOLDER/<stage>`` and goes on when there is ``FOLDER/<stage>.go``.
"""

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

STAGES = [
    "before-it-is-fetched",
    "while-it-is-fetched",  # here it is the site that stops
    "after-it-was-fetched",
    "while-the-file-is-written",
    "after-the-file-was-written",
    "before-the-rows-are-committed",
    "after-the-rows-were-committed",
]
PATIENCE = 60  # seconds, after which a job of a test that failed ends by itself


def main() -> None:
    socket_folder, database, name, ports = sys.argv[1:]
    folder = Path(name)
    from tests import settings

    settings.FETCH_LOOPBACK = [f"127.0.0.1:{port}" for port in ports.split(",")]
    settings.STORAGES["evidence"]["OPTIONS"] = {"location": str(folder / "evidence")}
    # As everywhere but in tests, what was committed stays when Postgres crashes.
    settings.DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=on"
    from tests import worker

    worker.set_up(socket_folder, database)
    _halt(folder)
    from factually import working

    working.LANES.update(default=2, fetching=len(STAGES))
    worker.work(10)


def _halt(folder: Path) -> None:
    from factually.storage import WholeFileStorage
    from sources import looking, storing
    from sources.models import Source
    from sources.visiting import Visitor

    job = threading.local()

    def stop(stage: str) -> None:
        if job.stage == stage:
            halt(folder, stage)

    looking.VISITOR.pacer._pacing.pause = 0
    look = looking.look

    def noted(source_pk: int, **arguments: Any) -> Any:
        job.stage = urlsplit(Source.objects.get(pk=source_pk).url).path.strip("/")
        return look(source_pk, **arguments)

    looking.look = noted
    _around(Visitor, "visit", lambda: stop(STAGES[0]))
    _around(storing, "write", lambda: stop(STAGES[2]))
    _around(looking, "_record", lambda: stop(STAGES[4]), lambda: stop(STAGES[6]))
    _around(looking._Recording, "look", after=lambda: stop(STAGES[5]))
    write = WholeFileStorage._write

    def written(self: Any, stream: Any, content: Any) -> None:
        if job.stage == STAGES[3]:
            stream.write(content.read(200))
            stream.flush()
            halt(folder, STAGES[3])
            content.seek(0)
            stream.seek(0)
        write(self, stream, content)

    WholeFileStorage._write = written  # type: ignore[method-assign]


def halt(folder: Path, stage: str) -> None:
    (folder / stage).touch()
    deadline = time.monotonic() + PATIENCE
    while not (folder / f"{stage}.go").exists() and time.monotonic() < deadline:
        time.sleep(0.05)


def _nothing() -> None:
    pass


def _around(
    owner: Any,
    name: str,
    before: Callable[[], None] = _nothing,
    after: Callable[[], None] = _nothing,
) -> None:
    whole = getattr(owner, name)

    def surrounded(*values: Any, **named: Any) -> Any:
        before()
        result = whole(*values, **named)
        after()
        return result

    setattr(owner, name, surrounded)


if __name__ == "__main__":
    main()
