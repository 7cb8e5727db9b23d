"""Python in the reader's browser: what it is packed from, and what it answers there."""
