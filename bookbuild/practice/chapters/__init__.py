"""The exercises that take an answer, one module for each chapter.

A definition has the label of its exercise and stands in the order of the chapter. Its
first value in each ``draw`` is the chapter's own.
"""
