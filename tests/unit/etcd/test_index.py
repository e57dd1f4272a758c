from hypothesis import given
from hypothesis import strategies as st

from integrations.etcd.index import KeyEntry, KeyIndex, folder_of


def entry(path: str) -> KeyEntry:
    return KeyEntry(path, None, 1, 1, 1, "0", 0.0)


def names(index: KeyIndex, prefix: str) -> list[tuple[str, int]]:
    page, _ = index.listing(prefix, None, 1000)
    return [(child.path, child.total) for child in page]


def test_folders_count_what_lies_below_them():
    index = KeyIndex(100)
    for path in ("/a/1", "/a/2", "/a/b/3", "/c", "plain", "/a"):
        assert index.put(entry(path))
    assert names(index, "") == [("/", 5), ("plain", 1)]
    assert names(index, "/") == [("/a", 1), ("/a/", 3), ("/c", 1)]
    assert names(index, "/a/") == [("/a/1", 1), ("/a/2", 1), ("/a/b/", 1)]
    assert index.count("/a/") == 3
    assert index.delete("/a/b/3")
    assert not index.delete("/a/b/3")
    assert names(index, "/a/") == [("/a/1", 1), ("/a/2", 1)]
    assert index.listing("/a/b/", None, 10) is None
    assert index.listing("/a", None, 10) is None


def test_a_page_goes_on_after_a_child_that_has_gone():
    index = KeyIndex(100)
    for n in range(5):
        index.put(entry(f"k{n}"))
    page, more = index.listing("", None, 2)
    assert [child.name for child in page] == ["k0", "k1"]
    index.delete("k1")
    page, more = index.listing("", more, 2)
    assert [child.name for child in page] == ["k2", "k3"]
    page, more = index.listing("", more, 2)
    assert ([child.name for child in page], more) == (["k4"], None)


def test_a_full_index_says_how_many_it_left_out():
    index = KeyIndex(2)
    assert index.put(entry("a"))
    assert index.put(entry("b"))
    assert not index.put(entry("c"))
    assert index.put(entry("a"))
    assert (len(index), index.refused) == (2, 1)


paths = st.text(alphabet="ab/", min_size=1, max_size=6)


@given(st.lists(st.tuples(st.booleans(), paths, st.booleans())))
def test_the_tree_equals_a_plain_set(steps):
    """Whatever happens, each folder lists exactly what a scan of all keys would give."""
    index, plain = KeyIndex(1000), set()
    for put, path, look in steps:
        if put:
            index.put(entry(path))
            plain.add(path)
        else:
            assert index.delete(path) == (path in plain)
            plain.discard(path)
        if look:
            index.listing(folder_of(path), None, 10)
    assert len(index) == len(plain)
    folders = {""} | {p[: i + 1] for p in plain for i, c in enumerate(p) if c == "/"}
    for folder in folders:
        expected: dict[str, int] = {}
        for path in plain:
            if path.startswith(folder):
                rest = path[len(folder) :]
                head = rest[: rest.index("/") + 1] if "/" in rest else rest
                expected[folder + head] = expected.get(folder + head, 0) + 1
        assert dict(names(index, folder)) == expected
