import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.etcd.envelope import MAGIC, KubernetesObject, decode
from integrations.etcd.secrets import secret_in
from integrations.etcd.value import PREVIEW, Form, hidden_in, revealed_view, safe_view


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
        (b"k", b"\x1b[31mred alert", Form.TEXT),
        (b"k", b"\xff\xfen\x00a\x00", Form.TEXT),
        (b"k", "stra\u00dfe".encode("latin-1"), Form.BINARY),
        (b"k", b"[" * 3000 + b"]" * 3000, Form.TEXT),
        (b"k", b'{"x": NaN}', Form.TEXT),
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


@pytest.mark.parametrize(
    "value",
    [
        b"AKIAIOSFODNN7EXAMPLE",
        b"ghp_" + b"a1" * 18,
        b"github_pat_11AAAAAAA0abcdefghijkl_mnop",
        b"glpat-abcdefghij0123456789",
        b"xoxb-1234567890-abcdefghij",
        b"sk_live_abcdefghijklmnop0123",
        b"AIza" + b"A" * 35,
        b"hvs.CAESIabcdefghijklmnopqrstuv",
        b"dsn = postgres://app:hunter2@db:5432/app",
        b"see https://bucket.example/x?X-Amz-Signature=abcdef0123456789",
        b"Authorization: Basic YXBwOmh1bnRlcjI=",
        b"root:$6$rounds=5000$abcdefgh$0123456789",
        b"$2b$12$abcdefghijklmnopqrstuv",
        b"AccountName=a;AccountKey=abcdefghijklmnopqrstuvwxyz==",
        b"DB_PASSWORD=hunter2",
        b"user: app\npassword: hunter2\n",
        b"password: |\n  hunter2\n",
        b"<password>hunter2</password>",
        b"abcdef.0123456789abcdef",
        b"ZHNuID0gcG9zdGdyZXM6Ly9hcHA6aHVudGVyMkBkYjo1NDMyL2FwcA==",
        b'{"data": {"deep": ["eyJhbGciOiJIUzI1.eyJzdWIiOiIxMjM0.sig"]}}',
        b'{"users": [{"name": "app", "dbPassword": "hunter2"}]}',
        b'{"auths": {"registry.example": {"auth": "YXBwOmh1bnRlcjI="}}}',
        b'{"credentials": {"id": "app", "pin": 1234}}',
        b'{"key": "-----BEGIN PRIVATE KEY-----\\nMHc"}',
    ],
)
def test_a_secret_is_known_by_its_shape_or_its_name_inside(value):
    shown = safe_view(b"/app/settings", value)
    assert shown.masked >= 1
    assert shown.revealable
    for told in ("hunter2", "aHVudGVyMg", "1234", "eyJzdWIi", "MHc", "abcdef"):
        assert told not in shown.text
    assert revealed_view(b"/app/settings", value).masked == 0


@pytest.mark.parametrize(
    "value",
    [
        b'{"secretName": "db", "tokenTTL": 30, "passwordPolicy": "strict", "token": null}',
        b"mode: passwordless\ntoken_ttl: 30\nsecretName: db\n",
        b"http://host:8080/path@x and registry.example/web@sha256:abc",
        b"2026-11-28T12:00:00Z 1.2.3 4459.2.1",
        b'{"automountServiceAccountToken": false}',
    ],
)
def test_what_only_tells_of_a_secret_is_shown(value):
    assert safe_view(b"/app/settings", value).masked == 0


def test_only_the_secrets_of_a_document_are_masked():
    shown = safe_view(b"/app/settings", b'{"host":"db","password":"hunter2","port":5432}')
    assert (shown.form, shown.note) == (Form.JSON, "1 secret value not shown")
    assert '"host": "db"' in shown.text
    assert '"port": 5432' in shown.text


@pytest.mark.parametrize("value", [b'{"kind":"Secret","data":{}}', b"kind: Secret\ndata: {}"])
def test_kubernetes_secrets_are_never_revealed(value):
    assert revealed_view(b"/x", value).text == ""
    assert revealed_view(b"/registry/secrets/a/b", b"plain").text == ""
    assert not safe_view(b"/x", value).revealable


@pytest.mark.timeout(90)
@pytest.mark.parametrize(
    "value", [b"A" * 16 + b" " * 65_000 + b"!", b"sk-" * 21_000], ids=["spaces", "dashes"]
)
def test_hostile_values_are_read_in_linear_time(value: bytes) -> None:
    assert secret_in(value) is None


@pytest.mark.timeout(90)
@pytest.mark.parametrize(
    "value",
    [b'{"' + b'\\"' * 32_000, b'{"' + b'\\"' * 32_000 + b"\\", b'["' + b'"' * 64_000],
    ids=["unended", "escape at the end", "quotes"],
)
def test_hostile_documents_are_read_in_linear_time(value: bytes) -> None:
    assert safe_view(b"k", value).form is Form.TEXT


