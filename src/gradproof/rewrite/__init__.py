"""Named sound rewrite rules, and light tidying with them."""

from gradproof.rewrite.build import (
    MINUS_ONE,
    ONE,
    TWO,
    ZERO,
    add,
    div,
    like_sum,
    mul,
    neg,
    num,
    power,
    sub,
)  # fmt: skip
from gradproof.rewrite.catalogue import catalogue
from gradproof.rewrite.indices import difference, same_index
from gradproof.rewrite.rule import RewriteRule, rewrite_rule
from gradproof.rewrite.substitute import (
    free_names,
    fresh_index,
    rename_bound,
    replace_equal,
    size_expr,
    substitute,
)  # fmt: skip
from gradproof.rewrite.tidy import tidy, tidy_root

__all__ = [
    "MINUS_ONE", "ONE", "TWO", "ZERO", "RewriteRule", "add", "catalogue", "difference", "div", "free_names",
    "fresh_index", "like_sum", "mul", "neg", "num", "power", "rename_bound", "replace_equal", "rewrite_rule",
    "same_index", "size_expr", "sub", "substitute", "tidy", "tidy_root",
]  # fmt: skip
