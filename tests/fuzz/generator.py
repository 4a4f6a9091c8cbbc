# ruff: noqa: E501 - tables
"""Configurations made from the table of settings: names where they belong, with right and wrong values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from dovecot_conf import Version
from dovecot_conf.names import Kind, SettingName, table
from dovecot_conf.old_names23_table import OLD_NAMES
from tests.fuzz.texts import VERSION_LINES, Text

RIGHT: Mapping[str, Sequence[str]] = {
    "alias": ("5",),
    "file": ("/etc/hostname", "/no/such/file", "inline:x", "", "%{home}/x"),
    "string": (
        "x",
        "",
        "/x/y",
        "a b",
        '"a # b"',
        "it's",
        "'q'",
        "http://u:p@h/",
        "%{user}",
        "$mail_home",
        "a\\b",
        "é",
    ),
    "bool": ("yes", "no", "YES", "No", "y", "1", '"yes"'),
    "uint": ("0", "1", "5", "05", "100", "4294967295"),
    "uintmax": ("0", "5", "18446744073709551615"),
    "octal": ("0600", "0", "0666", "0777"),
    "time": ("0", "10s", "1 min", "90m", "2 hours", "1d", "4 weeks", "5 SECS", "1000 ms", "3600 s"),
    "msecs": ("0", "10s", "500ms", "1500 msecs", "2 mins"),
    "size": ("0", "10", "10k", "1 M", "1024M", "2 GiB", "5b", "3T"),
    "port": ("0", "25", "65535", "0143"),
}
WRONG_VALUES = ("", "x", "-1", "yes", "n", "5", "10", "1.5G", "10 x", "0x1", "08", "99999999999999999999999", "a b", "on", "unlimited",
         "infinite", "65536", "4294967296", "1 ms", "1s ", "YES", "5000000000s", '"', "'5'", "{", "$nosuch", "%{user")  # fmt: skip
RIGHT_OTHERWISE: Mapping[Kind, Sequence[str]] = {
    Kind.BOOLEANS: ("", "a", "a b", "a b, c", '"a b" c'),
    Kind.STRINGS: ("",),
}
NEEDED_23: Mapping[str, Sequence[str]] = {
    "passdb": ("driver = static",),
    "userdb": ("driver = static",),
    "metric": ("filter = event=imap_command_finished",),
    "event_exporter": ("format = json", "format_args = time-unix", "transport = log"),
}
ITEMS = ("x", "y", "mail_debug", "a/b", "push_notification_driver", "sieve")
NAMES = (
    "a",
    "b",
    "inbox",
    "imap",
    "lmtp",
    "imap-login",
    "auth",
    "x",
    '"a b"',
    "a/b",
    "ox",
    "Trash",
    "static",
    "é",
    "file",
)
FILTERS = (
    ("local 10.0.0.0/8", "local 10.1.0.0/16", "local ::1"),
    ("local_name a.example", "local_name *.b"),
    ("remote 192.168.0.0/16", "remote 192.168.1.1", "remote fe80::/10"),
    ("protocol imap", "protocol lmtp", "protocol !imap", "protocol pop3"),
)
"""Filters in the order in which they may stand in each other."""

WRONG = 0.003
"""The share of wrong values, names and nestings."""

MOST_DEEP = 4


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a line is to stand: the words of the sections around it (2.3), or the block (2.4)."""

    words: str = ""
    block: str = ""
    name: str = ""
    depth: int = 0
    filters: int = 0
    is_list: bool = False


