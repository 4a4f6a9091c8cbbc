"""`pushnotif simulate --scenario FILE`: play a scenario."""

from __future__ import annotations

from pathlib import Path

from cli import simulation_input as given
from cli.common import ConfigSource, announce, announce_refusal, is_demo, load_configuration
from cli.output import write_result
from cli.render.scenario_json import to_json
from cli.render.scenario_text import text
from cli.render.styled import Line, wants_color
from cli.render.styled import render as render_lines
from cli.simulate_network import has_failed, network
from cli.simulate_options import check_scripting
from dovecot_conf import Configuration
from drivers import DriverRegistry, SystemClock
from drivers.scenario import read_scenario
from drivers.scenario_run import Configured, SessionReport, World, run_scenario
from drivers.scenario_values import Session
from drivers.scripting import Scripting

Settings = tuple[tuple[str, str], ...]


class Site:
    """The configuration as each session of a scenario sees it; everything is looked up once."""

    def __init__(self, source: ConfigSource) -> None:
        self._source = source
        self._configurations: dict[Settings, Configuration] = {}
        self._configured: dict[tuple[Settings, str, str], Configured] = {}
        self.refused = False

    def configuration(self, settings: Settings = ()) -> Configuration:
        """Return the configuration with a session's own settings. Raises ConfigError, OverrideError."""
        found = self._configurations.get(settings)
        if found is None:
            own = tuple(f"{name}={value}" for name, value in settings)
            source = self._source.replace(overrides=(*self._source.overrides, *own))
            found = self._configurations[settings] = load_configuration(source)
            self.refused = announce_refusal(found, source) or self.refused
        return found

    def configure(self, session: Session, user: str) -> Configured:
        """Return the drivers and variables of a user in a session. Raises UserError as well."""
        settings = tuple(session.settings.items())
        key = (settings, session.protocol, user)
        if key not in self._configured:
            configuration = self.configuration(settings)
            account = given.find_account(configuration, user, session.protocol, self._source)
            push = configuration.push(session.protocol)
            self._configured[key] = Configured(push, given.mail_user(account, session.protocol))
        return self._configured[key]


def play(  # noqa: PLR0913 - one for each option
    path: Path,
    source: ConfigSource,
    *,
    dry_run: bool,
    insecure: bool,
    record_path: Path | None,
    format_: str,
    color: str,
    show_secrets: bool,
    scripting: Scripting,
) -> int:
    """Play a scenario and show what happened; return the exit code. Raises PushnotifError."""
    scenario = read_scenario(path)
    if scenario.expects:
        announce(source, f"{path}: 'expect' is reserved and NOT checked by this version")
    site = Site(source)
    check_scripting(scripting, site.configuration())
    dry_run = dry_run or is_demo(site.configuration())
    done: list[SessionReport] = []
    with network(
        source, record_path, dry_run=dry_run, insecure=insecure, show_secrets=show_secrets
    ) as opened:
        world = World(
            configure=site.configure,
            transport=lambda number, session: opened(_context(path, number, session)),
            clock=SystemClock(),
            registry=DriverRegistry.installed(),
            show_secrets=show_secrets,
            scripting=scripting,
        )
        for report in run_scenario(scenario, world):
            done.append(report)
            if format_ == "text":
                separator = [] if len(done) == 1 else [Line()]
                lines = [*separator, *text(len(done), report)]
                write_result(render_lines(lines, colored=wants_color(color, into_file=False)))
    if format_ == "json":
        write_result(to_json(done))
    failed = any(
        has_failed(
            (transaction for _, own in report.process.parts for transaction in own), report.process.log
        )
        for report in done
    )
    return 1 if site.refused or failed else 0


def _context(path: Path, number: int, session: Session) -> dict[str, object]:
    """Return what a recording says of where a request comes from."""
    return {
        "scenario": str(path),
        "session": number + 1,
        "users": list(session.users),
        "protocol": session.protocol,
    }