@pytest.mark.parametrize(
    ("value", "text", "note"),
    [
        ("prix\u00a0: 10\u202f000\u00a0€\n", "prix\u00a0: 10\u202f000\u00a0€\n", ""),
        ("on call: 👩\u200d🚀 B", "on call: 👩\u200d🚀 B", ""),
        ("re\u00adnew: \u0645\u06cc\u200c\u062e", "re\u00adnew: \u0645\u06cc\u200c\u062e", ""),
        ("\ufeffname=web\r\n", "name=web\n", "byte order mark"),
        (
            "\x1b[31mred\x1b[0m alert, and more of it\n",
            "⟨U+001B⟩[31mred⟨U+001B⟩[0m alert, and more of it\n",
            "symbols",
        ),
        ("\x1b[1mX\x1b[0m", "⟨U+001B⟩[1mX⟨U+001B⟩[0m", "symbols"),
        ("abc\x7fdef", "abc⟨U+007F⟩def", "symbols"),
        ("bar\x00baz and so on", "bar⟨U+0000⟩baz and so on", "symbols"),
        ("page one\x0cpage two\n", "page one⟨U+000C⟩page two\n", "symbols"),
        ("invoice\u202egnp.exe a\u2028b", "invoice⟨U+202E⟩gnp.exe a⟨U+2028⟩b", "symbols"),
    ],
)
def test_text_is_text_and_inert(value: str, text: str, note: str):
    shown = safe_view(b"k", value.encode())
    assert (shown.form, shown.text) == (Form.TEXT, text)
    assert note in shown.note


@pytest.mark.parametrize(
    "value",
    [
        '{"max": 9223372036854775807, "wei": 115792089237316195423570985008687907853269984665640}',
        '{"price": 1.10, "rate": 12345678901234567890.123, "small": 1e-400, "n": 1e3, "z": -0}',
        '{"e": 1E400}',
        '{"host": "a", "host": "b"}',
        '{"z": 1, "a": [], "m": {}}',
        '{"half": "\\ud83d"}',
        '{"line": "a\\u2028b\\u0007"}',
    ],
)
def test_a_document_is_laid_out_and_not_changed(value: str):
    shown = safe_view(b"k", value.encode())
    assert shown.form is Form.JSON
    assert "".join(shown.text.split()) == "".join(value.split())
    assert revealed_view(b"k", value.encode()).text == shown.text


@pytest.mark.parametrize(
    ("stored", "shown", "note"),
    [
        ("prix\u00a0: 10\u202f000 €, 👩\u200d🚀", "prix\u00a0: 10\u202f000 €, 👩\u200d🚀", ""),
        ("é\u202egnp\u200b\U000e0041", "é\\u202egnp\\u200b\\udb40\\udc41", "hidden characters"),
        ("del\x7f", "del\\u007f", "hidden characters"),
        ("\\u003cb\\u003e\u202e", "<b>\\u202e", "escapes in its strings"),
    ],
)
def test_text_in_a_document_is_text_and_inert(stored: str, shown: str, note: str):
    """One character that acts does not make escapes of all others."""
    found = safe_view(b"k", f'{{"a": "{stored}"}}'.encode())
    assert (found.form, found.text) == (Form.JSON, f'{{\n  "a": "{shown}"\n}}')
    assert found.note.startswith(note)
    assert bool(note) == bool(found.note)


def test_a_document_that_is_too_large_says_so():
    assert "larger than 64 KiB" in safe_view(b"k", b'{"a":"' + b"x" * PREVIEW + b'"}').note


@pytest.mark.parametrize(
    ("value", "raw"),
    [
        (b'{"b":1.10}', '{"b":1.10}'),
        (b'{\n  "b": 1\n}', None),
        (b"plain\n", None),
        (b"a\r\nb\x1b[0m and more text", "a\r\nb\x1b[0m and more text"),
        (b'\xef\xbb\xbf{"a":1}', '\ufeff{"a":1}'),
        (b'{"html":"\\u003cb\\u003e"}', '{"html":"\\u003cb\\u003e"}'),
        (b'{"password": "x"}', None),
        (b"\xff\x00\x01", None),
    ],
)
def test_the_stored_text_itself_is_told_where_another_is_shown(value: bytes, raw: str | None):
    shown = safe_view(b"k", value)
    assert shown.raw == raw
    rewritten = b"u003c" in value
    assert ("as stored" in shown.note) == rewritten


