"""The parts of a URI in front of its path, read byte by byte: verdicts and error texts are Dovecot's.

The grammar is RFC 3986's with Dovecot's strictness. Dovecot 2.3.19.1 and 2.4.1 accept the same hosts
but word some errors differently, and 2.4 writes addresses in their shortest form.
"""

from __future__ import annotations

import ipaddress
import re
import string

from dovecot_conf.versions import Version

NAME = frozenset((string.ascii_letters + string.digits + "-._~!$&'()*+,;=").encode())
PCHAR = NAME | frozenset(b":@")
QUERY = PCHAR | frozenset(b"/?")
"""What may stand, besides percent escapes, in a name, in a segment of a path and in a query."""

_USERINFO = NAME | frozenset(b":%")
_ALNUM = frozenset((string.ascii_letters + string.digits).encode())
_SCHEME = _ALNUM | frozenset(b"+-.")
_DIGITS = frozenset(string.digits.encode())
_HEX = frozenset(string.hexdigits.encode())

_IPV4 = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){3}")
_MAX_SCHEME_LENGTH = 64
_MAX_PORT = 65535


class UriError(Exception):
    """A URI that Dovecot refuses; ``message`` is Dovecot's reason."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UriReader:
    """One pass over the bytes of a URI; ``pos`` is the next byte to look at. All methods raise UriError."""

    def __init__(self, data: bytes, version: Version) -> None:
        self.data = data
        self.pos = 0
        self.version = version

    def _peek(self) -> int | None:
        return self.data[self.pos] if self.pos < len(self.data) else None

    def _skip(self, allowed: frozenset[int]) -> None:
        """Pass over allowed bytes and percent escapes."""
        while (byte := self._peek()) is not None:
            if byte == 0x25:
                self._escape()
            elif byte in allowed:
                self.pos += 1
            else:
                return

    def _escape(self) -> int:
        """Read a percent escape, whose ``%`` is the next byte."""
        digits = self.data[self.pos + 1 : self.pos + 3]
        if len(digits) < 2:
            raise UriError("Unexpected URI boundary after '%'")
        for index, digit in enumerate(digits):
            if digit not in _HEX:
                before = digits[:index].decode()
                raise UriError(f"Expecting hex digit after '%{before}', but found {self._quote(digit)}")
        value = int(digits, 16)
        if value == 0:
            raise UriError("Percent encoding is not allowed to encode NUL character")
        self.pos += 3
        return value

    def _quote(self, byte: int) -> str:
        """Show a byte in an error text."""
        if self.version is Version.V24 and not 0x20 <= byte < 0x7F:
            return f"<0x{byte:02x}>"
        return f"'{bytes([byte]).decode('utf-8', 'replace')}'"

    def _refuse(self, component: str) -> UriError:
        text = f"{component} component contains invalid character"
        if self.version is Version.V24:
            text += f" {self._quote(self.data[self.pos])}"
        return UriError(text)

    def _scheme(self) -> str | None:
        end = 0
        while end < min(len(self.data), _MAX_SCHEME_LENGTH) and self.data[end] in _SCHEME:
            end += 1
        if not self.data[:1].isalpha() or self.data[end : end + 1] != b":":
            return None
        self.pos = end + 1
        return self.data[:end].decode().lower()

    def _userinfo(self) -> bytes | None:
        end = self.pos
        while end < len(self.data) and self.data[end] in _USERINFO:
            end += 1
        if self.data[end : end + 1] != b"@":
            return None
        userinfo = self.data[self.pos : end]
        self.pos = end + 1
        return userinfo

    def _decode_until(self, stop: bytes) -> bytes:
        """Percent-decode up to, not including, the first raw byte of ``stop`` or the end."""
        decoded = bytearray()
        while (byte := self._peek()) is not None and byte not in stop:
            if byte == 0x25:
                decoded.append(self._escape())
            else:
                decoded.append(byte)
                self.pos += 1
        return bytes(decoded)

    def _host(self) -> tuple[str, str]:
        """Read the host; return it as shown and as connected to."""
        if self._peek() == 0x5B:
            host, address = self._ip_literal()
        else:
            host, address = self._ipv4() or self._host_name()
        if (byte := self._peek()) is not None and byte not in b":/?#":
            raise UriError("Invalid host identifier")
        return host, address

    def _ip_literal(self) -> tuple[str, str]:
        end = self.data.find(b"]", self.pos)
        if end < 0:
            raise UriError("Expecting ']' at end of IP-literal")
        text = self.data[self.pos + 1 : end].decode("utf-8", "replace")
        self.pos = end + 1
        if not text:
            raise UriError("Empty IPv6 host address")
        if text.startswith("v"):
            raise UriError(f"Future IP host address '{text}' not supported")
        try:
            address = ipaddress.IPv6Address(text)
        except ValueError:
            if self.version is Version.V24 and _IPV4.fullmatch(text):
                return f"[{text}]", text
            raise UriError(f"Invalid IPv6 host address '{text}'") from None
        if address.scope_id is not None:
            raise UriError(f"Invalid IPv6 host address '{text}'")
        shown = str(address) if self.version is Version.V24 else text
        return f"[{shown}]", str(address)

    def _ipv4(self) -> tuple[str, str] | None:
        """Read an IPv4 address, or leave ``pos`` alone. Fewer than four parts count at the very end."""
        pos = self.pos
        octets: list[int] = []
        while True:
            start = pos
            while pos < len(self.data) and self.data[pos] in _DIGITS:
                pos += 1
            if start == pos or int(self.data[start : min(pos, start + 20)]) > 255:
                return None
            octets.append(int(self.data[start:pos]))
            if len(octets) == 4 or pos == len(self.data):
                break
            if self.data[pos] != 0x2E:
                return None
            pos += 1
        written = self.data[self.pos : pos].decode()
        self.pos = pos
        number = 0
        for octet in octets:
            number = number << 8 | octet
        address = str(ipaddress.IPv4Address(number))
        return (address if self.version is Version.V24 else written), address

    def _host_name(self) -> tuple[str, str]:
        """Read labels of letters, digits and inner hyphens, separated by dots; a last dot is dropped."""
        name = bytearray()
        more = True
        while more:
            label, more = self._label()
            name += label + (b"." if more else b"")
        host = name.decode().removesuffix(".")
        return host.replace("%", "%25"), host

    def _label(self) -> tuple[bytes, bool]:
        """Read one label; the second value tells whether a dot came after it.

        2.3 takes an escape that is no letter, digit or hyphen for the end of the host and keeps it in
        the name as written; an escaped dot is also taken for a dot.
        """
        label = bytearray()
        last = 0
        while (byte := self._peek()) is not None:
            start = self.pos
            value = byte
            if byte == 0x25:
                value = self._escape()
                if value not in _ALNUM and (value != 0x2D or not label):
                    if not label or self.version is Version.V24:
                        text = (
                            "(null)"
                            if self.version is Version.V23
                            else "Invalid percent encoding in hostname"
                        )
                        raise UriError(text)
                    self._check_label_end(last)
                    return bytes(label) + self.data[start : self.pos], value == 0x2E
            elif byte in _ALNUM or (byte == 0x2D and label):
                self.pos += 1
            else:
                break
            last = value if label else byte
            label.append(value)
        if label and not (len(label) == 1 and self._peek() is None):
            self._check_label_end(last)
        dot = bool(label) and self._peek() == 0x2E
        self.pos += dot
        return bytes(label), dot

    def _check_label_end(self, last: int) -> None:
        if last not in _ALNUM:
            raise UriError("Invalid domain label in hostname")

    def _port(self) -> int | None:
        if self._peek() != 0x3A:
            return None
        self.pos += 1
        start = self.pos
        while (byte := self._peek()) is not None and byte in _DIGITS:
            self.pos += 1
        digits = self.data[start : self.pos].lstrip(b"0")
        port = None
        if self.pos > start:
            if not 1 <= len(digits) <= 5 or int(digits) > _MAX_PORT:
                raise UriError("Invalid port number")
            port = int(digits)
        if (byte := self._peek()) is not None and byte not in b"/?#":
            raise UriError("Invalid host port")
        return port
