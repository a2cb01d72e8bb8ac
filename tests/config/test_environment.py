"""Every setting is checked, and nonsense stops the start with one sentence."""

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import time
from pathlib import Path

import pytest
from django.conf import settings

from config.environment import Environment, Oidc, UnusableSetting, read

SECRET = "a text of more than fifty characters, as random as any"
OIDC = {
    "OIDC_SERVER_URL": "https://id.example.com/realms/acme/",
    "OIDC_CLIENT_ID": "steward",
    "OIDC_CLIENT_SECRET": "hush",
}


def test_with_nothing_set_everything_lives_under_var(tmp_path: Path) -> None:
    environment = read({}, base_dir=tmp_path)
    assert environment.var_dir == tmp_path / "var"
    assert environment.database["ENGINE"] == "django.db.backends.sqlite3"
    assert environment.database["NAME"] == str(tmp_path / "var" / "steward.sqlite3")
    assert environment.redis_url is None
    assert environment.debug is False
    assert environment.https is False
    assert environment.allowed_hosts == ["localhost", "127.0.0.1", "[::1]"]
    assert environment.time_zone == "UTC"
    assert environment.base_currency == "EUR"
    assert environment.sweep_at == time(2, 30)
    assert environment.oidc is None


def test_an_empty_value_counts_as_unset(tmp_path: Path) -> None:
    names = "DATABASE_URL REDIS_URL SECRET_KEY ALLOWED_HOSTS TIME_ZONE BASE_CURRENCY SWEEP_AT"
    names += " OIDC_NAME OIDC_SERVER_URL OIDC_CLIENT_ID OIDC_CLIENT_SECRET"
    names += " EMAIL_URL EMAIL_FROM DEBUG HTTPS VAR_DIR"
    for blank in ("", "  "):
        assert read(dict.fromkeys(names.split(), blank), base_dir=tmp_path) == read(
            {}, base_dir=tmp_path
        )


def test_what_is_given_is_taken(tmp_path: Path) -> None:
    environment = read(
        {
            "DATABASE_URL": "postgres://anna:pw@db.example:6543/crm?sslmode=require",
            "REDIS_URL": "rediss://cache.example:6380/3",
            "SECRET_KEY": SECRET,
            "ALLOWED_HOSTS": "crm.example.com, .example.org,[::1]",
            "TIME_ZONE": "Asia/Kolkata",
            "BASE_CURRENCY": "JPY",
            "SWEEP_AT": "23:59",
            "EMAIL_URL": "smtp+tls://u:p@mail.example:587",
            "EMAIL_FROM": "steward@example.com",
            "DEBUG": "Yes",
            "HTTPS": "1",
            "VAR_DIR": "elsewhere",
        },
        base_dir=tmp_path,
    )
    assert environment.database["ENGINE"] == "django.db.backends.postgresql"
    assert environment.database["HOST"] == "db.example"
    assert environment.database["PORT"] == 6543
    assert environment.database["NAME"] == "crm"
    assert environment.database["OPTIONS"] == {"sslmode": "require"}
    assert environment.redis_url == "rediss://cache.example:6380/3"
    assert environment.secret_key == SECRET
    assert environment.allowed_hosts == ["crm.example.com", ".example.org", "[::1]"]
    assert environment.time_zone == "Asia/Kolkata"
    assert environment.base_currency == "JPY"
    assert environment.sweep_at == time(23, 59)
    assert environment.email["EMAIL_HOST"] == "mail.example"
    assert environment.email["EMAIL_USE_TLS"] is True
    assert environment.email_from == "steward@example.com"
    assert environment.debug is True
    assert environment.https is True
    assert environment.var_dir == tmp_path / "elsewhere"
    assert not (tmp_path / "elsewhere" / "secret_key").exists()


NONSENSE = [
    ("DEBUG", "maybe"),
    ("DEBUG", "2"),
    ("HTTPS", "perhaps"),
    ("SWEEP_AT", "25:99"),
    ("SWEEP_AT", "24:00"),
    ("SWEEP_AT", "2:30"),
    ("SWEEP_AT", "02:30:00"),
    ("SWEEP_AT", "at night"),
    ("SWEEP_AT", "٠٢:٣٠"),
    ("DATABASE_URL", "nonsense"),
    ("DATABASE_URL", "postgres:"),
    ("DATABASE_URL", "postgres://"),
    ("DATABASE_URL", "postgres://host/"),
    ("DATABASE_URL", "postgres://host:port/name"),
    ("DATABASE_URL", "postgres://host:99999/name"),
    ("DATABASE_URL", "mysql://host/name"),
    ("DATABASE_URL", "sqlite://"),
    ("DATABASE_URL", "sqlite://:memory:"),
    ("DATABASE_URL", "sqlite:///beside.sqlite3"),
    ("DATABASE_URL", "postgres://[::1/name"),
    ("REDIS_URL", "localhost"),
    ("REDIS_URL", "http://localhost/0"),
    ("REDIS_URL", "redis://"),
    ("REDIS_URL", "redis://localhost:six/0"),
    ("REDIS_URL", "redis://localhost/zero"),
    ("EMAIL_FROM", "nobody"),
    ("EMAIL_FROM", "Steward <steward@example.com>"),
    ("EMAIL_URL", "nonsense"),
    ("EMAIL_URL", "http://mail.example"),
    ("EMAIL_URL", "smtp://"),
    ("EMAIL_URL", "smtp://mail.example:x"),
    ("TIME_ZONE", "Mars/Olympus"),
    ("TIME_ZONE", "europe/berlin"),
    ("TIME_ZONE", "../UTC"),
    ("BASE_CURRENCY", "euro"),
    ("BASE_CURRENCY", "eur"),
    ("BASE_CURRENCY", "ABC"),
    ("BASE_CURRENCY", "XAU"),
    *(
        ("OIDC_SERVER_URL", value)
        for value in (
            "id.example.com",
            "ftp://id.example.com",
            "https://",
            "https://id.example.com:x",
            "https://id.example.com/?realm=x",
            "https://id.example.com/#x",
            "http://id.example.com",
            "https://anna@id.example.com",
        )
    ),
    ("OIDC_NAME", "x" * 41),
    ("ALLOWED_HOSTS", "https://crm.example.com"),
    ("ALLOWED_HOSTS", "crm.example.com/"),
    ("ALLOWED_HOSTS", "crm.example.com:8000"),
    ("ALLOWED_HOSTS", "a,,b"),
    ("ALLOWED_HOSTS", "a b"),
]


