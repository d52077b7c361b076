"""Surface tree to expression: which head is converted by which handler."""

from collections.abc import Container, Mapping

from gradproof.expr import Expr, Num
from gradproof.notation.elaborate import arithmetic, calculus, chance, primes, series
from gradproof.notation.elaborate.calls import apply_call
from gradproof.notation.elaborate.converter import Converter, Handler
from gradproof.notation.elaborate.symbols import Symbols
from gradproof.notation.surface import Note

HANDLERS: Mapping[str, Handler] = {
    "number": arithmetic.number_node,
    "name": primes.converted_name,
    "function": arithmetic.function_node,
    "group": arithmetic.group_node,
    "add": arithmetic.add_node,
    "neg": arithmetic.neg_node,
    "mul": arithmetic.mul_node,
    "div": arithmetic.div_node,
    "pow": arithmetic.pow_node,
    "had": arithmetic.had_node,
    "haddiv": arithmetic.div_node,
    "frob": arithmetic.frob_node,
    "kron": arithmetic.kron_node,
    "transpose": arithmetic.transpose_node,
    "prime": primes.primed_node,
    "log": arithmetic.log_node,
    "abs": arithmetic.abs_node,
    "norm": arithmetic.norm_node,
    "inner": arithmetic.inner_node,
    "sum": series.series_node,
    "prod": series.series_node,
    "unit": series.unit_node,
    "deriv": calculus.deriv_node,
    "grad": calculus.grad_node,
    "diff": calculus.diff_node,
    "direc": calculus.directional_node,
    "delta": arithmetic.delta_node,
    "ind": arithmetic.indicator_node,
    "cases": arithmetic.cases_node,
    "at": calculus.at_node,
    "matrix": arithmetic.matrix_node,
    "sqrt": arithmetic.sqrt_node,
    "root": arithmetic.root_node,
    "factorial": arithmetic.factorial_node,
    "index": arithmetic.index_of_node,
    "call": apply_call,
    "expect": chance.expectation_node,
}


def converter(table: Symbols, defined: Container[str], notes: list[Note]) -> Converter:
    """Return a converter for the rows of one document."""
    return Converter(table, HANDLERS, defined, notes)


def is_zero(expr: Expr) -> bool:
    """Tell whether an expression is the number 0 as written."""
    return isinstance(expr, Num) and expr.value == 0
