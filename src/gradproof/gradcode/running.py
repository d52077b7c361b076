"""The child process seen from here: started afresh, asked, watched by the clock, ended."""

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self, cast, final

from gradproof.gradcode.calling import Loaded, Parameter, describe, run_here
from gradproof.gradcode.failures import CannotCheck
from gradproof.gradcode.target import Target

SECONDS: Final = 60.0
"""Time for one request: to import the module, or to call the function at all points of a request."""

MEMORY: Final = 16 << 30
"""Address space that the child process may have, in bytes; libraries reserve much more than they use."""


@final
class Child:
    """A fresh Python process that has imported the user's function.

    It is no copy of this process. Use it in a ``with`` statement; it is ended with it.
    """

    def __init__(
        self, target: Target, backend: str, *, seconds: float = SECONDS, memory: int = MEMORY
    ) -> None:
        """Start the process and import the function.

        Raises:
            CannotCheck: the module or the function cannot be had, with what was raised and where.
        """
        self._target = target
        self._seconds = seconds
        self.printed = ""
        environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
        home = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        known = environment.get("PYTHONPATH")
        environment["PYTHONPATH"] = home if not known else home + os.pathsep + known
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gradproof.gradcode.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            env=environment,
            start_new_session=os.name == "posix",
        )
        self._answers: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            answer = self._ask(
                {
                    "ask": "load",
                    "target": {"name": target.name, "path": target.path, "module": target.module},
                    "path": list(sys.path),
                    "backend": backend,
                    "x64": True,
                    "memory": memory,
                },
                "while its module is imported",
            )
            if "error" in answer:
                where = "".join(f"\n  {line}" for line in answer["lines"])
                hint = (
                    f"; no module {target.module} can be found from here: give the path of its file instead"
                    if target.module is not None
                    and answer["error"].startswith("ModuleNotFoundError")
                    else ""
                )
                raise CannotCheck(
                    f"{target.shown} cannot be imported: {answer['error']}{hint}{where}"
                )
        except BaseException:
            self.close()
            raise
        self.kind: str = answer["kind"]
        self.parameters = tuple(Parameter(**p) for p in answer["parameters"])

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._answers.put(line)
        self._answers.put(None)

    def _ask(self, request: Mapping[str, Any], when: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass
        try:
            line = self._answers.get(timeout=self._seconds)
        except queue.Empty:
            raise CannotCheck(
                f"{self._target.shown} did not come back within {self._seconds:g} seconds {when}; does a loop "
                "never end? --time-limit allows more"
            ) from None
        if line is None:
            code = self._process.wait()
            how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
            raise CannotCheck(
                f"the process that ran {self._target.shown} ended {how} {when}; expected a function that returns"
            )
        answer = cast("dict[str, Any]", json.loads(line))
        if "refused" in answer:
            raise CannotCheck(answer["refused"])
        self.printed = self.printed or answer["printed"]
        return answer

    def call(self, request: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Call the function at all points of a request; see `gradproof.gradcode.calling.call_all`.

        Raises:
            CannotCheck: it does not come back, or takes the process with it.
        """
        answer = self._ask({"ask": "call", **request}, "when it was called")
        if "error" in answer:
            raise CannotCheck(f"{self._target.shown} cannot be called: {answer['error']}")
        return answer["results"]

    def close(self) -> None:
        """End the process and all that it has started."""
        if self._process.poll() is None:
            if os.name == "posix":
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def __enter__(self) -> Self:
        """Return the process."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        self.close()


@final
class Here:
    """A function that no other process can import, called in this one: no limits, no protection."""

    def __init__(self, function: Callable[..., object], backend: str) -> None:
        """Take the function.

        Raises:
            CannotCheck: it is none.
        """
        from gradproof.gradcode.calling import NotCallable

        self._function = function
        self._backend = backend
        self.printed = ""
        try:
            loaded: Loaded = describe(function, getattr(function, "__name__", repr(function)))
        except NotCallable as failure:
            raise CannotCheck(str(failure)) from None
        self.kind = loaded.kind
        self.parameters: Sequence[Parameter] = loaded.parameters

    def call(self, request: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Call the function at all points of a request."""
        return run_here(self._function, request)

    def __enter__(self) -> Self:
        """Return it."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Nothing to end."""
