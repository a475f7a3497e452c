"""What minimize and sweep give: frozen tables of runs, as values, tables and files."""