@pytest.mark.parametrize(("name", "value"), NONSENSE)
def test_nonsense_is_refused_by_name_and_value(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableSetting) as refusal:
        read({"SECRET_KEY": SECRET, **OIDC, name: value}, base_dir=tmp_path)
    sentence = str(refusal.value)
    assert sentence.startswith(f"{name} is {value!r}; allowed is ")
    assert sentence.endswith(".")
    assert "\n" not in sentence


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgres://anna:hush@host:port/name"),
        ("REDIS_URL", "redis://:hush@localhost/zero"),
        ("EMAIL_URL", "smtp://anna:hush@mail:x"),
    ],
)
def test_a_password_is_not_repeated(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(UnusableSetting) as refusal:
        read({"SECRET_KEY": SECRET, name: value}, base_dir=tmp_path)
    assert "hush" not in str(refusal.value)


def test_another_sign_in_is_taken_as_it_is_given(tmp_path: Path) -> None:
    oidc = read({**OIDC, "OIDC_NAME": "Acme"}, base_dir=tmp_path).oidc
    assert oidc == Oidc("Acme", "https://id.example.com/realms/acme", "steward", "hush")
    nameless = read(OIDC, base_dir=tmp_path).oidc
    assert nameless is not None
    assert nameless.name == "your organisation"


@pytest.mark.parametrize("server", ["http://localhost:8080", "http://127.0.0.1", "http://[::1]:1"])
def test_a_trial_on_the_machine_itself_goes_without_tls(server: str, tmp_path: Path) -> None:
    oidc = read({**OIDC, "OIDC_SERVER_URL": server}, base_dir=tmp_path).oidc
    assert oidc is not None
    assert oidc.server_url == server


@pytest.mark.parametrize("name", OIDC)
def test_a_part_of_another_sign_in_is_not_enough(name: str, tmp_path: Path) -> None:
    given = {key: value for key, value in OIDC.items() if key != name}
    with pytest.raises(UnusableSetting, match=f"{name} is not set; with OIDC_") as refusal:
        read(given, base_dir=tmp_path)
    assert "hush" not in str(refusal.value)


class TestTheSecretKey:
    def test_is_made_once_and_kept_for_its_owner_alone(self, tmp_path: Path) -> None:
        made = read({}, base_dir=tmp_path).secret_key
        path = tmp_path / "var" / "secret_key"
        assert len(made) >= 50
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert read({}, base_dir=tmp_path).secret_key == made
        assert [file.name for file in path.parent.iterdir()] == ["secret_key"]

    def test_is_the_same_for_all_who_start_at_once(self, tmp_path: Path) -> None:
        def key(_: int) -> Environment:
            return read({}, base_dir=tmp_path)

        with ThreadPoolExecutor(8) as threads:
            assert len({made.secret_key for made in threads.map(key, range(32))}) == 1

    def test_is_required_with_a_database_of_ones_own(self, tmp_path: Path) -> None:
        with pytest.raises(UnusableSetting, match="SECRET_KEY is not set"):
            read({"DATABASE_URL": "postgres://host/name"}, base_dir=tmp_path)
        assert not (tmp_path / "var" / "secret_key").exists()

    def test_is_refused_when_short_without_repeating_it(self, tmp_path: Path) -> None:
        with pytest.raises(UnusableSetting, match="SECRET_KEY has 5 characters") as refusal:
            read({"SECRET_KEY": "hush!"}, base_dir=tmp_path)
        assert "hush!" not in str(refusal.value)

    def test_a_damaged_file_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "var").mkdir()
        (tmp_path / "var" / "secret_key").write_text("")
        with pytest.raises(UnusableSetting, match="secret_key"):
            read({}, base_dir=tmp_path)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UnusableSetting, match="VAR_DIR is 'file/var'"):
        read({"VAR_DIR": "file/var"}, base_dir=tmp_path)


@pytest.mark.parametrize(("name", "value"), [("DEBUG", "maybe"), ("SWEEP_AT", "25:99")])
def test_the_command_line_says_it_in_one_line_without_a_traceback(
    name: str, value: str, tmp_path: Path
) -> None:
    run = subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        cwd=settings.BASE_DIR,
        env={**os.environ, "VAR_DIR": str(tmp_path), name: value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 2
    assert run.stdout == ""
    assert run.stderr.startswith(f"{name} is {value!r}; allowed is ")
    assert run.stderr.count("\n") == 1


def test_behind_tls_djangos_own_check_of_a_deployment_finds_nothing(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "VAR_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "HTTPS": "on",
            "SECRET_KEY": SECRET,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr
