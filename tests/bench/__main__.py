"""Which of the benchmarks is asked for."""

import signal
import sys

from django.core.management import CommandError

from factually import local
from tests.bench import desk, keeping, pages, passages, search, supporters, watch, webhook
from tests.bench.load import LoadError

BENCHMARKS = {
    "desk": desk.main,
    "keeping": keeping.main,
    "passages": passages.main,
    "search": search.main,
    "supporters": supporters.main,
    "watch": watch.main,
    "webhook": webhook.main,
}


def main(arguments: list[str]) -> None:
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(143))
    if arguments and arguments[0] in BENCHMARKS:
        BENCHMARKS[arguments[0]](arguments[1:])
    else:
        pages.main(arguments)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (LoadError, CommandError, local.RefusedError) as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
