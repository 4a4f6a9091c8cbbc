"""The walk: its order, what a broken link makes of those behind it, and checks of a site."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from dovecot_conf.errors import DriverError
from drivers.doctor import CHECKS, Branch, Check, Patient, Reach, diagnose, endpoint
from drivers.doctor.branch import first_broken
from drivers.doctor.examination import ENTRY_POINT_GROUP, SoFar, examine
from drivers.doctor.verdict import conclude
from mailstore.links import Link, LinkState
from tests.drivers.doctor.conftest import MakeSite
from tests.drivers.doctor.patients import OX, link, paths


def test_a_site_where_all_is_well_is_walked_to_the_end(site: MakeSite) -> None:
    found = site()
    diagnosis = found.diagnosis()
    assert diagnosis.verdict.reach is Reach.NOTIFIED
    assert diagnosis.verdict.is_fine
    ox = OX[found.version]
    assert paths(diagnosis) == [
        ("configuration",),
        ("user",),
        ("delivery",),
        ("lmtp",),
        ("lmtp", "plugins"),
        ("lmtp", "drivers"),
        ("lmtp", "drivers", ox),
        *(("lmtp", "drivers", ox, name) for name in endpoint.NAMES),
        ("lmtp", "drivers", ox, "store"),
        ("lmtp", "drivers", ox, "mailbox"),
        ("lmtp", "drivers", ox, "entry"),
        ("lmtp", "readable"),
        ("lmtp", "event"),
        ("lmtp", "event", ox),
    ]


def test_a_refused_configuration_stops_the_walk_at_its_first_error(site: MakeSite) -> None:
    found = site(more="nonsense {\n")
    diagnosis = found.diagnosis()
    assert diagnosis.verdict.stops_at == ("configuration",)
    first = link(diagnosis, "configuration")
    assert first.where.startswith(f"{found.root}/dovecot.conf:")
    assert first.rules
    assert first.rules[0].startswith("PN1")
    rest = [branch.link for branch in diagnosis.branches[1:]]
    assert [one.state for one in rest] == [LinkState.SKIPPED] * 3
    assert {one.seen for one in rest} == {"not looked at: configuration is broken"}
    assert first.notes[0].startswith(f"read as Dovecot {found.version}: ")
    assert "--dovecot-version 2." in first.notes[0]


def test_warnings_of_the_linter_are_a_note(site: MakeSite) -> None:
    found = site(lmtp=f"{PUSHES_AND_MORE}")
    first = link(found.diagnosis(), "configuration")
    assert first.state is LinkState.OK
    assert any("see 'pushnotif validate'" in note for note in first.notes)


PUSHES_AND_MORE = "notify push_notification quotas"


def test_without_a_user_what_needs_one_is_left_out(site: MakeSite) -> None:
    found = site()
    diagnosis = found.diagnosis(user="")
    assert link(diagnosis, "user").state is LinkState.SKIPPED
    assert link(diagnosis, "lmtp", "plugins").is_ok
    assert link(diagnosis, "lmtp", "drivers").is_ok
    for name in ("readable", "event"):
        assert link(diagnosis, "lmtp", name).state is LinkState.SKIPPED
    assert diagnosis.verdict.reach is Reach.NOT_TRIED
    assert diagnosis.verdict.is_fine


def test_without_a_user_nothing_is_said_of_everybody(site: MakeSite) -> None:
    unsure = Branch(Link("gateway", LinkState.UNKNOWN, "nobody knows"))
    said = conclude("", (*site().diagnosis(user="").branches, unsure), offline=True)
    assert said.text == "whether anybody is notified isn't known: gateway: nobody knows"


def test_an_unknown_user_is_where_it_stops(site: MakeSite) -> None:
    diagnosis = site().diagnosis(user="nobody")
    assert diagnosis.verdict.stops_at == ("user",)
    assert "nobody gets no push: it stops at user" in diagnosis.verdict.text
    assert link(diagnosis, "lmtp", "event").state is LinkState.SKIPPED


def test_a_check_is_not_made_when_one_that_it_needs_is_broken(site: MakeSite) -> None:
    patient = site().patient()

    def broken(_patient: Patient, _so_far: SoFar) -> Iterator[Branch]:
        yield Branch(Link("first", LinkState.BROKEN, "no"))

    def never(_patient: Patient, _so_far: SoFar) -> Iterator[Branch]:
        raise AssertionError

    found = examine(patient, (Check("first", broken), Check("second", never, ("first",))))
    assert [branch.link.state for branch in found] == [LinkState.BROKEN, LinkState.SKIPPED]


def test_the_innermost_broken_link_says_most() -> None:
    inner = Branch(Link("inner", LinkState.BROKEN, ""))
    fine = Branch(Link("fine", LinkState.OK, ""))
    outer = Branch(Link("outer", LinkState.BROKEN, ""), (fine, inner))
    assert first_broken((fine, outer)) == (("outer", "inner"), inner.link)
    assert first_broken((fine,)) is None
    assert first_broken((Branch(outer.link, (fine,)),)) == (("outer",), outer.link)


def test_a_site_adds_checks_of_its_own(site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    def gateway(_patient: Patient, so_far: SoFar) -> Iterator[Branch]:
        assert [branch.link.name for branch in so_far[:3]] == [check.name for check in CHECKS[:3]]
        yield Branch(Link("gateway", LinkState.BROKEN, "the gateway is down"))

    check = Check("gateway", gateway)
    _announce(monkeypatch, check)
    diagnosis = diagnose(site().patient())
    assert diagnosis.branches[-1].link.name == "gateway"
    assert diagnosis.verdict.stops_at == ("gateway",)


def test_a_check_of_a_site_that_is_none_is_named(site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    _announce(monkeypatch, object())
    patient = site().patient()
    with pytest.raises(DriverError, match=r"check gateway .* is no drivers.doctor.Check"):
        diagnose(patient)


def _announce(monkeypatch: pytest.MonkeyPatch, check: object) -> None:
    real = importlib.metadata.entry_points
    point = SimpleNamespace(name="gateway", value="example:GATEWAY", load=lambda: check)
    monkeypatch.setattr(
        importlib.metadata,
        "entry_points",
        lambda *, group: [point] if group == ENTRY_POINT_GROUP else real(group=group),
    )
