"""From surface trees to typed expressions: kinds, shapes, indices, roles, scopes, readings, repairs."""

from fractions import Fraction

import pytest

import gradproof
from gradproof.expr import (
    CLOSED_UNIT,
    Add,
    Apply,
    Const,
    Definition,
    Derivative,
    Div,
    Entry,
    Fn,
    Hadamard,
    Idx,
    MatMul,
    Mul,
    Neg,
    Num,
    Pow,
    Size,
    Space,
    Sum,
    Sym,
    Transpose,
    at_path,
    walk,
)  # fmt: skip
from gradproof.notation.derivation import Derivation, Line
from gradproof.notation.documents import read_document
from gradproof.notation.elaborate import UnreadFormula, read_derivation, read_formula

N = Space((Size("n"),))


def derivation(*rows: str, declare: tuple[str, ...] = ()) -> Derivation:
    text = "\n".join(f"$$\n{row}\n$$\n" for row in rows)
    return read_derivation(read_document("case.md", text), declare)


def lines(*rows: str, declare: tuple[str, ...] = ()) -> list[Line]:
    return [x for x in derivation(*rows, declare=declare).lines if x.shown]


def sides(*rows: str, declare: tuple[str, ...] = ()):
    return [x.statements[0][0] for x in lines(*rows, declare=declare)]


def test_an_index_letter_makes_an_entry():
    assert read_formula("y_i") == Entry(Sym("y", Space((Size("n_{i}"),))), (Idx("i"),))


def test_a_label_stays_in_the_name():
    assert read_formula(r"w_{\text{new}}") == Sym("w_{new}")


def test_a_number_indexes_only_families():
    ((left, _),) = sides(r"\theta_0 = 1")
    assert left == Sym(r"\theta_0")
    family = sides(r"L = \sum_{j=1}^n \theta_j^2 + \theta_1", declare=(r"\theta \in \mathbb{R}^n",))
    entries = [e for _, e in walk(family[0][1]) if isinstance(e, Entry)]
    assert Entry(Sym(r"\theta", N), (Num(Fraction(1)),)) in entries


def test_superscripts_in_round_brackets_index_and_in_square_brackets_label():
    found = sides(r"L = \sum_{i=1}^m x^{(i)}", r"A = W^{[1]}", declare=(r"x^{(i)} \in \mathbb{R}",))
    assert any(isinstance(e, Entry) for _, e in walk(found[0][1]))
    assert found[1][1] == Sym("W^{[1]}")


def test_the_exponential_and_the_circle_number():
    assert read_formula("e^{-h}") == Fn("exp", (Neg(Sym("h")),))
    assert read_formula(r"2\pi") == Mul((Num(Fraction(2)), Const("pi")))


def test_declared_shapes_reach_the_tree_and_products_become_matrix_products():
    (pair,) = sides(r"h = X w", declare=(r"X \in \mathbb{R}^{m \times n}", r"w \in \mathbb{R}^n"))
    assert pair[1] == MatMul((Sym("X", Space((Size("m"), Size("n")))), Sym("w", N)))


def test_scalars_in_matrix_products_stand_apart():
    (pair,) = sides(
        r"g = 2 \lambda X^T w", declare=(r"X \in \mathbb{R}^{m \times n}", r"w \in \mathbb{R}^m")
    )
    assert isinstance(pair[1], Mul)
    assert isinstance(pair[1].factors[-1], MatMul)
    assert isinstance(pair[1].factors[-1].factors[0], Transpose)


def test_a_dropped_index_is_restored_with_a_note():
    (line,) = lines(r"J = \sum_{i=1}^m y_i \log(\hat y_i) + (1-y_i) \log(1-\hat y)")
    assert "index-missing" in {a.kind for a in line.assumptions}
    body = line.statements[0][0][1]
    assert not [
        e
        for path, e in walk(body)
        if e == Sym(r"\hat y", Space((Size("m"),)))
        and not isinstance(at_path(body, path[:-1]), Entry)
    ]


