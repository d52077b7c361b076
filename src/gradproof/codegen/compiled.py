"""What `gradproof.compile` returns: the functions of a generated module, and what is known about them."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any, final

from gradproof.codegen.backend import Backend, backend
from gradproof.codegen.cache import loaded, write
from gradproof.codegen.compiler import make_program
from gradproof.codegen.dims import Shape
from gradproof.codegen.limits import CannotCompile as CannotCompile
from gradproof.codegen.program import Program
from gradproof.codegen.request import Request, read_request

Shapes = Mapping[str, tuple[str | int, ...]]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Compiled:
    """A formula as code. All functions take the symbols by name, as arrays of the backend.

    Attributes:
        backend: the name of the backend.
        source: the source of the module with value and gradient (and Hessian, where that was asked for).
        path: where the module lies.
        inputs: the symbols by their names in code, with their shapes: names of sizes or numbers.
        wrt: the variables of the derivatives.
        assumptions: what had to be assumed to read the formula, in words.
    """

    backend: str
    source: str
    inputs: Shapes
    wrt: tuple[str, ...]
    assumptions: tuple[str, ...]
    _module: ModuleType
    _second: Callable[[], ModuleType]

    @property
    def path(self) -> Path:
        """The file of the module."""
        return Path(self._module.__file__ or "")

    @property
    def value(self) -> Callable[..., Any]:
        """The function of the formula: ``value(X=…, w=…)``."""
        return self._module.value

    @property
    def gradient(self) -> Callable[..., Any]:
        """The gradient, in the shape of the variable; a tuple where there are several variables."""
        return self._module.gradient

    @property
    def value_and_gradient(self) -> Callable[..., Any]:
        """Both at once, their common parts computed once."""
        return self._module.value_and_gradient

    @property
    def hessian(self) -> Callable[..., Any]:
        """The second derivatives: the shape of the variable twice, or a smaller array where that was asked for."""
        return self._second().hessian

    @property
    def hvp(self) -> Callable[..., Any]:
        """The Hessian times a direction: ``hvp(v, X=…, w=…)``."""
        return self._second().hvp

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the module to a file and return its path; it does not need gradproof to run.

        Raises:
            OSError: it cannot be written.
        """
        target = Path(path)
        write(target, self.source)
        return target

    def __repr__(self) -> str:
        """Tell the backend, the symbols with their shapes, and the variables."""
        shapes = ", ".join(f"{n}: ({', '.join(map(str, s))})" for n, s in self.inputs.items())
        return f"<compiled for {self.backend}: {shapes}; by {', '.join(self.wrt)}>"


def compile_formulas(
    formulas: Sequence[str],
    wrt: Sequence[str],
    declare: Sequence[str],
    backend_name: str,
    hessian: bool,
    structured: bool,
    cache: str | os.PathLike[str] | None,
) -> Compiled:
    """Read formulas and compile them; arguments as for `gradproof.compile`.

    Raises:
        CannotCompile: they cannot be read, or a part cannot become code.
    """
    target = backend(backend_name)
    request = read_request(formulas, wrt, declare)
    return compiled(request, target, hessian=hessian, structured=structured, cache=cache)


def source_of(
    formulas: Sequence[str],
    wrt: Sequence[str],
    declare: Sequence[str],
    backend_name: str,
    hessian: bool,
    structured: bool,
) -> tuple[str, tuple[str, ...]]:
    """Return the source of a module, and what was assumed; arguments as for `gradproof.compile`.

    Raises:
        CannotCompile: the formulas cannot be read, or a part cannot become code.
    """
    target = backend(backend_name)
    request = read_request(formulas, wrt, declare)
    program = programmed(request, hessian=hessian or structured, structured=structured)
    return target.emit(program), (*request.question.assumptions, *program.assumptions)


def compiled(
    request: Request,
    target: Backend,
    *,
    hessian: bool = False,
    structured: bool = False,
    cache: str | os.PathLike[str] | None = None,
) -> Compiled:
    """Compile what was read for a backend; second derivatives are compiled when they are first asked for.

    Raises:
        CannotCompile: a part cannot become code, or the backend is not installed.
    """
    missing = target.missing
    if missing is not None:
        raise CannotCompile(missing)
    program = programmed(request, hessian=hessian or structured, structured=structured)
    source = target.emit(program)
    module = loaded(source, target.name, cache)

    @lru_cache(maxsize=1)
    def second() -> ModuleType:
        if program.hessian:
            return module
        again = programmed(request, hessian=True)
        return loaded(target.emit(again), target.name, cache)

    return Compiled(
        backend=target.name,
        source=source,
        inputs={s.name: _shape(s.shape, program) for s in program.symbols},
        wrt=tuple(s.name for s in program.wrt),
        assumptions=(*request.question.assumptions, *program.assumptions),
        _module=module,
        _second=second,
    )


def programmed(request: Request, *, hessian: bool, structured: bool = False) -> Program:
    """Return the program of what was read.

    Raises:
        CannotCompile: a part cannot become code.
    """
    question = request.question
    return make_program(
        question.loss,
        request.wrt,
        question.context,
        request.formulas,
        declared=request.declared,
        hessian=hessian,
        structured=structured,
    )


def _shape(shape: Shape, p: Program) -> tuple[str | int, ...]:
    return tuple(d.spelled(dict(p.sizes)) if d.value is None else d.value for d in shape)
