"""The ``ox`` driver: tells an OX App Suite endpoint about new mail in INBOX.

It fires only for users whose METADATA entry ``vendor/vendor.dovecot/http-notify`` at server level
holds ``user=...``. Behaviour as of Dovecot 2.3.19.1 and 2.4.1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from dovecot_conf.errors import DictError, MailboxError, MetadataError
from dovecot_conf.push import DriverDefinition
from dovecot_conf.versions import Version
from drivers.events import ContentRecord, MessageEvents, MessageField
from drivers.http import HttpRequest
from drivers.http_queue import HttpResult
from drivers.http_requests import put_request
from drivers.http_settings import HttpSettings
from drivers.interface import Driver, InitContext
from drivers.options import OptionSpec
from drivers.ox_body import json_object
from drivers.ox_options import OPTIONS
from drivers.ox_settings import OxSettings, parse_settings
from drivers.ox_value import METADATA_ENTRY, user_in
from drivers.report import Outcome
from drivers.request_report import reported_request
from mailstore.dict_file import RefusedDictError
from mailstore.metadata import DictInitError

if TYPE_CHECKING:
    from drivers.session import UserSession
    from drivers.transaction import DriverTransaction

_INTERNAL_ENTRY = "/private/vendor/vendor.dovecot/pvt/server/vendor/vendor.dovecot/http-notify"
_PREFIX = "push-notification-ox: "
_WATCHED_MAILBOX = "INBOX"
_CONTENT_TYPE = "application/json; charset=utf-8"
_FIELDS = MessageField.FROM | MessageField.SUBJECT | MessageField.SNIPPET


class OxDriver(Driver):
    """Sends a PUT with a JSON body for each MessageNew in INBOX."""

    name: ClassVar[str] = "ox"
    options: ClassVar[Mapping[Version, tuple[OptionSpec, ...]]] = OPTIONS

    @classmethod
    def parse(cls, definition: DriverDefinition, context: InitContext) -> OxSettings:
        """Return the settings of a definition; raise DriverError with Dovecot's text."""
        return parse_settings(definition, context)

    def __init__(self, definition: DriverDefinition, context: InitContext) -> None:
        self._settings = self.parse(definition, context)
        self._show_secrets = context.show_secrets
        self._cached: tuple[str, float] | None = None

    @property
    def user_from_metadata(self) -> bool:
        """Tell whether notifications name the user of the METADATA value, and not the one who logs in."""
        return self._settings.user_from_metadata

    @property
    def http(self) -> HttpSettings:
        """The settings of a client that this driver makes."""
        return self._settings.http

    def begin(self, dtxn: DriverTransaction) -> bool:
        """Join if the user's METADATA says so and the mailbox is INBOX."""
        value = self._metadata(dtxn)
        if value is None:
            return False
        mailbox = dtxn.transaction.mailbox.name
        if mailbox != _WATCHED_MAILBOX:
            self._skip(dtxn, f"{mailbox} is not a watched mailbox")
            return False
        user = user_in(value)
        if user is None:
            dtxn.session.log.write_error(self.name, f"{_PREFIX}No user provided in config")
            dtxn.outcome, dtxn.reason = Outcome.SKIPPED, "No user provided in config"
            return False
        self._debug(dtxn.session, f"User ({user})")
        prefix = _PREFIX if dtxn.session.version is Version.V24 else ""
        dtxn.register("MessageNew", _FIELDS, log_prefix=prefix)
        self._debug(dtxn.session, "Handling MessageNew event")
        dtxn.context = user
        return True

    def process_message(self, dtxn: DriverTransaction, message: MessageEvents) -> None:
        """Queue the notification of a new message; look up the mailbox status in any case."""
        session = dtxn.session
        unseen = dtxn.transaction.unseen
        self._debug(session, f"Got status of mailbox '{message.mailbox}': (unseen: {unseen})")
        record = message.record("MessageNew")
        user = dtxn.context if self._settings.user_from_metadata else session.username
        if not isinstance(record, ContentRecord):
            return
        body = json_object(
            {
                "user": user.encode("utf-8", "surrogateescape"),
                "event": b"messageNew",
                "folder": message.mailbox.encode("utf-8", "surrogateescape"),
                "imap-uidvalidity": message.uidvalidity,
                "imap-uid": message.uid,
                "from": record.values.get(MessageField.FROM),
                "subject": record.values.get(MessageField.SUBJECT),
                "snippet": record.values.get(MessageField.SNIPPET),
                "unseen": unseen,
            },
            session.version,
        )
        self._debug(session, f"Sending notification: {body}")
        self._send(dtxn, body)

    @property
    def timeout(self) -> float | None:
        """How long the endpoint may take to answer, in seconds."""
        return self._settings.http.timeout or None

    def deinit(self, session: UserSession) -> None:
        """Wait for the answers to all notifications of the session."""
        session.wait_for_http()

    def _send(self, dtxn: DriverTransaction, body: str) -> None:
        session = dtxn.session
        client = session.http_client(self._client_settings(session))
        now = session.surroundings.clock.now()
        request = put_request(self._settings.url, _CONTENT_TYPE, body.encode(), client.settings, now)

        def done(result: HttpResult) -> None:
            self._answered(dtxn, request, result)

        client.submit(request, done)

    def _client_settings(self, session: UserSession) -> HttpSettings:
        """Return what a client is made with: by the driver that sends first, in 2.4 that loads first."""
        drivers = [entry.driver for entry in session.loaded if isinstance(entry.driver, OxDriver)]
        decides = self if session.version is Version.V23 or not drivers else drivers[0]
        return decides.http

    def _answered(self, dtxn: DriverTransaction, request: HttpRequest, result: HttpResult) -> None:
        dtxn.requests.append(reported_request(request, result, show_secrets=self._show_secrets))
        if not result.sent:
            dtxn.outcome, dtxn.reason = Outcome.WOULD_SEND, ""
        elif result.success:
            self._debug(dtxn.session, f"Notification sent successfully: {result.message}")
            dtxn.outcome, dtxn.reason = Outcome.SENT, result.message
        else:
            text = f"Error when sending notification: {result.message}"
            dtxn.session.log.write_error(self.name, f"{_PREFIX}{text}")
            dtxn.outcome, dtxn.reason = Outcome.FAILED, result.message

    def _metadata(self, dtxn: DriverTransaction) -> str | None:
        """Return the user's METADATA value, from the cache while it is fresh; log why there is none."""
        session = dtxn.session
        now = int(session.surroundings.clock.now())
        if self._cached is not None and self._cached[1] + self._settings.cache_lifetime > now:
            return self._cached[0]
        try:
            value = session.surroundings.metadata(METADATA_ENTRY)
        except (MetadataError, MailboxError) as error:
            text = f"Skipped because unable to get attribute: {_told(error, session.version)}"
            session.log.write_error(self.name, f"{_PREFIX}{text}")
            dtxn.outcome, dtxn.reason = Outcome.FAILED, text
            return None
        if value is None:
            self._skip(dtxn, f"not active ({_INTERNAL_ENTRY} METADATA not set)")
            return None
        self._cached = (value, now)
        return value

    def _skip(self, dtxn: DriverTransaction, why: str) -> None:
        self._debug(dtxn.session, f"Skipped because {why}")
        dtxn.outcome, dtxn.reason = Outcome.SKIPPED, why

    def _debug(self, session: UserSession, text: str) -> None:
        session.log.write_debug(self.name, f"{_PREFIX}{text}")


def _told(error: MetadataError | MailboxError, version: Version) -> str:
    """Return what the storage says of an error; of one of the dict it says what it was used for."""
    if not isinstance(error, DictError) or isinstance(error, (DictInitError, RefusedDictError)):
        return error.message
    where = f"Mailbox {_WATCHED_MAILBOX}: " if version is Version.V23 else ""
    return f"{where}Failed to get attribute {_INTERNAL_ENTRY.removeprefix('/private/')}: {error.message}"
