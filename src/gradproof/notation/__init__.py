"""Reading: documents to regions, TeX to layout, layout to surface tree, surface tree to expressions."""