def test_a_sum_that_only_makes_sense_to_the_end_reaches_there_and_says_so():
    (line,) = lines(r"J = \sum_{i=1}^m y_i a + (1-y_i) b")
    assert isinstance(line.statements[0][0][1], Sum)
    assert "sum-scope" in {a.kind for a in line.assumptions}


def test_the_first_equation_defines_and_the_second_claims():
    first, second = lines(r"z = 3 h", r"z = h + 2 h")
    assert (first.role, second.role) == ("definition", "step")


def test_a_chain_defines_by_its_first_link_and_claims_by_the_others():
    (line,) = lines(r"z = \sigma(h) = \frac{1}{1+e^{-h}}")
    assert line.role == "definition"
    (claim,) = line.readings[0].claims
    assert claim.first_link == 1
    assert claim.sides[0] == Fn("sigmoid", (Sym("h"),))


def test_a_new_heading_opens_a_scope_in_which_a_name_may_be_defined_again():
    text = "$$J = x^2$$\n\n## Solution 1\n\n$$J = 3 x^2$$\n"
    read = read_derivation(read_document("case.md", text))
    assert [x.role for x in read.lines] == ["definition", "definition"]
    assert len(read.contexts) == 2
    assert [c[0].definitions["J"][0].body for c in read.contexts] == [
        Pow(Sym("x"), Num(Fraction(2))),
        Mul((Num(Fraction(3)), Pow(Sym("x"), Num(Fraction(2))))),
    ]


@pytest.mark.parametrize(
    "row",
    [
        r"w = w - \alpha \frac{\partial J}{\partial w}",
        r"w \leftarrow w - \alpha g",
        r"w := w - g",
        r"\theta_{t+1} = \theta_t - \eta \nabla_\theta L",
    ],
)
def test_updates_are_not_equations(row):
    (line,) = lines(row)
    assert line.role == "update"


def test_declarations_fill_the_context():
    read = derivation(
        r"L = -\sum_{k=1}^K y_k \log p_k",
        declare=(r"y_k \in \{0,1\}", r"\sum_{k=1}^K y_k = 1", r"0 < p_k < 1", r"K = 4"),
    )
    (context,) = read.contexts[-1]
    assert context.domains["y"].members == (Fraction(0), Fraction(1))
    assert (context.domains["p"].lower, context.domains["p"].upper) == (0, 1)
    assert context.sizes["K"] == 4
    assert len(context.constraints) == 1


def test_labels_are_inferred_from_use():
    read = derivation(r"L = -y\log p - (1-y)\log(1-p)")
    assert read.contexts[0][0].domains["y"] == CLOSED_UNIT


def test_a_function_of_the_document_wins_over_the_habit():
    ((_, first), (_, second)) = sides(r"\sigma(x) = 2 x", r"z = \sigma(h)")
    assert second == Apply(r"\sigma", (Sym("h"),))
    assert first == Mul((Num(Fraction(2)), Sym("x")))


def test_a_declared_function_is_not_the_logistic_one():
    (pair,) = sides(r"z = \sigma(h)", declare=(r"\sigma : \mathbb{R} \to \mathbb{R}",))
    assert pair[1] == Apply(r"\sigma", (Sym("h"),))


def test_a_name_that_is_declared_a_variable_is_no_function():
    (pair,) = sides(r"L = p(1-p)", declare=(r"0 < p < 1",))
    assert pair[1] == Mul((Sym("p"), Add((Num(Fraction(1)), Neg(Sym("p"))))))


def test_a_variance_defined_as_a_square_is_one_quantity():
    read = derivation(
        r"\sigma^2 = \frac{1}{n}\sum_{i=1}^n x_i^2", r"z = \frac{1}{\sqrt{\sigma^2 + \epsilon}}"
    )
    (found,) = read.contexts[0][0].definitions[r"\sigma^2"]
    assert isinstance(found, Definition)
    assert found.name == r"\sigma^2"


