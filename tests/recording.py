"""The recording in the README: a few commands, run in a terminal, as an SVG that plays them.

Run ``python tests/recording.py`` after a change of what the commands print: it writes the picture. Where
nothing moves (printed, or for a reader who wants it so) the picture is the end of the session.
"""

from __future__ import annotations

import fcntl
import os
import pty
import shlex
import struct
import subprocess
import sys
import tempfile
import termios
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from rich.console import Console
from rich.style import Style
from rich.text import Text

REPOSITORY = Path(__file__).resolve().parents[1]
PICTURE = REPOSITORY / "docs" / "recording.svg"
COMMANDS = (
    "pushnotif simulate message-new --demo --uidvalidity 1700000000",
    "pushnotif validate fixtures/first-day/silent.conf",
    "pushnotif doctor -c fixtures/first-day/silent.conf -u bob --protocol lmtp --offline",
)
COLUMNS, ROWS = 100, 32
PROMPT = "$ "
SIZE, CELL, LINE, EDGE, BAR = 14, 8.43, 19, 16, 30
SECONDS_TO_TYPE, SECONDS_TO_READ, SECONDS_AT_THE_END = 1.2, 7.0, 14.0
BACKGROUND, BORDER, PLAIN, DIM = "#161b22", "#6e7681", "#e6edf3", "#9aa4af"
# A terminal's colours by number.
COLORS: Mapping[int | None, str] = {
    1: "#ff8f87",
    2: "#56d364",
    3: "#e3b341",
    4: "#79c0ff",
    5: "#d2a8ff",
    6: "#5fd7e0",
}
FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"


class Screen(NamedTuple):
    """From a second on, the first ``shown`` lines have been printed."""

    second: float
    shown: int


# What is recorded


def run(command: str) -> str:
    """Run a command of ours in a terminal; return what it writes there, colours and all."""
    from tests.page_commands import with_shown_date  # noqa: PLC0415 - run as a script, the path is set first

    _, *arguments = shlex.split(command)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    with tempfile.TemporaryDirectory() as data:
        call = [sys.executable, "-m", "cli", *arguments]
        process = subprocess.Popen(
            call, cwd=REPOSITORY, env=_environment(data), stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        written = b"".join(_written(ours))
        os.close(ours)
        process.wait()
    return with_shown_date(written.decode("utf-8").replace("\r\n", "\n"))


def _environment(data: str) -> Mapping[str, str]:
    of_users = ("PUSHNOTIF_CONFIG", "NO_COLOR", "FORCE_COLOR", "COLORTERM", "COLUMNS", "LINES")
    kept = {name: value for name, value in os.environ.items() if name not in of_users}
    ours = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "XDG_DATA_HOME": data}
    return kept | ours | {"PYTHONPATH": str(REPOSITORY)}


def _written(terminal: int) -> Iterator[bytes]:
    try:
        while data := os.read(terminal, 4096):
            yield data
    except OSError:
        # So the other end of a terminal is told of on Linux.
        return


def session() -> list[list[Text]]:
    """Return the lines of each command as a terminal shows them: the command, and what it writes."""
    parts = [[*_lines(PROMPT + command), *_lines(run(command)), Text()] for command in COMMANDS]
    parts[-1].append(Text(PROMPT))
    return parts


def _lines(written: str) -> Iterator[Text]:
    for line in Text.from_ansi(written.rstrip("\n")).split("\n", allow_blank=True):
        yield from line.divide(range(COLUMNS, len(line), COLUMNS))


def plain(lines: Sequence[Sequence[Text]]) -> str:
    """Return a session as text."""
    return "".join(f"{line.plain.rstrip()}\n" for part in lines for line in part)


# How it is drawn


def screens(lengths: Sequence[int]) -> list[Screen]:
    """Return when how much is shown of a session with so many lines by command; a screen is read at once."""
    second, shown, found = 0.0, 0, []
    for length in lengths:
        end = shown + length
        found.append(Screen(second, shown + 1))
        second += SECONDS_TO_TYPE
        while shown < end:
            shown = min(shown + ROWS - 1, end)
            found.append(Screen(second, shown))
            second += SECONDS_TO_READ
    return found


