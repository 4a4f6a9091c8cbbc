"""Called by the mail user instead of root: what pushnotif and the real doveadm may do, and what they say."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.dovecot.metadata_sides import PREFIX, MakeSides, Outcome, Sides

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become the mail user")

NOBODY = 65534
AS_NOBODY = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
REPOSITORY = Path(__file__).parents[2]


def _run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        command, capture_output=True, text=True, env=known | environment, check=False, cwd="/", timeout=60
    )


def _agree(both: Sides, *args: str, user: str | None = None) -> Outcome:
    """Let both do the same as the mail user, with ``$USER`` set; return what both say."""
    server = both.server
    environment = {} if user is None else {"USER": user, "HOME": "/nowhere"}
    # The test's own folder is closed for others.
    configuration = server.root / "for-nobody.conf"
    configuration.write_text(both.configuration.read_text())
    config = server.installation.inside(server.config_file)
    doveadm = ("doveadm", "-c", config, "mailbox", "metadata", *args)
    theirs = _run(server.installation.command(*AS_NOBODY, *doveadm), environment)
    text = PREFIX.sub("", theirs.stderr).replace(server.place.root, str(server.root))
    ours = _run(
        [*AS_NOBODY, sys.executable, "-m", "cli", "metadata", "-c", str(configuration), *args], environment
    )
    said = Outcome(ours.stdout, ours.stderr.replace("pushnotif: ", "").splitlines(), ours.returncode)
    assert said == Outcome(theirs.stdout, text.splitlines(), theirs.returncode)
    return said


def _nothing(_both: Sides, _user: str) -> None:
    pass


def _closed_dict(both: Sides, user: str) -> None:
    os.chown(both.server.dict_file(user), 0, 0)
    both.server.dict_file(user).chmod(0o600)


def _closed_folder(both: Sides, user: str) -> None:
    os.chown(both.server.dict_file(user).parent, 0, 0)


def _dict_in_a_closed_folder(both: Sides, user: str) -> None:
    _closed_folder(both, user)
    both.server.dict_file(user).unlink()


def _no_dict(both: Sides, user: str) -> None:
    both.server.dict_file(user).unlink()


STATES: dict[str, tuple[Callable[[Sides, str], None], int]] = {
    "all is well": (_nothing, 0),
    "there is no dict yet": (_no_dict, 0),
    "the dict is closed": (_closed_dict, 75),
    "the folder is closed": (_closed_folder, 75),
    "there is no dict, and the folder is closed": (_dict_in_a_closed_folder, 75),
}


@pytest.mark.parametrize("state", STATES)
def test_the_mail_user_itself_may_do_the_same_with_both(sides: MakeSides, state: str) -> None:
    both = sides()
    user = both.new_user()
    both.server.set_metadata(user, "/private/k", "v", "INBOX")
    prepare, code = STATES[state]
    folder = both.server.dict_file(user).parent
    prepare(both, user)
    try:
        for args in (("get", "-u", user), ("list", "-u", user)):
            _agree(both, *args, "INBOX", "/private/k")
        assert _agree(both, "set", "-u", user, "INBOX", "/private/k", "w").code == code
        _agree(both, "unset", "-u", user, "INBOX", "/private/k")
        _agree(both, "get", "-u", user, "Nope", "/private/k")
    finally:
        os.chown(folder, NOBODY, NOBODY)


def test_the_user_of_the_environment_is_known_to_both(sides: MakeSides) -> None:
    both = sides()
    user = both.new_user()
    both.server.set_metadata(user, "/private/k", "v", "INBOX")
    found = _agree(both, "get", "INBOX", "/private/k", user=user)
    assert found.code == {"2.3": 0, "2.4": 75}[both.server.version]
