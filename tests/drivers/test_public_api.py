from __future__ import annotations

import subprocess
import sys

import drivers


def test_the_public_names_are_these() -> None:
    assert sorted(drivers.__all__) == drivers.__all__
    assert all(hasattr(drivers, name) for name in drivers.__all__)
    assert {"deliver", "load_chain", "Driver", "DriverRegistry", "SimulationReport"} <= set(drivers.__all__)


def test_nothing_that_sends_is_imported_before_it_is_wanted() -> None:
    program = (
        "import sys, drivers, drivers.dlog, drivers.ox;"
        "print([name for name in ('httpcore', 'httpx', 'rich', 'lupa', 'ssl') if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"