def test_probabilities_of_indices_are_families():
    (pair,) = sides(
        r"q = \sum_{k=1}^K P(k|x_n) \mu_k", declare=(r"n = 1, \dots, N", r"x_n \in \mathbb{R}")
    )
    entries = [e for _, e in walk(pair[1]) if isinstance(e, Entry)]
    assert any(e.indices == (Idx("k"), Idx("n")) for e in entries)


def test_letters_defined_together_are_one_word():
    (pair,) = sides(r"FL = (1-p)^2 \log p")
    assert pair[0] == Sym("FL")


def test_a_gradient_with_a_free_index_on_the_other_side_is_read_as_its_entry():
    line = lines(
        r"J = \sum_{j=1}^n w_j^2", r"\nabla_w J = 2 w_j", declare=(r"w \in \mathbb{R}^n",)
    )[1]
    left = line.statements[0][0][0]
    assert isinstance(left, Derivative)
    assert left.wrt == (Entry(Sym("w", N), (Idx("j"),)),)
    assert "entry-meant" in {a.kind for a in line.assumptions}


def test_a_slash_binds_what_follows_it_and_offers_the_other_reading():
    first, second = lines(r"f = x^2", r"\frac{df}{dx} = 1/2x")
    assert first.role == "definition"
    assert len(second.readings) == 2
    assert isinstance(second.statements[0][0][1], Div)


def test_every_node_of_a_claim_has_a_span_that_names_it():
    text = "$$\nf = x^2\n$$\n$$\n\\frac{df}{dx} = 2 x + \\frac{1}{x}\n$$\n"
    line = read_derivation(read_document("case.md", text)).lines[1]
    claim = line.readings[0].claims[0]
    right, origins = claim.sides[1], claim.origins[1]
    assert right is not None
    assert {path for path, _ in walk(right)} == set(origins)
    shown = {text[s.start : s.end] for s in origins.values()}
    assert {"2 x + \\frac{1}{x}", "2 x", "\\frac{1}{x}", "x", "2"} <= shown


@pytest.mark.parametrize("text", ["", "x = 2", r"\frac{1}{", "a, b = c"])
def test_what_is_no_single_expression_is_refused_with_a_reason(text):
    with pytest.raises(UnreadFormula) as caught:
        read_formula(text)
    assert str(caught.value)


def inline(text: str) -> list[Line]:
    return list(read_derivation(read_document("case.md", text + "\n")).lines)


def sides_of(text: str) -> list[tuple[object, ...]]:
    return [x.statements[0][0] for x in inline(text)]


def test_a_function_times_a_bracket_with_its_own_name_is_a_product():
    right = sides_of(r"$g(z)=\frac{1}{1+e^{-z}}$ and $\frac{dg}{dz}=g(1-g)$")[1][1]
    assert right == Mul((Sym("g"), Add((Num(Fraction(1)), Neg(Sym("g"))))))


def test_a_bare_function_takes_the_argument_that_it_has_in_the_statement():
    right = sides_of(r"$g(z)=e^z+z^2$ and $g'(x)-2x=g-x^2$")[1][1]
    assert isinstance(right, Add)
    assert right.terms[0] == Apply("g", (Sym("x"),))


def test_a_bare_sigma_beside_its_value_is_the_logistic_function_there():
    (line,) = inline(r"$\frac{d\sigma(x)}{dx}=\sigma(1-\sigma)$")
    sigma = Fn("sigmoid", (Sym("x"),))
    assert line.statements[0][0][1] == Mul((sigma, Add((Num(Fraction(1)), Neg(sigma)))))
    assert "function-habit" in {a.kind for a in line.assumptions}


