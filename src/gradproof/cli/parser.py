"""The arguments of the command line."""

import argparse

from rich_argparse import RawDescriptionRichHelpFormatter

from gradproof._version import __version__
from gradproof.cli.codes import COMPARED, COMPILED, DERIVED, EXPLAINED
from gradproof.cli.fit_parser import add_fit, add_predict
from gradproof.cli.gradcheck_arguments import add_gradcheck_arguments
from gradproof.settings import DERIVATION_FORMATS, DIALECTS, DOUBTS, FORMATS


def make_parser() -> argparse.ArgumentParser:
    """Return the parser; after ``check``, `refuse` of the result ends the run with a message."""
    parser = argparse.ArgumentParser(
        prog="gradproof",
        description="Check gradient derivations as their authors wrote them, and derive gradients.",
        formatter_class=RawDescriptionRichHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"gradproof {__version__}")
    commands = parser.add_subparsers(
        dest="command", metavar="COMMAND", required=True, prog="gradproof"
    )
    check = commands.add_parser(
        "check",
        help="judge every step of the derivations in some files",
        description="Judge every step of the derivations in Markdown, LaTeX, notebooks or plain text.\n"
        "Options may also stand in the table tool.gradproof of the nearest pyproject.toml; the command line wins.",
        epilog=EXPLAINED,
        formatter_class=RawDescriptionRichHelpFormatter,
    )
    _reading(check)
    _counting(check)
    _showing(check)
    check.set_defaults(refuse=check.error)

    derive = commands.add_parser(
        "derive",
        help="derive a gradient, every step with its rule",
        description="Derive a derivative or gradient step by step. Every line that is printed has passed\n"
        "the same check as the documents of others.",
        epilog=DERIVED,
        formatter_class=RawDescriptionRichHelpFormatter,
    )
    _question(derive)
    _derivation(derive)
    derive.set_defaults(refuse=derive.error)

    compile_ = commands.add_parser(
        "compile",
        help="turn a formula and its derivatives into code",
        description="Print a module with the value of a formula, its gradient and, on request, its Hessian.\n"
        "It does not need gradproof to run.",
        epilog=COMPILED,
        formatter_class=RawDescriptionRichHelpFormatter,
    )
    _code(compile_)
    compile_.set_defaults(refuse=compile_.error)
    fit = commands.add_parser(
        "fit",
        help="train a model with the derived gradient",
        description="Train a linear model: its loss is a formula, whose derived gradient the solver follows.",
        formatter_class=RawDescriptionRichHelpFormatter,
    )
    add_fit(fit)
    fit.set_defaults(refuse=fit.error)

    predict = commands.add_parser(
        "predict",
        help="predict with a trained model",
        description="Predict for the rows of a table; the predictions are printed as CSV.",
        formatter_class=RawDescriptionRichHelpFormatter,
    )
    add_predict(predict)
    gradcheck = commands.add_parser(
        "gradcheck",
        help="compare gradient code with a formula, and name its slip",
        description="Compare a function that computes a gradient with the formula. The function is run in a process\n"
        "of its own, with limits of time and memory; no other command runs code of yours.",
        epilog=COMPARED,
        formatter_class=RawDescriptionRichHelpFormatter,
    )
    add_gradcheck_arguments(gradcheck)
    gradcheck.set_defaults(refuse=gradcheck.error)

    explain = commands.add_parser(
        "explain",
        help="show the page of one mistake or one rule",
        description="Show the page of one mistake or one rule; without a name, list the pages.",
        formatter_class=RawDescriptionRichHelpFormatter,
    )
    explain.add_argument(
        "name", nargs="?", metavar="NAME", help="such as chain-inner-dropped or product-rule"
    )
    return parser


def _question(derive: argparse.ArgumentParser) -> None:
    group = derive.add_argument_group("the question")
    group.add_argument(
        "formulas",
        nargs="+",
        metavar="FORMULA",
        help=r"the loss and its definitions in TeX, such as 'J = -y \log z, z = \sigma(wx)'",
    )
    group.add_argument(
        "--wrt", required=True, metavar="NAME", help=r"the variable: '\hat y' in TeX, or y_hat"
    )
    group.add_argument(
        "--order", type=int, choices=(1, 2), default=1, help="2 for the second derivative"
    )
    group.add_argument(
        "--declare",
        action="append",
        metavar="FACT",
        help=r"a fact in ordinary mathematics, such as 'X \in \mathbb{R}^{m \times n}'; may be repeated",
    )
    group.add_argument(
        "--compare", metavar="ANSWER", help="judge somebody's result against the derived one"
    )


