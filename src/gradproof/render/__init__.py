"""Reports as text and as JSON: words, columns and colours, no mathematics."""
