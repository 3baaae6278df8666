#!/usr/bin/env python
"""Django's command line, with the embedded Postgres held while a command runs."""

import os
import sys

import environ
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import OperationalError

from factually import database, local


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "factually.settings")
    try:
        with local.services(sys.argv):
            if not local.is_local():
                database.check_address()
                if local.needs_database(sys.argv):
                    database.check_reachable()
            _read_settings()
            execute_from_command_line(sys.argv)
    except local.RefusedError as error:
        sys.exit(str(error))
    except ImproperlyConfigured as error:
        sys.exit(f"The configuration is wrong: {error}")
    except OperationalError as error:
        sentence = database.sentence_for(error)
        if not sentence:
            raise
        sys.exit(sentence)
    except KeyboardInterrupt:
        sys.exit(130)


def _read_settings() -> None:
    """Read the settings before anything needs them: a wrong value is the operator's to mend, not a fault of ours."""
    try:
        _ = settings.DEBUG
    except (ValueError, environ.ImproperlyConfigured) as error:
        raise ImproperlyConfigured(str(error)) from error


if __name__ == "__main__":
    main()
