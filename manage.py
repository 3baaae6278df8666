#!/usr/bin/env python
"""Django's command line, with the embedded Postgres held while a command runs."""

import os
import sys

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


if __name__ == "__main__":
    main()
