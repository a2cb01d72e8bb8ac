"""Finding rows by what they are called, with typing errors, quickly on both databases.

A model says by ``@searched`` in which of its columns; the words of a row are these, with a space
between. PostgreSQL keeps a trigram index (GIN) and one for beginnings over that expression (see
``TextIndexes``, for migrations). SQLite has a table of FTS5 with the same words, which triggers
keep; it is made anew after each migrate, because re-made tables lose their triggers.

Three questions: what begins so, what has every word in it, and, where that finds nothing, what is
spelt nearly so.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Model
from django.db.models.expressions import RawSQL

ALIKE = 0.4
"""How alike words must be at the least: a wrong letter in the middle of four leaves two of five."""
LOST_BY_ONE, LOST_BY_TWO = 4, 7
"""Trigrams that one wrong letter may cost, and that two mostly do."""
ONE_WRONG_WITHIN = 10
FEWEST, MOST_PAIRS = 5, 24
CANDIDATES = 200
LONGEST = 100
MOST_WORDS = 6
TRIGRAM = 3
_T = TypeVar("_T", bound=type[Model])


@dataclass(frozen=True)
class Searched:
    """The words of one table."""

    table: str
    columns: tuple[str, ...]

    @property
    def words(self) -> str:
        """The SQL of a row's words, in capitals; PostgreSQL's indexes are over exactly this."""
        return f"UPPER({self.text('')})"

    @property
    def index(self) -> str:
        return f"search_{self.table}"

    def text(self, row: str) -> str:
        return " || ' ' || ".join(f'{row}"{column}"' for column in self.columns)


_searched: dict[str, Searched] = {}


def searched(*columns: str) -> Callable[[_T], _T]:
    """The rows of this model are found by the words in these columns, none of which is NULL."""

    def decorate(model: _T) -> _T:
        table = str(model._meta.db_table)
        _searched[table] = Searched(table, columns)
        return model

    return decorate


def best(model: type[Model], words: str, *, most: int) -> list[int]:
    """The ids of the rows that begin so, and then of those with every word in them."""
    on, said = _searched[model._meta.db_table], _tidy(words)
    found = dict.fromkeys(_beginning(on, said, most) if said else [])
    if len(found) < most:
        found |= dict.fromkeys(_containing(on, said, most))
    return list(found)[:most]


def alike(model: type[Model], words: str, *, most: int) -> list[int]:
    """The ids of the rows that are spelt nearly so: two letters exchanged, or else by the trigrams
    that are the same, the likest first. It costs more than ``best``: for when that finds nothing.
    """
    on, said = _searched[model._meta.db_table], _tidy(words).casefold()
    wanted = _trigrams(said)
    if len(wanted) < FEWEST:
        return []
    return _exchanged(on, said, most) or _spelt_nearly_so(on, said, _least(wanted), most)


def _exchanged(on: Searched, said: str, most: int) -> list[int]:
    """Few trigrams outlive two neighbours that changed places, so this is looked for by itself."""
    pairs = [at for at in range(len(said) - 1) if not said[at : at + 2].isspace()]
    meant = {f"{said[:at]}{said[at + 1]}{said[at]}{said[at + 2 :]}" for at in pairs[:MOST_PAIRS]}
    if connection.vendor == "sqlite":
        sql = f'SELECT rowid FROM "{on.index}" WHERE words MATCH %s ORDER BY rank LIMIT {most}'
        return _ids(sql, [" OR ".join(_quoted(each) for each in sorted(meant))])
    anywhere = " OR ".join([_like(on)] * len(meant))
    # All of them first: for a few out of many the planner would read the whole table instead.
    rows = f'WITH rows AS MATERIALIZED (SELECT id FROM "{on.table}" WHERE {anywhere})'
    patterns = [f"%{_plain(each)}%" for each in sorted(meant)]
    return _ids(f"{rows} SELECT id FROM rows ORDER BY id LIMIT {most}", patterns)


def _spelt_nearly_so(on: Searched, said: str, least: float, most: int) -> list[int]:
    ask = _alike_by_hand if connection.vendor == "sqlite" else _alike
    return ask(on, said, least=least, most=most)


def _least(wanted: set[str]) -> float:
    """The share of trigrams that must be there: with one wrong letter in a short word, or two in
    a long one, it is still meant."""
    lost = LOST_BY_ONE if len(wanted) <= ONE_WRONG_WITHIN else LOST_BY_TWO
    return max(ALIKE, (100 - 100 * lost // len(wanted) - 1) / 100)


def told_apart(words: str) -> list[str]:
    """The words to look for, one by one."""
    return _tidy(words).split()[:MOST_WORDS]


def matching(model: type[Model], word: str) -> RawSQL:
    """For ``filter(pk__in=…)``: every row that has this word in it, however many."""
    on, said = _searched[model._meta.db_table], _tidy(word)
    if connection.vendor == "sqlite" and len(said) >= TRIGRAM:
        return RawSQL(f'SELECT rowid FROM "{on.index}" WHERE words MATCH %s', [_quoted(said)])
    # OFFSET 0 keeps this question apart from the list: else that is walked in the order of its key
    # until enough rows fit, and the index is not looked at. Of two letters it knows nothing.
    fence = connection.vendor == "postgresql" and len(said) >= TRIGRAM
    sql = f'SELECT id FROM "{on.table}" WHERE {_like(on)}{" OFFSET 0" if fence else ""}'
    return RawSQL(sql, [f"%{_plain(said)}%"])


def _beginning(on: Searched, said: str, most: int) -> list[int]:
    """In the index's own order, in which the shortest comes first."""
    order = f"{on.words} USING ~<~" if connection.vendor == "postgresql" else "2"
    sql = f'SELECT id, {on.words} FROM "{on.table}" WHERE {_like(on)} ORDER BY {order} LIMIT {most}'
    return _ids(sql, [f"{_plain(said)}%"])


