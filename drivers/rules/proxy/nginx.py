"""Where nginx lets everybody through to the path that is for Dovecot alone.

Locations are chosen as nginx does it: an exact one, else the longest prefix, whose own locations come first;
then, unless the prefix has ``^~``, the first regular expression that matches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from drivers.rules.proxy.directives import Directive, Parsed, below
from drivers.rules.proxy.targets import (
    KEPT,
    PROBES,
    Opening,
    is_everybody,
    is_kept,
    is_local,
    is_usual_port,
    matches,
    target,
)

_REGEX = ("~", "~*")
_GUARDS = ("auth_request", "auth_jwt", "auth_digest", "internal", "secure_link", "valid_referers")
_LOOKUP = ("allow", "deny")


class _UnclearError(Exception):
    """It can't be told which location is chosen."""


class _Chosen(NamedTuple):
    """A location; ``last``: no regular expression of an outer level can win over it."""

    path: tuple[Directive, ...]
    last: bool


def openings(parsed: Parsed) -> Iterator[Opening]:
    """Yield at most one opening for each server."""
    upstreams = {
        block.args[0]: [server.args[0] for server in block.named("server") if server.args]
        for block in below(parsed.top)
        if block.name == "upstream" and block.args
    }
    for around in _servers(parsed.top):
        found = _first_opening(around, upstreams)
        if found is not None:
            yield found


def _servers(top: Directive) -> Iterator[tuple[Directive, ...]]:
    """Yield every server with what is around it; the top of a snippet that has locations is one."""
    if any(True for _ in top.named("location")):
        yield (top,)
    for block in top.children:
        if block.name == "server":
            yield top, block
        for inner in block.named("server") if block.name == "http" else ():
            yield top, block, inner


def _first_opening(around: tuple[Directive, ...], upstreams: dict[str, list[str]]) -> Opening | None:
    server = around[-1]
    listens = [directive.args[0] for directive in server.named("listen") if directive.args]
    if listens and all(map(is_local, listens)):
        return None
    for uri in PROBES:
        try:
            found = _opening(around, uri, upstreams)
        except _UnclearError:
            continue
        if found is not None:
            return found
    return None


def _opening(around: tuple[Directive, ...], uri: str, upstreams: dict[str, list[str]]) -> Opening | None:
    server = around[-1]
    if _answers(server):
        return None
    chosen = _find(server, uri)
    levels = (*around, *(chosen.path if chosen is not None else ()))
    if any(_is_rewritten(level, uri) for level in levels):
        return None
    passed = _passed(levels, server)
    if passed is None or _is_guarded(levels):
        return None
    location = levels[-1]
    return _judged(location, passed, levels, uri, upstreams)


def _judged(
    location: Directive,
    passed: Directive,
    levels: Sequence[Directive],
    uri: str,
    upstreams: dict[str, list[str]],
) -> Opening | None:
    prefix = location.args[-1] if location.args and location.args[0] not in _REGEX else ""
    is_own = prefix.startswith(KEPT) or KEPT in location.text
    there = target(passed.args[0]) if passed.args else None
    if there is not None and not is_kept(there.path_for(uri, prefix)):
        return None
    hosts = upstreams.get(there.host, [there.host]) if there is not None else []
    sure = is_own or any(map(is_usual_port, hosts))
    includes = levels[-1:] if is_own else levels
    if any(True for level in includes for _ in level.named("include")):
        sure = False
    return Opening(location.span, uri, sure)


def _find(level: Directive, uri: str) -> _Chosen | None:
    """Return the location that nginx chooses at a level and inside of it. Raises _UnclearError."""
    prefixes, patterns = list[tuple[str, Directive]](), list[tuple[str, Directive]]()
    for location in level.named("location"):
        modifier, text = _split(location)
        if modifier == "=" and text == uri:
            return _Chosen((location,), last=True)
        if modifier in ("", "^~") and uri.startswith(text) and not text.startswith("@"):
            prefixes.append((text, location))
        elif modifier in _REGEX:
            patterns.append((text, location))
    best: _Chosen | None = None
    takes_patterns = True
    if prefixes:
        longest = max(prefixes, key=lambda found: len(found[0]))[1]
        inner = _find(longest, uri)
        best = _Chosen((longest, *(inner.path if inner else ())), last=inner is not None and inner.last)
        if best.last:
            return best
        takes_patterns = _split(longest)[0] != "^~"
    for text, location in patterns if takes_patterns else ():
        found = matches(text, uri, ignore_case=location.args[0] == "~*")
        if found is None:
            raise _UnclearError
        if found:
            inner = _find(location, uri)
            return _Chosen((location, *(inner.path if inner else ())), last=True)
    return best


def _split(location: Directive) -> tuple[str, str]:
    """Return the modifier and the text of a location; they may stand together (``=/x``)."""
    if len(location.args) > 1:
        return location.args[0], location.args[1]
    text = location.args[0] if location.args else ""
    for modifier in ("^~", "~*", "~", "="):
        if text.startswith(modifier):
            return modifier, text.removeprefix(modifier)
    return "", text


def _passed(levels: Sequence[Directive], server: Directive) -> Directive | None:
    """Return the ``proxy_pass`` of the innermost level, also behind ``try_files … @name``."""
    location = levels[-1]
    if _answers(location):
        return None
    for directive in location.named("proxy_pass"):
        return directive
    for directive in location.named("try_files"):
        if directive.args and directive.args[-1].startswith("@"):
            named = (item for item in server.named("location") if item.args == directive.args[-1:])
            for other in named:
                if not _answers(other) and not _is_guarded((*levels[:-1], other)):
                    return next(other.named("proxy_pass"), None)
    return None


def _answers(level: Directive) -> bool:
    """Tell whether a level answers or rewrites by itself, be it on a condition."""
    inside = (level, *level.named("if"))
    return any(True for block in inside for _ in block.named("return"))


def _is_rewritten(level: Directive, uri: str) -> bool:
    """Tell whether a path (perhaps) becomes another one, which is somebody else's."""
    inside = (level, *level.named("if"))
    rules = (rule for block in inside for rule in block.named("rewrite") if rule.args)
    return any(matches(rule.args[0], uri) is not False for rule in rules)


def _is_guarded(levels: Sequence[Directive]) -> bool:
    """Tell whether not everybody comes through; what a level says itself hides what is around it."""
    if _access_denied(levels):
        return True
    for level in reversed(levels):
        basic = next(level.named("auth_basic"), None)
        if basic is not None:
            if basic.text != "off":
                return True
            break
    for level in reversed(levels):
        for directive in level.named(*_GUARDS, "ssl_verify_client"):
            if directive.text not in ("off", "optional", "optional_no_ca"):
                return True
    limits = (block for block in levels[-1].named("limit_except") if "PUT" not in map(str.upper, block.args))
    return any(_access_denied((block,)) or any(True for _ in block.named("auth_basic")) for block in limits)


def _access_denied(levels: Sequence[Directive]) -> bool:
    rules = next((found for level in reversed(levels) if (found := list(level.named(*_LOOKUP)))), [])
    for rule in rules:
        if rule.args and is_everybody(rule.args[0]):
            return rule.name == "deny"
    return False
