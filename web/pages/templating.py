"""The server's own pages as templates: everything put into them is escaped."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parents[1] / "templates"),
    autoescape=True,
    undefined=StrictUndefined,  # a name that a template has and its page has not is a mistake
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def rendered(template: str, **values: Any) -> str:
    """Return a template of web/templates/, filled in."""
    return _TEMPLATES.get_template(template).render(values)
