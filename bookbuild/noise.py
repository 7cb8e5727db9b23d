"""What kernels and TensorFlow print while they start, and what is not about the book.

Nothing that one can set silences all of it, so it is taken out of what people read.
"""

import re

# C++ logs, before any setting can silence them.
START_UP = re.compile(
    r"WARNING: All log messages before absl::InitializeLog\(\) is called"
    r"|^[IWE]\d{4} \d\d:\d\d:\d+\.\d+\s+\d+ \S+\.(cc|cpp|h):\d+\]"
    r"|^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+: [IWE] \S+\.(cc|cpp|h):\d+\]"
    r"|^To enable the following instructions: .* rebuild TensorFlow"
)
# What a kernel says as it starts or ends, and what MyST-NB says of its settings.
CHATTER = re.compile(
    r"\[IPKernelApp\]|cpu_feature_guard|oneDNN custom operations"
    r"|TF-TRT|MdParserConfig\(|NbParserConfig\(|^\s*$"
    r"|INFO traitlets client\.py"
)


def is_noise(line: str) -> bool:
    """Return whether a line of output says nothing about the book."""
    return bool(START_UP.search(line) or CHATTER.search(line))


def without_noise(text: str) -> str:
    """Return a text less the lines that say nothing about the book."""
    return "\n".join(line for line in text.splitlines() if not is_noise(line))
