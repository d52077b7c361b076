"""People's gradient code against the formula: it is run in a child process, compared, and its slip is named."""