class Generator:
    """Makes one configuration."""

    def __init__(self, version: Version, dice: Random) -> None:
        self._version = version
        self._dice = dice
        self._lines: list[str] = []

    def text(self) -> Text:
        """Return a configuration of some lines."""
        for _ in range(self._dice.randrange(1, 14)):
            self._statement(_Place())
        head = VERSION_LINES if self._version is Version.V24 else b""
        return Text(self._version, head + "\n".join(self._lines).encode() + b"\n")

    def _statement(self, place: _Place) -> None:
        number = self._dice.random()
        if place.is_list or place.depth >= MOST_DEEP or number < 0.6:
            self._setting(place)
        elif number < 0.75 and not place.words and not place.block:
            self._filter(place)
        elif _sections(self._version, place.words):
            self._named_section(place)
        else:
            self._setting(place)

    def _filter(self, place: _Place) -> None:
        first = place.filters if self._dice.random() > WRONG else 0
        if first < len(FILTERS):
            rank = self._dice.randrange(first, len(FILTERS))
            self._section(
                place, self._dice.choice(FILTERS[rank]), _Place("", "", "", place.depth + 1, rank + 1)
            )

    def _section(self, place: _Place, head: str, inside: _Place, needed: Sequence[str] = ()) -> None:
        indent = "  " * place.depth
        self._lines += [f"{indent}{head} {{", *(f"{indent}  {line}" for line in needed)]
        for _ in range(self._dice.randrange(0, 5)):
            self._statement(inside)
        self._lines.append(f"{indent}}}")

    def _named_section(self, place: _Place) -> None:
        known = self._dice.choice(_sections(self._version, place.words))
        word = known.name.rpartition("/")[2]
        named = known.kind is Kind.FILTERS or (
            known.kind is Kind.SECTION and word not in ("plugin", "dict") and self._dice.random() < 0.9
        )
        if self._dice.random() < WRONG:
            named = not named
        name = self._dice.choice(NAMES) if named else ""
        words = f"{place.words}{word}/" if self._version is Version.V23 else ""
        inside = _Place(
            words, word, name, place.depth + 1, is_list=word in ("plugin", "dict") and not place.words
        )
        if self._version is Version.V24:
            inside = _Place(
                "", word, name, place.depth + 1, is_list=known.kind in (Kind.STRINGS, Kind.BOOLEANS)
            )
        self._section(place, f"{word} {name}" if name else word, inside, self._needed(known))

    def _needed(self, known: SettingName) -> Sequence[str]:
        """Return lines without which a section is refused."""
        if self._dice.random() < 0.1:
            return ()
        if self._version is Version.V23:
            return NEEDED_23.get(known.name, ())
        required = table(self._version).names.get(known.required)
        if required is None:
            return ()
        if required.kind is Kind.VALUE:
            return (f"{required.name} = {self._value(required)}",)
        return (f"{required.name} {self._dice.choice(NAMES)} {{", "}")

    def _setting(self, place: _Place) -> None:
        indent = "  " * place.depth
        if place.is_list:
            self._lines.append(f"{indent}{self._dice.choice(ITEMS)} = {self._item(place)}")
            return
        if self._dice.random() < WRONG:
            known = self._dice.choice(_everything(self._version))
        else:
            known = self._dice.choice(_values(self._version, place.words, place.block))
        key = known.name.rpartition("/")[2]
        if place.block and self._version is Version.V24 and self._dice.random() < 0.7:
            for prefix in (f"{place.block}_{place.name}_", f"{place.block}_"):
                key = key.removeprefix(prefix)
        self._lines.append(f"{indent}{key} = {self._value(known)}")

    def _item(self, place: _Place) -> str:
        known = table(self._version).names.get(place.block)
        booleans = known is not None and known.kind is Kind.BOOLEANS and self._dice.random() > WRONG
        return self._dice.choice(RIGHT["bool" if booleans else "string"])

    def _value(self, known: SettingName) -> str:
        dice = self._dice
        if dice.random() < WRONG:
            return dice.choice(WRONG_VALUES)
        if dice.random() < 0.2 and known.default:
            return known.default
        if known.kind is Kind.VALUE:
            return dice.choice(known.choices.split(":") if known.type == "enum" else RIGHT[known.type])
        return dice.choice(RIGHT_OTHERWISE.get(known.kind, NAMES))


def _obsolete(version: Version) -> Iterator[SettingName]:
    if version is Version.V23:
        yield from (SettingName(name, Kind.VALUE) for name in OLD_NAMES)


@cache
def _everything(version: Version) -> tuple[SettingName, ...]:
    found = table(version)
    rows = (row for names in (found.names, found.inner) for _, row in names.items())
    return (*rows, *_obsolete(version))


@cache
def _sections(version: Version, words: str) -> tuple[SettingName, ...]:
    """Return the sections that may stand in others; those of 2.4 may stand nearly everywhere."""
    found = table(version)
    kinds = (Kind.SECTION, Kind.FILTER, Kind.FILTERS, Kind.STRINGS, Kind.BOOLEANS)
    rows = [row for _, row in found.names.items() if row.kind in kinds and not row.package]
    if not words:
        return tuple(rows)
    inner = [
        row
        for name, row in found.inner.items()
        if name.startswith(words) and "/" not in name[len(words) :] and row.kind in kinds
    ]
    return tuple(inner)


@cache
def _values(version: Version, words: str, block: str) -> tuple[SettingName, ...]:
    """Return the settings that belong into a section or block."""
    found = table(version)
    usual = [
        row
        for _, row in found.names.items()
        if row.kind in (Kind.VALUE, Kind.BOOLEANS) and not row.package and not row.hidden
    ]
    if words:
        return tuple(
            row
            for name, row in found.inner.items()
            if name.startswith(words) and "/" not in name[len(words) :] and row.kind is Kind.VALUE
        )
    if block:
        return tuple([row for row in usual if row.name.startswith(f"{block}_")] * 4 + usual[:: len(block)])
    return tuple(usual)


def generate(version: Version, dice: Random) -> Text:
    """Return a configuration made from the table."""
    return Generator(version, dice).text()
