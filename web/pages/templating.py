"""The server's own pages as templates: everything put into them is escaped."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from web.slices import Slices

_FOLDER: Final = Path(__file__).parents[1] / "templates"


class Compiled(FileSystemBytecodeCache):
    """Templates as compiled before, kept as Python keeps its modules; anew where they changed."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        if sys.dont_write_bytecode:
            return
        with contextlib.suppress(OSError):  # a folder that cannot be written costs only the time
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)


_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(_FOLDER),
    # Compiling those of the first page takes a tenth of a start.
    bytecode_cache=Compiled(str(_FOLDER / "__pycache__"), "%s.template"),
    autoescape=True,
    undefined=StrictUndefined,  # a name that a template has and its page has not is a mistake
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def rendered(template: str, **values: Any) -> str:
    """Return a template of web/templates/, filled in."""
    return _TEMPLATES.get_template(template).render(values)


async def rendered_in_slices(template: str, slices: Slices, **values: Any) -> str:
    """Return a template of web/templates/, filled in piece by piece: a page may be long."""
    pieces = []
    for piece in _TEMPLATES.get_template(template).generate(values):
        pieces.append(piece)
        await slices.rest()
    return "".join(pieces)
