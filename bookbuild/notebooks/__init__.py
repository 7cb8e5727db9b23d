"""Chapters as notebooks: what a page says and does, for Jupyter."""
