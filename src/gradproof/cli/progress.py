"""How a training goes on, shown on standard error: a line that moves on a terminal, some lines elsewhere."""

import os
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, final

if TYPE_CHECKING:
    from gradproof.training.solving import Point

EVERY: Final = 0.1
"""Seconds between two changes of the line on a terminal."""


@final
class Progress:
    """Shows the points of a solver while it is open."""

    def __init__(self, *, quiet: bool, colour: str) -> None:
        self._quiet = quiet
        self._colour = colour
        self._live: Any = None
        self._shown = 0.0
        self._next = 1

    def __enter__(self) -> "Progress":
        if not self._quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
            from rich.console import Console
            from rich.live import Live

            plain = self._colour == "never" or bool(os.environ.get("NO_COLOR"))
            console = Console(stderr=True, no_color=plain)
            self._live = Live("", console=console, auto_refresh=False, transient=True)
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def seen(self, point: "Point") -> None:
        """Show a point; not every one of them."""
        if self._quiet:
            return
        text = f"iteration {point.iteration}  loss {point.value:.8g}  gradient norm {point.gradient_norm:.2e}"
        if self._live is not None:
            now = time.monotonic()
            if now - self._shown >= EVERY:
                self._shown = now
                self._live.update(text, refresh=True)
            return
        if point.iteration == 0 or point.iteration >= self._next:
            if point.iteration == 0:
                text += "  (then after 1, 2, 4, 8, … iterations)"
            sys.stderr.write(text + "\n")
            self._next = max(1, self._next if point.iteration == 0 else 2 * self._next)
