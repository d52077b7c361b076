"""The arguments of ``gradproof gradcheck``."""

import argparse

from gradproof.settings import GRADCHECK_FORMATS


def add_gradcheck_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments to the parser of the command."""
    what = parser.add_argument_group("what is compared")
    what.add_argument(
        "formulas",
        nargs="+",
        metavar="FORMULA",
        help=r"the loss and its definitions in TeX, such as 'J = -y \log z, z = \sigma(wx)'",
    )
    what.add_argument(
        "function", metavar="FUNCTION", help="path/to/file.py:function or package.module:function"
    )
    what.add_argument(
        "--wrt",
        required=True,
        metavar="NAMES",
        help=r"the variable, in TeX or as an identifier; several as 'w,b', in the order that is returned",
    )
    what.add_argument(
        "--declare",
        action="append",
        metavar="FACT",
        help=r"a fact in ordinary mathematics, such as 'X \in \mathbb{R}^{m \times n}'; may be repeated",
    )
    how = parser.add_argument_group("how the function is run")
    how.add_argument(
        "--arg",
        action="append",
        metavar="NAME=SYMBOL",
        help="a parameter that is not named like its symbol, or stands for a number (eps=0.1); may be repeated",
    )
    how.add_argument(
        "--backend",
        choices=("numpy", "torch", "jax"),
        help="whose arrays the function is given; found out where it is not said",
    )
    how.add_argument(
        "--columns", action="store_true", help="give vectors as arrays of n rows and one column"
    )
    how.add_argument(
        "--time-limit",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="for importing the file, and for all calls together (60)",
    )
    how.add_argument(
        "--memory-limit",
        type=float,
        default=16.0,
        metavar="GIB",
        help="address space of the process, where the system can limit it (16; 0 for none)",
    )
    shown = parser.add_argument_group("what is shown")
    shown.add_argument(
        "--format",
        choices=GRADCHECK_FORMATS,
        default="full",
        help="full for people, json for programs",
    )
    shown.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="colours in the output"
    )
