"""RFC 5423 events, the transaction that carries them, and the drivers that receive them.

``deliver`` plays a delivery through and returns a :class:`SimulationReport`; ``load_chain`` tells
which drivers a configuration loads; :class:`Driver` is the base of all drivers. Requests go through a
:class:`Transport`: ``DryRunTransport`` sends nothing, ``drivers.http_transport.HttpcoreTransport``
really sends and is imported only where that is wanted.

The names are imported when they are first asked for (PEP 562), so that who needs one module of the
package, as the linter does, doesn't load all of it.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drivers.chain import Chain, LoadedDriver, NotLoadedDriver, load_chain
    from drivers.clock import Clock, SystemClock
    from drivers.http import DryRunTransport, HttpRequest, HttpResponse, Transport, TransportError
    from drivers.interface import Driver, InitContext
    from drivers.options import OptionKind, OptionSpec
    from drivers.registry import DriverRegistry
    from drivers.report import (
        Attempt,
        DriverReport,
        Event,
        Level,
        LogLine,
        Outcome,
        Request,
        SimulationReport,
        TransactionReport,
    )
    from drivers.session import MailUser, MetadataLookup, Surroundings
    from drivers.simulate import deliver, perform

__all__ = [
    "Attempt",
    "Chain",
    "Clock",
    "Driver",
    "DriverRegistry",
    "DriverReport",
    "DryRunTransport",
    "Event",
    "HttpRequest",
    "HttpResponse",
    "InitContext",
    "Level",
    "LoadedDriver",
    "LogLine",
    "MailUser",
    "MetadataLookup",
    "NotLoadedDriver",
    "OptionKind",
    "OptionSpec",
    "Outcome",
    "Request",
    "SimulationReport",
    "Surroundings",
    "SystemClock",
    "TransactionReport",
    "Transport",
    "TransportError",
    "deliver",
    "load_chain",
    "perform",
]

_MODULES = {
    "chain": ("Chain", "LoadedDriver", "NotLoadedDriver", "load_chain"),
    "clock": ("Clock", "SystemClock"),
    "http": ("DryRunTransport", "HttpRequest", "HttpResponse", "Transport", "TransportError"),
    "interface": ("Driver", "InitContext"),
    "options": ("OptionKind", "OptionSpec"),
    "registry": ("DriverRegistry",),
    "report": (
        "Attempt",
        "DriverReport",
        "Event",
        "Level",
        "LogLine",
        "Outcome",
        "Request",
        "SimulationReport",
        "TransactionReport",
    ),
    "session": ("MailUser", "MetadataLookup", "Surroundings"),
    "simulate": ("deliver", "perform"),
}
_HOMES = {name: f"drivers.{module}" for module, names in _MODULES.items() for name in names}

if not TYPE_CHECKING:  # a type checker would take every name for one that exists

    def __getattr__(name: str) -> object:
        """Import a public name from its module."""
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module 'drivers' has no attribute '{name}'")
        value = globals()[name] = getattr(import_module(home), name)
        return value


def __dir__() -> list[str]:
    """Return the public names and those of the module itself."""
    return sorted({*__all__, *globals()})
