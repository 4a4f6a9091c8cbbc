"""Environment variables and files of manual pages, by the parameters of commands that they belong to."""

from __future__ import annotations

from typing import NamedTuple


class Noted(NamedTuple):
    """A variable or a file, what it is, and the parameters of which a command has one when it is concerned.

    ``parameters`` is empty for what concerns every command.
    """

    name: str
    text: str
    parameters: frozenset[str] = frozenset()


def _of(*parameters: str) -> frozenset[str]:
    return frozenset(parameters)


_STORE = _of("userdb", "metadata")

VARIABLES = (
    Noted("PUSHNOTIF_CONFIG", "The configuration, if nothing else names one.", _of("config_path")),
    Noted("NO_COLOR", "If it isn't empty, --color auto means never.", _of("color")),
    Noted(
        "FORCE_COLOR",
        "If it isn't empty, --color auto means always; NO_COLOR is stronger.",
        _of("color"),
    ),
    Noted("PUSHNOTIF_IMAP_PASSWORD", "The password for --via with imap:// or imaps://.", _of("via")),
    Noted(
        "PUSHNOTIF_DOVEADM_API_KEY",
        "The doveadm_api_key for --via with doveadm-http:// or doveadm-https://, if no configuration has it.",
        _of("via"),
    ),
    Noted(
        "PUSHNOTIF_DOVEADM_PASSWORD",
        "The doveadm_password for -S, if no configuration has it.",
        _of("socket_path"),
    ),
    Noted("PUSHNOTIF_LISTEN_AUTH", "The USER:PASS of --auth; other users can't see it there.", _of("auth")),
    Noted("USER", "The user, if no option names one.", _of("user_file")),
    Noted("XDG_DATA_HOME", "Where pushnotif's own store of METADATA is.", _STORE),
    Noted("GITHUB_ACTIONS", "If it is true, findings are shown as annotations of GitHub.", _of("outputs")),
    Noted("SHELL", "The shell that the script is for, if none is named.", _of("shell")),
    Noted("PUSHNOTIF_DEBUG", "If it isn't empty, an internal error shows where it came from."),
)
FILES = (
    Noted(
        "/etc/dovecot/dovecot.conf",
        "The configuration, if nothing else names one. Without such a file it is a built-in example, whose"
        " requests are never sent.",
        _of("config_path"),
    ),
    Noted(
        ".pushnotif.toml, pyproject.toml",
        "The options of a repository, looked for from the configuration upwards.",
        _of("project_file"),
    ),
    Noted(
        "~/.local/share/pushnotif/metadata/",
        "The METADATA of users whose configuration has no mail_attribute_dict.",
        _STORE,
    ),
    Noted(".luacheckrc, dovecot-VERSION.lua, .luarc.json", "What is written.", _of("kind")),
    Noted(
        "~/.local/share/bash-completion/completions/pushnotif, ~/.config/fish/completions/pushnotif.fish",
        "Where bash and fish look for the script.",
        _of("shell"),
    ),
)


def concerning(notes: tuple[Noted, ...], parameters: frozenset[str]) -> tuple[Noted, ...]:
    """Return the notes for a command with these parameters."""
    return tuple(note for note in notes if not note.parameters or note.parameters & parameters)
