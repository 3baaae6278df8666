"""The files that deploy the software keep their promises."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import granian.cli
import pytest
import yaml

CHECKOUT = Path(__file__).resolve().parent.parent
HOUSE = {
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE"),
    *("manage.py", "pyproject.toml", "requirements.txt", "requirements-dev.txt", "Makefile"),
    *("Dockerfile", "docker-compose.yml"),
    *("factually", "factchecks", "supporters", "sources", "templates", "tests"),
}
OF_THE_MACHINE = {"PATH", "PYENV_ROOT", "DJANGO_SETTINGS_MODULE"}
SECRET = re.compile(r"KEY|PASSWORD|SECRET|TOKEN")
# What a service has no use for: it is for one's own machine, or the image sets it.
NOT_FOR_COMPOSE = {"DEBUG", "STATIC_ROOT", "MEDIA_ROOT"}


def text_of(name: str) -> str:
    return (CHECKOUT / name).read_text()


def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(text_of("docker-compose.yml"))
    return parsed


SERVICES = sorted(compose()["services"])


def image_variables() -> dict[str, str]:
    """What the Dockerfile's ENV and ARG lines set."""
    joined = text_of("Dockerfile").replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line.startswith(("ENV ", "ARG "))]
    return dict(pair.partition("=")[::2] for line in lines for pair in line.split()[1:])


def read_by_settings() -> set[str]:
    return set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', text_of("factually/settings.py")))


def read_elsewhere() -> set[str]:
    """Environment variables that our code reads, and that compose fills in."""
    names = set(re.findall(r"\$\{([A-Z_]+)", text_of("docker-compose.yml")))
    for package in ("factually", "factchecks", "supporters", "sources"):
        for file in (CHECKOUT / package).rglob("*.py"):
            names |= set(re.findall(r'os\.environ(?:\.get\(|\[)\s*"([A-Z_]+)"', file.read_text()))
    return names - OF_THE_MACHINE


def documented() -> dict[str, str]:
    return dict(re.findall(r"^#?([A-Z_]+)=(.*)$", text_of(".env.example"), re.MULTILINE))


def check_production(**variables: str) -> subprocess.CompletedProcess[str]:
    """``check --deploy`` in production mode; it opens no database."""
    address = {"DATABASE_URL": "postgres://factually@127.0.0.1:1/factually"}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], **address, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_every_environment_variable_that_is_read_is_explained() -> None:
    assert read_by_settings() | read_elsewhere() == set(documented())


def test_no_secret_has_a_default() -> None:
    secrets = {name: value for name, value in documented().items() if SECRET.search(name)}
    assert secrets["SECRET_KEY"] == secrets["POSTGRES_PASSWORD"] == ""
    assert set(secrets.values()) == {""}
    filled_in = re.findall(r"\$\{([A-Z_]+)([^}]*)\}", text_of("docker-compose.yml"))
    weak = [name for name, rest in filled_in if SECRET.search(name) and not rest.startswith(":?")]
    assert weak == []


