"""The settings and lists of one block, as ``doveconf`` of 2.4.1 prints them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from dovecot_conf.default_sections import NO_DEFAULT, listed_otherwise
from dovecot_conf.dump_errors import AmbiguousNameError
from dovecot_conf.extent import Extent
from dovecot_conf.names import Kind, SettingName, names, table
from dovecot_conf.scopes24 import Block, name_setting
from dovecot_conf.secrets import concealed, escape, quoted
from dovecot_conf.section_names import escaped
from dovecot_conf.shown24 import Node24, ShownList
from dovecot_conf.versions import Version

_KEY_SPECIAL = frozenset(' "\\#=')


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to print: all settings, or those of a name. ``names``: how the name may be written in full."""

    extent: Extent
    hide: bool
    value_only: bool = False
    names: tuple[str, ...] = ()
    older: Mapping[str, str] = field(default_factory=dict)
    values: list[str] = field(default_factory=list)
    """what was printed without a key so far"""

    def takes(self, path: str) -> bool:
        """Return whether a setting or an item of a list is asked for."""
        return not self.names or any(path == name or path.startswith(f"{name}/") for name in self.names)

    def hides(self, path: str) -> bool:
        """Return whether secrets in it are hidden: not if it was asked for by its whole name."""
        return self.hide and path not in self.names


def own_text(node: Node24, wanted: Wanted, depth: int) -> str:
    """Return the settings of a node, sorted, without what is below."""
    printed = []
    lines = dict(_own_values(node, wanted))
    keys = sorted([*lines, *(f"{word}/" for word in node.lists)], key=_order)
    for key in keys:
        if key.endswith("/") and key not in lines:
            printed.append(_list_text(node, key[:-1], wanted, depth))
        elif wanted.takes(key) and not _is_name_field(node.block, key, lines[key]):
            printed.append(_line(node.block, key, lines[key], wanted, depth))
    return "".join(printed)


def _own_values(node: Node24, wanted: Wanted) -> Iterator[tuple[str, str]]:
    extent = wanted.extent
    if extent is Extent.SET:
        yield from node.values.items()
        return
    listed = names(Version.V24) | _packaged(node)
    if extent is Extent.CHANGED:
        otherwise = listed_otherwise(Version.V24)
        for key, text in node.values.items():
            default = otherwise.get(key) or (listed[key].default if key in listed else None)
            if text != default or key in NO_DEFAULT[Version.V24]:
                yield key, text
        return
    otherwise = listed_otherwise(Version.V24) if extent is Extent.LISTED else {}
    for key, known in listed.items():
        if key in node.values:
            yield key, node.values[key]
        elif known.kind is Kind.VALUE:
            default = wanted.older.get(key, otherwise.get(key, known.default))
            if default is not None:
                yield key, default
        elif known.kind in (Kind.BOOLEANS, Kind.STRINGS) and key not in node.lists:
            yield key, ""


def _packaged(node: Node24) -> dict[str, SettingName]:
    """Return the settings of further packages that a node sets: their Dovecot has the package."""
    known = table(Version.V24).names
    return {key: known[key] for key in node.values if key in known and known[key].package}


def _order(key: str) -> tuple[int, ...]:
    return tuple(byte - 256 if byte > 127 else byte for byte in key.encode("utf-8", "surrogateescape"))


def _is_name_field(block: Block | None, key: str, text: str) -> bool:
    return (
        block is not None
        and block.name is not None
        and key == name_setting(block.word)
        and text == block.name
    )


def _line(block: Block | None, key: str, text: str, wanted: Wanted, depth: int) -> str:
    shown = concealed(key, text, Version.V24) if wanted.hides(key) else quoted(text, Version.V24)
    if wanted.value_only:
        if wanted.values:
            raise AmbiguousNameError(f"several settings match, {key} is one of them: -h needs one name")
        wanted.values.append(shown)
        return f"{shown}\n"
    return f"{'  ' * depth}{_key(_stripped(block, key))} = {shown}\n"


def _key(key: str) -> str:
    return f'"{escape(key)}"' if _KEY_SPECIAL.intersection(key) else key


def _stripped(block: Block | None, key: str) -> str:
    """Return a key without the name of its block, unless it would mean another setting then."""
    prefixes = key_prefixes(block)
    if not prefixes:
        return key
    if key.startswith(prefixes[0]):
        return key[len(prefixes[0]) :]
    if len(prefixes) > 1 and key.startswith(prefixes[1]):
        rest = key[len(prefixes[1]) :]
        if prefixes[0] + rest not in names(Version.V24):
            return rest
    return key


def _list_text(node: Node24, word: str, wanted: Wanted, depth: int) -> str:
    found = node.lists[word]
    is_booleans = table(Version.V24).names[word].kind is Kind.BOOLEANS
    if not found.items:
        return _line(node.block, word, "", wanted, depth) if wanted.takes(word) else ""
    text = ""
    if found.stop:
        if is_booleans:
            return _one_line(node.block, word, found, wanted, depth) if wanted.takes(word) else ""
        text = _line(node.block, word, "", wanted, depth) if wanted.takes(word) else ""
    items = (
        found.items if is_booleans else dict(sorted(found.items.items(), key=lambda item: _order(item[0])))
    )
    # The items of a boolean list have numbers in their paths, so they can't be asked for one by one.
    taken = {
        key: value for key, value in items.items() if wanted.takes(word if is_booleans else f"{word}/{key}")
    }
    if not taken:
        return text
    if wanted.value_only:
        alone = f"{word}/{next(iter(taken))}" in wanted.names or (
            len(taken) == 1 and _asks_for_item(wanted, word)
        )
        if alone:
            return text + f"{quoted(next(iter(taken.values())), Version.V24)}\n"
        return text + "".join(_item(node.block, key, value, wanted, word, 0) for key, value in taken.items())
    body = "".join(_item(node.block, key, value, wanted, word, depth + 1) for key, value in taken.items())
    indent = "  " * depth
    return f"{text}{indent}{_stripped(node.block, word)} {{\n{body}{indent}}}\n"


def _asks_for_item(wanted: Wanted, word: str) -> bool:
    return any(name.startswith(f"{word}/") for name in wanted.names)


def _item(block: Block | None, key: str, text: str, wanted: Wanted, word: str, depth: int) -> str:
    hide = wanted.hides(f"{word}/{key}")
    shown = concealed(key, text, Version.V24) if hide else quoted(text, Version.V24)
    if table(Version.V24).names[word].kind is Kind.STRINGS:
        # Dovecot looks for the first equals sign, though it may be one of the key.
        key, equals, rest = _stripped(block, key).partition("=")
        return f"{'  ' * depth}{_key(key)} = {rest + equals + shown if equals else shown}\n"
    return f"{'  ' * depth}{_key(_stripped(block, key))} = {shown}\n"


def _one_line(block: Block | None, word: str, found: ShownList, wanted: Wanted, depth: int) -> str:
    items = " ".join(_key(item) for item, value in found.pairs() if value == "yes")
    if wanted.value_only:
        return f"{items}\n"
    return f"{'  ' * depth}{_key(_stripped(block, word))} = {items}\n"


def key_prefixes(block: Block | None) -> tuple[str, ...]:
    """Return what is left out of keys in a block, the longest first."""
    if block is None:
        return ()
    if block.name is None:
        return (f"{block.word}_",)
    return (f"{block.word}_{escaped(block.name)}_", f"{block.word}_")
