"""The chain of drivers of one protocol, as it loads for the user."""

from __future__ import annotations

from dovecot_conf import DriverDefinition
from dovecot_conf.variables import user_values
from drivers.chain import Chain, LoadedDriver, load_chain
from drivers.doctor.links import user_of
from drivers.doctor.patient import STAND_IN_USER, Patient
from drivers.doctor.plugins import push_of
from drivers.scripting import Scripting


def variables_of(patient: Patient, protocol: str) -> dict[str, str]:
    """Return what %variables stand for; of somebody who isn't known only the name is."""
    user = user_of(patient, protocol)
    if user is not None:
        return user_values(user.name, protocol, home=user.home or None)
    if patient.user:
        return user_values(patient.user, protocol, home=None)
    return user_values(STAND_IN_USER, protocol, home=f"/home/{STAND_IN_USER}")


def chain_of(patient: Patient, protocol: str) -> Chain:
    """Return the drivers of a protocol as they load for the user, scripts looked at but not run."""
    return load_chain(
        patient.once(push_of, protocol),
        registry=patient.registry,
        variables=patient.once(variables_of, protocol),
        show_secrets=patient.show_secrets,
        scripting=Scripting(root=patient.places.prefix),
    )


def title(definition: DriverDefinition) -> str:
    """Return the name of a driver's link: the driver, and the setting it is defined by."""
    return f"{definition.driver} {definition.setting}"


def leaving(chain: Chain) -> tuple[LoadedDriver, ...]:
    """Return the drivers by which something may leave the machine."""
    return tuple(entry for entry in chain.loaded if not entry.driver.only_logs)
