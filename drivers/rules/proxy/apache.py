"""Where Apache lets everybody through to the path that is for Dovecot alone.

Of the rules that pass requests on, the first that matches counts; those in a ``<Location>`` come before
all others. Of the sections with access rules the last that matches counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from drivers.rules.proxy.access import Access
from drivers.rules.proxy.directives import Directive, Parsed
from drivers.rules.proxy.targets import (
    KEPT,
    PROBES,
    Opening,
    Target,
    is_kept,
    is_local,
    is_usual_port,
    matches,
    target,
)

_TRANSPARENT = ("ifmodule", "ifversion", "ifdefine", "iffile", "ifdirective", "ifsection")
_INCLUDES = ("include", "includeoptional", "use")
_FORBIDS = re.compile(r"\A\[.*\b(?:F|G|forbidden|gone|R=4\d\d)\b.*\]\Z")
_PASSES = re.compile(r"\A\[(?:.*,)?(?:P|proxy)(?:,.*)?\]\Z")


class _Rule(NamedTuple):
    """A directive that passes requests on, or ``keeps`` them; ``matched`` is what of the path is replaced."""

    directive: Directive
    there: Target | None
    matched: str
    keeps: bool = False


def openings(parsed: Parsed) -> Iterator[Opening]:
    """Yield at most one opening for each virtual host, or for the whole file without any."""
    top = list(_flat(parsed.top))
    hosts = [block for block in top if block.name == "virtualhost"]
    shared = [block for block in top if block.name != "virtualhost"]
    each: Sequence[Directive | None] = hosts or (None,)
    for host in each:
        if host is not None and host.args and all(map(is_local, host.args)):
            continue
        found = _first_opening(shared, list(_flat(host)) if host is not None else [])
        if found is not None:
            yield found


def _flat(block: Directive) -> Iterator[Directive]:
    """Yield what is in a block, sections that only ask for a condition opened up."""
    pending = [iter(block.children)]
    while pending:
        child = next(pending[-1], None)
        if child is None:
            pending.pop()
        elif child.name in _TRANSPARENT:
            pending.append(iter(child.children))
        else:
            yield child


def _first_opening(shared: Sequence[Directive], own: Sequence[Directive]) -> Opening | None:
    directives = [*shared, *own]
    for uri in PROBES:
        rule = _rule(own, uri) or _rule(shared, uri)
        if rule is None or rule.keeps or _is_refused(directives, uri):
            continue
        if rule.there is not None and not is_kept(rule.there.path_for(uri, rule.matched)):
            continue
        sections = [item for item in directives if _applies(item, uri, rule)]
        access = Access()
        for section in sections:
            access.take(list(_flat(section)))
        if access.is_open:
            is_own = KEPT in rule.directive.text or any(KEPT in section.text for section in sections)
            sure = is_own or (rule.there is not None and is_usual_port(rule.there.host))
            scope = [inner for section in sections for inner in _flat(section)]
            unread = scope if is_own else [*directives, *scope]
            sure = sure and not any(item.name in _INCLUDES for item in unread)
            return Opening(rule.directive.span, uri, sure)
    return None


def _rule(directives: Sequence[Directive], uri: str) -> _Rule | None:
    """Return the rule that decides whether a path is passed on."""
    located = [section for section in directives if _covers(section, uri)]
    for section in reversed(located):
        for directive in _flat(section):
            if directive.name == "proxypass" and directive.args:
                matched = section.args[0] if section.name == "location" and len(section.args) == 1 else ""
                return _made(directive, directive.args[0], matched)
    for directive in directives:
        if (found := _matched(directive, uri)) is not None:
            return found
    return None


def _made(directive: Directive, url: str, matched: str) -> _Rule:
    return _Rule(directive, target(url), matched, keeps=url == "!")


def _matched(directive: Directive, uri: str) -> _Rule | None:
    args = directive.args
    if directive.name == "proxypass" and len(args) > 1 and _is_below(uri, args[0]):
        return _made(directive, args[1], args[0])
    if directive.name == "proxypassmatch" and len(args) > 1 and matches(args[0], uri):
        there = target(args[1])
        plain = there is not None and (there.path is None or "$" in there.path)
        return _Rule(directive, Target(there.host, None) if plain and there else there, "", args[1] == "!")
    is_pass = directive.name == "rewriterule" and len(args) > 2 and _PASSES.match(args[2])
    if is_pass and matches(args[0], uri):
        there = target(args[1])
        return _Rule(directive, Target(there.host, None) if there is not None else None, "")
    return None


def _is_below(uri: str, path: str) -> bool:
    return uri == path or uri.startswith(path if path.endswith("/") else f"{path}/")


def _covers(section: Directive, uri: str) -> bool:
    """Tell whether a section is about a path; one of which that can't be told is taken to be."""
    if section.name == "locationmatch":
        return bool(section.args) and matches(section.args[0], uri) is not False
    if section.name != "location" or not section.args:
        return False
    if section.args[0] == "~":
        return len(section.args) > 1 and matches(section.args[1], uri) is not False
    return _is_below(uri, section.args[0])


def _applies(section: Directive, uri: str, rule: _Rule) -> bool:
    """Tell whether the access rules of a section are asked for a request that is passed on."""
    if section.name == "proxy" and section.args:
        wanted = section.args[0]
        url = rule.directive.args[-1] if len(rule.directive.args) == 1 else rule.directive.args[1]
        return wanted == "*" or url.startswith(wanted.rstrip("*"))
    return section.name == "proxymatch" or _covers(section, uri)


def _is_refused(directives: Sequence[Directive], uri: str) -> bool:
    """Tell whether a rewrite or a redirect answers before a request is passed on, be it on a condition."""
    for directive in directives:
        args = directive.args
        if directive.name == "rewriterule" and len(args) > 2 and _FORBIDS.match(args[2]):
            if matches(args[0], uri) is not False:
                return True
        elif directive.name == "redirectmatch" and len(args) > 1:
            if matches(args[-1] if args[0].isdigit() and len(args) == 2 else args[0], uri) is not False:
                return True
        elif directive.name == "redirect" and any(_is_below(uri, word) for word in args):
            return True
    return False