def svg(parts: Sequence[Sequence[Text]]) -> str:
    """Return the picture of a session."""
    lines = [line for part in parts for line in part]
    width, height = round(2 * EDGE + COLUMNS * CELL), BAR + ROWS * LINE + EDGE
    drawn = "\n".join(_drawn(line, number) for number, line in enumerate(lines) if line.plain.strip())
    dots = "".join(f'<circle cx="{EDGE + 6 + 18 * n}" cy="{BAR // 2}" r="5"/>' for n in range(3))
    box = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    curtain = f'x="1" y="{BAR}" width="{width - 2}" height="{len(lines) * LINE + EDGE}"'
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" {box} role="img">
<title>A terminal with pushnotif</title>
<style>
{_moving(screens([len(part) for part in parts]))}
</style>
<clipPath id="screen"><rect x="0" y="{BAR}" width="{width}" height="{ROWS * LINE}"/></clipPath>
<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="8" fill="{BACKGROUND}" stroke="{BORDER}"/>
<g fill="{BORDER}">{dots}</g>
<g clip-path="url(#screen)"><g class="roll" transform="translate(0 {_rolled(len(lines))})">
<g font-family="{FONTS}" font-size="{SIZE}" fill="{PLAIN}">
{drawn}
</g>
<rect class="hide" transform="translate(0 {len(lines) * LINE})" {curtain} fill="{BACKGROUND}"/>
</g></g>
</svg>
"""


def _moving(shown: Sequence[Screen]) -> str:
    """Return the style that rolls the lines up, and draws a curtain away from them."""
    end = shown[-1].second + SECONDS_AT_THE_END
    roll, hide = "", ""
    for screen in shown:
        at = f"{100 * screen.second / end:.2f}%"
        roll += f"{at} {{ transform: translateY({_rolled(screen.shown)}px) }} "
        hide += f"{at} {{ transform: translateY({screen.shown * LINE}px) }} "
    return f"""\
@keyframes roll {{ {roll}}}
@keyframes hide {{ {hide}}}
@media (prefers-reduced-motion: no-preference) {{
.roll {{ animation: roll {end:g}s step-end infinite }}
.hide {{ animation: hide {end:g}s step-end infinite }}
}}"""


def _rolled(shown: int) -> int:
    return -LINE * max(0, shown - ROWS)


def _drawn(line: Text, number: int) -> str:
    """Return a line as text, each piece of a style where a terminal puts it."""
    column, pieces = 0, []
    for segment in line.render(_CONSOLE):
        text = segment.text.rstrip("\n")
        if text.strip():
            place = f'x="{EDGE + column * CELL:.2f}" textLength="{len(text) * CELL:.2f}"'
            pieces.append(f"<tspan {place}{_look(segment.style)}>{escape(text)}</tspan>")
        elif text:
            pieces.append(f"<tspan>{text}</tspan>")
        column += len(text)
    baseline = BAR + number * LINE + SIZE
    return f'<text y="{baseline}" xml:space="preserve">{"".join(pieces)}</text>'


_CONSOLE = Console(width=COLUMNS, color_system="standard", legacy_windows=False)


def _look(style: Style | None) -> str:
    """Return the attributes of a style; raises ValueError for a colour that the picture lacks."""
    if style is None:
        return ""
    if style.color is not None and style.color.number not in COLORS:
        raise ValueError(f"the recording has no place for {style.color}")
    fill = COLORS[style.color.number] if style.color is not None else DIM if style.dim else ""
    weight = ' font-weight="bold"' if style.bold else ""
    return (f' fill="{fill}"' if fill else "") + weight


if __name__ == "__main__":
    sys.path.insert(0, str(REPOSITORY))
    PICTURE.write_text(svg(session()), "utf-8")
