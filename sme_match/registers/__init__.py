"""Import of register files: preview, errors per row, application and undo. Knows no domain."""
