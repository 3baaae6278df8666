"""``manage.py serve``: what one command starts, keeps running and ends."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from factually.management.commands import serve

CHECKOUT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 40  # seconds; the machine may be busy


class Site:
    """A running ``manage.py serve`` with data of its own."""

    def __init__(self, data: Path, port: int) -> None:
        self.port = port
        self.log = data / "said"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=CHECKOUT,
                env=environment(data, port),
                stdout=log,
                stderr=log,
            )

    def said(self) -> str:
        return self.log.read_text()

    def wait_until_said(self, words: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while words not in self.said():
            assert time.monotonic() < deadline, self.said()
            assert self.process.poll() is None, self.said()
            time.sleep(0.05)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not serve.is_ready(self.port):
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)


def environment(data: Path, port: object) -> dict[str, str]:
    ours = {"FACTUALLY_DATA": str(data), "FACTUALLY_DEMONSTRATION": "no", "PORT": str(port)}
    others = {
        k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "DJANGO_SETTINGS_MODULE"}
    }
    return others | ours


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="factually serve-")).resolve()
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def site(data: Path) -> Iterator[Site]:
    site = Site(data, free_port())
    try:
        site.wait_until_said("is ready on")
        yield site
    finally:
        site.process.terminate()
        site.process.wait(PATIENCE)


def server_number(data: Path) -> int:
    return int((data / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])


def children(site: Site, words: str) -> list[int]:
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(site.process.pid)],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    return [int(line.split()[0]) for line in listed.splitlines() if words in line]


def test_one_command_brings_up_the_whole_site(site: Site) -> None:
    assert f"http://127.0.0.1:{site.port}/" in site.said()
    assert serve.is_ready(site.port)


def test_a_taken_port_is_one_sentence(site: Site, data: Path) -> None:
    assert refusal(data, site.port) == (
        f"CommandError: Port {site.port} is taken by another program: choose another with PORT=…."
    )


@pytest.mark.parametrize("port", ["0", "65536", "http"])
def test_a_port_that_cant_be_one_is_one_sentence(port: str, site: Site, data: Path) -> None:
    assert refusal(data, port) == (
        f"CommandError: PORT must be a number from 1 to 65535, not “{port}”."
    )


def refusal(data: Path, port: object) -> str:
    refused = subprocess.run(
        [sys.executable, "manage.py", "serve"],
        cwd=CHECKOUT,
        env=environment(data, port),
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    return refused.stderr.strip()


@pytest.mark.skipif(shutil.which("ps") is None, reason="ps is needed to find the children")
@pytest.mark.parametrize(
    ("words", "name"), [("granian", "web server"), ("manage.py work", "job worker")]
)
def test_what_is_killed_is_started_again(words: str, name: str, site: Site) -> None:
    os.kill(children(site, words)[0], signal.SIGKILL)
    site.wait_until_said(f"The {name} stopped unexpectedly")
    site.wait_until_ready()


def test_a_killed_postgres_is_started_again(site: Site, data: Path) -> None:
    os.kill(server_number(data), signal.SIGKILL)
    site.wait_until_said("Postgres stopped unexpectedly")
    site.wait_until_ready()


def test_the_order_to_end_ends_everything_quietly(site: Site, data: Path) -> None:
    before = site.said()
    site.process.terminate()
    assert site.process.wait(PATIENCE) == 0
    assert site.said() == before
    assert not serve.is_ready(site.port)
    assert not (data / "postgres" / "data" / "postmaster.pid").exists()
