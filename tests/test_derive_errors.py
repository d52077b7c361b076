"""Questions that cannot be answered: what was found, what was expected, how to go on."""

import pytest

import gradproof
from gradproof.cli import main

QUESTIONS = [
    (("J = x^2",), "w", {}, "w does not stand in the formula of J; expected one of x"),
    (("J = w_1^2 + u",), "w_2", {}, "did you mean w₁"),
    (("a = x", "b = x^2"), "x", {}, "a, b could each be the loss"),
    (("x^2", "x^3"), "x", {}, "formulas 1 and 2 have no name"),
    (("a = b", "b = a"), "a", {}, "circle"),
    (("J = x^2",), "x", {"style": "fancy"}, "no style 'fancy'; expected one of elementwise, chain"),
    (("J = x + )",), "x", {}, r"formula 1 cannot be read: .*\n  J = x \+ \)"),
    (("z = x", "J = z + )"), "x", {}, "formula 2 cannot be read"),
    (("",), "x", {}, "no formula was given"),
    (("J = x^2",), "2", {}, "'2' is no variable"),
    (("J = x^2",), "", {}, "no variable was given"),
    (("J = x^2",), "x + 1", {}, "the variable 'x . 1' cannot be read"),
    (("J = x^2",), "x", {"order": 3}, "order 3 is not known"),
    (("J = x^2",), "x", {"declare": ("hello",)}, "the declaration 'hello' cannot be used"),
    (("J = x^2",), "x", {"declare": (r"x \in banana",)}, "cannot be used: the set is not known"),
    (("J = x^2",), "x", {"compare": " "}, "the answer to compare is empty"),
    (("J = x^2",), "x", {"order": 2, "update": True}, "leave out --order 2"),
    ((r"J = \operatorname{argmax}(x)",), "x", {}, "no rule for this: .*argmax"),
    (
        (r"J = \|X w - y\|^2",),
        "w",
        {
            "declare": (
                r"X \in \mathbb{R}^{m \times n}",
                r"w \in \mathbb{R}^k",
                r"y \in \mathbb{R}^m",
            )
        },
        r"the shapes in the formula of J do not fit: X \(m × n\) and w \(a vector of k\)",
    ),
    (
        (r"J = x^T A x",),
        "x_1",
        {
            "style": "differential",
            "declare": (r"A \in \mathbb{R}^{n \times n}", r"x \in \mathbb{R}^n"),
        },
        "style differential is for whole arrays",
    ),
    (
        ("J = 3",),
        "x",
        {},
        "x does not stand in the formula of J; expected a formula with a variable",
    ),
    ((r"J = \operatorname{tr}(a x)",), "x", {}, "trace is taken of numbers: .* a, x are matrices"),
    (("J = x + 1",), "x", {"style": "chain"}, "style chain needs a value between J and"),
]


@pytest.mark.parametrize(("formulas", "wrt", "options", "message"), QUESTIONS)
def test_the_message_says_how_to_go_on(formulas, wrt, options, message):
    with pytest.raises(gradproof.CannotDerive, match=message):
        gradproof.derive(formulas, wrt=wrt, **options)


def test_the_command_line_tells_it_in_one_line_and_ends_with_2(capsys):
    assert main(["derive", "J = x^2", "--wrt", "w"]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("gradproof derive: w does not stand in the formula of J")


def test_a_line_that_fails_the_check_ends_with_2(monkeypatch, capsys):
    from gradproof import worked

    def refuse(*_args, **_options):
        raise worked.NotVerified("the line does not pass the check")

    monkeypatch.setattr(worked, "work_out", refuse)
    assert main(["derive", "J = x^2", "--wrt", "x"]) == 2
    assert "does not pass the check" in capsys.readouterr().err
