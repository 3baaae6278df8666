"""``manage.py serve``: the whole site on this machine, as production would run it."""

import http.client
import os
import signal
import socket
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from factually import local, postgres_programs, preparation, supervisor
from factually.demonstration import site

HOST = "127.0.0.1"
PATIENCE = 60  # seconds until the site must answer
THREADS = 4  # for each web process; below the size of its pool of database connections


class Command(BaseCommand):
    help = "Prepare the data, then run the web server and the job worker until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000")
        parser.add_argument(
            "--end-with-parent",
            action="store_true",
            help="Stop when the program that started this one has ended.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        supervisor.take_orders()
        port = port_from(options["port"])
        refuse_taken(port)
        preparation.prepare(self.say)
        refuse_taken(port)  # preparing takes a while the first time
        logs = local.made_data_dir() / "logs"
        with local.refusals():
            logs.mkdir(mode=0o700, exist_ok=True)
            self.say("Starting the web server and the job worker")
            web, worker = web_server(port, logs), job_worker(logs)
            children = [web, worker, *demonstration_sources(logs)]
            house = supervisor.Supervisor(children, self.say, PostgresWatch(self.say))
            house.run(
                when_started=lambda: self.announce(web, port),
                end_with_parent=options["end_with_parent"],
            )

    def announce(self, web: supervisor.Child, port: int) -> None:
        wait_until_ready(web, port)
        self.say(f"\nFactually is ready on http://{HOST}:{port}/  (Ctrl-C ends it)")
        self.say(f"The data is kept in {local.data_dir()}")
        if sign_ins := preparation.sign_ins():
            self.say(f"\n{sign_ins}")

    def say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


class PostgresWatch:
    """Starts the embedded Postgres again when it was killed."""

    def __init__(self, say: supervisor.Say) -> None:
        self.say = say
        self.number: int | None = None
        self.quiet_until = 0.0

    def __call__(self) -> None:
        if not local.is_local() or time.monotonic() < self.quiet_until:
            return
        try:
            local.cluster().revive()
        except (postgres_programs.PostgresError, OSError) as error:
            self.say(f"Postgres stopped, and can't be started: {error}")
            self.quiet_until = time.monotonic() + 10
            return
        number = local.cluster().server_number()
        if self.number not in {None, number}:  # the job worker may have been quicker than we
            self.say("Postgres stopped unexpectedly; it runs again.")
        self.number = number


def port_from(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 0 < int(text) < 65536:
        raise CommandError(f"PORT must be a number from 1 to 65535, not “{text}”.")
    return int(text)


def refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen()
        except PermissionError as error:
            raise CommandError(
                f"Port {port} is reserved for root: choose one above 1023 with PORT=…."
            ) from error
        except OSError as error:
            raise CommandError(
                f"Port {port} is taken by another program: choose another with PORT=…."
            ) from error


def web_server(port: int, logs: Path) -> supervisor.Child:
    processes = min(max(os.cpu_count() or 2, 2), 4)
    command = [
        *(sys.executable, "-m", "granian", "factually.supervised:application"),
        *("--interface", "wsgi", "--host", HOST, "--port", port, "--no-ws"),
        *("--workers", processes, "--blocking-threads", THREADS),
        *("--respawn-failed-workers", "--workers-kill-timeout", 10),
    ]
    return supervisor.Child(
        "The web server",
        [str(word) for word in command],
        local.CHECKOUT,
        logs / "web.log",
        last_order=signal.SIGKILL,  # so that the port is free at once
    )


def job_worker(logs: Path) -> supervisor.Child:
    command = [sys.executable, "manage.py", "work", "--patience", "10"]
    return supervisor.Child("The job worker", command, local.CHECKOUT, logs / "worker.log")


def demonstration_sources(logs: Path) -> list[supervisor.Child]:
    """The small site with the demonstration's own sources, unless another start serves it already."""
    if not (local.is_local() and local.wants_demonstration()):
        return []
    try:
        refuse_taken(site.PORT)
    except CommandError:
        return []
    command = [sys.executable, "-m", "factually.demonstration.site"]
    return [
        supervisor.Child(
            "The demonstration's sources", command, local.CHECKOUT, logs / "sources.log"
        )
    ]


def wait_until_ready(web: supervisor.Child, port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_ready(port):
        if not web.is_running:
            refuse_taken(port)
            raise CommandError(f"The web server could not start; its log is {web.log}.")
        if time.monotonic() > deadline:
            raise CommandError(f"The site did not answer in {PATIENCE} s; its log is {web.log}.")
        time.sleep(0.05)


def is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=10)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