def test_a_deviation_sigma_is_no_function():
    right = sides_of(r"$\hat y=\sigma(z)$ and $\log p=-\frac{(x-\mu)^2}{2\sigma^2}$")[1][1]
    assert Sym(r"\sigma") in [e for _, e in walk(right)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "order"),
    [(r"$y=\sin(3x)$, $y'=3\cos(3x)$", 1), (r"$y=\sin(3x)$, $y''=-9\sin(3x)$", 2)],
)
def test_primes_on_a_defined_scalar_are_derivatives_by_its_variable(text: str, order: int):
    left = sides_of(text)[1][0]
    assert left == Derivative(Sym("y"), (Sym("x"),) * order)


def test_a_primed_bracket_is_differentiated_by_its_only_symbol():
    ((left, _),) = sides_of(r"$(x^2e^x)'=2xe^x+x^2e^x$")
    assert isinstance(left, Derivative)
    assert left.wrt == (Sym("x"),)


def test_a_prime_by_an_unknown_variable_is_not_judged():
    (_, line) = inline(r"$y=ax^2+bx+c$, $y'=2ax+b$")
    claim = line.readings[0].claims[0]
    assert claim.vague is not None


def test_a_primed_name_without_definition_is_a_new_name():
    first, second = sides_of(
        r"$x'_i = \frac{x_i}{\sqrt{\sum_j x_j^2}}$, $\frac{\partial x'_i}{\partial x_k} = 0$"
    )
    assert isinstance(first[0], Entry)
    assert isinstance(first[0].array, Sym)
    assert first[0].array.name == "x'"
    assert isinstance(second[0], Derivative)
    assert second[0].body == first[0]


def test_a_prime_on_an_array_stays_a_transpose():
    (pair,) = sides(
        r"S = (y-X\beta)'(y-X\beta)",
        declare=(
            r"X \in \mathbb{R}^{n \times d}",
            r"y \in \mathbb{R}^n",
            r"\beta \in \mathbb{R}^d",
        ),
    )
    assert any(isinstance(e, Transpose) for _, e in walk(pair[1]))


def test_a_change_on_the_left_alone_is_a_name():
    rows = inline(
        r"$L=\frac12(y-wx)^2$, $\Delta w=-\eta\frac{\partial L}{\partial w}$, $dZ^{[2]}=A^{[2]}-Y$"
    )
    assert [x.statements[0][0][0] for x in rows[1:]] == [Sym(r"\Delta w"), Sym("dZ^{[2]}")]
    assert [x.role for x in rows] == ["definition"] * 3


def test_a_change_beside_a_change_is_a_differential():
    (_, pair) = sides_of(r"$y=x^2$, $dy=2x\,dx$")
    assert not any(isinstance(e, Sym) and e.name == "dy" for _, e in walk(pair[0]))  # type: ignore[arg-type]


def test_a_parameter_that_is_a_script_makes_a_family():
    first, second = sides_of(
        r"$\pi(a)=\frac{e^{h_a}}{\sum_b e^{h_b}}$, $\frac{\partial\pi(x)}{\partial h_a}=\pi(x)$"
    )
    assert isinstance(first[0], Entry)
    assert first[0].indices == (Idx("a"),)
    assert isinstance(second[1], Entry)
    assert second[1].indices == (Idx("x"),)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        (r"$i=\sigma(a_i)$", "definition"),
        (r"$J=J(w)=\frac12w^2$", "definition"),
        (r"$y=y(x)$", "declaration"),
        (r"$w = w - \alpha g$", "update"),
        (r"$w' = w - \alpha\frac{dJ}{dw}$", "update"),
    ],
)
def test_what_stands_on_the_right_makes_an_update_only_as_a_value(text: str, role: str):
    assert [x.role for x in inline(text)] == [role]


def test_a_symmetry_is_a_constraint():
    read = derivation(r"Q = Q^T", declare=(r"Q \in \mathbb{R}^{n \times n}",))
    assert any(c.constraints for state in read.contexts for c in state)


