"""The driver chains of several protocols, as a result to show."""

from __future__ import annotations

from dataclasses import dataclass

from dovecot_conf import PushConfig
from drivers.chain import Chain, LoadedDriver
from drivers.effective_options import effective_options
from drivers.report import Level


@dataclass(frozen=True, slots=True)
class ProtocolChain:
    """What loads for one protocol: the configuration's side and the outcome."""

    push: PushConfig
    chain: Chain
    show_secrets: bool = False

    def options(self, loaded: LoadedDriver) -> tuple[tuple[str, str], ...]:
        """Return the options of a loaded driver that are in force, by name."""
        return effective_options(loaded, self.push.version, show_secrets=self.show_secrets)

    @property
    def failed(self) -> bool:
        """Tell whether Dovecot logs an error while loading."""
        return any(line.level in (Level.ERROR, Level.FATAL) for line in self.chain.log)

    @property
    def has_variables(self) -> bool:
        """Tell whether a definition holds a %variable."""
        definitions = (*self.push.definitions, *self.push.fallback)
        return any("%" in (d.text or "") or any("%{" in o.value for o in d.options) for d in definitions)
