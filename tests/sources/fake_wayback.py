"""A small counterpart of Save Page Now on loopback: it answers what a test tells it to, one answer after the other."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

JOB = "spn2-0123456789abcdef"
MOMENT = "20260301120000"
ACCESS, SECRET = "AccessOfTheTests", "SecretOfTheTests"


@dataclass
class Answer:
    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1  # that the body is sent


@dataclass
class FakeWayback:
    """``asked`` are the requests: method and path, the form, the headers in small letters."""

    port: int
    answers: list[Answer] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "WAYBACK_ACCESS_KEY": ACCESS,
            "WAYBACK_SECRET_KEY": SECRET,
            "WAYBACK_ORIGIN": f"http://127.0.0.1:{self.port}",
            "FETCH_LOOPBACK": [f"127.0.0.1:{self.port}"],
        }

    def says(self, body: Any, status: int = 200, times: int = 1, **headers: str) -> None:
        """The next answer: bytes as they are, anything else as JSON."""
        coded = body if isinstance(body, bytes) else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers.append(Answer(coded, status, named, times))

    def accepts(self) -> None:
        self.says({"url": "whatever", "job_id": JOB})

    def is_at_it(self) -> None:
        self.says({"status": "pending", "job_id": JOB, "resources": ["https://sea.example/a.js"]})

    def has_saved(self, url: str, moment: str = MOMENT) -> None:
        saved = {"original_url": url, "timestamp": moment, "duration_sec": 6.2, "resources": []}
        self.says({"status": "success", "job_id": JOB, **saved})

    def fails(self, code: str) -> None:
        said = {"exception": "…", "message": "Words of theirs", "resources": []}
        self.says({"status": "error", "status_ext": code, "job_id": JOB, **said})

    def refuses(self, code: str) -> None:
        """A wish that is not taken: with status 200 and without a job."""
        self.says({"status": "error", "status_ext": code, "message": "Words of theirs"})

    @property
    def paths(self) -> list[str]:
        return [path for path, _form, _headers in self.asked]


@contextmanager
def running() -> Iterator[FakeWayback]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sent = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
            form = {name: values[0] for name, values in parse_qs(sent).items()}
            headers = {name.lower(): value for name, value in self.headers.items()}
            fake.asked.append((f"{self.command} {self.path}", form, headers))
            answer = fake.answers.pop(0)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for _time in range(answer.times):
                    self.wfile.write(answer.body)
            except OSError:
                pass  # the other side has had enough

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *_: Any) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fake = FakeWayback(server.server_port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
