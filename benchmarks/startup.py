"""How long `gradproof --help` takes, and how that compares with importing numpy and flint.

Run it with ``python benchmarks/startup.py [ROUNDS]``. The target is less than 0.15 s on an ordinary
machine; the ratio is what to compare between machines.
"""

import sys

from _timing import command, measure, pin_threads, ratio, reference, table

HELP = "gradproof --help"
IMPORTS = "import numpy, flint"
BARE = "bare interpreter"


def main() -> int:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    pin_threads()
    candidates = {
        HELP: command("-m", "gradproof", "--help"),
        IMPORTS: reference(),
        BARE: command("-c", "pass"),
    }
    try:
        results = measure(candidates, rounds)
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 2
    print(table(results, against=IMPORTS))
    print(
        f"{HELP}: {results[HELP].median:.3f} s, {ratio(results, HELP, IMPORTS):.2f} of the imports"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
