"""Networks from whatever people keep them in.

JSON, .keras and HDF5 files of Keras 1, 2 and 3, TensorFlow.js's model.json, YAML, and
configurations in memory; recognised by what they hold, not by what they are called.
Sizes and work are bounded, nothing that a file carries is run, and a fault ends in one
message.
"""

from byhand.shapes.files.loading import from_config, from_keras_json, load

__all__ = ["from_config", "from_keras_json", "load"]
