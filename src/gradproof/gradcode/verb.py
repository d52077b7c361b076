"""The verb: a formula and a function in, a report out."""

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final, Literal

from gradproof.gradcode.report import CodeReport

_NO_ARGUMENTS: Final[Mapping[str, str | float]] = MappingProxyType({})
_SEPARATED: Final = re.compile(r",(?![^{]*\})")


def gradcheck(
    formulas: str | Sequence[str],
    function: str | Callable[..., object],
    *,
    wrt: str | Sequence[str],
    declare: Sequence[str] | str = (),
    backend: Literal["numpy", "torch", "jax"] | None = None,
    arguments: Mapping[str, str | float] = _NO_ARGUMENTS,
    columns: bool = False,
    time_limit: float = 60.0,
    memory_limit: float = 16.0,
    told: Callable[[str], None] | None = None,
) -> CodeReport:
    r"""Compare a function that computes a gradient with the formula, and name its slip.

    The function is imported and called in a child process of its own. Only a function that no other process can
    import (of a notebook, a lambda, one inside another) is called in this one, without limits; the report says so.

    Args:
        formulas: the loss and its definitions in TeX, as for `derive`.
        function: ``path/to/file.py:function``, ``package.module:function``, or the function itself: it returns
            the gradient, or several as a tuple or a dictionary, with the value of the loss first or without. A
            ``torch.autograd.Function`` and a ``jax.custom_vjp`` are differentiated.
        wrt: the variable, or several (``"w,b"`` or a sequence) in the order in which the function returns them.
        declare: facts in ordinary mathematics, such as ``X \in \mathbb{R}^{m \times n}``.
        backend: whose arrays the function is given; None finds out.
        arguments: by parameter the symbol that it is, or the number that it stands for, where the names do not tell.
        columns: give vectors as arrays of n rows and one column.
        time_limit: seconds for importing, and for all calls of one round.
        memory_limit: address space of the process in GiB, 0 for no limit; not every system can limit it.
        told: is called with what is being done.

    Raises:
        CannotCheck: the function cannot be found, called or compared; the message says how to go on.
        CannotDerive: the formula cannot be read.
        UnreadableDocument: a text is too large or holds what no text may hold.
    """
    from gradproof.gradcode.checker import Options, check_code

    options = Options(
        backend=backend,
        arguments={name: str(value) for name, value in arguments.items()},
        columns=columns,
        seconds=time_limit,
        memory=int(memory_limit * 2**30),
    )
    names = [n.strip() for n in _SEPARATED.split(wrt)] if isinstance(wrt, str) else list(wrt)
    texts = (formulas,) if isinstance(formulas, str) else tuple(formulas)
    doing = told if told is not None else _silent
    facts = (declare,) if isinstance(declare, str) else tuple(declare)
    return check_code(texts, function, names, facts, options, doing)


def assert_gradient(
    formulas: str | Sequence[str],
    function: str | Callable[..., object],
    *,
    wrt: str | Sequence[str],
    declare: Sequence[str] | str = (),
    backend: Literal["numpy", "torch", "jax"] | None = None,
    arguments: Mapping[str, str | float] = _NO_ARGUMENTS,
    columns: bool = False,
    time_limit: float = 60.0,
    memory_limit: float = 16.0,
) -> None:
    """Assert that a function computes the gradient of a formula, for test suites; arguments as for `gradcheck`.

    Raises:
        AssertionError: it does not; the message is the report that ``gradproof gradcheck`` prints.
        CannotCheck: the function cannot be found, called or compared.
        CannotDerive: the formula cannot be read.
    """
    report = gradcheck(
        formulas, function, wrt=wrt, declare=declare, backend=backend, arguments=arguments,
        columns=columns, time_limit=time_limit, memory_limit=memory_limit,
    )  # fmt: skip
    if not report.agrees:
        raise AssertionError("\n" + report.to_text())


def _silent(doing: str) -> None:
    _ = doing
