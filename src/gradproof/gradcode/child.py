"""The process in which the user's function runs: one line of JSON asks, one answers.

What the function prints goes to a file and not to the answers. Standard input is closed for it. Memory is limited
where the system can do that.
"""

import json
import os
import sys
import tempfile
from typing import Any, TextIO

from gradproof.gradcode.calling import (
    SPEECH,
    Loaded,
    NotCallable,
    call_all,
    frames,
    load,
    told,
)  # fmt: skip
from gradproof.gradcode.target import Target


def main() -> None:
    """Answer requests from standard input until it ends."""
    questions = os.fdopen(os.dup(0), "r", encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as speech:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(speech.fileno(), 1)
        os.dup2(speech.fileno(), 2)
        sys.path[:] = [p for p in sys.path if p]
        loaded: Loaded | None = None
        for line in questions:
            request = json.loads(line)
            answer: dict[str, Any]
            try:
                if request["ask"] == "load":
                    loaded = _load(request)
                    answer = {
                        "kind": loaded.kind,
                        "parameters": [_told(p) for p in loaded.parameters],
                    }
                else:
                    assert loaded is not None
                    answer = {"results": call_all(loaded, request)}
            except NotCallable as failure:
                answer = {"refused": str(failure)}
            except BaseException as failure:
                answer = {"error": told(failure), "lines": frames(failure)}
            answer["printed"] = _printed(speech)
            answers.write(json.dumps(answer) + "\n")
            answers.flush()
        os._exit(0)


def _load(request: dict[str, Any]) -> Loaded:
    limit_memory(request["memory"])
    sys.path[:0] = [p for p in request["path"] if p not in sys.path]
    if request["backend"] == "jax" or request["x64"]:
        os.environ["JAX_ENABLE_X64"] = "1"
    if request["backend"] in ("torch", "jax"):
        _require(request["backend"])
    target = Target(**request["target"])
    return load(target)


def _require(name: str) -> None:
    """Load a library before the user's file, so that its lack is told as such."""
    import importlib

    try:
        importlib.import_module(name)
    except ImportError:
        raise NotCallable(
            f"{name} is not installed; install it (pip install 'gradproof[{name}]') or choose another --backend"
        ) from None


def _told(p: Any) -> dict[str, Any]:
    return {"name": p.name, "optional": p.optional, "positional": p.positional}


def _printed(speech: TextIO) -> str:
    """Return the beginning of what was printed since the last answer."""
    sys.stdout.flush()
    sys.stderr.flush()
    speech.seek(0)
    said = speech.read(SPEECH)
    speech.seek(0)
    speech.truncate()
    return said


def limit_memory(size: int) -> None:
    """Let this process have no more than `size` bytes (0: no limit), where the system knows such a limit."""
    try:
        import resource
    except ImportError:
        return
    if size:
        resource.setrlimit(resource.RLIMIT_AS, (size, size))
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 26, 1 << 26))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