def test_the_upper_limit_of_a_sum_keeps_its_letter_beside_a_family_of_it():
    (pair,) = sides_of(r"$N_k=\sum_{n=1}^N\gamma_{nk}$")
    assert isinstance(pair[1], Sum)
    assert pair[1].upper == Sym("N")


def test_in_below_a_name_is_a_label():
    (pair,) = sides_of(r"$E_{in}(w)=\frac1N\sum_{n=1}^N(w x_n-y_n)^2$")
    assert pair[0] == Apply("E_{in}", (Sym("w"),))


def test_letters_of_equal_standing_below_a_name_all_index():
    (pair,) = sides_of(r"$a_\mu=\sum_\nu W_{\mu\nu}x_\nu$")
    (entry,) = [e for _, e in walk(pair[1]) if isinstance(e, Entry) and len(e.indices) == 2]  # type: ignore[arg-type]
    assert entry.indices == (Idx(r"\mu"), Idx(r"\nu"))


def test_euler_stays_beside_an_error_e():
    found = sides_of(r"$e=y-wx$, $L=\frac12e^2$, $p=\frac{1}{1+e^{-z}}$")
    assert Pow(Sym("e"), Num(Fraction(2))) in [e for _, e in walk(found[1][1])]  # type: ignore[arg-type]
    assert Fn("exp", (Neg(Sym("z")),)) in [e for _, e in walk(found[2][1])]  # type: ignore[arg-type]


def test_a_variable_before_a_difference_is_a_factor():
    (_, pair) = sides_of(r"$\frac{dL}{dp}=1$, $k=p(n-x)$")
    assert pair[1] == Mul((Sym("p"), Add((Sym("n"), Neg(Sym("x"))))))


def test_a_name_o_that_the_document_uses_is_no_order_of_magnitude():
    (_, pair) = sides_of(r"$h=o\tanh c$, $\frac{dh}{dc}=o(1-\tanh^2 c)$")
    assert isinstance(pair[1], Mul)
    assert pair[1].factors[0] == Sym("o")


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        (r"$\log 2=0.693$", True),
        (r"$\frac{1}{1+e^{-1}}=0.7311$", True),
        (r"$0.5\cdot 0.7311=0.3656$", True),
        (r"$\log 2=0.694$", False),
        (r"$0.1+0.2=0.4$", False),
        (r"$\frac{df}{dx}=0.5$", False),
    ],
)
def test_rounded_decimals_are_noted(text: str, noted: bool):
    (line,) = inline(text)
    assert ("decimal" in {a.kind for a in line.assumptions}) is noted


def test_no_index_is_put_into_a_matrix_product_under_a_derivative_by_an_entry():
    text = (
        r"$$J = y^T \log(\sigma(X w))$$ $$\frac{\partial J}{\partial w_j} = "
        r"\frac{\partial}{\partial w_j} (y^T \log(\sigma(X w)))$$"
    )
    (report,) = gradproof.check(text, path="a.md").files
    assert [a.kind for a in report.assumptions if a.kind == "index-missing"] == []
    assert {line.verdict for line in report.lines} <= {"given", "proved", "agrees"}


def names(rows: tuple[str, ...], *declare: str) -> set[str]:
    found = sides(*rows, declare=declare)
    return {n.name for row in found for e in row for _, n in walk(e) if isinstance(n, Sym)}


def test_a_capital_above_a_declared_name_is_a_label():
    rows = (r"A^{O} = \tanh(Z^{O})", r"\frac{\partial A_i^{O}}{\partial Z_i^{O}} = 1 - (A_i^{O})^2")
    assert names(rows, r"Z^{O} \in \mathbb{R}^n") == {"A^{O}", "Z^{O}"}


def test_a_letter_that_counts_the_steps_of_a_recurrence_is_a_label():
    rows = (r"h^t = \tanh(W h^{t-1} + U x^t)", r"y^t = V h^t")
    assert names(rows) == {"h^{t}", "h^{t-1}", "x^{t}", "y^{t}", "W", "U", "V"}


