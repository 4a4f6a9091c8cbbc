"""`pushnotif lua stubs`: files that tell editors and linters of Dovecot's Lua API."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.command import Command, Example
from cli.common import remark
from cli.lua_option import lua_option
from cli.output import OutputError, write_result
from dovecot_conf.versions import Version

if TYPE_CHECKING:
    from drivers.lua.stubs import Stub

ALL = "all"
KINDS = ("luacheck", "emmylua", "luarc")
_LARGEST = 2**20
"""No file that was made here is larger (bytes)."""


EXAMPLES = (
    Example("pushnotif lua stubs --output .", "write all of them beside the scripts"),
    Example("pushnotif lua stubs --dovecot-version 2.3 --output stubs", "write those for Dovecot 2.3"),
    Example("pushnotif lua stubs --kind luacheck > .luacheckrc", "write one file"),
)


@click.command(cls=Command, examples=EXAMPLES, short_help="Tell editors and linters of Dovecot's Lua API.")
@click.option(
    "--dovecot-version",
    type=click.Choice([version.value for version in Version]),
    default=Version.V24.value,
    show_default=True,
    help="The Dovecot that the scripts are for.",
)
@lua_option("The Lua that Dovecot is built with.")
@click.option(
    "--kind",
    type=click.Choice([*KINDS, ALL]),
    default=ALL,
    show_default=True,
    help="Which file: .luacheckrc, dovecot-VERSION.lua or .luarc.json.",
)
@click.option(
    "--output",
    "folder",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write the files into DIR instead of stdout.",
)
@click.option("--force", is_flag=True, help="Replace files that others made or changed.")
@click.option("-q", "--quiet", is_flag=True, help="No remarks on stderr.")
def stubs(dovecot_version: str, lua: str, kind: str, folder: Path | None, force: bool, quiet: bool) -> int:
    """Write what editors and linters need to know about the Lua API of push scripts.

    .luacheckrc is for luacheck: the global `dovecot` with its fields, and the functions that Dovecot
    calls. dovecot-VERSION.lua has annotations (EmmyLua's notation) of all that a script can reach, for
    lua-language-server and the like; .luarc.json makes it known to lua-language-server.

    A file that is there is replaced only if this command made it and nobody changed it.
    """
    from drivers.lua.stubs import Target, stub  # noqa: PLC0415 - only when there is work

    target = Target(Version(dovecot_version), lua)
    made = [stub(one, target) for one in (KINDS if kind == ALL else (kind,))]
    if folder is None:
        write_result("\n".join(_headed(one) for one in made) if len(made) > 1 else made[0].text)
        return 0
    _write(made, folder, force=force)
    remark(f"wrote {', '.join(str(folder / one.name) for one in made)}", quiet=quiet)
    for version in Version:
        other = folder / stub("emmylua", Target(version, lua)).name
        if version is not target.version and kind in {ALL, "emmylua"} and other.exists():
            remark(f"{other} is there too: editors read both, for the same names", quiet=quiet)
    return 0


def _headed(made: Stub) -> str:
    """Return a file with its name above it, as head and tail show several files."""
    return f"==> {made.name} <==\n{made.text}"


def _write(made: list[Stub], folder: Path, *, force: bool) -> None:
    """Write all files, or none where one of them isn't ours. Raises OutputError."""
    foreign = [] if force else [one.name for one in made if _is_foreign(one, folder / one.name)]
    if foreign:
        names = ", ".join(str(folder / name) for name in foreign)
        raise OutputError(f"{names}: not made by this command, or changed since; --force replaces it")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise OutputError(f"can't make the folder {folder}: {reason}") from None
    for one in made:
        write_result(one.text, folder / one.name)


def _is_foreign(made: Stub, path: Path) -> bool:
    """Tell whether a file is there that was made otherwise. Raises OutputError if it can't be read."""
    from drivers.lua.stubs import is_unchanged  # noqa: PLC0415

    try:
        if not path.exists():
            return False
        if not path.is_file():
            return True
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise OutputError(f"can't read {path}: {reason}") from None
    return not is_unchanged(made, content.decode("utf-8", "surrogateescape"))
