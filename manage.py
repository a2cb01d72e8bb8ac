#!/usr/bin/env python
"""Steward's command line. A setting that makes no sense stops it with one sentence."""

import os
import sys

from django.core.management import execute_from_command_line

from config.environment import UnusableSetting


def main() -> None:
    """Run one command; exit with 2 when a setting cannot be used."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        execute_from_command_line(sys.argv)
    except UnusableSetting as refusal:
        sys.stderr.write(f"{refusal}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
