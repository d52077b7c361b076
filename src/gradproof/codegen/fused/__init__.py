"""Programs that go once over the rows of their data, found by the shape of the graph."""

from gradproof.codegen.fused.parts import Plan, Product, RowSum
from gradproof.codegen.fused.plan import plan

__all__ = ["Plan", "Product", "RowSum", "plan"]
