"""The command line of derive: formats, files, comparing, exit codes, and the machine contract."""

import json
import xml.etree.ElementTree as ET

import pytest
from jsonschema import Draft202012Validator

import gradproof
from gradproof.cli import main
from gradproof.settings import DERIVATION_FORMATS

VALIDATOR = Draft202012Validator(gradproof.json_schema("derive"))
QUESTION = [r"-(y \log\hat y + (1-y) \log(1-\hat y))", "--wrt", "y_hat"]
WRONG = r"-(\frac{y}{\hat y} + \frac{1-y}{1-\hat y})"


def run(capsys, *arguments):
    code = main(["derive", *QUESTION, *arguments])
    return code, capsys.readouterr().out


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(gradproof.json_schema("derive"))


@pytest.mark.parametrize("arguments", [(), ("--compare", WRONG), ("--update",), ("--order", "2")])
def test_the_json_keeps_the_contract(capsys, arguments):
    _, out = run(capsys, "--format", "json", *arguments)
    data = json.loads(out)
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []
    assert data["steps"][0]["verdict"] == "given"


def test_the_schema_refuses_a_line_that_did_not_pass(capsys):
    data = json.loads(run(capsys, "--format", "json")[1])
    data["steps"][1]["verdict"] = "undecided"
    assert not VALIDATOR.is_valid(data)


def test_comparing_a_wrong_answer_names_the_mistake(capsys):
    code, out = run(capsys, "--compare", WRONG)
    assert code == 1
    assert "error[chain-inner-dropped]" in out
    code, out = run(capsys, "--compare", WRONG, "--format", "json")
    assert json.loads(out)["comparison"]["findings"][0]["mistake"] == "chain-inner-dropped"


@pytest.mark.parametrize(
    "answer",
    [
        r"\frac{\hat y - y}{\hat y - \hat y^2}",
        r"$\frac{\partial J}{\partial \hat y} = \frac{1-y}{1-\hat y} - \frac{y}{\hat y}$",
    ],
)
def test_comparing_a_right_answer(capsys, answer):
    code, _ = run(capsys, "--compare", answer)
    assert code == 0


@pytest.mark.parametrize("name", DERIVATION_FORMATS)
def test_every_format_ends_in_a_line_and_repeats(capsys, name):
    first = run(capsys, "--format", name)
    assert first == run(capsys, "--format", name)
    assert first[0] == 0
    assert first[1].endswith("\n")


def test_html_needs_nothing_from_elsewhere_and_escapes(capsys):
    page = run(capsys, "--format", "html", "--declare", r"0 < \hat y < 1")[1]
    assert "://" not in page
    assert "<script" not in page
    body = page[page.index("<body>") : page.index("</body>")] + "</body>"
    tree = ET.fromstring(body.replace("&#x2061;", ""))
    assert len(list(tree.iter("math"))) > 5
    assert "<mo>&lt;</mo>" in page


def test_the_picture_is_one(capsys):
    picture = run(capsys, "--format", "svg")[1]
    assert ET.fromstring(picture).tag.endswith("svg")


def test_output_goes_to_a_file(tmp_path, capsys):
    path = tmp_path / "a.md"
    code, out = run(capsys, "--format", "markdown", "-o", str(path))
    assert (code, out) == (0, "")
    assert path.read_text(encoding="utf-8") == run(capsys, "--format", "markdown")[1]
    assert main(["derive", *QUESTION, "-o", str(tmp_path / "no" / "a.md")]) == 2
    assert "cannot be written" in capsys.readouterr().err


def test_rules_have_pages(capsys):
    assert main(["explain", "product-rule"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("# product-rule\n")
    assert "Source:" in out
    assert "product-rule" in out.split("```text")[1]
    with pytest.raises(gradproof.UnknownPage, match="did you mean product-rule"):
        gradproof.explain("productrule")


def test_examples_of_rules_use_them():
    from gradproof.rulebook import rulebook
    from gradproof.worked import work_out

    shown = [page for page in rulebook().values() if page.example is not None]
    assert len(shown) > 30
    for page in shown:
        formula, wrt = page.example
        used = {
            name
            for step in work_out((formula,), wrt, declare=page.declare).steps
            for name in (step.rule, *step.also)
        }
        assert page.name in used


def test_help_of_derive_loads_nothing_heavy():
    from test_imports import HELP, loaded

    assert (
        loaded(HELP.format(arguments="'derive', '--help'"), also=("gradproof.deriving",)) == set()
    )
