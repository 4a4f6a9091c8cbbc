"""RFC 5423 events, the transaction that carries them, and the drivers that receive them.

``deliver`` plays a delivery through and returns a :class:`SimulationReport`; ``load_chain`` tells
which drivers a configuration loads; :class:`Driver` is the base of all drivers. Requests go through a
:class:`Transport`: ``DryRunTransport`` sends nothing, ``drivers.http_transport.HttpcoreTransport``
really sends and is imported only where that is wanted.
"""

from drivers.chain import Chain, LoadedDriver, NotLoadedDriver, load_chain
from drivers.clock import Clock, SystemClock
from drivers.http import DryRunTransport, HttpRequest, HttpResponse, Transport, TransportError
from drivers.interface import Driver, InitContext, OptionKind, OptionSpec
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
from drivers.session import MetadataLookup, Surroundings
from drivers.simulate import MailUser, deliver

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
]
