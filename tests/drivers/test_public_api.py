from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import drivers


def _loaded_by(program: str, *names: str) -> set[str]:
    """Return which modules of ``names`` a new interpreter holds after running ``program``."""
    code = f"import sys\n{program}\nprint(*sorted(set({names!r}) & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(result.stdout.split())


def _told_to_type_checkers() -> dict[str, str]:
    """Return the names that drivers/__init__.py imports for type checkers, with their modules."""
    tree = ast.parse(Path(drivers.__file__ or "").read_text("utf-8"))
    guarded = next(node for node in tree.body if isinstance(node, ast.If))
    return {
        alias.name: statement.module or ""
        for statement in guarded.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }


def test_the_public_names_are_these() -> None:
    assert sorted(drivers.__all__) == drivers.__all__
    assert {"deliver", "load_chain", "Driver", "DriverRegistry", "SimulationReport"} <= set(drivers.__all__)
    assert set(drivers.__all__) <= set(dir(drivers))


def test_every_public_name_is_what_type_checkers_take_it_for() -> None:
    told = _told_to_type_checkers()
    assert sorted(told) == drivers.__all__
    for name, module in told.items():
        assert getattr(drivers, name) is getattr(import_module(module), name)


def test_another_name_does_not_exist() -> None:
    with pytest.raises(AttributeError, match="module 'drivers' has no attribute 'Drivers'"):
        _ = drivers.Drivers  # type: ignore[attr-defined]
    with pytest.raises(ImportError):
        from drivers import Drivers  # type: ignore[attr-defined]  # noqa: F401, PLC0415


def test_importing_the_package_imports_none_of_its_modules() -> None:
    modules = [f"drivers.{path.stem}" for path in Path(drivers.__file__ or "").parent.glob("[!_]*.py")]
    assert len(modules) > 10
    assert _loaded_by("import drivers", *modules) == set()
    assert "drivers.clock" in _loaded_by("import drivers; drivers.Clock", *modules)


def test_nothing_that_sends_is_imported_before_it_is_wanted() -> None:
    program = "import drivers.dlog, drivers.ox, drivers.simulate"
    assert _loaded_by(program, "httpcore", "httpx", "rich", "lupa", "ssl") == set()


def test_the_rules_load_neither_sessions_nor_mails() -> None:
    heavy = ("drivers.session", "drivers.events", "drivers.registry", "importlib.metadata", "mailstore")
    assert _loaded_by("import drivers.rules", *heavy) == set()
