"""Opening the learner's SQLite file safely: whose it is, which version, backups, migrations, and errors as sentences.

Opening is serialised between processes by a lock beside the file. A file that is there is never recreated: one that
is damaged, newer than the code or not ours is refused, with the place of the backups.
"""

import contextlib
import datetime
import errno
import fcntl
import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from engine.errors import Problem

# sqlite-utils imports pandas and numpy where they are installed, which takes most of a second and gives this store
# nothing: to that one import it looks as if they were not there.
_hidden = [name for name in ("pandas", "numpy") if name not in sys.modules]
sys.modules.update(dict.fromkeys(_hidden))  # type: ignore[arg-type]  # None is how Python marks a module as absent
try:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations
finally:
    for _name in _hidden:
        del sys.modules[_name]

APPLICATION_ID = 0x50524546  # "PREF" in ASCII; SQLite keeps it in bytes 68 to 71 of the file
MAGIC = b"SQLite format 3\0"
BUSY_SECONDS = 5.0
DAILY_BACKUPS = 7

migrations = Migrations("preferably")


@migrations(name="1 events")
def _create_events(database: Database) -> None:
    """One table of events that can only grow: SQLite itself refuses to change or delete one."""
    database.execute(
        "CREATE TABLE event (id INTEGER PRIMARY KEY AUTOINCREMENT, time TEXT NOT NULL, session TEXT NOT NULL,"
        " kind TEXT NOT NULL, item TEXT NOT NULL, content_hash TEXT NOT NULL, payload TEXT NOT NULL)"
    )
    database.execute("CREATE INDEX event_kind_item ON event (kind, item)")
    for change in ("UPDATE", "DELETE"):
        database.execute(
            f"CREATE TRIGGER event_no_{change.lower()} BEFORE {change} ON event"
            " BEGIN SELECT RAISE(ABORT, 'events are append-only'); END"
        )


def open_database(file: Path) -> Database:
    """The checked, migrated and backed up store at `file`, created when there is none.

    Raises Problem store.damaged (empty, corrupt or not ours), store.newer, store.locked, store.read_only, store.full.
    """
    file = Path(os.path.realpath(file))
    with said_as_problems(file):
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _opening_lock(file):
            if not file.exists():
                _create(file)
            _check_header(file)
            database = connect(file)
            try:
                _check_version(database, file)
                if database.execute("PRAGMA quick_check").fetchone() != ("ok",):
                    raise _damaged(file)
                _keep_daily_backups(database, file)
                _migrate(database, file)
            except BaseException:
                database.close()
                raise
    return database


def connect(file: Path) -> Database:
    """A connection that keeps what it acknowledges (WAL, synchronous FULL) and loads no foreign plugin.

    It may be used from any thread, one at a time: the store holds a lock around each use.
    """
    connection = sqlite3.connect(file, timeout=BUSY_SECONDS, check_same_thread=False)
    try:
        database = Database(connection, execute_plugins=False)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF"):
            database.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return database


@contextlib.contextmanager
def immediate(database: Database) -> Iterator[None]:
    """A write transaction that takes its lock at once, so that it waits for its turn instead of failing half-way."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.rollback()
        raise
    try:
        database.commit()
    except BaseException:
        database.rollback()
        raise


@contextlib.contextmanager
def said_as_problems(file: Path) -> Iterator[None]:
    """Turn what SQLite and the file system complain about into a Problem with a remedy."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", None) or ""
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")):
            raise Problem("store.locked", file=str(file), seconds=int(BUSY_SECONDS)) from error
        if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "SQLITE_AUTH")):
            raise Problem("store.read_only", folder=str(file.parent)) from error
        if name.startswith(("SQLITE_FULL", "SQLITE_IOERR")):
            raise Problem("store.full", folder=str(file.parent)) from error
        if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
            raise _damaged(file) from error
        raise
    except OSError as error:
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST):
            raise Problem("store.read_only", folder=str(file.parent)) from error
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO):
            raise Problem("store.full", folder=str(file.parent)) from error
        raise


