"""How a person reads a plan: one plain table model, printed to a terminal, HTML or a workbook."""
