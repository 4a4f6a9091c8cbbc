"""Reading scenario files: users with mailboxes and METADATA, and sessions in which something happens.

The format is described by docs/reference/scenarios.md and docs/schemas/scenario.schema.json.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dovecot_conf.near import nearest
from dovecot_conf.toml.document import Document, parse, read
from dovecot_conf.toml.positions import Path as KeyPath
from drivers import scenario_shape as shape
from drivers.scenario_values import (
    Action,
    Mail,
    MailboxStart,
    Scenario,
    ScenarioError,
    ScenarioUser,
    Session,
    StoredMail,
)
from mailstore.simulated import INBOX
from mailstore.state import MAX_NUMBER

MAX_BYTES = 16 * 2**20
WITH_MAIL = ("deliver", "append")

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def read_scenario(path: Path) -> Scenario:
    """Read a scenario file. Raises ScenarioError with the place of the first thing that is wrong."""
    return _scenario(read(path, "scenario", ScenarioError, MAX_BYTES))


def parse_scenario(text: str, path: Path) -> Scenario:
    """Read the text of a scenario; ``path`` is its file. Raises ScenarioError."""
    return _scenario(parse(text, path, ScenarioError))


def _scenario(document: Document) -> Scenario:
    wrong = next(shape.scenario(document.table, ()), None)
    if wrong is not None:
        raise document.error(wrong)
    return _Reader(document).scenario(document.table)


class _Reader:
    """Makes values of a document whose shape is right, and checks what a shape can't say."""

    def __init__(self, document: Document) -> None:
        self._path = document.path
        self.span = document.span

    def scenario(self, document: Mapping[str, Any]) -> Scenario:
        """Return the scenario."""
        users = {name: self._user(name, table) for name, table in document["users"].items()}
        sessions = tuple(
            self._session(table, ("sessions", place), users)
            for place, table in enumerate(document["sessions"])
        )
        return Scenario(self._path, users, sessions)

    def _user(self, name: str, table: Mapping[str, Any]) -> ScenarioUser:
        path: KeyPath = ("users", name)
        boxes = table.get("mailboxes", _NOTHING)
        return ScenarioUser(
            name,
            table.get("metadata", _NOTHING),
            tuple(table.get("subscriptions", ())),
            tuple(self._mailboxes(boxes, (*path, "mailboxes"))),
        )

    def _mailboxes(self, boxes: Mapping[str, Any], path: KeyPath) -> Iterator[MailboxStart]:
        seen = set()
        for name, table in boxes.items():
            where = (*path, name)
            canonical = INBOX if name.upper() == INBOX else name
            if canonical in seen:
                raise self._wrong(where, f"the mailbox {canonical} is there twice")
            seen.add(canonical)
            messages = tuple(
                self._stored(item, (*where, "messages", place))
                for place, item in enumerate(table.get("messages", ()))
            )
            self._check_uids(messages, table.get("next_uid"), where)
            yield MailboxStart(
                canonical,
                self.span(where),
                table.get("uidvalidity"),
                table.get("next_uid"),
                table.get("unseen", 0),
                messages,
            )

    def _check_uids(self, messages: tuple[StoredMail, ...], next_uid: int | None, path: KeyPath) -> None:
        """UIDs go up (RFC 3501, section 2.3.1.1), and the next one is above all."""
        last = 0
        for place, stored in enumerate(messages):
            if stored.uid is not None and stored.uid <= last:
                where = (*path, "messages", place, "uid")
                raise self._wrong(where, f"UIDs must go up: {stored.uid} comes after {last}")
            last = stored.uid if stored.uid is not None else last + 1
        if next_uid is not None and next_uid <= last:
            raise self._wrong((*path, "next_uid"), f"next_uid must be above all UIDs, the last is {last}")
        if last >= MAX_NUMBER:
            raise self._wrong(path, f"there is no UID above {last}")

    def _stored(self, table: Mapping[str, Any], path: KeyPath) -> StoredMail:
        return StoredMail(
            self._mail(table, path),
            table.get("uid"),
            tuple(table.get("flags", ())),
            tuple(table.get("keywords", ())),
        )

    def _mail(self, table: Mapping[str, Any], path: KeyPath) -> Mail:
        file = table.get("file")
        return Mail(
            self.span((*path, "file") if file is not None else path),
            self._path.parent / file if file is not None else None,
            table.get("from"),
            table.get("to"),
            table.get("subject"),
            table.get("body"),
        )

    def _session(self, table: Mapping[str, Any], path: KeyPath, users: Mapping[str, ScenarioUser]) -> Session:
        named = table.get("users") or [table["user"]]
        for place, name in enumerate(named):
            if name not in users:
                where = (*path, "users", place) if "users" in table else (*path, "user")
                raise self._wrong(where, f"there is no user {name} below [users]", name, tuple(users))
            if name in named[:place]:
                raise self._wrong((*path, "users", place), f"the user {name} is there twice")
        actions = tuple(
            self._action(item, (*path, "actions", place)) for place, item in enumerate(table["actions"])
        )
        expects = "expect" in table or any("expect" in item for item in table["actions"])
        settings = table.get("settings", _NOTHING)
        return Session(table.get("name", ""), table["protocol"], tuple(named), settings, actions, expects)

    def _action(self, table: Mapping[str, Any], path: KeyPath) -> Action:
        verb = next(key for key in table if key in shape.VERBS)
        keys = {key: value for key, value in table.items() if key not in (verb, "message", "expect")}
        mail = None
        if verb in WITH_MAIL:
            mail = self._mail(table.get("message", _NOTHING), (*path, "message"))
        return Action(verb, table[verb], keys, self.span((*path, verb)), mail)

    def _wrong(
        self, path: KeyPath, message: str, word: str = "", known: tuple[str, ...] = ()
    ) -> ScenarioError:
        near = nearest(word, known) if word else ""
        if near:
            message += f"; did you mean '{near}'?"
        return ScenarioError(message, span=self.span(path))
