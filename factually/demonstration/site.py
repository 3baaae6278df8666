"""A small site on this machine's loopback with the demonstration's own sources, so that copies can be kept without a network.

``python -m factually.demonstration.site`` serves it; ``manage.py serve`` starts it in local mode.
"""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PAGES = Path(__file__).parent / "sources"
HOST, PORT = "127.0.0.1", 8017  # as in the addresses that the demonstration cites
ADDRESS = f"{HOST}:{PORT}"


class Pages(SimpleHTTPRequestHandler):
    """The files of one folder, and nothing about whoever asks for them."""

    extensions_map = {".html": "text/html; charset=utf-8", ".txt": "text/plain; charset=utf-8"}

    def list_directory(self, path: Any) -> None:
        self.send_error(404)

    def log_message(self, *args: Any) -> None:
        """Nobody reads it."""


def server(port: int = PORT) -> ThreadingHTTPServer:
    return ThreadingHTTPServer((HOST, port), partial(Pages, directory=str(PAGES)))


if __name__ == "__main__":
    server().serve_forever()
