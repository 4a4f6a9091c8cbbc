"""A receiver for push notification requests that can misbehave on purpose.

Importing this package imports uvicorn: do so only where requests are to be received.
"""

from drivers.receiver.faults import Fault, FaultKind, FaultPlan
from drivers.receiver.server import Receiver, ReceiverError
from drivers.receiver.settings import Credentials, Received, ReceiverSettings

__all__ = [
    "Credentials",
    "Fault",
    "FaultKind",
    "FaultPlan",
    "Received",
    "Receiver",
    "ReceiverError",
    "ReceiverSettings",
]
