"""Training: objectives are compiled formulas, solvers follow the derived gradient, data come in blocks of rows."""
