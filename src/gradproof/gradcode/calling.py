"""Calling the function of a user on given numbers; what runs in the child process.

Nothing of Gradproof but this module and the two beside it that it imports is needed there. Everything that passes
between the processes is plain data that JSON can hold.
"""

import importlib
import importlib.util
import inspect
import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast, final

import numpy as np

from gradproof.gradcode.numbers import decoded, encoded
from gradproof.gradcode.target import Target

SHOWN_FRAMES: Final = 3
"""Lines of the user's own code that are quoted of a traceback, the innermost last."""

SPEECH: Final = 400
"""Characters of a message or of what was printed that are kept."""


class NotNumbers(Exception):
    """What the function returned is no gradient; the message begins with ``returned``."""


class NotCallable(Exception):
    """The target is no function that can be called with numbers; the message says what it is."""


@final
@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the function: whether it has a default, and whether it takes no keyword."""

    name: str
    optional: bool
    positional: bool


@final
@dataclass(frozen=True, slots=True)
class Loaded:
    """The function, ready to be called.

    `kind` is ``function`` (returns gradients), ``torch`` (a ``torch.autograd.Function``, whose backward is asked)
    or ``jax`` (a ``jax.custom_vjp``, likewise).
    """

    function: Any
    kind: str
    parameters: tuple[Parameter, ...]


def load(target: Target) -> Loaded:
    """Import what a target names.

    Raises:
        NotCallable: it is not there or is no function.
        BaseException: whatever the module raises while it is imported.
    """
    module = _module(target)
    found: Any = module
    for part in target.name.split("."):
        if not hasattr(found, part):
            members = cast("dict[str, object]", vars(module))
            names = [n for n, v in members.items() if callable(v) and n[0] != "_"]
            listed = ", ".join(names[:12]) or "no functions"
            raise NotCallable(f"{target.shown}: there is no {part}; the module has {listed}")
        found = getattr(found, part)
    return describe(found, target.shown)


def _module(target: Target) -> Any:
    if target.path is None:
        assert target.module is not None
        sys.path.insert(0, os.getcwd())
        return importlib.import_module(target.module)
    path = os.path.abspath(target.path)
    if target.module is not None:
        try:
            module = importlib.import_module(target.module)
        except ImportError:
            module = None
        if module is not None and os.path.abspath(getattr(module, "__file__", "") or "") == path:
            return module
    sys.path.insert(0, os.path.dirname(path))
    name = os.path.splitext(os.path.basename(path))[0]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise NotCallable(f"{target.path} is no Python file; expected one that ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def describe(found: Any, shown: str) -> Loaded:
    """Return what kind of function it is, and its parameters.

    Raises:
        NotCallable: it cannot be called, or its parameters have no names.
    """
    kind, source = "function", found
    torch, jax = sys.modules.get("torch"), sys.modules.get("jax")
    if torch is not None and isinstance(found, type) and issubclass(found, torch.autograd.Function):
        kind, source = "torch", cast("Any", found).forward
    elif jax is not None and isinstance(found, jax.custom_vjp):
        kind = "jax"
    if not callable(source) or (kind == "function" and isinstance(found, type)):
        what = "a class" if isinstance(found, type) else f"a value of type {type(found).__name__}"
        raise NotCallable(
            f"{shown} is {what}, not a function; expected a function that returns the gradient, a "
            "torch.autograd.Function or a jax.custom_vjp"
        )
    try:
        listed = list(inspect.signature(source).parameters.values())
    except (TypeError, ValueError):
        raise NotCallable(
            f"{shown} does not tell its parameters; wrap it in a function of your own"
        ) from None
    if kind == "torch" and (not _splits_context(found) or (listed and listed[0].name == "ctx")):
        listed = listed[1:]
    if (
        kind == "function"
        and "." in shown.rpartition(":")[2]
        and listed
        and listed[0].name == "self"
    ):
        raise NotCallable(
            f"{shown} is a method and needs an object; write a function that makes one and calls it"
        )
    parameters: list[Parameter] = []
    if listed and all(p.kind is p.VAR_KEYWORD for p in listed):
        raise NotCallable(
            f"{shown} takes **{listed[0].name} alone: which names it expects cannot be told; give its parameters names"
        )
    for p in listed:
        if p.kind is p.VAR_POSITIONAL:
            raise NotCallable(
                f"{shown} takes *{p.name}: which argument is which cannot be told; give its parameters names"
            )
        if p.kind is not p.VAR_KEYWORD:
            positional = p.kind is p.POSITIONAL_ONLY
            parameters.append(Parameter(p.name, p.default is not p.empty, positional))
    return Loaded(found, kind, tuple(parameters))


def _splits_context(function: Any) -> bool:
    """Tell whether a ``torch.autograd.Function`` has a ``setup_context`` of its own, so that forward gets no ctx."""
    torch = sys.modules["torch"]
    return function.setup_context is not torch.autograd.Function.setup_context


def call_all(loaded: Loaded, request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Call the function at all points, each point twice in a row on the same arrays.

    Args:
        loaded: the function.
        request: ``calls`` (arguments by parameter, one mapping a call), ``wrt`` (parameters), ``backend``,
            ``columns`` (vectors as n by 1).

    Returns:
        Per call ``outputs`` (or ``error`` with ``lines``), ``keys``, ``kind``, ``changed`` (arguments that
        were written to), ``again`` (outputs of the second call), ``kept`` (whether the first result was left alone).
    """
    out: list[dict[str, Any]] = []
    failures = 0
    for call in request["calls"]:
        if failures >= 3 and len(out) == failures:
            out.append({**out[0], "skipped": True})
            failures += 1
            continue
        arguments = {name: decoded(value) for name, value in call.items()}
        out.append(_call(loaded, arguments, request))
        failures += "error" in out[-1]
    return out


