"""``doveconf`` of 2.4.1: all settings as blocks in the order they were opened, or some by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dovecot_conf.conditions import Condition
from dovecot_conf.dump24_lines import Wanted, key_prefixes, own_text
from dovecot_conf.extent import Extent
from dovecot_conf.filter_words import address
from dovecot_conf.names import names
from dovecot_conf.scopes24 import Block, name_setting
from dovecot_conf.secrets import escape
from dovecot_conf.section_names import escaped
from dovecot_conf.shown24 import (
    Node24,
    Shown24,
    apply_filters,
    apply_groups,
    default_tree,
)
from dovecot_conf.versions import Version

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
    return own_text(root, wanted, 0) + "".join(_text(child, inner, 0, ()) for child in root.children) + groups


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
    text = own_text(root, wanted, 0) + "".join(_text(child, inner, 0, path) for child in root.children)
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
    own = own_text(node, wanted, inner)
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
    prefixes = key_prefixes(block)
    return (name, *(prefix + name for prefix in prefixes))


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
