"""A server on this machine that speaks as much S3 as is needed to keep files."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FakeBucket:
    """What it holds, by path; ``is_full`` lets it refuse what is brought; ``headers`` came with the last file."""

    port: int = 0
    files: dict[str, bytes] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    is_full: bool = False

    def where(self, prefix: str = "") -> str:
        endpoint = f"endpoint_url=http://127.0.0.1:{self.port}&region_name=eu-central-1"
        return f"s3://copies/{prefix}?{endpoint}"


@contextmanager
def fake_bucket() -> Iterator[FakeBucket]:
    bucket = FakeBucket()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            bucket.headers = dict(self.headers)
            if bucket.is_full:
                self.answer(507)
            elif "Credential=KEY/" not in self.headers.get("Authorization", ""):
                self.answer(403)
            else:
                bucket.files[self.path] = body
                self.answer(200)

        def do_HEAD(self) -> None:
            self.answer(200 if self.path in bucket.files else 404, bucket.files.get(self.path, b""))

        def do_GET(self) -> None:
            self.do_HEAD()
            self.wfile.write(bucket.files.get(self.path, b""))

        def answer(self, status: int, body: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", '"of-no-matter"')
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        bucket.port = server.server_port
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield bucket
        server.shutdown()
