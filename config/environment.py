"""Reads Steward's settings from environment variables and checks every one of them.

django-environ parses the values but lets nonsense through (`DEBUG=maybe` is false to it), so each
value is checked here. An empty value counts as unset. A value that cannot be used raises
`UnusableSetting` with one sentence: the variable, the value, and what is allowed.

The *embedded set-up* is the one without `DATABASE_URL`: everything lives under `VAR_DIR`.
"""

import os
import re
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management.utils import get_random_secret_key
from django.core.validators import validate_email

from core.money import MINOR_UNITS
from core.zones import zones

SHORTEST_SECRET = 50  # as django.core.checks.security asks for
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
SQLITE = "django.db.backends.sqlite3"
DATABASE_SCHEMES = {"postgres", "postgresql", "sqlite"}
REDIS_SCHEMES = {"redis", "rediss"}
EMAIL_SCHEMES = {"consolemail", "filemail", "smtp", "smtp+ssl", "smtp+tls"}
OWN_MACHINE = {"localhost", "127.0.0.1", "::1"}
OIDC_NEEDS = ("OIDC_SERVER_URL", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET")
LONGEST_NAME = 40
YES = {"1", "on", "true", "yes"}
NO = {"0", "off", "false", "no"}

HOST = re.compile(r"\*|\[[0-9a-fA-F:.]+\]|\.?[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?")
HOUR_AND_MINUTE = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


class UnusableSetting(ImproperlyConfigured):
    """A setting that Steward cannot start with; `str()` is a sentence for its operator."""


@dataclass(frozen=True)
class Oidc:
    """Where people are known who sign in by OpenID Connect."""

    name: str
    server_url: str
    client_id: str
    client_secret: str


@dataclass(frozen=True)
class Environment:
    """Every setting, checked."""

    var_dir: Path
    debug: bool
    https: bool
    secret_key: str
    allowed_hosts: list[str]
    database: dict[str, Any]
    redis_url: str | None
    email: dict[str, Any]
    email_from: str
    time_zone: str
    base_currency: str
    sweep_at: time
    oidc: Oidc | None


def read(variables: Mapping[str, str], *, base_dir: Path) -> Environment:
    """Check all settings in `variables`; relative folders are taken from `base_dir`.

    Raises `UnusableSetting` for the first one that cannot be used. In the embedded set-up this
    makes `VAR_DIR` and the secret key in it, if they are not there yet.
    """
    given = {name: value.strip() for name, value in variables.items() if value.strip()}
    var_dir = _var_dir(given, base_dir)
    return Environment(
        var_dir=var_dir,
        debug=_switch(given, "DEBUG"),
        https=_switch(given, "HTTPS"),
        secret_key=_secret_key(given, var_dir),
        allowed_hosts=_allowed_hosts(given),
        database=_database(given, var_dir),
        redis_url=_redis_url(given),
        email=_email(given),
        email_from=_email_from(given),
        time_zone=_time_zone(given),
        base_currency=_base_currency(given),
        sweep_at=_sweep_at(given),
        oidc=_oidc(given),
    )


def _refusal(name: str, value: str, allowed: str) -> UnusableSetting:
    return UnusableSetting(f"{name} is {_without_password(value)!r}; allowed is {allowed}.")


def _without_password(value: str) -> str:
    return re.sub(r"(//[^/:@]*):.*@", r"\1:***@", value)


def _var_dir(given: Mapping[str, str], base_dir: Path) -> Path:
    value = given.get("VAR_DIR", "var")
    folder = base_dir / value
    with suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise _refusal("VAR_DIR", value, "a folder that can be made and written to")
    return folder


def _switch(given: Mapping[str, str], name: str) -> bool:
    value = given.get(name, "off")
    if value.lower() not in YES | NO:
        raise _refusal(name, value, "on or off (also true, yes, 1, false, no, 0)")
    return value.lower() in YES


def _secret_key(given: Mapping[str, str], var_dir: Path) -> str:
    allowed = f"a random text of at least {SHORTEST_SECRET} characters"
    key, origin = given.get("SECRET_KEY"), "SECRET_KEY"
    if key is None and "DATABASE_URL" in given:
        raise UnusableSetting(f"SECRET_KEY is not set; with a DATABASE_URL it must be: {allowed}.")
    if key is None:
        path = var_dir / "secret_key"
        key, origin = _kept_secret_key(path), f"SECRET_KEY as kept in {path}"
    if len(key) < SHORTEST_SECRET:
        # The value itself is not repeated: it would end up in logs.
        raise UnusableSetting(f"{origin} has {len(key)} characters; allowed is {allowed}.")
    return key


def _kept_secret_key(path: Path) -> str:
    """The key in `path`, made with mode 0600 when there is none yet.

    The file appears by a hard link, whole or not at all, so that two processes that start at
    once end up with the same key.
    """
    if not path.exists():
        with tempfile.NamedTemporaryFile("w", dir=path.parent) as draft:
            draft.write(get_random_secret_key())
            draft.flush()
            with suppress(FileExistsError):
                path.hardlink_to(draft.name)
    return path.read_text().strip()


def _allowed_hosts(given: Mapping[str, str]) -> list[str]:
    value = given.get("ALLOWED_HOSTS")
    if value is None:
        return LOCAL_HOSTS
    hosts = [host.strip() for host in value.split(",")]
    if not all(HOST.fullmatch(host) for host in hosts):
        allowed = "host names separated by commas, without scheme, port or path"
        raise _refusal("ALLOWED_HOSTS", value, allowed)
    return hosts


def _database(given: Mapping[str, str], var_dir: Path) -> dict[str, Any]:
    value = given.get("DATABASE_URL", f"sqlite:///{var_dir.resolve() / 'steward.sqlite3'}")
    allowed = "postgres://USER:PASSWORD@HOST:PORT/NAME or sqlite:////PATH"
    _check_url("DATABASE_URL", value, DATABASE_SCHEMES, allowed)
    database: dict[str, Any] = environ.Env.db_url_config(value)
    on_disk = database["ENGINE"] != SQLITE or Path(database["NAME"]).is_absolute()
    if not database["NAME"] or not on_disk:
        raise _refusal("DATABASE_URL", value, allowed)
    return database


def _redis_url(given: Mapping[str, str]) -> str | None:
    value = given.get("REDIS_URL")
    if value is None:
        return None
    allowed = "redis://HOST:PORT/NUMBER or rediss://HOST:PORT/NUMBER"
    _check_url("REDIS_URL", value, REDIS_SCHEMES, allowed)
    parts = urlsplit(value)
    if not parts.hostname or not re.fullmatch(r"(/[0-9]*)?", parts.path):
        raise _refusal("REDIS_URL", value, allowed)
    return value


def _email(given: Mapping[str, str]) -> dict[str, Any]:
    value = given.get("EMAIL_URL", "consolemail://")
    allowed = "smtp+tls://USER:PASSWORD@HOST:PORT, smtp+ssl://…, smtp://…, filemail:///FOLDER"
    allowed += " or consolemail://"
    _check_url("EMAIL_URL", value, EMAIL_SCHEMES, allowed)
    if value.startswith("smtp") and not urlsplit(value).hostname:
        raise _refusal("EMAIL_URL", value, allowed)
    email: dict[str, Any] = environ.Env.email_url_config(value)
    return email


def _email_from(given: Mapping[str, str]) -> str:
    value = given.get("EMAIL_FROM", "steward@localhost")
    try:
        validate_email(value)
    except ValidationError as error:
        allowed = "an address that mail may come from, such as steward@example.com"
        raise _refusal("EMAIL_FROM", value, allowed) from error
    return value


def _check_url(name: str, value: str, schemes: set[str], allowed: str) -> None:
    """Refuse an address with another scheme or with a port that is no number."""
    try:
        parts = urlsplit(value)
        usable = parts.scheme in schemes and "://" in value and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise _refusal(name, value, allowed)


def _time_zone(given: Mapping[str, str]) -> str:
    value = given.get("TIME_ZONE", "UTC")
    if value not in zones():
        raise _refusal("TIME_ZONE", value, "a name of the IANA list, such as Europe/Berlin")
    return value


def _base_currency(given: Mapping[str, str]) -> str:
    value = given.get("BASE_CURRENCY", "EUR")
    if value not in MINOR_UNITS:
        raise _refusal("BASE_CURRENCY", value, "a currency of ISO 4217, such as EUR")
    return value


def _sweep_at(given: Mapping[str, str]) -> time:
    value = given.get("SWEEP_AT", "02:30")
    found = HOUR_AND_MINUTE.fullmatch(value)
    if found is None:
        raise _refusal("SWEEP_AT", value, "a time of day from 00:00 to 23:59, such as 02:30")
    return time(int(found[1]), int(found[2]))


def _oidc(given: Mapping[str, str]) -> Oidc | None:
    found = sorted(name for name in given if name in {"OIDC_NAME", *OIDC_NEEDS})
    if not found:
        return None
    for name in OIDC_NEEDS:
        if name not in given:
            raise UnusableSetting(f"{name} is not set; with {found[0]} it must be.")
    return Oidc(
        name=_oidc_name(given),
        server_url=_oidc_server_url(given["OIDC_SERVER_URL"]),
        client_id=given["OIDC_CLIENT_ID"],
        client_secret=given["OIDC_CLIENT_SECRET"],
    )


def _oidc_name(given: Mapping[str, str]) -> str:
    value = given.get("OIDC_NAME", "your organisation")
    if len(value) > LONGEST_NAME:
        raise _refusal("OIDC_NAME", value, f"a name of at most {LONGEST_NAME} characters")
    return value


def _oidc_server_url(value: str) -> str:
    """The address that `/.well-known/openid-configuration` is below. Only a trial on the machine
    itself goes without TLS: whoever can change the answers signs in as anybody."""
    allowed = "https://HOST or https://HOST/PATH, what the provider calls its issuer"
    _check_url("OIDC_SERVER_URL", value, {"https", "http"}, allowed)
    parts = urlsplit(value)
    is_safe = parts.scheme == "https" or parts.hostname in OWN_MACHINE
    if not (parts.hostname and is_safe) or parts.query or parts.fragment or parts.username:
        raise _refusal("OIDC_SERVER_URL", value, allowed)
    return value.rstrip("/")
