"""The finished pages in a browser: served as hosts do, weighed, printed, packed."""
