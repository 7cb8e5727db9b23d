"""The book's equations, evaluated from the LaTeX that the reader reads.

The modules build on one another in this order, and none imports one that is named
later: ``errors``, ``tokens``, ``tree``, ``notation``, ``cursor``, ``naming``,
``parsing``, ``printing``, ``evaluation`` (numbers; all so far need the standard
library alone), ``arrays``, ``definitions``, ``worlds``, ``mutants``, ``oracles``,
``tables``, ``comparing``, ``checking``, ``reports``.
"""
