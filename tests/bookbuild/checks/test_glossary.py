"""The glossary: which words it explains, and where they stand in a text."""

import pytest
import yaml

from bookbuild.checks import glossary
from bookbuild.checks.glossary import Entry
from bookbuild.checks.sources import Source, read
from tests.minibook import ROOT

TEXT = """# Glossary

## B

```{glossary}
mini-batch
batch
  The examples of one update.

  {ref}`chap-training`

bias
  A learned constant.

bias (of a model)
  How far off predictions are on average.
```

## R

```{glossary}
ReLU
  The function $\\max(0, z)$.
```
"""
ENTRIES = glossary.entries_of(Source(glossary.PLACE, TEXT))


def test_entries_are_read_with_their_lines():
    assert [
        Entry(("mini-batch", "batch"), 6),
        Entry(("bias",), 12),
        Entry(("bias (of a model)",), 15),
        Entry(("ReLU",), 22),
    ] == ENTRIES
    assert ENTRIES[0].name == "mini-batch"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A batch of images, a mini-batch.", ["batch", "mini-batch"]),
        ("Mini-batches have biases.", ["Mini-batches", "biases"]),
        ("Bias and\nBATCH", ["Bias"]),
        ("batching, debias, batch-wise, unbiased", []),
        ("relu is code, ReLU a function, ReLUs are two", ["ReLU", "ReLUs"]),
        ("the bias (of a model)", ["bias"]),
    ],
)
def test_words_are_found_whole(text, found):
    assert glossary.pattern_of(ENTRIES).findall(text) == found


def test_words_that_authors_mark_are_left_to_them():
    pattern = glossary.pattern_of(ENTRIES, ["batch", "bias", "ReLU"])
    assert pattern.findall("a batch, a bias, a mini-batch, a ReLU") == ["mini-batch"]
    assert glossary.pattern_of([]).findall("a batch") == []


def test_words_of_several_lines_are_found():
    entries = [Entry(("activation function",), 1)]
    pattern = glossary.pattern_of(entries)
    assert pattern.findall("an activation\nfunction") == ["activation\nfunction"]
    assert glossary.entry_named("Activation\nfunctions", entries) == entries[0]


def test_entries_are_found_by_what_a_text_writes():
    assert glossary.entry_named("Batches", ENTRIES) == ENTRIES[0]
    assert glossary.entry_named("biases", ENTRIES) == ENTRIES[1]
    assert glossary.entry_named("loss", ENTRIES) is None


def test_an_entry_that_no_page_speaks_of_is_a_fault():
    pages = [
        Source(glossary.PLACE, TEXT),
        Source("book/one.md", "Each batch has a bias.\nAnd a ReLU."),
    ]
    assert list(glossary.glossary_is_used(pages)) == []
    silent = [pages[0], Source("book/one.md", "Each Batch has a bias.")]
    [fault] = glossary.glossary_is_used(silent)
    assert str(fault).startswith("book/glossary.md:22: no page speaks of 'ReLU'")
    assert list(glossary.glossary_is_used(pages[1:])) == []


def test_verbs_are_left_to_authors_in_the_book_itself():
    settings = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    by_hand = settings["sphinx"]["config"]["glossary_by_hand"]
    entries = glossary.entries_of(read(ROOT, glossary.PLACE))
    pattern = glossary.pattern_of(entries, by_hand)
    verbs = "a layer computes z, to compute it, what a schedule gains, little to gain"
    assert pattern.findall(verbs) == ["schedule"]
