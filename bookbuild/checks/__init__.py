"""Checks of sources, results and finished pages, as plain functions over text."""
