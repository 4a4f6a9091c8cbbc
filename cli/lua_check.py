"""`pushnotif lua check`: the linter for push scripts by themselves."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, NamedTuple, cast

import click

from cli.command import Command, Example, ExitCode
from cli.common import STDIN, STDIN_NAME, remark
from cli.complete import values
from cli.control import Control, control_options, with_control
from cli.findings import Wanted, finding_options, judging_lua_option, show
from cli.render import diagnostics as render
from dovecot_conf.errors import PushnotifError
from dovecot_conf.lint import Catalogue, Selection, Suppressions, about_comments, in_order, reported
from dovecot_conf.source import SourceFile
from dovecot_conf.versions import Version
from drivers.rules import all_rules, script_rules
from drivers.rules.lua.script_rule import ScriptReader
from drivers.rules.lua.script_unreadable import why_unreadable

if TYPE_CHECKING:
    from dovecot_conf.diagnostics import Diagnostic
    from drivers.lua.source.script import ScriptText

DEFAULT_VERSION = Version.V24


class ScriptFileError(PushnotifError):
    """A script can't be read at all."""


class Checked(NamedTuple):
    """A script that was looked at, as the renderers want a main file."""

    version: Version
    version_reason: str
    path: str
    files: tuple[SourceFile, ...]


EXAMPLES = (
    Example("pushnotif lua check push.lua", "look at one script"),
    Example(
        "pushnotif lua check --dovecot-version 2.3 --lua 5.1 *.lua", "say which Dovecot and Lua they are for"
    ),
    Example(
        "pushnotif lua check --format concise --fail-on warning - < push.lua", "be strict, from an editor"
    ),
)
EXIT_CODES = (ExitCode(1, "There are findings at or above --fail-on."),)


@click.command(
    cls=Command,
    examples=EXAMPLES,
    exit_codes=EXIT_CODES,
    short_help="Find mistakes in push scripts, without a configuration.",
)
@click.argument("files", metavar="FILE|-...", nargs=-1, required=True, shell_complete=values.files)
@with_control
@click.option(
    "--dovecot-version",
    type=click.Choice([version.value for version in Version]),
    help=f"The Dovecot that the scripts are for.  [default: {DEFAULT_VERSION}]",
)
@judging_lua_option
@control_options
@finding_options
@click.option("-q", "--quiet", is_flag=True, help="No remarks on stderr.")
def check(
    files: tuple[str, ...],
    dovecot_version: str | None,
    lua: str,
    control: Control,
    wanted: Wanted,
    quiet: bool,
) -> int:
    """Find mistakes in Lua push scripts: what Lua can't compile, and what Dovecot would never call.

    FILE is a script, - is stdin. Scripts are compiled, never run. These are the rules PN505, PN507 to PN516
    and PN901 to PN902 of 'pushnotif validate', which looks at the scripts of a configuration too. A comment
    '-- pushnotif: ignore[PN513]' on a line, or in the line above, silences a finding.
    Exit code: 0 fine, 1 findings (see --fail-on), 2 wrong usage.
    """
    version = Version(dovecot_version) if dovecot_version else DEFAULT_VERSION
    catalogue = Catalogue(all_rules(lua))
    selection = control.selection(catalogue)
    reader = ScriptReader(lua)
    scripts = [_read(reader, name, version) for name in dict.fromkeys(files)]
    if dovecot_version is None:
        remark(f"assuming Dovecot {version}; --dovecot-version names another", quiet=quiet)
    reason = f"{'--dovecot-version' if dovecot_version else 'assumed'}; Lua {lua}"
    results = [
        render.Validation(
            Checked(version, reason, script.path, (script.shown,)),
            _findings(script, catalogue, selection),
            scripts=(script.shown,),
        )
        for script in scripts
    ]
    validations = render.Validations(tuple(results), wanted.show_secrets)
    validations = control.without_recorded(validations, catalogue, selection, quiet=quiet)
    return show(validations, wanted, quiet=quiet)


def _read(reader: ScriptReader, name: str, version: Version) -> ScriptText:
    """Read a script, or stdin. Raises ScriptFileError."""
    if name == STDIN:
        return reader.text_of(STDIN_NAME, cast(BinaryIO, sys.stdin.buffer), version)
    path = Path(name)
    problem = why_unreadable(path)
    try:
        if not problem:
            return reader.read(path, version)
    except OSError as error:
        problem = os.strerror(error.errno or errno.EIO)
    shown = name or "''"
    raise ScriptFileError(f"can't read {shown}: {problem}: give the file of a Lua script")


def _findings(script: ScriptText, catalogue: Catalogue, selection: Selection) -> tuple[Diagnostic, ...]:
    """Return what the rules about scripts find in one."""
    rules = {rule.code: rule for rule in script_rules() if script.version in rule.versions}
    found = (item for code, rule in rules.items() if code in selection for item in rule.check_script(script))
    suppressions = Suppressions({}, catalogue.match, {script.path: script.comments})
    shown = reported(found, selection, suppressions, {})
    comments = about_comments(
        suppressions,
        catalogue,
        selection,
        rules.__contains__,
        lambda _path: script.shown.lines,
        frozenset(suppressions.used),
    )
    return in_order((*shown, *comments), {})
