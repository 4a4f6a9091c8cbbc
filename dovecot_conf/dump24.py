"""``doveconf`` of 2.4.1: all settings as blocks in the order they were opened, or some by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dovecot_conf.conditions import Condition
from dovecot_conf.default_sections import NO_DEFAULT, listed_otherwise
from dovecot_conf.dump_errors import AmbiguousNameError
from dovecot_conf.extent import Extent
from dovecot_conf.filter_words import address
from dovecot_conf.names import Kind, SettingName, names, table
from dovecot_conf.scopes24 import Block, name_setting
from dovecot_conf.secrets import concealed, escape, quoted
from dovecot_conf.section_names import escaped
from dovecot_conf.shown24 import (
    Node24,
    Shown24,
    ShownList,
    apply_filters,
    apply_groups,
    default_tree,
)
from dovecot_conf.versions import Version

_KEY_SPECIAL = frozenset(' "\\#=')
_NAME_SPECIAL = frozenset(" \"{=<'$")
_OLDER_DEFAULTS: Mapping[str, Mapping[str, str]] = {"2.4.0": {"lmtp_user_concurrency_limit": "0"}}
"""Defaults that depend on dovecot_config_version."""

_OLDER_IN_BLOCKS: Mapping[str, Sequence[tuple[tuple[Block, ...], str, str]]] = {
    "2.4.0": (
        (
            (Block("service", "auth"), Block("unix_listener", "auth-userdb")),
            "unix_listener_group",
            "",
        ),
        ((Block("service", "lmtp"),), "service_restart_request_count", "unlimited"),
    )
}
"""The same for the defaults of blocks."""

_SERVICE_DEFAULTS = {
    "service_process_limit": "default_process_limit",
    "service_client_limit": "default_client_limit",
    "service_idle_kill_interval": "default_idle_kill_interval",
    "service_vsz_limit": "default_vsz_limit",
}
"""Settings of all services that take the value of another setting, when they are asked for by name."""


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


def dump(shown: Shown24, asked: Condition, extent: Extent, *, hide: bool, written_for: str) -> str:
    """Return the settings, with the filters that hold for ``asked`` merged into them.

    ``written_for`` is the dovecot_config_version, on which some defaults depend.
    """
    root = shown.root()
    if asked != Condition():
        apply_filters(root, asked)
    wanted = Wanted(extent, hide, older=_OLDER_DEFAULTS.get(written_for, {}))
    inner = replace(wanted, extent=Extent.SET)
    groups = "".join(f"@{label} = {name}\n" for label, name in root.groups.items())
    return (
        _own_text(root, wanted, 0) + "".join(_text(child, inner, 0, ()) for child in root.children) + groups
    )


def look_up(shown: Shown24, asked: Condition, name: str, wanted: Wanted, *, written_for: str) -> str:
    """Return what a name or path stands for, with its blocks around it.

    ``written_for`` is the dovecot_config_version, on which some defaults depend.

    Raises AmbiguousNameError when only one value is wanted and there are several.
    """
    root = shown.root()
    apply_groups(root, root)
    if asked != Condition():
        apply_filters(root, asked)
    if wanted.extent is Extent.ALL:
        older = [
            (blocks, key, text)
            for blocks, key, text in _OLDER_IN_BLOCKS.get(written_for, ())
            if not _is_set(root, blocks, key)
        ]
        root.merge(default_tree(), overwrite=False, drop=False)
        for blocks, key, text in older:
            inside = _in_blocks(root, blocks)
            if inside is not None:
                inside.values[key] = text
        for key, source in _SERVICE_DEFAULTS.items():
            root.values.setdefault(key, root.values.get(source, names(Version.V24)[source].default))
    wanted = replace(wanted, names=(name,), older=_OLDER_DEFAULTS.get(written_for, {}))
    path = tuple(name.split("/"))
    inner = replace(wanted, extent=Extent.SET, names=())
    text = _own_text(root, wanted, 0) + "".join(_text(child, inner, 0, path) for child in root.children)
    return text or ("\n" if wanted.value_only else "")


def _in_blocks(node: Node24, blocks: Sequence[Block]) -> Node24 | None:
    found: Node24 | None = node
    for block in blocks:
        found = found.child_like(Node24(node.condition, block)) if found is not None else None
    return found


def _is_set(node: Node24, blocks: Sequence[Block], key: str) -> bool:
    found = _in_blocks(node, blocks)
    return found is not None and key in found.values


def _text(node: Node24, wanted: Wanted, depth: int, path: tuple[str, ...]) -> str:
    """Return a filter or block with its children; ``path`` is what must still match, () for all."""
    if node.dropped:
        return ""
    if path:
        rest = _rest(node, path)
        if rest is None:
            return ""
        path, name = rest
        if name:
            wanted = replace(wanted, names=_full_names(node.block, name), hide=False)
    inner = depth if wanted.value_only else depth + 1
    own = _own_text(node, wanted, inner)
    if not wanted.names:
        own += "".join(f"{'  ' * inner}@{label} = {name}\n" for label, name in node.groups.items())
    deeper = replace(wanted, names=()) if wanted.names else wanted
    content = own + "".join(_text(child, deeper, inner, path) for child in node.children)
    if wanted.value_only:
        return content
    if not content and not _shows_when_empty(node, wanted):
        return ""
    return f"{'  ' * depth}{_head(node)} {{\n{content}{'  ' * depth}}}\n"


def _rest(node: Node24, path: tuple[str, ...]) -> tuple[tuple[str, ...], str] | None:
    """Return what is left of a path inside of a node, and the name asked for there; None for no match."""
    block = node.block
    if block is None or block.word != path[0]:
        return None
    if block.name is None:
        return path[1:], path[1] if len(path) > 1 else ""
    if len(path) == 1:
        return (), ""
    if escaped(block.name) != path[1]:
        return None
    return path[2:], "/".join(path[2:])


def _full_names(block: Block | None, name: str) -> tuple[str, ...]:
    prefixes = _prefixes(block)
    return (name, *(prefix + name for prefix in prefixes))


def _prefixes(block: Block | None) -> tuple[str, ...]:
    if block is None:
        return ()
    if block.name is None:
        return (f"{block.word}_",)
    return (f"{block.word}_{escaped(block.name)}_", f"{block.word}_")


def _shows_when_empty(node: Node24, wanted: Wanted) -> bool:
    block = node.block
    if block is None or block.name is None or block.word.startswith("@"):
        return False
    return wanted.takes(name_setting(block.word))


def _head(node: Node24) -> str:
    block = node.block
    if block is not None:
        group = "group " if block.word.startswith("@") else ""
        return (
            f"{group}{block.word}" if block.name is None else f"{group}{block.word} {_shown_name(block.name)}"
        )
    assert node.words is not None
    word = node.words[0]
    value = getattr(node.condition, word)
    return f"{word} {address(value) if word in ('local', 'remote') else value}"


def _shown_name(name: str) -> str:
    if not name or _NAME_SPECIAL.intersection(name):
        return f'"{escape(name)}"'
    return name


def _own_text(node: Node24, wanted: Wanted, depth: int) -> str:
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
    prefixes = _prefixes(block)
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
