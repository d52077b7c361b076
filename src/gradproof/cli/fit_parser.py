"""The arguments of ``gradproof fit`` and ``gradproof predict``."""

import argparse
from typing import Final

from gradproof.cli.codes import FITTED

FIT_EXAMPLES: Final = r"""examples:
  gradproof fit flowers.csv --target species --standardize --test-split 0.2 --output flowers
  gradproof predict flowers more.csv > predictions.csv
  gradproof fit clicks.svm --l2 1e-4                       # sparse data
  gradproof fit counts.parquet --target n --loss poisson --impute --plot counts.svg
  gradproof fit house.csv --target price --loss huber --l1 0.01 --solver proximal
  gradproof fit tumour.csv --target malignant --solver gradient-descent --step 1/L
  gradproof fit house.csv --target price --loss 'J = \frac1m \sum_{i=1}^m \log\cosh(x_i^T w + b - y_i)'
  gradproof fit big.parquet --target y --stream --memory-limit 256M --checkpoint big.ckpt
  gradproof fit big.parquet --target y --stream --resume big.ckpt

"""


def add_fit(fit: argparse.ArgumentParser) -> None:
    """Add the arguments of ``gradproof fit``."""
    fit.epilog = FIT_EXAMPLES + FITTED
    _data(fit)
    _objective(fit)
    _solver(fit)
    _results(fit)


def add_predict(predict: argparse.ArgumentParser) -> None:
    """Add the arguments of ``gradproof predict``."""
    predict.add_argument("model", metavar="MODEL", help="what gradproof fit --output wrote")
    predict.add_argument("files", nargs="+", metavar="DATA", help="a table with the same columns")
    predict.add_argument("-o", "--output", metavar="FILE", help="write the CSV to this file")


def _data(fit: argparse.ArgumentParser) -> None:
    group = fit.add_argument_group("the data")
    group.add_argument(
        "files",
        nargs="+",
        metavar="DATA",
        help="CSV, Parquet, Arrow, .npz or SVMlight; several files, or a folder of Parquet files, are one table",
    )
    group.add_argument(
        "--target", default="y", metavar="COLUMN", help="what is to be predicted (y without it)"
    )
    group.add_argument(
        "--features", action="append", metavar="COLUMN[,COLUMN]", help="use these columns only"
    )
    group.add_argument(
        "--drop", action="append", metavar="COLUMN[,COLUMN]", help="leave these columns out"
    )
    group.add_argument(
        "--category",
        action="append",
        metavar="COLUMN[,COLUMN]",
        help="read these columns as categories even where they look like numbers",
    )
    group.add_argument("--weights", metavar="COLUMN", help="how much each row counts")
    group.add_argument(
        "--impute",
        action="store_true",
        help="fill missing values with the mean or the most frequent word",
    )
    group.add_argument(
        "--standardize", action="store_true", help="bring numbers to mean 0 and deviation 1"
    )
    group.add_argument(
        "--test-split",
        type=float,
        default=0.0,
        metavar="SHARE",
        help="hold out this share of the rows, such as 0.2, and measure on them",
    )
    group.add_argument(
        "--stream",
        action="store_true",
        help="read the table again in every pass instead of holding it in memory",
    )
    group.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="train on the workers of this Dask cluster, such as tcp://127.0.0.1:8786",
    )
    group.add_argument(
        "--memory-limit",
        metavar="SIZE",
        help="with --stream, memory for rows at one time, such as 256M",
    )


def _objective(fit: argparse.ArgumentParser) -> None:
    group = fit.add_argument_group("what is made small")
    group.add_argument(
        "--loss",
        action="append",
        metavar="NAME|FORMULA",
        help="logistic, softmax, squared, poisson, huber, squared-hinge, focal, or a formula in TeX with the features "
        "X (rows x_i) and the target y, its definitions in further --loss; chosen by the target otherwise",
    )
    group.add_argument(
        "--declare", action="append", metavar="FACT", help="a fact about the names of a formula"
    )
    group.add_argument(
        "--parameters",
        action="append",
        metavar="NAME[,NAME]",
        help="the names of a formula that are trained: all but data and constants without it",
    )
    group.add_argument(
        "--size",
        dest="sizes",
        action="append",
        metavar="NAME=N",
        help="a size that the data do not tell",
    )
    group.add_argument(
        "--predict", metavar="NAME", help="the definition of a formula that is the prediction"
    )
    group.add_argument(
        "--set",
        dest="constants",
        action="append",
        metavar="NAME=VALUE",
        help="a constant of the formula, such as delta=1.35",
    )
    group.add_argument(
        "--l2", type=float, default=0.0, metavar="λ", help="add λ/2 ‖w‖² to the mean loss"
    )
    group.add_argument(
        "--l1", type=float, default=0.0, metavar="λ", help="add λ ‖w‖₁ to the mean loss"
    )
    group.add_argument(
        "--intercept",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="with an intercept, which is not penalised (the default)",
    )


def _solver(fit: argparse.ArgumentParser) -> None:
    group = fit.add_argument_group("how")
    group.add_argument(
        "--solver",
        metavar="NAME",
        help="gradient-descent, nesterov, sgd, svrg, lbfgs, newton, sampled-newton, newton-cg or proximal; chosen by "
        "size and formula otherwise",
    )
    group.add_argument(
        "--step", metavar="α", help="a number, or 1/L, line-search or bb (Barzilai-Borwein)"
    )
    group.add_argument(
        "--tolerance", type=float, default=1e-6, metavar="ε", help="of the gradient norm (1e-6)"
    )
    group.add_argument("--iterations", type=int, metavar="N", help="at most so many")
    group.add_argument(
        "--batch", type=int, default=256, metavar="N", help="rows of a mini-batch (256)"
    )
    group.add_argument(
        "--backend",
        choices=("numpy", "numba"),
        help="how the formula is compiled; without it numba for large tables, where it is installed",
    )
    group.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of mini-batches and of the test split"
    )


def _results(fit: argparse.ArgumentParser) -> None:
    group = fit.add_argument_group("results")
    group.add_argument("-o", "--output", metavar="MODEL", help="write MODEL.json and MODEL.npz")
    group.add_argument(
        "--checkpoint", metavar="FILE", help="write the best point so far to this file now and then"
    )
    group.add_argument("--resume", metavar="FILE", help="go on from a checkpoint")
    group.add_argument(
        "--plot",
        metavar="FILE",
        help="loss curve, calibration and coefficients as .svg or .png",
    )
    group.add_argument(
        "--format", choices=("text", "json"), default="text", help="text (the default) or json"
    )
    group.add_argument("--quiet", action="store_true", help="show no progress")
    group.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="colours in the output"
    )
