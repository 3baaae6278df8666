"""A worker for tests, as a program: ``python -m tests.worker SOCKET-FOLDER DATABASE [PATIENCE]``.

Besides the newsroom's jobs it knows ``hold``, which lasts for as long as a test wants, and ``break``, which fails.
"""

import os
import sys
import time
from pathlib import Path

import django
from django.conf import settings

PATIENCE = 60  # seconds, after which a job of a test that failed ends by itself


def main() -> None:
    folder, database, patience = (*sys.argv[1:], "10")[:3]
    set_up(folder, database)
    register()
    work(float(patience))


def set_up(folder: str, database: str) -> None:
    """Django, with the tests' settings and database."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    settings.DATABASES["default"].update(HOST=folder, NAME=database)
    settings.DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 10, "timeout": 5}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    django.setup()


def work(patience: float) -> None:
    from django.core.management import call_command

    call_command("work", patience=patience)


def register() -> None:
    from django.db import connection
    from procrastinate.contrib.django import app

    @app.task(name="hold")
    def hold(file: str) -> None:
        """Note each beginning in a file, and wait until there is another beside it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        with Path(file).open("a") as begun:
            begun.write(f"{os.getpid()}\n")
        deadline = time.monotonic() + PATIENCE
        while not Path(f"{file}.go").exists() and time.monotonic() < deadline:
            time.sleep(0.05)

    @app.task(name="break")
    def break_down(words: str) -> None:
        raise ValueError(words)


if __name__ == "__main__":
    main()