def _code(compile_: argparse.ArgumentParser) -> None:
    group = compile_.add_argument_group("the formula")
    group.add_argument(
        "formulas",
        nargs="+",
        metavar="FORMULA",
        help=r"the loss and its definitions in TeX, such as 'J = \|Xw - y\|^2'",
    )
    group.add_argument(
        "--wrt",
        required=True,
        action="append",
        metavar="NAME",
        help=r"the variable: '\hat y' in TeX, or y_hat; may be repeated",
    )
    group.add_argument(
        "--declare",
        action="append",
        metavar="FACT",
        help=r"a fact in ordinary mathematics, such as 'X \in \mathbb{R}^{m \times n}'; may be repeated",
    )
    group = compile_.add_argument_group("the code")
    group.add_argument(
        "--backend",
        default="numpy",
        metavar="NAME",
        help="jax, numba, numpy (the default) or torch",
    )
    group.add_argument("--hessian", action="store_true", help="add the second derivatives")
    group.add_argument(
        "--structured",
        action="store_true",
        help="add the second derivatives, as a smaller array where that says the same",
    )
    group.add_argument("-o", dest="output", metavar="FILE", help="write to this file")


def _derivation(derive: argparse.ArgumentParser) -> None:
    group = derive.add_argument_group("how it is written")
    group.add_argument(
        "--style",
        metavar="STYLE",
        help="elementwise, chain or differential; chosen from the formula otherwise",
    )
    group.add_argument(
        "--update", action="store_true", help="end with the step of gradient descent"
    )
    group.add_argument(
        "--format",
        choices=DERIVATION_FORMATS,
        default="text",
        help="text (the default) and svg for people, latex, markdown and html for documents, json for programs",
    )
    group.add_argument("-o", dest="output", metavar="FILE", help="write to this file")
    group.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="colours in the output"
    )


def _reading(check: argparse.ArgumentParser) -> None:
    group = check.add_argument_group("what is read")
    group.add_argument(
        "files", nargs="*", metavar="FILE", help="a document, or - for standard input"
    )
    group.add_argument(
        "-e",
        dest="expressions",
        action="append",
        default=[],
        metavar="TEX",
        help="check these formulas instead of files; may be repeated, one line of the derivation each",
    )
    group.add_argument(
        "--declare",
        action="append",
        metavar="FACT",
        help=r"a fact in ordinary mathematics, such as 'y_i \in \{0,1\}'; may be repeated",
    )
    group.add_argument(
        "--dialect", choices=DIALECTS, help="how the documents are written; found out otherwise"
    )
    group.add_argument(
        "--print-habits",
        action="store_true",
        help="list what single letters mean where nothing is declared, and end",
    )


def _counting(check: argparse.ArgumentParser) -> None:
    group = check.add_argument_group("what counts")
    group.add_argument(
        "--select",
        action="append",
        metavar="NAME[,NAME]",
        help="only these mistakes or families count; may be repeated",
    )
    group.add_argument(
        "--ignore",
        action="append",
        metavar="NAME[,NAME]",
        help="these mistakes or families do not count; the verdicts stay; may be repeated",
    )
    group.add_argument(
        "--fail-on",
        action="append",
        choices=DOUBTS,
        help="count these as errors in the exit code too; may be repeated",
    )
    group.add_argument(
        "--exit-zero",
        action="store_true",
        default=None,
        help="end with code 0 even where errors are found",
    )


def _showing(check: argparse.ArgumentParser) -> None:
    group = check.add_argument_group("what is shown")
    group.add_argument(
        "--format",
        choices=FORMATS,
        help="full (the default) and svg for people, concise for editors, json for programs, "
        "github for annotations in a workflow",
    )
    group.add_argument(
        "--corrected",
        action="store_true",
        help="print the document with its wrong lines mended, and on standard error what was changed",
    )
    group.add_argument(
        "--print-reading", action="store_true", help="say of every line what it was read as"
    )
    group.add_argument(
        "--statistics",
        action="store_true",
        help="count lines, readings, evidence and findings; the time goes to standard error",
    )
    group.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="colours in the output"
    )
