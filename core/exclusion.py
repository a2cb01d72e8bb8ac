"""Stretches that never overlap, as a constraint of PostgreSQL. SQLite has a trigger instead."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class NoOverlap:
    """The two functions of a migration's ``RunPython`` for one table."""

    table: str
    key: str
    start: str
    end: str
    range_type: str

    @property
    def name(self) -> str:
        return f"{self.table}_no_overlap"

    def add(self, apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        schema_editor.execute(
            f'ALTER TABLE "{self.table}" ADD CONSTRAINT "{self.name}" EXCLUDE USING gist'
            f' ("{self.key}" WITH =, {self.range_type}("{self.start}", "{self.end}") WITH &&)'
        )

    def remove(self, apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        schema_editor.execute(f'ALTER TABLE "{self.table}" DROP CONSTRAINT "{self.name}"')
