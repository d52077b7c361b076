"""Starting is cheap: nothing heavy is loaded before it is needed."""

import os
import subprocess
import sys
import time

import pytest

HEAVY = (
    "dask",
    "flint",
    "hypothesis",
    "jax",
    "matplotlib",
    "nbformat",
    "numba",
    "numpy",
    "pandas",
    "polars",
    "pyarrow",
    "scipy",
    "sklearn",
    "sympy",
    "torch",
)


def loaded(code, *, also=()):
    """Return which heavy modules a fresh interpreter has loaded after `code`."""
    watched = (*HEAVY, *also)
    program = f"{code}\nimport sys\nprint('loaded', *[m for m in {watched!r} if m in sys.modules])"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    return set(run.stdout.splitlines()[-1].split()[1:])


HELP = """
from gradproof.cli import main
try:
    main([{arguments}])
except SystemExit as stop:
    assert stop.code == 0
"""


def test_importing_the_package_loads_nothing_heavy():
    assert loaded("import gradproof", also=("rich", "argparse", "gradproof.api")) == set()


@pytest.mark.parametrize(
    "arguments", ["'--help'", "'--version'", "'check', '--help'", "'fit', '--help'"]
)
def test_help_loads_nothing_heavy(arguments):
    assert loaded(HELP.format(arguments=arguments), also=("gradproof.batch",)) == set()


def test_listing_the_pages_loads_nothing_heavy():
    code = "from gradproof.cli import main\nassert main(['explain']) == 0"
    assert loaded(code, also=("rich.console", "gradproof.batch")) == set()


def test_checking_loads_no_second_opinion_and_no_backend():
    code = "import gradproof\ngradproof.check('$$f = x^2$$', path='a.md')"
    assert loaded(code) <= {"flint", "numpy", "nbformat"}


def test_a_heavy_import_would_be_seen():
    assert loaded("import numpy") >= {"numpy"}
    assert loaded("import gradproof, rich.console", also=("rich",)) == {"rich"}


def test_public_names_are_loaded_at_first_use():
    import gradproof

    assert set(gradproof.__all__) <= set(dir(gradproof))
    for name in gradproof.__all__:
        assert getattr(gradproof, name) is getattr(gradproof, name)
    assert callable(gradproof.check)
    with pytest.raises(AttributeError, match="no attribute 'chekc'"):
        gradproof.__getattr__("chekc")


@pytest.mark.slow
def test_help_starts_fast():
    command = [sys.executable, "-m", "gradproof", "--help"]
    times = []
    for _ in range(7):
        start = time.perf_counter()
        subprocess.run(command, capture_output=True, check=True, env=dict(os.environ))
        times.append(time.perf_counter() - start)
    assert min(times) <= 0.15
