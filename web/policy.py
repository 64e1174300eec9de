"""What browsers are told to hold every answer to."""

from __future__ import annotations

from typing import Final

POLICY: Final = "Content-Security-Policy"

_OWN: Final = "default-src 'self'; base-uri 'none'; form-action 'self'; object-src 'none'"

STRICT: Final = f"{_OWN}; frame-ancestors 'none'"
"""Everything from here, nothing inline, in nobody's frame: of every answer but one."""

EMBEDDABLE: Final = f"{_OWN}; frame-ancestors *"
"""The same in anybody's frame: of the page that is made to be embedded."""

ALWAYS: Final = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""
What the server itself puts on every answer; the policy is put on where the answer is made.

HSTS is left to the proxy that ends TLS: it alone knows whether there is any.
"""
