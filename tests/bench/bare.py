"""The bare WSGI application: it answers with the bytes and headers that were recorded from the real one."""

import json
import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse

from factually import supervisor

VARIABLE = "FACTUALLY_BENCH_ANSWERS"
Answers = dict[str, tuple[list[tuple[str, str]], bytes]]  # path to headers and body


def save(answers: Answers, file: Path) -> None:
    file.write_text(
        json.dumps({path: (headers, body.hex()) for path, (headers, body) in answers.items()})
    )


def load(file: Path) -> Answers:
    saved = json.loads(file.read_text())
    return {
        path: ([(name, value) for name, value in headers], bytes.fromhex(body))
        for path, (headers, body) in saved.items()
    }


def make(answers: Answers) -> Callable[[dict[str, Any], StartResponse], Iterable[bytes]]:
    def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        headers, body = answers[environ["PATH_INFO"]]
        start_response("200 OK", headers)
        return [body]

    return application


if VARIABLE in os.environ:  # the web server imports this module for it
    supervisor.end_with_parent(signal.SIGKILL)  # as the real one's processes do
    application = make(load(Path(os.environ[VARIABLE])))
