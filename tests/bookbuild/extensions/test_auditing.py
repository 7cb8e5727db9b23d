"""A page is audited again when it, or what judges it, has changed."""

import pytest

from bookbuild.extensions import pages


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A function that audits a small site, and the pages that were looked at."""
    html = tmp_path / "html"
    html.mkdir()
    for name in ("a", "b", "plot_c"):
        (html / f"{name}.html").write_text(name)
    looked_at = []
    faults = []

    def audit(html, names, private):
        looked_at[:] = names
        return list(faults)

    monkeypatch.setattr(pages.audit, "faults", audit)

    def run(private=("/home/x",)):
        record = tmp_path / "audited.json"
        names = ["a", "b", "plot_c"]
        found = pages.audit_changed(html, names, list(private), record)
        return list(looked_at), found

    return html, faults, run


def test_only_what_changed_is_audited_and_examples_always(site):
    html, _, run = site
    assert run() == (["a", "b", "plot_c"], [])
    assert run() == (["plot_c"], [])
    (html / "b.html").write_text("other")
    assert run() == (["b", "plot_c"], [])
    assert run() == (["plot_c"], [])


def test_after_a_fault_everything_is_audited_until_there_is_none(site):
    html, faults, run = site
    run()
    (html / "a.html").write_text("faulty")
    faults.append("a.html has no title")
    assert run() == (["a", "plot_c"], faults)
    assert run() == (["a", "b", "plot_c"], faults)
    faults.clear()
    assert run() == (["a", "b", "plot_c"], [])
    assert run() == (["plot_c"], [])


def test_another_judge_or_another_machine_audits_everything(site, monkeypatch):
    _, _, run = site
    run()
    assert run(["/home/y"])[0] == ["a", "b", "plot_c"]
    assert run(["/home/y"])[0] == ["plot_c"]
    monkeypatch.setattr(pages.inputs, "build", lambda: "another build of the book")
    assert run(["/home/y"])[0] == ["a", "b", "plot_c"]


@pytest.mark.parametrize("spoilt", ["", "[]", "{}", '{"judged_by": 1}'])
def test_a_spoilt_record_counts_for_none(site, tmp_path, spoilt):
    _, _, run = site
    run()
    (tmp_path / "audited.json").write_text(spoilt)
    assert run()[0] == ["a", "b", "plot_c"]
