"""The checks of 2.4 for ACLs and languages."""

from __future__ import annotations

from collections.abc import Iterator

from dovecot_conf.check_finding import Finding
from dovecot_conf.lists24 import is_true
from dovecot_conf.lookup24 import Lookup24
from dovecot_conf.scopes24 import Block
from dovecot_conf.view24 import View24, written

WORD, NEEDS = "unknown-word", "needs-other-setting"

RIGHTS = "lrwstipekxa"
"""The letters of the rights."""

_IDENTIFIERS = ("anyone", "anonymous", "authenticated", "owner")
_WITH_NAME = ("user=", "group=", "group-override=")

LANGUAGE_DATA = "data"
_LANGUAGE = (
    "name default filters filter_normalizer_icu_id filter_stopwords_dir tokenizers"
    " tokenizer_address_token_maxlen tokenizer_generic_algorithm tokenizer_generic_explicit_prefix"
    " tokenizer_generic_token_maxlen tokenizer_generic_wb5a"
)
LANGUAGE_SETTINGS = tuple(f"language_{name}" for name in _LANGUAGE.split())


def acl(view: View24) -> Iterator[Finding]:
    """Whom an ACL is for, and the rights."""
    identifier = view.text("acl_id")
    if not identifier:
        return
    if identifier not in _IDENTIFIERS and not identifier.startswith(_WITH_NAME):
        hint = f"it takes: {', '.join((*_IDENTIFIERS, 'user=NAME', 'group=NAME', 'group-override=NAME'))}"
        yield Finding(WORD, f"Invalid identifier '{identifier}'", view.where("acl_id"), hint)
    if wrong := _wrong_rights(view.text("acl_rights").removeprefix("-")):
        hint = f"it takes letters of {RIGHTS}, and other rights behind a colon"
        yield Finding(WORD, wrong, view.where("acl_rights"), hint)


def _wrong_rights(text: str) -> str:
    rest = text.lstrip(" \t").lstrip(RIGHTS)
    if not rest.startswith((" ", "\t", ":")) and rest:
        letter = rest[0].encode("utf-8", "surrogateescape")[:1].decode("utf-8", "surrogateescape")
        return f"Unknown ACL '{letter}'"
    rest = rest.lstrip(" \t")
    return "Missing ':' prefix in ACL extensions" if rest and not rest.startswith(":") else ""


def languages(view: View24) -> Iterator[Finding]:
    """One language is the default one."""
    default = ""
    usable = 0
    names = view.place.names.get("language", ())
    for name in names:
        found = Lookup24(view.tree.root, view.place.scope.condition, Block("language", name))
        where = found.opened
        if refused := found.refused("language", LANGUAGE_SETTINGS):
            message = f"Failed to get language {name}: {refused.message}"
            yield Finding(refused.rule, message, refused.where or view.opened("language", name))
            return
        entry = found.entry("language_default")
        if entry is not None and is_true(written(entry)):
            if name == LANGUAGE_DATA:
                message = f"language {LANGUAGE_DATA} cannot have {{ default = yes }}"
                yield Finding(NEEDS, message, entry.node)
                return
            if default:
                message = (
                    "Only one language with with { default = yes } is allowed"
                    f" (default is '{default}', cannot set '{name}' too)"
                )
                yield Finding(NEEDS, message, entry.node)
                return
            default = name
        usable += name != LANGUAGE_DATA
    if not usable:
        yield Finding(NEEDS, "No valid languages", where, "add a language that is not `data`")
    elif not default:
        message = "No language with { default = yes } found"
        yield Finding(NEEDS, message, view.where() if not names else where)
