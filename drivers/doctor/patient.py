"""Whom the doctor looks at, and with what: everything that the checks need of the world is passed in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from dovecot_conf import Configuration
from drivers.clock import Clock
from drivers.doctor.endpoint_target import Network
from drivers.doctor.log.evidence import Evidence
from drivers.http import Transport
from drivers.registry import DriverRegistry
from mailstore.links import PATIENCE
from mailstore.metadata import Metadata
from mailstore.users import User, Userdb

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")

POSTFIX = "/etc/postfix"
STAND_IN_USER = "USER"


@dataclass(frozen=True, slots=True)
class Account:
    """How a user is looked up: ``find`` by protocol, and ``userdb``, which knows the user.

    They raise what ``mailstore.accounts.find_user`` raises. Where no userdb is asked ``userdb`` returns
    None, and ``said_by`` is who says what the user is like.
    """

    find: Callable[[str], User]
    userdb: Callable[[], Userdb | None]
    said_by: str = ""


@dataclass(frozen=True, slots=True)
class Places:
    """Where files are: ``root`` is that of absolute paths, ``postfix`` the folder of Postfix's main.cf."""

    root: Path | None = None
    postfix: Path = Path(POSTFIX)

    @property
    def prefix(self) -> str:
        """What stands before absolute paths to open them, '' without a root."""
        return "" if self.root is None else str(self.root).rstrip("/")

    def locate(self, path: str) -> Path:
        """Return where an absolute path is to be looked up."""
        return self.root / path.lstrip("/") if self.root is not None else Path(path)


@dataclass(frozen=True, slots=True, eq=False)
class Patient:
    """One user of one configuration.

    ``user`` is "" and ``account`` None where nobody is named; then the links that need a user are left out.
    ``protocols`` are those that mail is said to come in by. ``network`` carries requests; None is offline,
    where nothing leaves the machine. ``probe`` is how endpoints are tried before that; None leaves it out.
    ``timeout`` is how long, in seconds, one step on the network may take. ``ours`` and ``theirs`` are the
    options that pushnotif and doveadm need in commands for this user. ``evidence`` is what a log says.
    ``own`` is the store of the built-in example, which stands for the server's.
    """

    configuration: Configuration
    registry: DriverRegistry
    clock: Clock
    user: str = ""
    account: Account | None = None
    protocols: tuple[str, ...] = ()
    network: Transport | None = None
    places: Places = Places()
    timeout: float = PATIENCE
    show_secrets: bool = False
    ours: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()
    own: Metadata | None = None
    probe: Network | None = None
    evidence: Evidence | None = None
    _facts: dict[tuple[Any, ...], Any] = field(default_factory=dict, repr=False)

    @property
    def is_example(self) -> bool:
        """Tell whether the configuration is the built-in example, which is no machine's."""
        return self.own is not None

    def once(
        self,
        work: Callable[Concatenate[Patient, Parameters], Result],
        *arguments: Parameters.args,
        **named: Parameters.kwargs,
    ) -> Result:
        """Return what ``work`` finds out about the patient; it is called once for all checks together."""
        key = (work, *arguments, *sorted(named.items()))
        if key not in self._facts:
            self._facts[key] = work(self, *arguments, **named)
        result: Result = self._facts[key]
        return result
