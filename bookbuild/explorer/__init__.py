"""What the explorer's page answers: pasted models, one axis, and what fits.

Runs in the reader's browser, and in the tests, with the standard library and
`byhand.shapes` alone.
"""
