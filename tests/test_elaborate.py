"""From surface trees to typed expressions: kinds, shapes, indices, roles, scopes, readings, repairs."""

from fractions import Fraction

import pytest

from gradproof.expr import (
    CLOSED_UNIT, Add, Apply, Const, Definition, Derivative, Div, Entry, Fn, Idx, MatMul, Mul, Neg,
    Num, Pow, Size, Space, Sum, Sym, Transpose, at_path, walk,
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
    found = sides(
        r"L = \sum_{i=1}^m x^{(i)}", r"A = W^{[1]}", declare=(r"x^{(i)} \in \mathbb{R}",)
    )
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
        if e == Sym(r"\hat y", Space((Size("m"),))) and not isinstance(at_path(body, path[:-1]), Entry)
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
