import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.etcd.index import folder_of, split
from integrations.etcd.keytext import key_bytes, key_text


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (b"/ok/\xc3\xa9", "/ok/\u00e9"),
        (b"/bin/\xff\xfe/leaf", r"/bin/\xff\xfe/leaf"),
        (b"/bin/\xff\x00", r"/bin/\xff\x00"),
        (b"/a\nb/c", r"/a\x0ab/c"),
        ("/price \u00a0\u202f/x".encode(), "/price \u00a0\u202f/x"),
        ("/\u0645\u06cc\u200c\u062e".encode(), "/\u0645\u06cc\u200c\u062e"),
        ("/a\u202eb".encode(), r"/a\xe2\x80\xaeb"),
        ("/a\u200bb".encode(), r"/a\xe2\x80\x8bb"),
        (b"C:\\data\\x", r"C:\data\x"),
        (rb"\xff", r"\x5cxff"),
        (b"\\\xff", r"\\xff"),
        (b"base64url:x", r"\x62ase64url:x"),
        (b"/a//b/", "/a//b/"),
        (b"", ""),
    ],
)
def test_a_key_is_readable_and_its_bytes_are_found_again(key: bytes, text: str):
    assert key_text(key) == text
    assert key_bytes(text) == key


def test_a_key_stays_in_its_folder():
    assert folder_of(key_text(b"/bin/\xff\xfe/\x00")) == r"/bin/\xff\xfe/"
    assert split(key_text(b"//a//")) == ["", "", "a", "", ""]


def test_bytes_may_be_given_as_base64url():
    assert key_bytes("base64url:_wA=") == key_bytes("base64url:_wA") == b"\xff\x00"
    with pytest.raises(ValueError):
        key_bytes("base64url:*")
    with pytest.raises(ValueError):
        key_bytes("\ud83d")


@given(st.one_of(st.binary(max_size=40), st.text(alphabet="\\x0fa5c/\u202e", max_size=12)))
def test_any_key_has_one_text(key):
    key = key if isinstance(key, bytes) else key.encode()
    assert key_bytes(key_text(key)) == key
    assert not any(ord(char) < 32 for char in key_text(key))


@given(st.binary(max_size=12), st.binary(max_size=12))
def test_two_keys_never_share_a_text(one, other):
    assert (key_text(one) == key_text(other)) == (one == other)
