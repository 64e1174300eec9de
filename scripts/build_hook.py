"""What hatchling runs before it packs the project: see that the built page is part of it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

HOW = (
    "The page of the tracker is not built (web/static/index.html is not there), and a package"
    " without it would serve no page. {}"
    " Run `make page` in the checkout, which brings Node.js where it is missing, and try again."
)


class PageHook(BuildHookInterface[Any]):
    """Builds the page where it is missing and npm is there; else the build ends with a sentence."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Look before anything is packed; an editable install is a checkout, where make builds."""
        built = Path(self.root, "web", "static", "index.html")
        if version == "editable" or built.is_file():
            return
        npm = shutil.which("npm") or ""
        if not npm:
            self.app.abort(HOW.format("There is no npm on PATH to build it with."))
        page = Path(self.root, "web", "scoreboard")
        for words in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
            self.app.display_info(f"npm {' '.join(words)}")
            # What npm says goes to standard error: the standard output is the builder's.
            ended = subprocess.run([npm, *words], cwd=page, stdout=sys.stderr, check=False)
            if ended.returncode:
                self.app.abort(HOW.format(f"`npm {words[0]}` failed; see above."))
        if not built.is_file():
            self.app.abort(HOW.format("npm built something else."))
