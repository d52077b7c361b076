"""A formula with its derivatives as roots of one graph, and everything that a backend needs to write a module."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import final

from gradproof.codegen.dims import Shape
from gradproof.codegen.graph import Graph
from gradproof.codegen.ops import Ref


@final
@dataclass(frozen=True, slots=True)
class Symbol:
    """An argument of the functions: TeX name, name in code, shape, node."""

    tex: str
    name: str
    shape: Shape
    ref: Ref


@final
@dataclass(frozen=True, slots=True, eq=False)
class Program:
    """What a backend writes down.

    Attributes:
        graph: the operations.
        symbols: the arguments, in the order in which they stand in the formula.
        sizes: names of sizes in the formula, as they are called in code.
        passed: sizes that no array has, and that are arguments too.
        titles: definitions by TeX name, as they are called in code.
        wrt: the variables, as they are called in code.
        value: the node of the value.
        gradients: the nodes of the derivatives by the variables.
        hessian: the nodes of the second derivatives, row by row of blocks; empty where none was asked for.
        structured: for each block of the Hessian how it stands for the whole one, in words; empty for dense ones.
        direction: names of the vectors that the Hessian is multiplied with, with their nodes.
        products: the nodes of the products of the Hessian with these vectors.
        formulas: the formula and its definitions in TeX.
        loss: the name of the value in TeX.
        rules: the rules by which the spelling was changed.
        assumptions: what had to be assumed, in words.
        version: of gradproof.
    """

    graph: Graph
    symbols: tuple[Symbol, ...]
    sizes: Mapping[str, str]
    passed: tuple[str, ...]
    titles: Mapping[str, str]
    wrt: tuple[Symbol, ...]
    value: Ref
    gradients: tuple[Ref, ...]
    hessian: tuple[tuple[Ref, ...], ...]
    structured: tuple[tuple[str, ...], ...]
    directions: tuple[Symbol, ...]
    products: tuple[Ref, ...]
    formulas: tuple[str, ...]
    loss: str
    rules: tuple[str, ...]
    assumptions: tuple[str, ...]
    version: str
