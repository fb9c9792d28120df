"""The paper's tables, made again: their rows, the cells of a table, running what is missing of them, and the page."""
