"""The link of the drivers: who asks for METADATA of a user, in which process, and for which entry."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from drivers.chain import Chain, LoadedDriver
from drivers.lua.metadata_use import metadata_use
from drivers.ox_value import METADATA_ENTRY
from mailstore.links import Link, LinkState

NAME = "drivers"
# Processes that deliver: only what they save is a new message, the only event that ox listens to.
DELIVERING = ("lmtp", "lda")
PROTOCOLS = (*DELIVERING, "imap")
_MAX_SCRIPT = 2**24


class OxReader(NamedTuple):
    """An ox driver that is loaded for a protocol; ``setting`` is where it is defined."""

    protocol: str
    setting: str
    user_from_metadata: bool


class ScriptReader(NamedTuple):
    """A script that reads METADATA when it runs for a protocol; ``entries`` are names that stand in it."""

    protocol: str
    path: str
    entries: tuple[str, ...]


class Needs(NamedTuple):
    """Who needs METADATA: ``ox`` are drivers that fire, ``others`` tells that others act for everybody."""

    link: Link
    ox: tuple[OxReader, ...] = ()
    scripts: tuple[ScriptReader, ...] = ()
    others: bool = False

    @property
    def protocols(self) -> tuple[str, ...]:
        """The protocols in which METADATA is asked for."""
        readers = self.ox or self.scripts
        return tuple(dict.fromkeys(reader.protocol for reader in readers))


def check_drivers(chains: Mapping[str, Chain]) -> Needs:
    """Look at the chains of the protocols for drivers that ask for METADATA."""
    loaded = {protocol: _loaded(chain) for protocol, chain in chains.items()}
    ox = tuple(_ox_readers({protocol: loaded.get(protocol, ()) for protocol in DELIVERING}))
    scripts = tuple(_script_readers(loaded))
    names = dict.fromkeys(entry.driver.name for entries in loaded.values() for entry in entries)
    others = any(name != "ox" for name in names)
    notes = (*_ox_elsewhere(chains, loaded, ox), *_of_scripts(scripts))
    if ox:
        settings = ", ".join(dict.fromkeys(reader.setting for reader in ox))
        protocols = " and ".join(dict.fromkeys(reader.protocol for reader in ox))
        seen = f"ox ({settings}) asks for {METADATA_ENTRY} of the server in {protocols}"
        return Needs(Link(NAME, LinkState.OK, seen, (), notes), ox, scripts, others)
    why_not = tuple(dict.fromkeys(_why_no_ox(chains, loaded)))
    if why_not:
        remedy = ("see 'pushnotif drivers'",)
        return Needs(Link(NAME, LinkState.BROKEN, "; ".join(why_not), remedy, notes), (), scripts, others)
    if scripts:
        paths = ", ".join(dict.fromkeys(reader.path for reader in scripts))
        seen = f"the script {paths} reads METADATA, and decides by itself what that means"
        return Needs(Link(NAME, LinkState.UNKNOWN, seen, (), notes), (), scripts, others)
    if names:
        seen = f"no loaded driver asks for METADATA: {', '.join(names)} acts for every user"
        return Needs(Link(NAME, LinkState.OK, seen, (), notes), (), (), others)
    return Needs(Link(NAME, LinkState.BROKEN, _why_nothing(chains), ("see 'pushnotif drivers'",), notes))


def _loaded(chain: Chain) -> tuple[LoadedDriver, ...]:
    return chain.loaded if chain.active else ()


def reader_of(protocol: str, entry: LoadedDriver, root: str = "") -> OxReader | ScriptReader | None:
    """Return what a driver that is loaded for a protocol reads of METADATA, None for nothing.

    ``root`` is where the absolute path of a script is looked up.
    """
    from drivers.ox import OxDriver  # noqa: PLC0415 - the drivers themselves are loaded by then

    if isinstance(entry.driver, OxDriver):
        return OxReader(protocol, entry.definition.setting, entry.driver.user_from_metadata)
    path = getattr(entry.driver, "script_path", "")
    use = metadata_use(_text(root + path)) if path else None
    return ScriptReader(protocol, path, use.entries) if use is not None and use.reads else None


def _readers(loaded: Mapping[str, tuple[LoadedDriver, ...]]) -> Iterator[OxReader | ScriptReader]:
    for protocol, entries in loaded.items():
        yield from filter(None, (reader_of(protocol, entry) for entry in entries))


def _ox_readers(loaded: Mapping[str, tuple[LoadedDriver, ...]]) -> Iterator[OxReader]:
    return (reader for reader in _readers(loaded) if isinstance(reader, OxReader))


def _script_readers(loaded: Mapping[str, tuple[LoadedDriver, ...]]) -> Iterator[ScriptReader]:
    return (reader for reader in _readers(loaded) if isinstance(reader, ScriptReader))


def _text(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            return file.read(_MAX_SCRIPT).decode("utf-8", "replace")
    except OSError:
        return ""


def _of_scripts(scripts: tuple[ScriptReader, ...]) -> Iterator[str]:
    for path, entries in dict.fromkeys((reader.path, reader.entries) for reader in scripts):
        names = ", ".join(entries) or "no name of an entry stands in it as a whole"
        yield f"the script {path} reads METADATA: {names}"


def _ox_elsewhere(
    chains: Mapping[str, Chain], loaded: Mapping[str, tuple[LoadedDriver, ...]], ox: tuple[OxReader, ...]
) -> Iterator[str]:
    """Say for which protocols ox isn't there, or is to no purpose."""
    for reader in _ox_readers({protocol: loaded.get(protocol, ()) for protocol in ("imap",)}):
        yield f"ox ({reader.setting}) is loaded for imap too, but fires for deliveries only"
        break
    if not ox:
        return
    fires = {reader.protocol for reader in ox}
    for protocol in DELIVERING:
        if protocol not in fires and protocol in chains:
            yield f"not for {protocol}: {_reason(chains[protocol])}"


def _why_no_ox(chains: Mapping[str, Chain], loaded: Mapping[str, tuple[LoadedDriver, ...]]) -> Iterator[str]:
    """Say why an ox that the configuration has isn't loaded where mails are delivered."""
    for protocol in DELIVERING:
        chain = chains.get(protocol)
        if chain is not None and any(entry.definition.driver.lower() == "ox" for entry in chain.entries):
            yield f"ox is not loaded for {protocol}: {_reason(chain)}"
    if not any(True for _ in _ox_readers({"imap": loaded.get("imap", ())})):
        return
    yield "ox is loaded for imap only, and fires only for mails that lmtp or lda deliver"


def _reason(chain: Chain) -> str:
    if chain.fatal:
        return chain.fatal
    reasons = [entry.reason for entry in chain.not_loaded if entry.definition.driver.lower() == "ox"]
    return reasons[0] if reasons else "no ox is defined there"


def _why_nothing(chains: Mapping[str, Chain]) -> str:
    reasons = dict.fromkeys(
        reason
        for chain in chains.values()
        for reason in (chain.fatal, *(e.reason for e in chain.not_loaded))
        if reason
    )
    return f"no driver is loaded for {', '.join(chains)}: {next(iter(reasons), 'none is defined')}"
