"""The settings of TLS clients: which certificates of servers are believed."""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping
from typing import NamedTuple

from dovecot_conf.files import Files
from dovecot_conf.limits import LimitError
from dovecot_conf.push import ClientSettings
from dovecot_conf.versions import Version
from drivers.option_values import parse_boolean

_INLINE = "inline:"
_UNREADABLE_23 = (
    "Couldn't initialize SSL context: Can't load CA certs from {path} (ssl_client_ca_file setting): "
    "error:{code:08X}:system library::{reason}: calling fopen({path}, r), "
    "error:{bio}, error:05880002:x509 certificate routines::system lib"
)
_BIO_ERRORS: Mapping[int, str] = {
    errno.ENOENT: "10000080:BIO routines::no such file",
    errno.ENXIO: "10000080:BIO routines::no such file",
}
_BIO_ERROR = "10080002:BIO routines::system lib"
_EMPTY_23 = (
    "Couldn't initialize SSL context: Can't load CA certs from {path} (ssl_client_ca_file setting): "
    "error:05800088:x509 certificate routines::no certificate or crl found"
)
_DAMAGED: Mapping[Version, str] = {
    Version.V23: "Couldn't initialize SSL context: Can't load CA certs from {path} "
    "(ssl_client_ca_file setting): {errors}, error:05880009:x509 certificate routines::PEM lib",
    Version.V24: "Couldn't initialize SSL client context: Couldn't parse ssl_client_ca_file: {errors}",
}
_NO_END = "error:04800066:PEM routines::bad end line"
_NO_CERTIFICATE = "error:0488000D:PEM routines::ASN1 lib"
_SYSTEM_LIBRARY = 0x80000000
_BEGIN = re.compile(r"^-----BEGIN ((?:TRUSTED |X509 )?CERTIFICATE)-----", re.MULTILINE)


class AuthoritiesError(Exception):
    """Certificates of authorities that can't be used; ``str()`` is Dovecot's text."""


class Authorities(NamedTuple):
    """The value of ``ssl_client_ca_file``, and what reads the file that it names."""

    setting: str
    version: Version
    files: Files = Files()

    def read(self) -> str:
        """Return the text with the certificates, '' if there are none. Raises AuthoritiesError."""
        text = self._content().decode("ascii", "ignore")
        if _BEGIN.search(text) is not None:
            return text
        if self.version is Version.V23:
            raise AuthoritiesError(_EMPTY_23.format(path=self.setting))
        return ""

    def _content(self) -> bytes:
        path = self.setting
        if path.startswith(_INLINE) and self.version is Version.V24:
            return path.removeprefix(_INLINE).encode("utf-8", "surrogateescape")
        try:
            return self.files.read(self.files.locate(path, "/"))
        except LimitError as error:
            problem = f"Couldn't initialize SSL context: Can't load CA certs from {path}: {error}"
        except OSError as error:
            raise self.unreadable(error) from None
        raise AuthoritiesError(problem)

    def unreadable(self, error: OSError) -> AuthoritiesError:
        """Return what 2.3 says of a file that can't be opened."""
        number, reason = error.errno or 0, error.strerror or ""
        bio = _BIO_ERRORS.get(number, _BIO_ERROR)
        code = _SYSTEM_LIBRARY + number
        return AuthoritiesError(_UNREADABLE_23.format(path=self.setting, code=code, reason=reason, bio=bio))

    def damaged(self, text: str) -> AuthoritiesError:
        """Return what is wrong with certificates that can't be used.

        OpenSSL's outer error is told: Python doesn't give the inner ones.
        """
        complete = all(f"-----END {kind}-----" in text for kind in _BEGIN.findall(text))
        errors = _NO_CERTIFICATE if complete else _NO_END
        return AuthoritiesError(_DAMAGED[self.version].format(path=self.setting, errors=errors))


class TlsSettings(NamedTuple):
    """How certificates of servers are checked.

    Without ``authorities`` and ``folder`` (``ssl_client_ca_dir``) OpenSSL's own authorities are taken.
    """

    authorities: Authorities | None = None
    folder: str = ""
    require_valid: bool = True
    min_protocol: str = "TLSv1.2"


def tls_settings(client: ClientSettings, version: Version) -> TlsSettings:
    """Return how certificates are checked; files are left to who needs their content.

    Raises:
        DriverError: for a boolean that is none (2.3 and 2.4 don't start with it).
    """
    values = client.values
    path, folder = values.get("ssl_client_ca_file", ""), values.get("ssl_client_ca_dir", "")
    return TlsSettings(
        authorities=Authorities(path, version, client.files) if path else None,
        folder=client.files.locate(folder, "/") if folder else "",
        require_valid=parse_boolean(values.get("ssl_client_require_valid_cert", "yes")),
        min_protocol=values.get("ssl_min_protocol", "TLSv1.2"),
    )
