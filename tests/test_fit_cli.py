"""The verbs fit and predict: what they print, write and say; nothing is lost."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

import gradproof
from gradproof.cli import main
from gradproof.cli.codes import CLEAN, FAILED, INTERRUPTED, WRONG

pytest.importorskip("pyarrow", reason="the extra fit is not installed")
pytest.importorskip("sklearn", reason="the extra fit is not installed")

CHANCE = np.random.default_rng(1)
X = CHANCE.normal(size=(300, 2))
Y = np.where(X @ [2.0, -1.0] + CHANCE.normal(size=300) > 0, "yes", "no")


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "data.csv"
    rows = [f"{a},{b},{y}" for (a, b), y in zip(X, Y, strict=True)]
    path.write_text("a,b,answer\n" + "\n".join(rows) + "\n")
    return path


def fit(*arguments):
    return main(["fit", *map(str, arguments)])


def test_a_table_is_fitted_saved_and_predicted(table, tmp_path, capsys):
    model, picture = tmp_path / "model", tmp_path / "model.svg"
    code = fit(
        table, "--target", "answer", "--l2", "1e-3", "--test-split", "0.2", "-o", model, "--plot", picture
    )  # fmt: skip
    out, err = capsys.readouterr()
    assert code == CLEAN
    assert "newton: converged after" in out
    assert "held-out rows: log loss" in out
    assert "iteration 0  loss 0.69314718  gradient norm" in err
    assert picture.read_text().startswith("<?xml")
    described = json.loads((tmp_path / "model.json").read_text())
    assert described["formulas"][0].startswith(r"J = \sum")
    assert described["gradient_norm"] <= 1e-6
    assert described["features"] == ["a", "b"]
    assert main(["predict", str(model), str(table)]) == CLEAN
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "prediction,probability_no,probability_yes"
    assert len(lines) == 301
    right = sum(line.split(",")[0] == y for line, y in zip(lines[1:], Y, strict=True))
    assert right > 240
    again = gradproof.load_model(model)
    np.testing.assert_array_equal(
        again.coefficients, [described["parameters"]["w"]] and again.parameters["w"]
    )
    assert again.to_text() == out


def test_the_same_training_gives_the_same_bytes(table, tmp_path):
    for name in ("one", "two"):
        code = fit(
            table, "--target", "answer", "-o", tmp_path / name, "--plot", tmp_path / f"{name}.png"
        )
        assert code == CLEAN
    one, two = ((tmp_path / f"{n}.npz").read_bytes() for n in ("one", "two"))
    assert one == two
    one, two = ((tmp_path / f"{n}.png").read_bytes() for n in ("one", "two"))
    assert one == two


def test_json_holds_everything(table, capsys):
    assert fit(table, "--target", "answer", "--format", "json", "--quiet") == CLEAN
    out, err = capsys.readouterr()
    data = json.loads(out)
    assert err == ""
    assert len(data["coefficients"]["w"]) == 2
    assert data["curve"][-1][1] == data["gradient_norm"]


def test_too_few_iterations_are_told_and_can_be_resumed(table, tmp_path, capsys):
    point = tmp_path / "point.ckpt"
    options = (
        table,
        "--target",
        "answer",
        "--l2",
        "1e-3",
        "--solver",
        "gradient-descent",
        "--step",
        "1/L",
    )
    assert fit(*options, "--iterations", "5", "--checkpoint", point) == WRONG
    out = capsys.readouterr().out
    assert "not converged" in out
    assert "--iterations" in out
    first = fit(*options, "--iterations", "5", "--resume", point)
    out = capsys.readouterr()
    assert first == WRONG
    assert "resumed from" in out.out
    losses = [float(line.split()[3]) for line in out.err.splitlines()]
    assert losses[0] < 0.6
    assert fit(*options, "--resume", point) == CLEAN


@pytest.mark.parametrize("damage", ["cut", "flipped", "other"])
def test_a_damaged_or_foreign_checkpoint_is_told(damage, table, tmp_path, capsys):
    point = tmp_path / "point.ckpt"
    assert fit(table, "--target", "answer", "--checkpoint", point, "--quiet") == CLEAN
    data = point.read_bytes()
    if damage == "cut":
        point.write_bytes(data[:100])
    elif damage == "flipped":
        held = dict(np.load(point))
        held["parameters"] = held["parameters"] + 1
        with point.open("wb") as file:
            np.savez(file, **held)
    drop = ("--drop", "b") if damage == "other" else ()
    assert fit(table, "--target", "answer", "--resume", point, *drop) == FAILED
    said = capsys.readouterr().err
    assert ("of another training" if damage == "other" else "damaged") in said
    assert "start again without --resume" in said


def test_a_damaged_model_is_told(table, tmp_path, capsys):
    model = tmp_path / "model"
    assert fit(table, "--target", "answer", "-o", model, "--quiet") == CLEAN
    (tmp_path / "model.npz").write_bytes(b"damaged")
    assert main(["predict", str(model), str(table)]) == FAILED
    assert "damaged or does not belong" in capsys.readouterr().err
    assert main(["predict", str(tmp_path / "none"), str(table)]) == FAILED
    assert "no such file" in capsys.readouterr().err


def test_predicting_tells_missing_columns_and_new_words(table, tmp_path, capsys):
    model, other = tmp_path / "model", tmp_path / "other.csv"
    assert fit(table, "--target", "answer", "-o", model, "--quiet") == CLEAN
    other.write_text("a\n1\n")
    assert main(["predict", str(model), str(other)]) == FAILED
    assert "column 'b' is missing" in capsys.readouterr().err
    other.write_text("a,b\n1,\n")
    assert main(["predict", str(model), str(other)]) == FAILED
    assert "column 'b' is missing in row 1" in capsys.readouterr().err


def test_what_cannot_be_written_is_told_before_the_training(table, tmp_path, capsys):
    assert fit(table, "--target", "answer", "-o", tmp_path / "no" / "model") == FAILED
    out, err = capsys.readouterr()
    assert out == ""
    assert "cannot be written" in err
    assert fit(table, "--target", "answer", "--plot", tmp_path / "picture.gif") == FAILED
    assert ".svg or .png" in capsys.readouterr().err


PROGRAM = "import sys; from gradproof.cli import main; sys.exit(main(sys.argv[1:]))"

SMALL_FILES = """
import resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))  # no file grows beyond, as on a full disk
"""


def test_a_full_disk_loses_nothing(table, tmp_path):
    model = tmp_path / "model"
    command = [sys.executable, "-c", PROGRAM, "fit", str(table), "--target", "answer", "--quiet"]
    env = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([*command, "-o", str(model)], check=True, capture_output=True, env=env)
    before = (tmp_path / "model.json").read_bytes(), (tmp_path / "model.npz").read_bytes()
    command[2] = SMALL_FILES + PROGRAM
    done = subprocess.run(
        [*command, "-o", str(model), "--l2", "1"],
        capture_output=True,
        text=True,
        check=False,
        env=env,
    )
    assert done.returncode == FAILED
    assert "cannot be written: File too large" in done.stderr
    assert "converged" in done.stdout
    after = (tmp_path / "model.json").read_bytes(), (tmp_path / "model.npz").read_bytes()
    assert before == after
    assert sorted(p.name for p in tmp_path.iterdir()) == ["data.csv", "model.json", "model.npz"]


def test_ctrl_c_keeps_the_best_so_far(table, tmp_path):
    command = [
        sys.executable, "-c", PROGRAM, "fit", str(table), "--target", "answer", "--solver", "gradient-descent",
        "--step", "1e-7", "--iterations", "100000000", "-o", str(tmp_path / "model"),
    ]  # fmt: skip
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, bufsize=1
    )
    seen = ""
    deadline = time.monotonic() + 60
    while "iteration 16 " not in seen and time.monotonic() < deadline:
        seen += process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == INTERRUPTED
    assert "interrupted: this is the best so far" in out
    assert gradproof.load_model(tmp_path / "model").reason == "interrupted"


def test_what_was_minimised_is_said_with_its_penalties(table, capsys):
    for options, said in (
        ((), r"\frac1m J"),
        (("--l2", "0.01"), r"\frac1m J + \frac{0.01}2 \lVert w \rVert^2"),
        (
            ("--l2", "0.01", "--l1", "0.5"),
            r"\frac1m J + \frac{0.01}2 \lVert w \rVert^2 + 0.5 \lVert w \rVert_1",
        ),
        (("--drop", "answer", "--weights", "c"), r"\frac1{\sum_i \rho_i} J"),
        (
            ("--drop", "answer", "--loss", r"Q = \frac1m \sum_{i=1}^m (x_i^T w + b - y_i)^2", "--l2", "2"),
            r"Q + \frac{2}2 \lVert w \rVert^2",
        ),
    ):  # fmt: skip
        source, target = table, "answer" if "answer" not in options else "b"
        if "c" in options:
            source = table.with_name("weighted.csv")
            header, *rows = table.read_text().splitlines()
            source.write_text("\n".join([header + ",c", *(r + ",2" for r in rows)]) + "\n")
        assert fit(source, "--target", target, "--quiet", *options) == CLEAN
        assert f"minimised: {said}\n" in capsys.readouterr().out


def test_progress_is_shown_at_powers_of_two(table, capsys):
    code = fit(
        table, "--target", "answer", "--solver", "gradient-descent", "--step", "0.01", "--iterations", "20"
    )  # fmt: skip
    assert code == WRONG
    first, *lines = [ln for ln in capsys.readouterr().err.splitlines() if "gradient norm" in ln][:6]
    assert first.endswith("  (then after 1, 2, 4, 8, … iterations)")
    assert [line.split("  ")[0] for line in lines] == [f"iteration {k}" for k in (1, 2, 4, 8, 16)]
    losses = [float(line.split("loss ")[1].split()[0]) for line in (first, *lines)]
    assert losses == sorted(losses, reverse=True)
    fit(table, "--target", "answer", "--quiet")
    assert "iteration" not in capsys.readouterr().err


def test_constants_and_steps_on_the_command_line(table, capsys):
    for wrong, said in (
        (("--set", "delta"), "expected a name and a number"),
        (("--set", "delta=big"), "expected a name and a number"),
        (("--step", "fast"), "a step 'fast'"),
        (("--loss", "squared"), "expects numbers"),
    ):
        assert fit(table, "--target", "answer", *wrong) == FAILED
        assert said in capsys.readouterr().err
    code = fit(table, "--target", "b", "--drop", "answer", "--loss", "huber", "--set", "delta=0.5")
    assert code == CLEAN
    assert "huber" not in capsys.readouterr().err


def test_a_missing_library_is_named_with_its_extra(table, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "pyarrow.csv", None)
    assert fit(table, "--target", "answer") == FAILED
    assert "pip install 'gradproof[fit]'" in capsys.readouterr().err