def backups_folder(file: Path) -> Path:
    return file.parent / "backups"


def backups(file: Path) -> list[Path]:
    """The backups of the store at `file`, newest first."""
    return sorted(backups_folder(file).glob(f"{file.stem}-*.db"), key=lambda path: path.stat().st_mtime, reverse=True)


def back_up(database: Database, file: Path, name: str) -> Path:
    """Copy the store to `backups/NAME`, check the copy, and only then give it its name.

    SQLite's own backup sees rows that are still in the write-ahead log; a plain copy of the file would lose them.
    """
    folder = backups_folder(file)
    folder.mkdir(exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".backup-")
    os.close(handle)
    try:
        copy = sqlite3.connect(temporary)
        with contextlib.closing(copy):
            database.conn.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")
            if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise _damaged(file)
        target = folder / name
        os.replace(temporary, target)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return target


@contextlib.contextmanager
def _opening_lock(file: Path) -> Iterator[None]:
    """Hold `FILE.lock`: two programs that start at once create, migrate and back up one after the other."""
    handle = os.open(file.with_name(file.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        deadline = time.monotonic() + BUSY_SECONDS
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise Problem("store.locked", file=str(file), seconds=int(BUSY_SECONDS)) from None
                time.sleep(0.02)
        yield
    finally:
        os.close(handle)


def _create(file: Path) -> None:
    """Build a whole store aside and give it its name last: a crash leaves no half-made store behind."""
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".new-store-")
    os.close(handle)
    try:
        with contextlib.closing(sqlite3.connect(temporary)) as connection:
            database = Database(connection, execute_plugins=False)
            database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            with immediate(database):
                migrations.apply(database)
        os.replace(temporary, file)
        folder = os.open(file.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _check_header(file: Path) -> None:
    """SQLite takes an empty file for an empty database and another program's file for ours: look before opening."""
    with file.open("rb") as stream:
        header = stream.read(100)
    if not header.startswith(MAGIC) or header[68:72] != APPLICATION_ID.to_bytes(4, "big"):
        raise _damaged(file)


def _check_version(database: Database, file: Path) -> None:
    with Database(memory=True, execute_plugins=False) as nothing:
        known = [migration.name for migration in migrations.pending(nothing)]
    applied = [migration.name for migration in migrations.applied(database)]
    if not applied:
        raise _damaged(file)
    if set(applied) - set(known):
        raise Problem("store.newer", file=str(file), found=max(map(_version, applied)), known=max(map(_version, known)))


def _version(name: str) -> int:
    """Migrations are named `NUMBER what they do`; the number is the version of the store."""
    return int(name.split()[0])


def _migrate(database: Database, file: Path) -> None:
    if not migrations.pending(database):
        return
    version = max(_version(migration.name) for migration in migrations.applied(database))
    back_up(database, file, f"{file.stem}-before-leaving-version-{version}.db")
    with immediate(database):
        migrations.apply(database)


def _keep_daily_backups(database: Database, file: Path) -> None:
    """One backup on the first opening of each day that finds something to keep; the newest seven stay."""
    name = f"{file.stem}-{_today().isoformat()}.db"
    if (backups_folder(file) / name).exists() or database.execute("SELECT 1 FROM event LIMIT 1").fetchone() is None:
        return
    back_up(database, file, name)
    daily = sorted(backups_folder(file).glob(f"{file.stem}-????-??-??.db"))
    for old in daily[:-DAILY_BACKUPS]:
        old.unlink(missing_ok=True)


def _today() -> datetime.date:
    return datetime.date.today()


def _damaged(file: Path) -> Problem:
    found = backups(file)
    if not found:
        return Problem("store.damaged_no_backup", file=str(file), backups=str(backups_folder(file)))
    return Problem("store.damaged", file=str(file), backups=str(backups_folder(file)), newest=str(found[0]))
