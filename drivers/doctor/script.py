"""The script of a lua driver, link by link: it can be read, compiled, and has what Dovecot calls."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.doctor import script_file
from drivers.doctor.rights import Rights
from drivers.doctor.script_place import ScriptPlace
from mailstore.links import Link, LinkState

NAMES = ("script", "compiles", "functions")
"""The links in their order."""


def check_script(place: ScriptPlace, rights: Rights) -> tuple[Link, ...]:
    """Look at a script as the mail processes of a user meet it; return one link for each of ``NAMES``.

    The script is compiled, never run. Behind a link that is broken the rest is skipped.
    """
    found = tuple(_links(place, rights))
    why = f"{found[-1].name} is {found[-1].state}"
    return (*found, *(Link(name, LinkState.SKIPPED, why) for name in NAMES[len(found) :]))


def _links(place: ScriptPlace, rights: Rights) -> Iterator[Link]:
    link, source = script_file.check_file(place, rights)
    yield link
    if source is None:
        return
    # Heavy, and not needed where there is no script.
    from drivers.doctor.script_text import check_compiles, check_functions  # noqa: PLC0415
    from drivers.lua.source.script import ScriptText  # noqa: PLC0415

    text = ScriptText(place.path or "", source, place.version, place.lua)
    link = check_compiles(place, text)
    yield link
    if link.is_ok:
        yield check_functions(place, text, rights)