def test_compose_hands_every_setting_on() -> None:
    handed_on = compose()["x-factually"]["environment"]
    assert read_by_settings() - NOT_FOR_COMPOSE == set(handed_on)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_can_write_nothing_and_gain_nothing(name: str) -> None:
    service = compose()["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    assert "cap_add" not in service


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_that_goes_on_running_is_watched_and_restarted(name: str) -> None:
    service = compose()["services"][name]
    runs_once = name == "migrate"
    assert service["restart"] == ("no" if runs_once else "unless-stopped")
    assert service["healthcheck"].get("disable", False) is runs_once
    assert runs_once or service["healthcheck"]["test"][0] == "CMD"


def test_the_site_starts_only_on_a_migrated_database() -> None:
    for name in ("web", "worker"):
        conditions = compose()["services"][name]["depends_on"]
        assert conditions["migrate"] == {"condition": "service_completed_successfully"}
        assert conditions["db"] == {"condition": "service_healthy"}


def test_nothing_is_published_beyond_this_machine() -> None:
    ports = [port for each in compose()["services"].values() for port in each.get("ports", [])]
    assert [port.split(":")[0] for port in ports] == ["127.0.0.1"]


def test_the_data_of_postgres_18_is_on_a_volume() -> None:
    database = compose()["services"]["db"]
    assert database["image"] == "postgres:18"
    assert database["volumes"] == ["postgres:/var/lib/postgresql"]
    assert "postgres" in compose()["volumes"]


def test_the_log_of_the_database_repeats_nobodys_row() -> None:
    command = compose()["services"]["db"]["command"]
    assert {"log_error_verbosity=terse", "log_min_error_statement=panic"} <= set(command)


@pytest.mark.parametrize("name", ["migrate", "web", "worker"])
def test_uploaded_files_and_kept_copies_are_on_volumes(name: str) -> None:
    pictures, copies = (image_variables()[each] for each in ("MEDIA_ROOT", "EVIDENCE_STORAGE"))
    assert compose()["services"][name]["volumes"] == [f"media:{pictures}", f"evidence:{copies}"]
    assert {"media", "evidence"} <= set(compose()["volumes"])
    made = f"install --directory --owner=factually {pictures} {copies}"
    assert made in text_of("Dockerfile")


def test_the_image_does_not_run_as_root() -> None:
    users = re.findall(r"^USER (\S+)", text_of("Dockerfile"), re.MULTILINE)
    assert users
    assert users[-1].isdecimal()
    assert int(users[-1]) > 0


def test_the_image_holds_no_secret() -> None:
    assert [name for name in image_variables() if SECRET.search(name)] == []


def test_only_what_runs_goes_into_the_image() -> None:
    lines = [line for line in text_of(".dockerignore").splitlines() if not line.startswith("#")]
    assert lines[0] == "*"
    packages = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["root_packages"]
    wanted = {*packages, "templates", "manage.py", "requirements.txt"}
    assert {line[1:] for line in lines if line.startswith("!")} == wanted


def test_the_web_server_knows_every_variable_that_the_image_sets_for_it() -> None:
    known = {f"GRANIAN_{(parameter.name or '').upper()}" for parameter in granian.cli.cli.params}
    ours = {name for name in image_variables() if name.startswith("GRANIAN_")}
    assert ours
    assert ours - known == set()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_a_lock_names_no_host_and_hashes_every_package(name: str) -> None:
    lock = text_of(name)
    assert "://" not in lock
    assert "-url" not in lock
    packages = re.split(r"^(?=\w)", lock, flags=re.MULTILINE)[1:]
    assert packages
    assert [package.split()[0] for package in packages if "--hash=sha256:" not in package] == []


def test_tests_run_on_the_versions_that_are_deployed() -> None:
    pin = re.compile(r"^(\w[\w.-]*==\S+)", re.MULTILINE)
    deployed, tested = (
        set(pin.findall(text_of(name))) for name in ("requirements.txt", "requirements-dev.txt")
    )
    assert deployed <= tested


def test_the_ci_script_can_be_run() -> None:
    script = CHECKOUT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert subprocess.run(["bash", "-n", script], check=False).returncode == 0


def test_the_top_level_holds_nothing_else() -> None:
    ignored = text_of(".gitignore").splitlines()
    visible = {
        entry.name
        for entry in CHECKOUT.iterdir()
        if not entry.name.startswith(".") and f"{entry.name}/" not in ignored
    }
    assert visible == HOUSE


def test_a_complete_production_environment_passes_every_deployment_check() -> None:
    checked = check_production(SECRET_KEY="0123456789abcdefghij" * 3, ALLOWED_HOSTS="example.org")
    assert checked.stdout == "System check identified no issues (0 silenced).\n"
    assert checked.returncode == 0


def test_a_mail_provider_that_cannot_be_used_is_named_before_anything_is_served() -> None:
    checked = check_production(
        SECRET_KEY="0123456789abcdefghij" * 3,
        ALLOWED_HOSTS="example.org",
        EMAIL_URL="anymail+nobody://?api_key=k",
    )
    assert checked.returncode == 1
    assert "EMAIL_URL: mail cannot go this way (No module named" in checked.stderr
    assert "Traceback" not in checked.stderr


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_what_production_lacks_is_named_with_a_hint(missing: str) -> None:
    complete = {"SECRET_KEY": "0123456789abcdefghij" * 3, "ALLOWED_HOSTS": "example.org"}
    checked = check_production(**{name: text for name, text in complete.items() if name != missing})
    assert checked.returncode == 1
    assert f"{missing} is not set.\n\tHINT: Set it to" in checked.stderr
    assert "Traceback" not in checked.stderr
