"""The drivers that can be named in a configuration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from dovecot_conf.errors import DriverError
from drivers.interface import Driver

ENTRY_POINT_GROUP = "pushnotif.drivers"


class DriverRegistry:
    """Driver classes by name, without regard to case."""

    def __init__(self, drivers: Iterable[type[Driver]]) -> None:
        self._drivers: Mapping[str, type[Driver]] = {driver.name.lower(): driver for driver in drivers}

    @classmethod
    def installed(cls) -> DriverRegistry:
        """Return a registry of all drivers in the ``pushnotif.drivers`` entry-point group.

        Raises:
            DriverError: a driver of a site can't be imported or is no :class:`Driver`.
        """
        return cls(_load_entry_points())

    def find(self, name: str) -> type[Driver] | None:
        """Return the driver class of that name, None if there is none."""
        return self._drivers.get(name.lower())

    def __iter__(self) -> Iterator[type[Driver]]:
        """Return the driver classes in order of registration."""
        return iter(self._drivers.values())


def _load_entry_points() -> Iterator[type[Driver]]:
    from importlib.metadata import entry_points  # noqa: PLC0415 - slow to import

    for point in entry_points(group=ENTRY_POINT_GROUP):
        try:
            driver = point.load()
        except Exception as error:
            raise DriverError(
                f"driver {point.name} ({point.value}) can't be imported: {error or type(error).__name__}"
            ) from error
        if not (isinstance(driver, type) and issubclass(driver, Driver)):
            raise DriverError(f"driver {point.name} ({point.value}) is not a drivers.Driver class")
        yield driver
