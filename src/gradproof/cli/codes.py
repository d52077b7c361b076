"""What the exit codes mean."""

from typing import Final

CLEAN: Final = 0
WRONG: Final = 1
FAILED: Final = 2
INTERRUPTED: Final = 130
PIPE_CLOSED: Final = 141

EXPLAINED: Final = """exit codes:
  0  no error found
  1  at least one error, or something that --fail-on counts
  2  a file could not be read, or the command line or the settings are wrong"""

COMPARED: Final = """exit codes:
  0  the function computes the gradient
  1  it does not
  2  the function or the formula cannot be used, or nothing could be decided"""

DERIVED: Final = """exit codes:
  0  derived; with --compare, the answer is right
  1  with --compare, the answer is wrong or could not be decided
  2  the question cannot be read or answered, or a derived line did not pass the check"""

COMPILED: Final = """exit codes:
  0  the module was printed
  2  the formula cannot be read, or cannot become code"""

FITTED: Final = """exit codes:
  0    converged: the norm of the gradient is under the tolerance
  1    not converged; the best parameters are shown and written
  2    the data cannot be used, a file could not be read or written, or the command line is wrong
  130  interrupted; the best parameters so far are shown and written"""
