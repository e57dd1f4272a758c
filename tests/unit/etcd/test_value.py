import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.etcd.envelope import MAGIC, KubernetesObject, decode
from integrations.etcd.value import PREVIEW, Form, safe_view


def field(number: int, data: bytes) -> bytes:
    assert len(data) < 16384
    size = bytes([len(data)]) if len(data) < 128 else bytes([len(data) & 127 | 128, len(data) >> 7])
    return bytes([number << 3 | 2]) + size + data


def kubernetes(kind: str, name: str, namespace: str, rest: bytes = b"") -> bytes:
    meta = field(1, name.encode()) + field(3, namespace.encode()) + field(5, b"uid-1")
    raw = field(1, meta) + rest
    return MAGIC + field(1, field(1, b"v1") + field(2, kind.encode())) + field(2, raw)


def test_envelope_names_the_object():
    held = decode(kubernetes("Pod", "web-1", "shop"))
    assert held == KubernetesObject("v1", "Pod", "shop", "web-1", "uid-1")
    shown = safe_view(b"/registry/pods/shop/web-1", kubernetes("Pod", "web-1", "shop"))
    assert (shown.form, shown.object.name) == (Form.KUBERNETES, "web-1")


@pytest.mark.parametrize(
    ("key", "value", "form"),
    [
        (b"k", b"", Form.EMPTY),
        (b"k", b'{"a": [1, 2]}', Form.JSON),
        (b"k", b"[1]", Form.JSON),
        (b"k", b"{not json", Form.TEXT),
        (b"k", "grüße\n".encode(), Form.TEXT),
        (b"k", b"\x00\x01\x02", Form.BINARY),
        (b"k", b"\x1b[31mred", Form.BINARY),
        (b"/registry/secrets/a/b", b"k8s:enc:aescbc:v1:key1:\x00\xff", Form.ENCRYPTED),
        (b"/registry/secrets/a/b", b"k8s:enc:kms:v2:vault:\x00", Form.ENCRYPTED),
        (b"/registry/secrets/a/b", b'{"kind":"Anything"}', Form.MASKED),
        (b"/custom/secrets/a/b", b"plain", Form.MASKED),
        (b"kubernetes.io/secrets/a/b", b"plain", Form.MASKED),
        (b"/x", kubernetes("Secret", "s", "n"), Form.MASKED),
        (b"/x", b'{ "kind" : "Secret", "data": {}}', Form.MASKED),
        (b"/x", b'{"kind":"Secret","data":"' + b"x" * PREVIEW + b'"}', Form.MASKED),
        (b"/x", b"kind: Secret\ndata: {}", Form.MASKED),
        (b"/x", b"-----BEGIN EC PRIVATE KEY-----\nMHc", Form.MASKED),
        (b"/x", b"pem: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t", Form.MASKED),
        (b"/x", b"token eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.sig", Form.MASKED),
        (b"/registry/configmaps/secretsless/a", b"open", Form.TEXT),
        (b"/config/db/password", b"hunter2", Form.MASKED),
        (b"/config/Api-Key.txt", b"hunter2", Form.MASKED),
        (b"/config/db/root-passwd", b"hunter2", Form.MASKED),
        (b"/config/oauth.TOKEN", b"hunter2", Form.MASKED),
        (b"/config/tokens/ci", b"hunter2", Form.MASKED),
        (b"Credentials/db/main", b"hunter2", Form.MASKED),
        (b"/config/api-keys/stripe", b"hunter2", Form.MASKED),
        (b"/config/token-bucket/rate", b"10", Form.TEXT),
        (b"/config/passwordless/on", b"true", Form.TEXT),
    ],
)
def test_the_form_of_a_value(key, value, form):
    shown = safe_view(key, value)
    assert shown.form is form
    assert shown.size == len(value)
    if form in {Form.MASKED, Form.ENCRYPTED}:
        assert shown.text == ""


def test_json_is_laid_out_and_text_is_cut():
    assert safe_view(b"k", b'{"b":1,"a":2}').text == '{\n  "b": 1,\n  "a": 2\n}'
    cut = safe_view(b"k", "é".encode() * PREVIEW)
    assert (cut.form, cut.truncated, len(cut.text.encode())) == (Form.TEXT, True, PREVIEW)
    odd = safe_view(b"k", b"x" + "é".encode() * PREVIEW)
    assert (odd.form, odd.truncated) == (Form.TEXT, True)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_viewer(value):
    assert safe_view(b"k", value).size == len(value)
    assert safe_view(b"k", MAGIC + value).size == len(value) + 4
