"""Authorities, certificates, kubeconfig."""

import base64
import contextlib
import ssl
import stat

import pytest
import yaml
from cryptography import x509
from cryptography.x509.oid import NameOID

from backend.stack.errors import StackError
from backend.stack.kubeconfig import write_kubeconfig
from backend.stack.pki import LOOPBACK, Authority, ensure_signing_key


def _load(path):
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_a_certificate_is_kept_while_it_fits(tmp_path):
    authority = Authority(tmp_path, "etcd")
    first = authority.issue("server", common_name="server", hosts=LOOPBACK)
    content = first.cert.read_bytes()
    assert (
        Authority(tmp_path, "etcd")
        .issue("server", common_name="server", hosts=LOOPBACK)
        .cert.read_bytes()
        == content
    )
    authority.issue("server", common_name="server", hosts=(*LOOPBACK, "10.96.0.1"))
    assert first.cert.read_bytes() != content


def test_a_certificate_of_another_authority_is_replaced(tmp_path):
    pair = Authority(tmp_path, "one").issue("client", organisation="craton")
    before = pair.cert.read_bytes()
    other = Authority(tmp_path, "two")
    other.issue("client", organisation="craton")
    assert pair.cert.read_bytes() != before
    _load(pair.cert).verify_directly_issued_by(_load(other.pair.cert))


def test_the_etcd_client_has_no_common_name(tmp_path):
    pair = Authority(tmp_path, "etcd").issue("client", organisation="craton")
    subject = _load(pair.cert).subject
    assert subject.get_attributes_for_oid(NameOID.COMMON_NAME) == []


def test_every_file_is_closed_to_others(tmp_path):
    Authority(tmp_path, "etcd").issue("server", hosts=LOOPBACK)
    ensure_signing_key(tmp_path)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_python_accepts_the_chain(tmp_path):
    authority = Authority(tmp_path, "etcd")
    server = authority.issue("server", common_name="server", hosts=LOOPBACK)
    client = authority.issue("client", organisation="craton")
    wanting = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority.pair.cert)
    wanting.verify_mode = ssl.CERT_REQUIRED
    wanting.load_cert_chain(server.cert, server.key)
    calling = ssl.create_default_context(cafile=authority.pair.cert)
    calling.load_cert_chain(client.cert, client.key)
    here, there = (ssl.MemoryBIO(), ssl.MemoryBIO()), (ssl.MemoryBIO(), ssl.MemoryBIO())
    ends = [
        calling.wrap_bio(here[0], here[1], server_hostname="127.0.0.1"),
        wanting.wrap_bio(there[0], there[1], server_side=True),
    ]
    for _ in range(6):
        for end in ends:
            with contextlib.suppress(ssl.SSLWantReadError):
                end.do_handshake()
        there[0].write(here[1].read())
        here[0].write(there[1].read())
    assert ends[0].version() == "TLSv1.3"
    assert ends[1].getpeercert() is not None


def test_a_kubeconfig_holds_everything_it_needs(tmp_path):
    authority = Authority(tmp_path, "kubernetes")
    client = authority.issue("admin", common_name="admin", organisation="system:masters")
    path = tmp_path / "kubeconfig"
    write_kubeconfig(path, "https://127.0.0.1:6443", authority.pair.cert, client, "admin")
    config = yaml.safe_load(path.read_text())
    user = config["users"][0]["user"]
    assert base64.b64decode(user["client-key-data"]) == client.key.read_bytes()
    assert config["current-context"] == config["contexts"][0]["name"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_damaged_authority_is_said_with_what_to_do(tmp_path):
    authority = Authority(tmp_path, "etcd")
    authority.pair.key.write_text("-----BEGIN PRIVATE KEY-----\nnonsense\n")
    with pytest.raises(StackError, match="remove the folder"):
        Authority(tmp_path, "etcd")