def _containing(on: Searched, said: str, most: int) -> list[int]:
    """Every word somewhere; of the first that are found, the shortest."""
    words = [word for word in told_apart(said) if len(word) >= TRIGRAM]
    if not words:
        return []
    if connection.vendor == "sqlite":
        sql = f'SELECT rowid FROM "{on.index}" WHERE words MATCH %s ORDER BY rank LIMIT {most}'
        return _ids(sql, [" AND ".join(_quoted(word) for word in words)])
    every = " AND ".join([_like(on)] * len(words))
    some = f'SELECT id, {on.words} AS words FROM "{on.table}" WHERE {every} LIMIT {CANDIDATES}'
    sql = f"SELECT id FROM ({some}) found ORDER BY LENGTH(words), words, id LIMIT {most}"
    return _ids(sql, [f"%{_plain(word)}%" for word in words])


def _alike(on: Searched, said: str, *, least: float, most: int) -> list[int]:
    sql = (
        f'SELECT id FROM "{on.table}" WHERE {on.words} %%> UPPER(%s)'
        f" ORDER BY WORD_SIMILARITY(UPPER(%s), {on.words}) DESC, LENGTH({on.words}), id"
        f" LIMIT {most}"
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL pg_trgm.word_similarity_threshold = {least}")
        cursor.execute(sql, [said, said])
        return [row[0] for row in cursor.fetchall()]


def _alike_by_hand(on: Searched, said: str, *, least: float, most: int) -> list[int]:
    """SQLite finds who shares any trigram, its best guesses first; the share is taken here."""
    parts = sorted({said[at : at + TRIGRAM] for at in range(len(said) - TRIGRAM + 1)})
    sql = (
        f'SELECT rowid, words FROM "{on.index}" WHERE words MATCH %s'
        f" ORDER BY rank LIMIT {CANDIDATES}"
    )
    rows = _rows(sql, [" OR ".join(_quoted(part) for part in parts)])
    shares = [(_share(said, row[1].casefold()), row[0]) for row in rows]
    return [pk for share, pk in sorted(shares, key=lambda each: -each[0]) if share >= least][:most]


def _share(said: str, words: str) -> float:
    """How many of the trigrams of what was said are among those of the words."""
    wanted, there = _trigrams(said), _trigrams(words)
    return len(wanted & there) / len(wanted)


def _trigrams(words: str) -> set[str]:
    """As pg_trgm counts them: each word with two spaces before it and one after."""
    padded = [f"  {word} " for word in words.split()]
    return {word[at : at + TRIGRAM] for word in padded for at in range(len(word) - TRIGRAM + 1)}


def _tidy(words: str) -> str:
    return " ".join(words.replace("\0", "").split())[:LONGEST]


def _plain(words: str) -> str:
    """Taken literally by LIKE."""
    return words.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


def _quoted(words: str) -> str:
    """Taken literally by FTS5."""
    return '"' + words.replace('"', '""') + '"'


def _like(on: Searched) -> str:
    escape = " ESCAPE '\\'" if connection.vendor == "sqlite" else ""
    return f"{on.words} LIKE UPPER(%s){escape}"


def _ids(sql: str, params: Sequence[str]) -> list[int]:
    return [row[0] for row in _rows(sql, params)]


def _rows(sql: str, params: Sequence[str]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


# PostgreSQL: two indexes over the words, by migration.


@dataclass(frozen=True)
class TextIndexes:
    """``RunPython(indexes.add, indexes.remove)`` in the migration of a searched table."""

    on: Searched

    def add(self, apps: Any, editor: Any) -> None:
        if editor.connection.vendor != "postgresql":
            return
        # Trusted since PostgreSQL 13: whoever owns the database may.
        editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        name, table, words = self.on.index, self.on.table, self.on.words
        editor.execute(f'CREATE INDEX "{name}" ON "{table}" USING gin (({words}) gin_trgm_ops)')
        editor.execute(f'CREATE INDEX "{name}_start" ON "{table}" (({words}) text_pattern_ops)')

    def remove(self, apps: Any, editor: Any) -> None:
        if editor.connection.vendor == "postgresql":
            for name in (self.on.index, f"{self.on.index}_start"):
                editor.execute(f'DROP INDEX IF EXISTS "{name}"')


# SQLite: a table of FTS5 for each, kept by triggers, which stand aside for a migrate.


def before_migrate(**kwargs: Any) -> None:
    """A trigger that names another table breaks the re-making of its own."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for on in _searched.values():
                for name in ("insert", "update", "delete"):
                    cursor.execute(f'DROP TRIGGER IF EXISTS "{on.index}_{name}"')


def after_migrate(**kwargs: Any) -> None:
    """Makes the tables and their triggers anew."""
    if connection.vendor != "sqlite":
        return
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for on in _searched.values():
            if on.table in tables:
                for statement in _fts_of(on):
                    cursor.execute(statement)


def stale() -> list[str]:
    """The tables whose rows are not found by what they are called now; for ``verify``."""
    is_stale = _differs if connection.vendor == "sqlite" else _lacks_an_index
    return [on.table for on in _searched.values() if is_stale(on)]


def _differs(on: Searched) -> bool:
    """Row by row, and no row too many. Without its table the index is wholly stale."""
    if on.index not in connection.introspection.table_names():
        return True
    words = f'SELECT words FROM "{on.index}" WHERE rowid = r.id'
    wrong = f'SELECT 1 FROM "{on.table}" r WHERE ({words}) IS NOT {on.text("r.")} LIMIT 1'
    extra = f'SELECT 1 FROM "{on.index}" WHERE rowid NOT IN (SELECT id FROM "{on.table}") LIMIT 1'
    return bool(_rows(wrong, []) or _rows(extra, []))


def _lacks_an_index(on: Searched) -> bool:
    sql = (
        "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
        " WHERE c.relname IN (%s, %s) AND i.indisvalid"
    )
    return len(_rows(sql, [on.index, f"{on.index}_start"])) != 2


def _fts_of(on: Searched) -> Iterator[str]:
    fts, table = on.index, on.table
    yield f'DROP TABLE IF EXISTS "{fts}"'
    yield f"""CREATE VIRTUAL TABLE "{fts}" USING fts5(words, tokenize='trigram')"""
    yield f'INSERT INTO "{fts}" (rowid, words) SELECT id, {on.text("")} FROM "{table}"'
    columns = ", ".join(f'"{column}"' for column in on.columns)
    new = f'INSERT INTO "{fts}" (rowid, words) VALUES (NEW.id, {on.text("NEW.")})'
    gone = f'DELETE FROM "{fts}" WHERE rowid = OLD.id'
    yield _trigger(on, "insert", "INSERT", new)
    yield _trigger(on, "update", f"UPDATE OF {columns}", f"{gone}; {new}")
    yield _trigger(on, "delete", "DELETE", gone)


def _trigger(on: Searched, name: str, event: str, does: str) -> str:
    head = f'CREATE TRIGGER IF NOT EXISTS "{on.index}_{name}" AFTER {event} ON "{on.table}"'
    return f"{head} FOR EACH ROW BEGIN {does}; END"
