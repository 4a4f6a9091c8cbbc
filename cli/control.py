"""What decides which findings a run shows, and which make it fail: options, and the project file."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click
from click.core import ParameterSource

from cli.common import ENVIRONMENT_NAME, STDIN, SYSTEM_CONFIG, remark
from cli.complete import values
from cli.project_search import common_directory, find_project
from dovecot_conf.lint import Catalogue, Layer, Selection

if TYPE_CHECKING:
    from cli.project_file import Project
    from cli.render.diagnostics import Validations

Command = TypeVar("Command", bound=Callable[..., Any])

_PATHS = ("root", "baseline")
_PLAIN = ("dovecot-version", "fail-on", "templates")
_MANY = ("exclude",)


class Control(NamedTuple):
    """What was asked for: by the command line, and by the project file if there is one."""

    asked: Layer
    project: Project | None
    baseline: Path | None
    write_baseline: bool

    def selection(self, catalogue: Catalogue) -> Selection:
        """Return which rules are wanted. Raises ProjectFileError or SelectionError for an unknown one."""
        if self.project is None:
            return Selection.of(catalogue, (self.asked,))
        self.project.check_rules(catalogue)
        layers = (self.project.layer, self.asked)
        severities, paths = self.project.severities(catalogue), self.project.path_rules(catalogue)
        return Selection.of(catalogue, layers, severities, paths)

    def without_recorded(
        self, validations: Validations, catalogue: Catalogue, selection: Selection, *, quiet: bool
    ) -> Validations:
        """Return a run without the findings of the baseline, if there is one; write that if wanted.

        Raises BaselineError or OutputError.
        """
        if self.baseline is None:
            return validations
        from cli.baseline_file import without_recorded  # noqa: PLC0415 - rarely wanted

        write = self.write_baseline
        return without_recorded(validations, self.baseline, catalogue, selection, write=write, quiet=quiet)


def control_options(command: Command) -> Command:
    """Add the options from ``--select`` to ``--no-project-file``; ``with_control`` takes them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


_OPTIONS = (
    click.option(
        "--select",
        multiple=True,
        metavar="RULES",
        shell_complete=values.rules,
        help="Only these rules: codes (PN301, PN3), names; commas between.",
    ),
    click.option(
        "--extend-select",
        multiple=True,
        metavar="RULES",
        shell_complete=values.rules,
        help="These rules as well.",
    ),
    click.option(
        "--ignore",
        multiple=True,
        metavar="RULES",
        shell_complete=values.rules,
        help="All but these rules.",
    ),
    click.option(
        "--baseline",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Leave out the findings that are recorded in FILE.",
    ),
    click.option("--write-baseline", is_flag=True, help="Record all findings in the file of --baseline."),
    click.option(
        "--project-file",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Options of a repository  [default: .pushnotif.toml or pyproject.toml, upwards from FILE].",
    ),
    click.option("--no-project-file", is_flag=True, help="Look for no project file."),
)


def with_control(command: Command) -> Command:
    """Pass the options of ``control_options`` as ``control``; what is left out comes from the project file.

    It must be the outermost of a command's decorators: what others take may come from the file.
    """

    @wraps(command)
    def wrapper(
        *args: Any,
        select: tuple[str, ...],
        extend_select: tuple[str, ...],
        ignore: tuple[str, ...],
        write_baseline: bool,
        project_file: Path | None,
        no_project_file: bool,
        **options: Any,
    ) -> Any:
        context = click.get_current_context()
        if project_file is not None and no_project_file:
            raise click.UsageError("--project-file and --no-project-file exclude each other", ctx=context)
        project = None if no_project_file else _project(project_file, options)
        if project is not None:
            remark(f"options of {project.path}", quiet=not options.get("verbose", False))
            options |= _from_file(project, context)
        baseline = options.pop("baseline")
        if write_baseline and baseline is None:
            raise click.UsageError("--write-baseline needs --baseline FILE", ctx=context)
        asked = Layer(select or None, extend_select, ignore)
        return command(*args, control=Control(asked, project, baseline, write_baseline), **options)

    return wrapper  # type: ignore[return-value]  # click's decorators keep the callable's shape, not its type


def _project(named: Path | None, options: dict[str, Any]) -> Project | None:
    """Read the project file. Raises ProjectFileError."""
    if named is not None:
        from cli.project_file import read_project  # noqa: PLC0415 - only where there is one

        return read_project(named, named=True)
    if options.get("demo"):
        return None
    files = [path for path in options["files"] if path != STDIN]
    if options.get("config_path") is not None:
        files.append(options["config_path"])
    if files:
        return find_project(common_directory(files))
    found = find_project(os.curdir)
    if found is None and not options["files"]:
        found = find_project(common_directory([os.environ.get(ENVIRONMENT_NAME) or SYSTEM_CONFIG]))
    return found


def _from_file(project: Project, context: click.Context) -> dict[str, Any]:
    """Return the values of options that the file has and the command line hasn't.

    Raises ProjectFileError for a root that is no directory.
    """
    found: dict[str, Any] = {}
    for key in (*_PATHS, *_PLAIN, *_MANY):
        option = key.replace("-", "_")
        given = context.get_parameter_source(option) not in (None, ParameterSource.DEFAULT)
        if key not in project.values or option not in context.params or given:
            continue
        value = project.values[key]
        if key in _PATHS:
            value = project.located(key)
        elif key in _MANY:
            value = tuple(value)
        found[option] = value
    if "root" in found and not os.path.isdir(found["root"]):
        raise project.error(("root",), f"root: {found['root']} is no directory")
    if found.get("dovecot_version") == "auto":
        del found["dovecot_version"]  # what every command does by itself
    return found
