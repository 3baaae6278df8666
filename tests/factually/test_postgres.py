"""The embedded Postgres: who uses it, who stops it, and what a killed program leaves behind."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from factually import postgres, postgres_programs
from factually.postgres import Cluster

CHECKOUT = Path(__file__).resolve().parent.parent.parent
HOLD = """
import sys
from pathlib import Path
from factually.postgres import Cluster
with Cluster(Path(sys.argv[1]), durable=sys.argv[2] == "durable").running():
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """The home of a cluster that was made once; each test gets a copy."""
    home = Path(tempfile.mkdtemp(prefix="factually-made-")).resolve()
    with Cluster(home).running():
        pass
    yield home
    shutil.rmtree(home)


@pytest.fixture
def home(made: Path) -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="factually with space-")).resolve()
    shutil.copytree(made / "data", home / "data")
    for path in [home / "data", *(home / "data").rglob("*")]:
        shutil.chown(path, (made / "data").owner())
    yield home
    shutil.rmtree(home)


def hold(home: Path, kind: str = "durable") -> subprocess.Popen[str]:
    """Another program that uses the cluster until its input ends."""
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home), kind],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def end(holder: subprocess.Popen[str], *, kill: bool = False) -> None:
    if kill:
        holder.kill()
    holder.communicate(timeout=20)


def connect(cluster: Cluster) -> psycopg.Connection:
    return psycopg.connect(
        host=str(cluster.socket_folder),
        port=postgres.PORT,
        dbname=postgres.DATABASE,
        user=postgres.ROLE,
    )


def say(cluster: Cluster, statement: LiteralString) -> None:
    with connect(cluster) as connection:
        connection.execute(statement)


def ask(cluster: Cluster, question: LiteralString) -> object:
    with connect(cluster) as connection:
        row = connection.execute(question).fetchone()
    return row[0] if row else None


def server_number(home: Path) -> int | None:
    file = home / "data" / "postmaster.pid"
    return int(file.read_text().splitlines()[0]) if file.exists() else None


def lives(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_every_machine_sorts_alike_and_what_was_written_is_on_the_disk(home: Path) -> None:
    with Cluster(home).running() as cluster:
        assert ask(cluster, "SELECT datlocale FROM pg_database WHERE datname = 'factually'") == (
            "C.UTF-8"
        )
        assert ask(cluster, "SHOW fsync") == "on"
        assert ask(cluster, "SHOW synchronous_commit") == "on"


def test_the_newsroom_is_no_superuser_and_nobody_listens_on_the_network(home: Path) -> None:
    with Cluster(home).running() as cluster:
        assert ask(cluster, "SELECT rolsuper FROM pg_roles WHERE rolname = 'factually'") is False
        assert ask(cluster, "SHOW listen_addresses") == ""
        assert cluster.socket_folder.stat().st_mode & 0o077 == 0


def test_the_log_says_what_was_refused_and_repeats_no_row(home: Path) -> None:
    with Cluster(home).running() as cluster:
        say(cluster, "CREATE TABLE people (email text UNIQUE)")
        say(cluster, "INSERT INTO people VALUES ('ada@example.org')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            say(cluster, "INSERT INTO people VALUES ('ada@example.org')")
    log = (home / "log").read_text()
    assert "people_email_key" in log
    assert "ada@" not in log


def test_the_last_user_stops_the_server_and_no_other(home: Path) -> None:
    other = hold(home)
    with Cluster(home).running():
        pass
    assert server_number(home) is not None
    end(other)
    assert server_number(home) is None


def test_a_server_that_a_killed_program_left_is_used_by_the_next(home: Path) -> None:
    end(hold(home), kill=True)
    left = server_number(home)
    with Cluster(home).running() as cluster:
        assert server_number(home) == left
        assert ask(cluster, "SELECT 1") == 1
    assert server_number(home) is None


def test_what_was_committed_outlives_a_killed_server(home: Path) -> None:
    with Cluster(home).running() as cluster:
        say(cluster, "CREATE TABLE kept AS SELECT 7 AS n")
        os.kill(server_number(home) or 0, signal.SIGKILL)
        wait_for(lambda: cluster.server_number() is None)
        cluster.revive()
        assert ask(cluster, "SELECT n FROM kept") == 7


def test_a_program_that_took_the_killed_servers_number_is_no_server(home: Path) -> None:
    (home / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{home / 'data'}\n")
    with Cluster(home).running() as cluster:
        assert ask(cluster, "SELECT 1") == 1


def test_a_setup_that_was_cut_off_is_done_again() -> None:
    home = Path(tempfile.mkdtemp(prefix="factually-cut-off-")).resolve()
    (home / "data.making").mkdir()
    (home / "data.making" / "PG_VERSION").write_text("18\n")
    with Cluster(home, durable=False).running() as cluster:
        assert ask(cluster, "SELECT 1") == 1
    shutil.rmtree(home)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent died")
def test_a_throw_away_server_ends_with_a_killed_test_run(home: Path) -> None:
    holder = hold(home, "throw-away")
    number = server_number(home)
    assert number is not None
    end(holder, kill=True)
    wait_for(lambda: not lives(number))


def test_data_of_another_postgres_is_left_alone(home: Path) -> None:
    (home / "data" / "PG_VERSION").write_text("17\n")
    with pytest.raises(
        postgres_programs.PostgresError, match=r"written by Postgres 17.*Postgres 18"
    ):
        Cluster(home).running().__enter__()


def test_a_folder_that_is_no_data_folder_is_left_alone(home: Path) -> None:
    (home / "data" / "PG_VERSION").unlink()
    with pytest.raises(
        postgres_programs.PostgresError, match="not a complete Postgres data folder"
    ):
        Cluster(home).running().__enter__()
    assert (home / "data" / "global").exists()


@pytest.mark.parametrize("name", ["x" * 90, "a, b"])
def test_the_socket_has_an_address_that_every_client_can_use(name: str) -> None:
    folder = Cluster(Path("/srv") / name).socket_folder
    assert len(str(folder)) <= postgres.LONGEST_SOCKET_FOLDER
    assert "," not in str(folder)


def wait_for(what: Callable[[], bool], patience: float = 10) -> None:
    deadline = time.monotonic() + patience
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.02)
