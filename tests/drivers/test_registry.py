from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest

from dovecot_conf import DriverDefinition, DriverError, Version, user_values
from drivers import (
    Driver,
    DriverRegistry,
    InitContext,
    MailUser,
    Outcome,
    Surroundings,
    deliver,
    load_chain,
)
from drivers import registry as registry_module
from drivers.dlog import DlogDriver
from drivers.events import MessageEvents, MessageField
from drivers.lua.driver import LuaDriver
from drivers.ox import OxDriver
from drivers.transaction import DriverTransaction
from mailstore.message import Message
from mailstore.state import MailboxState
from tests.drivers.doubles import MAIL, FakeClock, ScriptedTransport, push_config


def test_the_built_in_drivers_are_installed() -> None:
    assert {driver.name: driver for driver in DriverRegistry.installed()} == {
        "dlog": DlogDriver,
        "ox": OxDriver,
        "lua": LuaDriver,
    }


def test_names_are_compared_without_regard_to_case() -> None:
    registry = DriverRegistry([OxDriver])
    assert (registry.find("oX"), registry.find("o x")) == (OxDriver, None)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("no.such.module:Driver", "can't be imported: No module named 'no'"),
        ("drivers.log:Log", "is not a drivers.Driver class"),
    ],
)
def test_a_broken_driver_of_a_site_is_one_clear_line(
    value: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    point = EntryPoint("kafka", value, registry_module.ENTRY_POINT_GROUP)
    monkeypatch.setattr("importlib.metadata.entry_points", lambda group: (point,))
    with pytest.raises(DriverError) as caught:
        DriverRegistry.installed()
    assert str(caught.value) == f"driver kafka ({value}) {problem}"


class ShoutDriver(Driver):
    """A driver as a site may write it."""

    name = "shout"

    @classmethod
    def parse(cls, definition: DriverDefinition, context: InitContext) -> str:
        return (definition.option_text or "").upper()

    def __init__(self, definition: DriverDefinition, context: InitContext) -> None:
        self.text = self.parse(definition, context)

    def begin(self, dtxn: DriverTransaction) -> bool:
        dtxn.register("MessageNew", MessageField.TO | MessageField.SUBJECT)
        return True

    def process_message(self, dtxn: DriverTransaction, message: MessageEvents) -> None:
        record = message.record("MessageNew")
        assert record is not None
        dtxn.session.log.write_debug(self.name, f"{self.text} {record.values[MessageField.SUBJECT].decode()}")
        dtxn.outcome, dtxn.reason = Outcome.CALLED, ""


def test_a_driver_of_a_site_takes_part_and_feeds_dlog() -> None:
    push = push_config("push_notification_driver = dlog\npush_notification_driver2 = shout:hey")
    clock = FakeClock()
    report = deliver(
        push,
        user=MailUser("bob", user_values("bob", "lmtp")),
        mailbox=MailboxState(),
        message=Message.from_bytes(b"To: x@y\n" + MAIL),
        registry=DriverRegistry([DlogDriver, ShoutDriver]),
        surroundings=Surroundings(lambda entry: None, ScriptedTransport(clock), clock),
    )
    messages = [line.message for line in report.log]
    assert "HEY hi" in messages
    assert [line for line in messages if line.startswith("MessageNew")] == [
        "MessageNew: Subject [hi]",
        "MessageNew: To [x@y]",
    ]
    assert [driver.outcome for driver in report.transactions[0].drivers] == [Outcome.LOGGED, Outcome.CALLED]


def test_options_are_data_for_each_version() -> None:
    names = {version: [option.name for option in OxDriver.options[version]] for version in Version}
    assert names[Version.V23] == [
        "url",
        "user_from_metadata",
        "cache_lifetime",
        "max_retries",
        "timeout_msecs",
    ]
    assert names[Version.V24][0] == "push_notification_ox_url"
    assert [option.name for option in OxDriver.options[Version.V23] if option.required] == ["url"]
    assert [option.name for option in OxDriver.options[Version.V23] if option.secret] == ["url"]


def test_a_chain_of_unknown_drivers_is_empty() -> None:
    push = push_config("push_notification_driver = dlog")
    chain = load_chain(push, registry=DriverRegistry([]), variables=user_values("bob", "lmtp"))
    assert chain.loaded == ()