@pytest.mark.parametrize(
    "value",
    [b'{"a":1}\n{"a":2}\n', b'{"x": NaN}', b"[" * 3000 + b"]" * 3000, b"[" * 70 + b"1" + b"]" * 70],
)
def test_what_cannot_be_laid_out_is_shown_as_stored_and_says_so(value: bytes):
    shown = revealed_view(b"k", value)
    assert (shown.form, shown.text, shown.raw) == (Form.TEXT, value.decode(), None)
    assert "not laid out" in shown.note
    assert safe_view(b"k", value) == shown


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        ("stra\u00dfe", "latin-1", "Windows-1252"),
        ("caf\u00e9 \u2013 10 \u20ac", "cp1252", "Windows-1252"),
        ("\u8a2d\u5b9a\u30d5\u30a1\u30a4\u30eb", "shift_jis", "Shift-JIS"),
        ("\u540d\u524d=\u30a6\u30a7\u30d6\u30b5\u30fc\u30d0\u30fc", "euc_jp", "EUC-JP"),
        ("\u041f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440", "koi8_r", "KOI8-R"),
        ("name=web\n", "utf-16-le", "UTF-16LE"),
        ("name=web\n", "utf-16-be", "UTF-16BE"),
    ],
)
def test_another_encoding_is_guessed_and_said(text: str, encoding: str, name: str):
    shown = safe_view(b"k", text.encode(encoding))
    assert (shown.form, shown.encoding, shown.guessed) == (Form.BINARY, name, text)
    assert shown.text == text.encode(encoding).hex(" ")
    assert name in shown.note


@pytest.mark.parametrize(
    "value", [bytes(range(256)), b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", b"\xff\xff"]
)
def test_bytes_are_not_taken_for_text(value: bytes):
    shown = safe_view(b"k", value)
    assert (shown.form, shown.encoding, shown.guessed) == (Form.BINARY, "", "")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32"])
def test_a_secret_in_another_encoding_is_one_too(encoding: str):
    value = "DB_PASSWORD=hunter2\n".encode(encoding)
    shown = safe_view(b"k", value)
    assert (shown.form, shown.revealable) == (Form.MASKED, True)
    told = f"{shown.text}{shown.guessed}{shown.note}{shown.raw}"
    assert "hunter2" not in told
    assert "68 00" not in told


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_a_document_in_another_encoding_is_guessed(encoding: str):
    text = '{"stadt": "K\u00f6ln \u2603"}'
    shown = safe_view(b"k", text.encode(encoding))
    assert (shown.form, shown.guessed) == (Form.BINARY, text)
    assert revealed_view(b"k", text.encode(encoding)) == shown


@pytest.mark.parametrize("less", range(4))
@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        ("\u8a2d\u5b9a\u30d5\u30a1\u30a4\u30eb\u3067\u3059\u3002", "shift_jis", "Shift-JIS"),
        ("\u540d\u524d\u306f\u30a6\u30a7\u30d6\u3067\u3059\u3002", "euc_jp", "EUC-JP"),
        ("\u914d\u7f6e\u6587\u4ef6\u7684\u5185\u5bb9\u3002", "gb18030", "GB18030"),
    ],
)
def test_a_guess_is_not_lost_by_where_it_is_cut(text: str, encoding: str, name: str, less: int):
    shown = safe_view(b"k", b"a" * less + (text * 600).encode(encoding))
    assert (shown.encoding, shown.guessed[less : less + len(text)]) == (name, text)


def test_json_behind_a_byte_order_mark_is_json():
    shown = safe_view(b"k", b'\xef\xbb\xbf{"replicas": 3}')
    assert (shown.form, shown.note) == (Form.JSON, "begins with a byte order mark")


def test_every_member_of_a_name_is_masked_and_other_numbers_stay():
    shown = safe_view(b"k", b'{"password": "one", "password": "two", "port": 1.10, "pin_token": 7}')
    assert shown.masked == 3
    assert "one" not in shown.text
    assert "two" not in shown.text
    assert '"port": 1.10' in shown.text


PEM = b"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n"
LARGE = {
    "text": b"line: plain\n" * 20_000 + b"password: hunter2hunter2\n" + PEM,
    "JSON": b'{"padding": "' + b"x" * 200_000 + b'", "database": {"password": "hunter2"}}',
    "bytes": bytes(range(256)) * 400 + PEM,
    "UTF-16": ("plain\n" * 40_000 + "password: hunter2hunter2\n").encode("utf-16"),
}


@pytest.mark.parametrize("value", LARGE.values(), ids=LARGE.keys())
def test_a_secret_far_behind_is_one_when_the_whole_is_handed_out(value: bytes) -> None:
    assert "not shown" in hidden_in(b"/app/config", value)


def test_large_values_without_secrets_are_handed_out() -> None:
    assert hidden_in(b"/app/config", b"line: plain\n" * 50_000) == ""
    assert hidden_in(b"/app/config", b'{"a": "' + b"x" * 200_000 + b'"}') == ""
    assert hidden_in(b"/app/config", b"small") == ""
