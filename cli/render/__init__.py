"""How results look: one module per result, text and JSON side by side."""
