"""Exercises that answer: what is asked, the right answer, and what went wrong.

An exercise is a function of a seed. Without one it has the numbers of the chapter, with
one it has new numbers, and both come with the answers that known misconceptions give.

The modules build on one another in this order, and none imports one that is named
later: ``errors``, ``misconceptions``, ``numbers``, ``formulas``, ``parts``,
``variants``, ``counting``, ``chapters`` (one module a chapter), ``catalogue``,
``judging``, ``protocol``, ``sheets``.

All of it runs in the reader's browser as well, where there is no NumPy: only the
standard library, ``byhand.shapes`` and the reading part of ``bookbuild.equations`` are
imported.
"""
