"""The chain of a protocol as the doctor looks at it, loaded for the patient."""

from __future__ import annotations

from collections.abc import Mapping

from dovecot_conf import DriverDefinition
from dovecot_conf.variables import user_values
from drivers.chain import Chain, LoadedDriver, load_chain
from drivers.doctor.links import user_of
from drivers.doctor.patient import STAND_IN_USER, Patient
from drivers.doctor.plugins import push_of
from drivers.scripting import Scripting


def chain_of(patient: Patient, protocol: str) -> Chain:
    """Return the drivers of a protocol as they load for the user, scripts looked at but not run."""
    return load_chain(
        patient.once(push_of, protocol),
        registry=patient.registry,
        variables=patient.once(variables_of, protocol),
        show_secrets=patient.show_secrets,
        scripting=Scripting(root=patient.places.prefix),
    )


def variables_of(patient: Patient, protocol: str) -> Mapping[str, str]:
    """Return the values of %variables for the user, or for a stand-in where nobody was named."""
    user = user_of(patient, protocol)
    home = user.home if user is not None else "" if patient.user else f"/home/{STAND_IN_USER}"
    name = user.name if user is not None else patient.user or STAND_IN_USER
    return user_values(name, protocol, home=home or None)


def title(definition: DriverDefinition) -> str:
    """Return the name of a driver's link: the driver, and the setting it is defined by."""
    return f"{definition.driver} {definition.setting}"


def leaving(chain: Chain) -> tuple[LoadedDriver, ...]:
    """Return the drivers by which something may leave the machine."""
    return tuple(entry for entry in chain.loaded if not entry.driver.only_logs)
