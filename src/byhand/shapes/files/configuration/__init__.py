"""A network from the configuration that Keras gives of it.

Only names and numbers are taken, nothing that a configuration carries is run. A layer
of a class that is not known here becomes a row with question marks, and what does not
depend on it is still said.
"""

from byhand.shapes.files.configuration.reading import layer_from, network_from

__all__ = ["layer_from", "network_from"]
