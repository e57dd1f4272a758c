"""A real OpenLDAP server on loopback: TLS by an authority of its own, memberOf, password policy."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.ports import free_ports

__all__ = ["BASE", "PASSWORD", "SEARCHER", "SEARCHER_PASSWORD", "Slapd", "running_slapd", "serving"]

BASE = "dc=example,dc=test"
ROOT, ROOT_PASSWORD = f"cn=root,{BASE}", "root of the directory"
SEARCHER, SEARCHER_PASSWORD = f"cn=searcher,{BASE}", "the searcher's own"
PASSWORD = "correct horse of the directory"
"""Of everybody in it."""
_PATHS = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin:/usr/lib/openldap"


@dataclass
class Slapd:
    """One running server. `plain` may begin TLS, `secure` begins with it."""

    plain: str
    secure: str
    ca: str
    programs: dict[str, str] = field(repr=False)

    def settings(self, **more: Any) -> dict[str, Any]:
        """How a console is told of it."""
        own = {
            "name": "corp",
            "kind": "openldap",
            "servers": [self.secure],
            "ca": self.ca,
            "bind_dn": SEARCHER,
            "bind_password": SEARCHER_PASSWORD,
            "people_base": f"ou=people,{BASE}",
            "people_filter": "(objectClass=inetOrgPerson)",
            "login_by": ["uid", "mail"],
            "groups_base": f"ou=groups,{BASE}",
        }
        return own | more

    def change(self, ldif: str) -> None:
        """Add or change entries, as the directory's administrator."""
        command = [self.programs["ldapmodify"], "-x", "-H", self.plain, "-D", ROOT, "-w"]
        done = subprocess.run(
            [*command, ROOT_PASSWORD],
            input=ldif,
            text=True,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def person(self, uid: str, *, groups: tuple[str, ...] = (), **more: str) -> str:
        """Somebody new, in groups that are there; their name."""
        dn = f"uid={uid},ou=people,{BASE}"
        facts = {
            "cn": f"{uid.title()} Tester",
            "sn": "Tester",
            "mail": f"{uid}@example.test",
            "userPassword": PASSWORD,
            **more,
        }
        classes = ["inetOrgPerson", *(["shadowAccount"] if "shadowExpire" in more else [])]
        lines = [f"dn: {dn}", "changetype: add", *(f"objectClass: {one}" for one in classes)]
        self.change("\n".join([*lines, *(f"{k}: {v}" for k, v in facts.items())]) + "\n")
        for name in groups:
            self.join(dn, name)
        return dn

    def group(self, name: str, *members: str) -> str:
        """A group of these; its name."""
        dn = f"cn={name},ou=groups,{BASE}"
        lines = [f"dn: {dn}", "changetype: add", "objectClass: groupOfNames"]
        several = [f"member: {member}" for member in members or (ROOT,)]
        self.change("\n".join([*lines, *several]) + "\n")
        return dn

    def join(self, member: str, name: str) -> None:
        """Put somebody into a group."""
        self._member("add", member, name)

    def leave(self, member: str, name: str) -> None:
        """Take somebody out of a group."""
        self._member("delete", member, name)

    def set(self, dn: str, attribute: str, value: str) -> None:
        """Give an entry one value of an attribute."""
        self.change(f"dn: {dn}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n")

    def remove(self, dn: str) -> None:
        """Delete an entry."""
        self.change(f"dn: {dn}\nchangetype: delete\n")

    def _member(self, how: str, member: str, name: str) -> None:
        dn = f"cn={name},ou=groups,{BASE}"
        self.change(f"dn: {dn}\nchangetype: modify\n{how}: member\nmember: {member}\n")


@contextmanager
def running_slapd(folder: Path) -> Iterator[Slapd]:
    """Started on free ports with its data in `folder`, ended with the block."""
    programs = _programs("slapd", "slapadd", "ldapmodify", "ldapwhoami")
    ca, certificate, key = _certificates()
    for name, text in (("ca.pem", ca), ("server.pem", certificate), ("server.key", key)):
        (folder / name).write_text(text)
    (folder / "data").mkdir()
    configuration = folder / "slapd.conf"
    configuration.write_text(_configuration(folder))
    (folder / "base.ldif").write_text(_BASE_ENTRIES)
    loaded = [programs["slapadd"], "-f", str(configuration), "-l", str(folder / "base.ldif")]
    subprocess.run(loaded, check=True, capture_output=True, timeout=60)
    plain_port, secure_port = free_ports(2)
    slapd = Slapd(
        f"ldap://127.0.0.1:{plain_port}", f"ldaps://127.0.0.1:{secure_port}", ca, programs
    )
    with serving(slapd, folder):
        yield slapd


@contextmanager
def serving(slapd: Slapd, folder: Path) -> Iterator[None]:
    """Serve what lies in `folder` at its addresses, until the block ends."""
    command = [slapd.programs["slapd"], "-d", "0", "-f", str(folder / "slapd.conf")]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, "-h", f"{slapd.plain}/ {slapd.secure}/"], stdout=log, stderr=log
        )
        try:
            _await(slapd, process, folder / "log")
            yield
        finally:
            process.terminate()
            process.wait(60)


