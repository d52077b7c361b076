"""Documents and networks of any size, for measuring how time and length grow."""

LINES_A_BLOCK = 10


def network(depth: int) -> tuple[list[str], list[str]]:
    """Return the formulas and the declarations of a network of so many layers with a squared loss."""
    formulas: list[str] = []
    declare = [r"x \in \mathbb{R}^{n_0}", rf"y \in \mathbb{{R}}^{{n_{depth}}}"]
    before = "x"
    for k in range(1, depth + 1):
        declare.append(rf"W_{k} \in \mathbb{{R}}^{{n_{k} \times n_{k - 1}}}")
        formulas.append(rf"h_{k} = \tanh(W_{k} {before})")
        before = f"h_{k}"
    formulas.append(rf"L = \frac{{1}}{{2}} \|{before} - y\|^2")
    return formulas, declare


def block(k: int) -> list[str]:
    """Return ten lines of a right derivation about quantities with the number `k`."""
    p, u, y, loss, q, v = (f"{letter}_{{{k}}}" for letter in "puyLqv")
    return [
        rf"{p} = \frac{{1}}{{1 + e^{{-{u}}}}}",
        rf"{loss} = -{y} \log {p} - (1 - {y}) \log(1 - {p})",
        rf"\frac{{d {loss}}}{{d {p}}} = -\frac{{{y}}}{{{p}}} + \frac{{1 - {y}}}{{1 - {p}}}",
        rf"= \frac{{{p} - {y}}}{{{p} (1 - {p})}}",
        rf"\frac{{d {p}}}{{d {u}}} = {p} (1 - {p})",
        rf"\frac{{d {loss}}}{{d {u}}} = {p} - {y}",
        rf"\frac{{d^2 {loss}}}{{d {u}^2}} = {p} (1 - {p})",
        rf"{q} = {v}^T A {v}",
        rf"\frac{{\partial {q}}}{{\partial {v}}} = (A + A^T) {v}",
        rf"= A {v} + A^T {v}",
    ]


def long_document(lines: int, *, sections: bool) -> str:
    """Return a Markdown document of so many lines of mathematics, with a heading before each block or without."""
    parts: list[str] = []
    facts = r"Let $A \in \mathbb{R}^{n \times n}$."
    if not sections:
        parts.append(facts)
    for k in range(1, lines // LINES_A_BLOCK + 1):
        if sections:
            parts += [f"## Part {k}", facts]
        parts.append(
            rf"Let $v_{{{k}}} \in \mathbb{{R}}^n$, $u_{{{k}}} \in \mathbb{{R}}$ and $y_{{{k}}} \in \{{0, 1\}}$."
        )
        parts += [f"$$\n{line}\n$$" for line in block(k)]
    return "\n\n".join(parts) + "\n"
