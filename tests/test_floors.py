"""Imports point down, foreign keys point down, and no import hides inside a function.

import-linter holds the first; it sees neither string foreign keys nor local imports.
"""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Model

FLOORS = [
    "core",
    "accounts_app",
    "pipeline",
    "handoffs",
    "incentives",
    "workspace",
    "operations",
    "config",
]
OURS = {name for name in FLOORS if apps.is_installed(name)}


def our_models() -> list[type[Model]]:
    models = apps.get_models(include_auto_created=True)
    return [model for model in models if model._meta.app_label in OURS]


def targets(model: type[Model]) -> list[str]:
    related = [field.related_model for field in model._meta.get_fields() if field.concrete]
    return [
        other._meta.app_label for other in related if isinstance(other, type) and other != model
    ]


def points_up(app: str, target: str) -> bool:
    return target in OURS and FLOORS.index(target) > FLOORS.index(app)


def test_every_app_of_ours_is_a_floor() -> None:
    folders = {path.parent.name for path in Path(settings.BASE_DIR).glob("*/apps.py")}
    assert folders == OURS
    assert len(our_models()) > 20


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_no_foreign_key_points_up(model: type[Model]) -> None:
    app = model._meta.app_label
    assert [target for target in targets(model) if points_up(app, target)] == []


def test_an_upward_key_would_be_seen() -> None:
    assert points_up("core", "accounts_app")
    assert not points_up("accounts_app", "core")
    assert not points_up("core", "contenttypes")


def source_files() -> list[Path]:
    base = Path(settings.BASE_DIR)
    return sorted(path for floor in FLOORS for path in (base / floor).rglob("*.py"))


def local_imports(source: str) -> list[int]:
    """The lines of the imports that stand inside a function."""
    functions = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return sorted(
        {
            inner.lineno
            for function in functions
            for inner in ast.walk(function)
            if isinstance(inner, ast.Import | ast.ImportFrom)
        }
    )


def test_no_function_imports() -> None:
    found = {
        str(path.relative_to(settings.BASE_DIR)): lines
        for path in source_files()
        if (lines := local_imports(path.read_text()))
    }
    assert found == {}


def test_an_import_inside_a_function_would_be_seen() -> None:
    assert local_imports("import a\ndef f():\n    if a:\n        from b import c\n") == [4]
