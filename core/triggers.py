"""What the database itself refuses: changing history, and periods that overlap (domain §6, §10).

A model says what it is by a decorator: ``@append_only`` (no UPDATE, no DELETE), ``@frozen_once``
(no UPDATE, no DELETE once a column is filled), ``@never_deleted``, ``@no_overlap``.

SQLite re-makes a table when a column changes and silently drops its triggers, and a trigger that
names another table breaks that. So all of them go before a migrate and come back after it, on both
databases; ``missing`` tells ``verify`` what is not there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection
from django.db.models import Model

PREFIX = "steward_"
_T = TypeVar("_T", bound=type[Model])


@dataclass(frozen=True)
class Guard:
    """One refusal on one table. ``when`` is SQL over OLD and NEW; empty means always."""

    model: type[Model]
    event: str
    when: str
    sentence: str
    database: str = ""

    @property
    def table(self) -> str:
        return str(self.model._meta.db_table)

    @property
    def name(self) -> str:
        return f"{PREFIX}{self.table}_{self.event.lower()}".replace(" ", "_")


_guards: list[Guard] = []


def append_only(model: _T) -> _T:
    """Rows are written once: UPDATE and DELETE are refused."""
    sentence = f"{model._meta.db_table} is append-only"
    _guards.append(Guard(model, "UPDATE", "", sentence))
    _guards.append(Guard(model, "DELETE", "", sentence))
    return model


def never_deleted(model: _T) -> _T:
    """Rows may change, but stay: DELETE is refused."""
    _guards.append(Guard(model, "DELETE", "", f"rows of {model._meta.db_table} are never deleted"))
    return model


def frozen_once(column: str) -> Callable[[_T], _T]:
    """Once ``column`` is filled, UPDATE and DELETE are refused."""

    def decorate(model: _T) -> _T:
        sentence = f"{model._meta.db_table} is frozen once {column} is set"
        when = f'OLD."{column}" IS NOT NULL'
        _guards.append(Guard(model, "UPDATE", when, sentence))
        _guards.append(Guard(model, "DELETE", when, sentence))
        return model

    return decorate


def no_overlap(*, key: str, start: str, end: str) -> Callable[[_T], _T]:
    """Half-open stretches of one ``key`` never overlap; an empty ``end`` is open.

    On PostgreSQL the migration adds an exclusion constraint, which holds against races too; on
    SQLite, with one writer at a time, a trigger is enough.
    """

    def decorate(model: _T) -> _T:
        table = model._meta.db_table
        when = (
            f'EXISTS (SELECT 1 FROM "{table}" o WHERE o."{key}" = NEW."{key}" AND o.id <> NEW.id'
            f' AND (o."{end}" IS NULL OR o."{end}" > NEW."{start}")'
            f' AND (NEW."{end}" IS NULL OR NEW."{end}" > o."{start}"))'
        )
        sentence = f"stretches in {table} overlap"
        _guards.extend(
            Guard(model, f"AFTER {event}", when, sentence, database="sqlite")
            for event in ("INSERT", "UPDATE")
        )
        return model

    return decorate


def wanted() -> list[Guard]:
    """The guards that belong on the connected database."""
    return [g for g in _guards if g.database in ("", connection.vendor)]


def installed() -> set[str]:
    """The names of our triggers that the database has."""
    return {name for name, _ in _standing()}


def missing() -> list[str]:
    """Names of guards that ought to stand on the database and do not."""
    there = installed()
    return sorted(g.name for g in wanted() if g.name not in there)


def install_all() -> None:
    """Puts every guard on the database; those that stand already are made anew."""
    drop_all()
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTION)
        for guard in wanted():
            if guard.table in tables:
                cursor.execute(_create_sql(guard))


def drop_all() -> None:
    """Takes every guard of ours off the database. For migrations, and for a test's flush."""
    with connection.cursor() as cursor:
        for name, table in _standing():
            on_table = f' ON "{table}"' if connection.vendor == "postgresql" else ""
            cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"{on_table}')


def before_migrate(**kwargs: Any) -> None:
    drop_all()


def after_migrate(**kwargs: Any) -> None:
    install_all()


def _standing() -> list[tuple[str, str]]:
    if connection.vendor == "sqlite":
        sql = "SELECT name, tbl_name FROM sqlite_master WHERE type='trigger' AND name LIKE %s"
    else:
        sql = (
            "SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " WHERE NOT t.tgisinternal AND t.tgname LIKE %s"
        )
    with connection.cursor() as cursor:
        cursor.execute(sql, [PREFIX + "%"])
        return [(row[0], row[1]) for row in cursor.fetchall()]


_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION steward_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation'; END $$
"""


def _create_sql(guard: Guard) -> str:
    timing = guard.event if guard.event.startswith("AFTER") else f"BEFORE {guard.event}"
    when = f" WHEN ({guard.when})" if guard.when else ""
    head = f'CREATE TRIGGER "{guard.name}" {timing} ON "{guard.table}" FOR EACH ROW{when}'
    if connection.vendor == "sqlite":
        return f"{head} BEGIN SELECT RAISE(ABORT, '{guard.sentence}'); END"
    return f"{head} EXECUTE FUNCTION steward_refuse('{guard.sentence}')"