def _call(loaded: Loaded, arguments: dict[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    backend = loaded.kind if loaded.kind != "function" else request["backend"]
    wrt = cast("list[str]", request["wrt"])
    given = {n: _passed(v, backend, columns=request["columns"]) for n, v in arguments.items()}
    before = {n: _plain(v).copy() for n, v in given.items()}
    try:
        with np.errstate(all="ignore"):
            first = _outputs(loaded, given, wrt)
            kept = [a.copy() for a in first[0]]
            changed = [n for n, v in given.items() if not _same(_plain(v), before[n])]
            second = _outputs(loaded, given, wrt)
    except BaseException as failure:
        if isinstance(failure, KeyboardInterrupt):
            raise
        return {"error": told(failure), "lines": frames(failure)}
    return {
        "outputs": [encoded(a) for a in kept],
        "keys": first[1],
        "value": None if first[2] is None else encoded(first[2]),
        "changed": changed,
        "again": [encoded(a) for a in second[0]],
        "kept": all(_same(a, b) for a, b in zip(first[0], kept, strict=True)),
    }


def _passed(value: Any, backend: str, *, columns: bool) -> Any:
    """Return an argument as the library wants it: a fresh, writable array, a number, or a size."""
    if isinstance(value, int):
        return value
    array = np.array(value, dtype=np.float64)
    if columns and array.ndim == 1:
        array = array[:, None]
    if backend == "torch":
        torch: Any = importlib.import_module("torch")
        return torch.tensor(array, dtype=torch.float64)
    if backend == "jax":
        jnp: Any = importlib.import_module("jax.numpy")
        return jnp.asarray(array)
    return float(array) if array.ndim == 0 else array


def _outputs(
    loaded: Loaded, given: Mapping[str, Any], wrt: Sequence[str]
) -> tuple[list[Any], list[str] | None, Any]:
    """Return the gradients that the function gives, their names if it names them, and the value if known."""
    match loaded.kind:
        case "torch":
            return _by_torch(loaded, given, wrt)
        case "jax":
            return _by_jax(loaded, given, wrt)
        case _:
            positions = [
                given[p.name] for p in loaded.parameters if p.positional and p.name in given
            ]
            names = {p.name for p in loaded.parameters if not p.positional}
            found = loaded.function(*positions, **{n: v for n, v in given.items() if n in names})
            return _listed(found)


def _listed(found: Any) -> tuple[list[Any], list[str] | None, Any]:
    if isinstance(found, Mapping):
        entries = cast("Mapping[Any, Any]", found)
        return [_plain(v) for v in entries.values()], [str(k) for k in entries], None
    if isinstance(found, tuple):
        parts = cast("tuple[Any, ...]", found)
        fields = getattr(parts, "_fields", None)
        return [_plain(v) for v in parts], list(fields) if fields else None, None
    if isinstance(found, list):
        parts = cast("list[Any]", found)
        if any(np.ndim(_plain(v)) for v in parts):
            return [_plain(v) for v in parts], None, None
    return [_plain(found)], None, None


def _plain(value: Any) -> Any:
    """Return a value of any of the libraries as an array of numbers.

    Raises:
        NotNumbers: it is none.
    """
    if value is None:
        raise NotNumbers("returned None; expected the gradient: is a return missing?")
    if "bfloat16" in str(getattr(value, "dtype", "")):
        raise NotNumbers(
            "returned entries of type bfloat16, which have two digits, too few to tell one gradient from another; "
            "expected float32 or float64"
        )
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise NotNumbers(f"returned {_kind(value, array)}; expected an array of real numbers")
    return array


def _kind(value: Any, array: Any) -> str:
    """Say what a value is that holds no real numbers."""
    if inspect.isgenerator(value) or inspect.iscoroutine(value):
        return f"a {type(value).__name__} (is a yield or an async in place of a return?)"
    if isinstance(value, np.ndarray):
        return f"an array with entries of type {array.dtype}"
    return f"a value of type {type(value).__name__}"


def _by_torch(
    loaded: Loaded, given: Mapping[str, Any], wrt: Sequence[str]
) -> tuple[list[Any], list[str] | None, Any]:
    torch: Any = importlib.import_module("torch")
    moving = {n: given[n].clone().requires_grad_(True) for n in wrt}
    ordered = [moving.get(p.name, given.get(p.name)) for p in loaded.parameters if p.name in given]
    value = loaded.function.apply(*ordered)
    flat = value.reshape(-1)
    rows: list[list[Any]] = []
    for k in range(flat.shape[0]):
        got = torch.autograd.grad(
            flat[k], [moving[n] for n in wrt], retain_graph=True, allow_unused=True
        )
        for name, g in zip(wrt, got, strict=True):
            if g is None:
                raise NotNumbers(f"returned None in backward for {name}; expected its gradient")
        rows.append([_plain(g) for g in got])
    shape = tuple(value.shape)
    stacked = [np.stack([r[k] for r in rows]) for k in range(len(wrt))]
    return [s.reshape(shape + s.shape[1:]) for s in stacked], list(wrt), _plain(value)


def _by_jax(
    loaded: Loaded, given: Mapping[str, Any], wrt: Sequence[str]
) -> tuple[list[Any], list[str] | None, Any]:
    jax: Any = importlib.import_module("jax")
    names = [p.name for p in loaded.parameters if p.name in given]
    at = tuple(names.index(n) for n in wrt)
    ordered = [given[n] for n in names]
    value = _plain(loaded.function(*ordered))
    got = jax.jacrev(loaded.function, argnums=at)(*ordered)
    return [_plain(g) for g in got], list(wrt), value


def _same(a: Any, b: Any) -> bool:
    return a.shape == b.shape and bool(np.array_equal(a, b, equal_nan=a.dtype.kind == "f"))


def told(failure: BaseException) -> str:
    """Say what was raised, in one line; of what was returned and is no gradient, what it is."""
    words = str(failure).strip().splitlines()
    if isinstance(failure, NotNumbers):
        return words[0]
    said = f"{type(failure).__name__}: {words[0]}" if words else type(failure).__name__
    return said[:SPEECH]


def did(said: str) -> str:
    """Return what a function did by what `told` says of it."""
    return said if said.startswith("returned ") else f"raises {said}"


def frames(failure: BaseException) -> list[str]:
    """Return the lines of the user's code that a failure passed through, innermost last."""
    if isinstance(failure, SyntaxError) and failure.text:
        return [
            f"{os.path.basename(failure.filename or '')}:{failure.lineno}: {failure.text.strip()}"
        ]
    own = os.path.dirname(__file__)
    base = os.path.dirname(os.__file__)
    lines = [
        f"{os.path.basename(f.filename)}:{f.lineno} in {f.name}: {f.line or ''}".rstrip(": ")
        for f in traceback.extract_tb(failure.__traceback__)
        if not f.filename.startswith((own, base, "<frozen")) and "site-packages" not in f.filename
    ]
    return lines[-SHOWN_FRAMES:]


def run_here(function: Callable[..., object], request: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Call a function of this process, for those that no other process can import."""
    return call_all(describe(function, getattr(function, "__name__", "the function")), request)
