"""Values: frozen classes with named fields that cost next to nothing to define.

A dataclass compiles its methods when it is defined and a NamedTuple its constructor, 0.1 to 0.5 ms for each
class; a command that takes 60 ms loads dozens. Subclasses of ``Value`` share their methods.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, dataclass_transform

if TYPE_CHECKING:
    from typing import Self


@dataclass_transform(frozen_default=True)
class Value:
    """The base of a value: its annotated names are its fields, in their order, after those of its base.

    A field has the default that the class gives it. Two values are equal when they are of the same
    class and their fields are. For a value made by the thousand a NamedTuple is quicker to make.
    """

    _fields: ClassVar[tuple[str, ...]] = ()
    _defaults: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls) -> None:
        """Note the fields of a new class."""
        own = cls.__annotations__
        cls._fields = (*cls._fields, *own)
        cls._defaults = cls._defaults | {name: cls.__dict__[name] for name in own if name in cls.__dict__}

    def __init__(self, *given: Any, **named: Any) -> None:
        """Take the fields; raises TypeError when one is missing, unknown or there twice."""
        fields, values = self._fields, self.__dict__
        if len(given) == len(fields) and not named:
            values.update(zip(fields, given, strict=True))
            return
        values.update(self._defaults)
        values.update(zip(fields, given, strict=False))
        values.update(named)
        known = len(given) <= len(fields) and named.keys().isdisjoint(fields[: len(given)])
        if not known or values.keys() != set(fields):
            raise TypeError(f"{type(self).__name__} has the fields {', '.join(fields)}")

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some fields changed."""
        return type(self)(**{**self._values(), **changes})

    def _values(self) -> dict[str, Any]:
        values = self.__dict__
        return {name: values[name] for name in self._fields}

    def __setattr__(self, name: str, _value: object) -> NoReturn:
        """Refuse: a value doesn't change."""
        raise AttributeError(f"{type(self).__name__}.{name} can't be changed")

    def __delattr__(self, name: str) -> NoReturn:
        """Refuse: a value doesn't change."""
        raise AttributeError(f"{type(self).__name__}.{name} can't be removed")

    def __eq__(self, other: object) -> bool:
        """Compare the fields."""
        if type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        """Hash the fields."""
        return hash(tuple(self._values().values()))

    def __repr__(self) -> str:
        """Name the fields."""
        fields = ", ".join(f"{name}={value!r}" for name, value in self._values().items())
        return f"{type(self).__name__}({fields})"
