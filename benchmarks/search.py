"""Searching while typing: every prefix of some names, some fragments and some misspelt ones.

Fills the database by SQL, if no account is there, and asks ``workspace.search`` as the page does.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection

from accounts_app.models import Account
from core.models import User
from workspace.search import search

PEOPLE = 50
TYPED = ("Veltora Chemicals", "Brandiso Logistics", "Kormelu Foods")
FRAGMENTS = ("emica", "ltora Ch", "logist", "zzqx", "GmbH")
MISSPELT = ("Veltroa Chemicals", "Brandisoo Logistcs", "Kormellu Foods")
LISTED = ("Veltora", "emica", "zzqx", "gmbh", "ab")
FLOOR = "SELECT id, name FROM accounts_app_account WHERE id = 4711"

SYLLABLES = (
    "vel bran kor mel tor dis lu so an ri ka to ne sa mo li ta ro pe du fin gar hol jas nor pal qui"
    " ras sten tul und vos wex yar zim bel cas dor eps fro gli hum ist jun kel lom mar nut ost pra"
)
KINDS = (
    "Chemicals Logistics Foods Metals Paper Glass Plastics Energy Systems Software Textiles Tools"
    " Motors Pharma Packaging Optics Dairy Timber Marine Printing Robotics Sensors Steel Supplies"
)
FORMS = "GmbH Ltd Inc AG SA BV AB Oy"
GIVEN = "Ada Ben Carla Dan Eva Finn Gita Hugo Ines Jan Kofi Lena Mei Noah Olga Paul Rita Sam Tom"

FILL = """
CREATE FUNCTION pg_temp.pick(words text, n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT w[1 + abs(hashint8(n)) %% array_length(w, 1)] FROM string_to_array(words, ' ') w $$;
CREATE FUNCTION pg_temp.name(syllables text, n bigint) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT initcap(pg_temp.pick(syllables, n) || pg_temp.pick(syllables, n * 7 + 1)
                 || pg_temp.pick(syllables, n * 13 + 2)) $$;
INSERT INTO core_user (username, email, first_name, last_name, role, holds_accounts, region,
                       strengths, active, joined_at, password, theme)
  SELECT 'rep' || n, '', 'Rep', n::text, 'rep', true, '', '[]', true, now(), '', ''
  FROM generate_series(1, %(people)s) n;
INSERT INTO accounts_app_account
  (name, domain, segment, industry, region, country, phone, address, lead_source, state, owner_id,
   closed_because, held_from, dormant_on, created_at, updated_at)
  SELECT name || ' ' || pg_temp.pick(%(kinds)s, n * 3) || ' ' || pg_temp.pick(%(forms)s, n * 5),
         lower(name) || n || '.example', 'small', '', '', '', '', '', '', 'owned',
         1 + n %% %(people)s, '', date '2026-01-01', date '2026-04-01', now(), now()
  FROM (SELECT n, pg_temp.name(%(syllables)s, n) AS name
        FROM generate_series(1, %(accounts)s) n) s;
INSERT INTO accounts_app_contact
  (account_id, name, title, email, phone, status, stance, no_calls, no_emails, no_social,
   created_at)
  SELECT id, pg_temp.pick(%(given)s, id) || ' ' || pg_temp.name(%(syllables)s, id * 17), '',
         'c' || id || '@' || domain, '', 'active', '', false, false, false, now()
  FROM accounts_app_account WHERE id %% 2 = 0;
INSERT INTO pipeline_opportunity
  (account_id, name, stage_id, currency, opened_on, moved_on, lead_source, loss_reason,
   opened_by_id, created_at)
  SELECT id, pg_temp.pick(%(kinds)s, id * 11) || ' for ' || split_part(name, ' ', 1),
         (SELECT min(id) FROM pipeline_stage), 'EUR', date '2026-01-01', date '2026-01-01', '', '',
         owner_id, now()
  FROM accounts_app_account WHERE id %% 4 = 0;
UPDATE accounts_app_account SET name = 'Veltora Chemicals GmbH' WHERE id = 4711;
UPDATE accounts_app_account SET name = 'Brandiso Logistics AG' WHERE id = 4712;
UPDATE accounts_app_account SET name = 'Kormelu Foods Ltd' WHERE id = 4713;
"""


def fill(accounts: int) -> None:
    words = {"syllables": SYLLABLES, "kinds": KINDS, "forms": FORMS, "given": GIVEN}
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM accounts_app_account)")
        if cursor.fetchone()[0]:
            sys.exit("There are accounts here: this fills an empty database only.")
        cursor.execute(FILL, {**words, "accounts": accounts, "people": PEOPLE})
        cursor.execute("VACUUM ANALYZE")


def as_typed() -> Iterator[str]:
    for name in TYPED:
        yield from (name[:length] for length in range(1, len(name) + 1))


def timed(ask: Callable[[], object], times: int = 5) -> float:
    """The median of some runs, in ms; the first one warms up."""
    ask()
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        ask()
        spent.append((time.perf_counter() - start) * 1000)
    return statistics.median(spent)


def line(name: str, spent: list[float], floor: float) -> str:
    ordered = sorted(spent)
    p50, p95 = statistics.median(ordered), ordered[int(len(ordered) * 0.95)]
    figures = f"p50 {p50:7.1f} ms  p95 {p95:7.1f}  most {ordered[-1]:7.1f}"
    return f"{name:26} {figures}  {p50 / floor:6.0f} × a read"


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--accounts", type=int, default=1_000_000, help="0: measure what is there")
    accounts = asked.parse_args().accounts
    if accounts:
        fill(accounts)
    measure()


def measure() -> None:
    reader = User.objects.filter(role="rep").first()
    if reader is None:
        sys.exit("Nobody is here to search: fill the database first.")
    read, say = timed(one_row, 50), sys.stdout.write
    say(f"{'one row by its key':26} p50 {read:7.2f} ms\n")
    for name, words in (("as typed", as_typed()), ("fragments", FRAGMENTS), ("misspelt", MISSPELT)):
        spent = {each: timed(partial(search, reader, each)) for each in words}
        say(line(name, list(spent.values()), read) + "\n")
        for each in sorted(spent, key=lambda each: -spent[each])[:5]:
            say(f"    {each!r}: {spent[each]:.1f} ms\n")
    for each in LISTED:
        say(f"list, search={each!r}: {timed(partial(first_page, reader, each)):.1f} ms\n")


def one_row() -> None:
    with connection.cursor() as cursor:
        cursor.execute(FLOOR)
        cursor.fetchall()


def first_page(reader: User, words: str) -> list[Account]:
    return list(Account.objects.visible_to(reader).search(words).order_by("id")[:51])


if __name__ == "__main__":
    main()
