"""Rows of the tables of settings, taken at random, beside doveconf: values of each type, defaults, places."""

from __future__ import annotations

import os
import random
import re
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from dovecot_conf import Version
from dovecot_conf.names import Kind, SettingName, table
from dovecot_conf.secrets import quoted
from tests.dovecot.harness.installations import (
    SYSTEM_PATH,
    Installation,
    UnavailableError,
    find_23,
    find_24,
)
from tests.fuzz.verdicts import Doveconf, own_verdict

pytestmark = pytest.mark.dovecot

ROWS = 150
VERSION_LINES = "dovecot_config_version = 2.4.1\ndovecot_storage_version = 2.4.1\n"
OF_THE_MACHINE = re.compile("doesn't exist: ")
"""Users and groups that this machine doesn't have."""

GOOD = {
    "string": ("text with words",),
    "file": ("/etc/hostname", "inline:text", ""),
    "bool": ("yes", "NO", "1", "y"),
    "uint": ("7", "4294967295"),
    "uintmax": ("7", "18446744073709551615"),
    "octal": ("0644", "420"),
    "time": ("5 mins", "90s", "0"),
    "msecs": ("1500 msecs", "3s"),
    "size": ("64 M", "2048", "1G"),
    "port": ("4190", "0"),
}
BAD = {
    "string": (),
    "file": ("/no/such/file", "/etc"),
    "bool": ("true", "", "n"),
    "uint": ("-1", "1k", "4294967296", ""),
    "uintmax": ("-1", "x", "18446744073709551616"),
    "octal": ("0689", "rw"),
    "time": ("5", "1500 msecs", "soon", "5000 weeks"),
    "msecs": ("7", "3 parsecs"),
    "size": ("big", "1.5G", "-3"),
    "port": ("65536", "imap"),
}


def installed(version: Version) -> Installation:
    try:
        return find_23() if version is Version.V23 else find_24(os.environ)
    except UnavailableError as error:
        if os.environ.get("PUSHNOTIF_REQUIRE_DOVECOT") == "1":
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))


def chosen(version: Version) -> list[tuple[str, SettingName]]:
    """Rows of settings that are there without further packages, by the names that lead to them."""
    found = table(version)
    rows = [item for names in (found.names, found.inner) for item in names.items() if not item[1].package]
    return random.Random(41).sample(rows, k=ROWS)


def around(name: str) -> tuple[str, str, str]:
    *words, key = name.split("/")
    return "".join(f"{word} sample {{\n" for word in words), key, "}\n" * len(words)


def texts(name: str, row: SettingName) -> Iterator[str]:
    """Configurations that use a setting well and badly."""
    before, key, after = around(name)
    if row.kind is Kind.VALUE:
        choices = tuple(filter(None, row.choices.split(":")))
        values = (
            (*choices, f"{choices[0]}x", "") if choices else GOOD.get(row.type, ()) + BAD.get(row.type, ())
        )
        for value in values or ("5",):
            yield f"{before}{key} = {value}\n{after}"
        if not before:
            yield f"local 10.1.0.0/16 {{\n{key} = {values[0] if values else 5}\n}}\n"
            yield f"group @some thing {{\n{key} = {values[0] if values else 5}\n}}\n@some = thing\n"
    yield f"{before}{key} {{\n}}\n{after}"
    yield f"{before}{key} sample {{\n}}\n{after}"
    yield f"{before}{key} {{\nsample = yes\n}}\n{after}"
    yield f"{before}{key} = sample\n{after}"


@pytest.mark.parametrize("version", list(Version), ids=str)
def test_values_are_judged_as_doveconf_does(version: Version) -> None:
    installation = installed(version)
    root = None if version is Version.V23 else installation.filesystem
    doveconf = Doveconf(installation)
    wrong = []
    with tempfile.TemporaryDirectory(dir=installation.filesystem / "tmp") as folder:
        main = Path(folder) / "dovecot.conf"
        for name, row in chosen(version):
            for text in texts(name, row):
                main.write_text((VERSION_LINES if version is Version.V24 else "") + text)
                for expanding in (False, True) if row.type == "file" else (False,):
                    theirs = doveconf.verdict(main, expanding=expanding).error
                    ours = own_verdict(main, version, root, {}, expanding=expanding).error
                    if in_one_order(theirs) != in_one_order(ours) and not OF_THE_MACHINE.search(theirs or ""):
                        wrong.append((name, text, theirs, ours))
    assert not wrong, "\n".join(map(str, wrong))


def in_one_order(error: str | None) -> str | None:
    """2.4 offers names that may have been meant in another order each time."""
    match = re.search(r"(.* Did you mean one of: )(.*)(\?\))", error or "")
    return f"{match[1]}{sorted(match[2].split(', '))}{match[3]}" if match is not None else error


@pytest.mark.parametrize("version", list(Version), ids=str)
def test_defaults_are_those_that_doveconf_has(version: Version) -> None:
    installation = installed(version)
    names = [
        name
        for name, row in chosen(version)
        if row.kind is Kind.VALUE and "/" not in name and row.name == name and row.type != "alias"
    ]
    assert len(names) > ROWS / 3
    for name in names:
        answer = subprocess.run(
            installation.command("doveconf", "-d", name),
            env={"PATH": SYSTEM_PATH, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
        )
        default = table(version).names[name].default
        assert answer.stdout == f"{name} = {quoted(default, version)}\n"