def _await(slapd: Slapd, process: subprocess.Popen[bytes], log: Path) -> None:
    asked = [slapd.programs["ldapwhoami"], "-x", "-H", slapd.plain, "-D", ROOT]
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        assert process.poll() is None, log.read_text()
        done = subprocess.run(
            [*asked, "-w", ROOT_PASSWORD], capture_output=True, timeout=60, check=False
        )
        if done.returncode == 0:
            return
        time.sleep(0.05)
    raise AssertionError(f"slapd does not answer: {log.read_text()}")


def _programs(*names: str) -> dict[str, str]:
    found = {name: shutil.which(name, path=_PATHS) for name in names}
    missing = [name for name, path in found.items() if path is None]
    assert not missing, f"install slapd and ldap-utils: {missing} missing"
    return {name: str(path) for name, path in found.items()}


def _configuration(folder: Path) -> str:
    return f"""
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload ppolicy
pidfile {folder}/pid
TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
database mdb
maxsize 67108864
sizelimit size.soft=300 size.hard=300 size.prtotal=unlimited
suffix "{BASE}"
rootdn "{ROOT}"
rootpw "{ROOT_PASSWORD}"
directory {folder}/data
index objectClass,uid,mail,member,entryUUID eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{SEARCHER}" read by self read by * none
overlay memberof
memberof-refint TRUE
overlay ppolicy
ppolicy_default "cn=policy,{BASE}"
ppolicy_use_lockout
"""


_CROWD = "".join(
    f"""
dn: uid=crowd{number},ou=crowd,{BASE}
objectClass: inetOrgPerson
uid: crowd{number}
cn: Crowd {number}
sn: Crowd
"""
    for number in range(1200)
)
_BASE_ENTRIES = f"""
dn: {BASE}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: {SEARCHER}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: searcher
userPassword: {SEARCHER_PASSWORD}

dn: cn=policy,{BASE}
objectClass: device
objectClass: pwdPolicy
cn: policy
pwdAttribute: userPassword
pwdLockout: TRUE
pwdMaxFailure: 3
pwdLockoutDuration: 3600
pwdMustChange: TRUE

dn: ou=people,{BASE}
objectClass: organizationalUnit
ou: people

dn: ou=groups,{BASE}
objectClass: organizationalUnit
ou: groups

dn: ou=crowd,{BASE}
objectClass: organizationalUnit
ou: crowd
{_CROWD}"""


def _certificates() -> tuple[str, str, str]:
    """An authority, and a certificate of it for 127.0.0.1 and its key."""
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Directory test authority")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "directory.example.test")])
    ca = (
        _certificate(ca_name, ca_name, ca_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(_signs(), critical=True)
        .sign(ca_key, hashes.SHA256())
    )
    own = (
        _certificate(name, ca_name, key)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(ca_key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    pem = serialization.Encoding.PEM
    return ca.public_bytes(pem).decode(), own.public_bytes(pem).decode(), private.decode()


def _certificate(
    name: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=30))
    )


def _signs() -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
