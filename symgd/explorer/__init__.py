"""The explorer: a page on which runs follow a start and a rate that are moved by hand."""
