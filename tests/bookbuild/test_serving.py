from bookbuild import serving


def test_new_gone_and_edited_sources_are_seen_and_generated_ones_are_not(tmp_path):
    for name in ("book/a.md", "book/b.md", "book/gallery/made.rst", "_toc.yml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("one")
    before = serving.state(tmp_path)
    assert sorted(map(str, before)) == ["_toc.yml", "book/a.md", "book/b.md"]
    (tmp_path / "book/b.md").unlink()
    (tmp_path / "book/c.md").write_text("new")
    (tmp_path / "book/gallery/made.rst").write_text("two")
    stat = (tmp_path / "book/a.md").stat()
    import os

    os.utime(tmp_path / "book/a.md", ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    names = serving.changed(before, serving.state(tmp_path))
    assert [str(name) for name in names] == ["book/a.md", "book/b.md", "book/c.md"]
