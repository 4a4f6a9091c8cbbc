"""Places of keys in TOML, in all the ways one can write it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from dovecot_conf.toml.positions import positions

EXAMPLES = sorted((Path(__file__).parents[3] / "fixtures" / "scenarios").glob("*.toml"))
CASES: list[tuple[str, tuple[str | int, ...], tuple[int, int]]] = [
    ("# a = [\nx = 1", ("x",), (2, 1)),
    ('"a b" = "x # no"\nc = 1', ("c",), (2, 1)),
    ("a.b . 'c d' = 1", ("a", "b", "c d"), (1, 1)),
    ('[u."b@x".m]  # it\nn = 1', ("u", "b@x", "m", "n"), (2, 1)),
    ('n = [1, "]", """\n]""", { in = [2] }]', ("n", 3, "in", 0), (2, 15)),
    ("[[s]]\n[[s]]\nx = 1", ("s", 1, "x"), (3, 1)),
    ("[[s]]\n[[s]]\n[s.e]\nx = {}", ("s", 1, "e", "x"), (4, 1)),
    ("[[s]]\n[[s.d]]\n[[s.d]]\ny = -1.5e3", ("s", 0, "d", 1, "y"), (4, 1)),
    ("a = 1979-05-27 07:32:00\nb = 1", ("b",), (2, 1)),
    ('a = { s = """x"y""", t = 1 }', ("a", "t"), (1, 22)),
    ('a = """x""""\nb = 2', ("b",), (2, 1)),
    ("a = '''x''''\nb = 2", ("b",), (2, 1)),
    ('a = "\\""\nb = 2', ("b",), (2, 1)),
    ("a = [\n # ]\n 1,\n 2,\n]\nb = 1", ("a", 1), (4, 2)),
]


@pytest.mark.parametrize(("text", "path", "place"), CASES)
def test_a_key_is_found(text: str, path: tuple[str | int, ...], place: tuple[int, int]) -> None:
    assert positions(text)[path] == place


def paths(value: Any, path: tuple[str | int, ...] = ()) -> set[tuple[str | int, ...]]:
    items: Any = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    return {path}.union(*(paths(item, (*path, key)) for key, item in items))


@pytest.mark.parametrize("text", [*(path.read_text() for path in EXAMPLES), *(case[0] for case in CASES)])
def test_every_value_has_a_place(text: str) -> None:
    found = {*positions(text)}
    missing = paths(tomllib.loads(text)) - found - {()}
    # Tables that only exist because of a longer header have no line of their own.
    assert all(any(longer[: len(path)] == path for longer in found) for path in missing)
    assert not [path for path in missing if isinstance(path[-1], int)]