@pytest.mark.parametrize(
    "rows",
    [
        (r"y^N = N x^N",),
        (r"y^N = x^N + x",),
        (r"y^N = e^N",),
        (r"x^n = x\, x^{n-1}",),
        (r"y^n = x^n",),
    ],
)
def test_a_letter_that_may_be_an_exponent_is_one(rows: tuple[str, ...]):
    assert not any("^" in name for name in names(rows))


def test_one_index_counts_along_a_row_that_a_definition_makes():
    rows = (r"z = x W", r"a = \sigma(z)", r"E = \frac12 \sum_k (a_k - y_k)^2")
    declare = (r"x \in \mathbb{R}^{1 \times D}", r"W \in \mathbb{R}^{D \times K}")
    declare = (*declare, r"y \in \mathbb{R}^{1 \times K}")
    (loss,) = lines(*rows, declare=declare)[2].statements[0][0][1:]
    assert loss is not None
    found = {n.array: n.indices for _, n in walk(loss) if isinstance(n, Entry)}
    row = Space((Size("", 1), Size("K")))
    assert found == {Sym(x, row): (Num(Fraction(1)), Idx("k")) for x in "ay"}


def test_one_letter_along_two_defined_vectors_leaves_the_second_open():
    rows = (
        r"z = X w",
        r"h = V w",
        r"J = \sum_i z_i^2 + \sum_i h_i^2",
        r"\frac{\partial J}{\partial h_i} = h_i",
    )
    sizes = (
        r"X \in \mathbb{R}^{m \times n}",
        r"V \in \mathbb{R}^{k \times n}",
        r"w \in \mathbb{R}^n",
    )
    loss = lines(*rows, declare=sizes)[2].statements[0][0][1]
    assert loss is not None
    shapes = {n.name: n.space.shape for _, n in walk(loss) if isinstance(n, Sym)}
    assert shapes == {"z": (Size("m"),), "h": ()}


def test_a_matrix_that_is_not_square_is_squared_entry_by_entry():
    square = lines("C = A^2", declare=(r"A \in \mathbb{R}^{m \times n}",))[0].statements[0][0][1]
    assert isinstance(square, Hadamard)


def test_members_beside_a_weight_are_vectors():
    rows = (
        r"J = \sum_{i=1}^m (w^T x_i - y_i)^2",
        r"\nabla_w J = 2 \sum_{i=1}^m (w^T x_i - y_i) x_i",
    )
    for _, right in sides(*rows, declare=(r"w \in \mathbb{R}^n",)):
        shapes = {n.name: n.space.shape for _, n in walk(right) if isinstance(n, Sym)}
        assert shapes["x"] == (Size("m"), Size("n"))
        assert shapes["y"] == (Size("m"),)


@pytest.mark.parametrize(
    "row", [r"z = \sum_i w_i x_i + w^T x", r"z = w^T \alpha_i x_{ij}", "z = w x_i"]
)
def test_entries_are_no_vectors(row: str):
    shapes = {n.name: n.space.shape for _, n in walk(sides(row)[0][1]) if isinstance(n, Sym)}
    assert len(shapes.get("\\alpha", ())) <= 1
    assert len(shapes["x"]) <= ("ij" in row) + 1


def test_an_index_letter_above_a_vector_counts_its_entries():
    (right,) = sides(r"f_j = a^j", declare=(r"a \in \mathbb{R}^n", r"j = 1, \dots, n"))[0][1:]
    assert right == Entry(Sym("a", N), (Idx("j"),))


def test_an_index_letter_above_a_member_may_be_either_unless_a_series_says_so():
    row = r"\frac{\partial f}{\partial w_j} = \sum_i x_i^j"
    found = [
        lines(f, row)[1].readings[0].claims[0].vague
        for f in (r"f = \sum_i w^T x_i", r"f = \sum_i \sum_j w_j x_i^j")
    ]
    assert found[0] is not None
    assert found[1] is None
