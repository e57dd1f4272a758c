"""Opening assertions that were encrypted for this console (XML Encryption 1.1).

RSA-OAEP and AES only. RSA 1.5 is refused, since its padding can be guessed at. AES-CBC is what some
providers offer alone; that it failed looks the same wherever it failed, and each guess costs its
sender an attempt of its own, so that its padding tells nothing either.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from auth.oidc.problems import Rejected
from auth.saml.xml import ENCRYPTION, SIGNATURE, Element, child, inside, text_of

__all__ = ["decrypted", "read_keys"]

_NEWER: Final = "{http://www.w3.org/2009/xmlenc11#}"
_OAEP: Final = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
_OAEP_11: Final = "http://www.w3.org/2009/xmlenc11#rsa-oaep"
_GCM: Final = {
    f"http://www.w3.org/2009/xmlenc11#aes{bits}-gcm": bits // 8 for bits in (128, 192, 256)
}
_CBC: Final = {
    f"http://www.w3.org/2001/04/xmlenc#aes{bits}-cbc": bits // 8 for bits in (128, 192, 256)
}
# The digest inside OAEP needs no collision resistance: SHA-1 is sound there, and what most send.
_DIGESTS: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    "http://www.w3.org/2000/09/xmldsig#sha1": hashes.SHA1,
    "http://www.w3.org/2001/04/xmlenc#sha256": hashes.SHA256,
    "http://www.w3.org/2001/04/xmldsig-more#sha384": hashes.SHA384,
    "http://www.w3.org/2001/04/xmlenc#sha512": hashes.SHA512,
}
_MASKS: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    "http://www.w3.org/2009/xmlenc11#mgf1sha1": hashes.SHA1,
    "http://www.w3.org/2009/xmlenc11#mgf1sha256": hashes.SHA256,
    "http://www.w3.org/2009/xmlenc11#mgf1sha384": hashes.SHA384,
    "http://www.w3.org/2009/xmlenc11#mgf1sha512": hashes.SHA512,
}
_MOST_KEYS: Final = 4
_BLOCK: Final = 16
_END: Final = "-----END PRIVATE KEY-----"
_FAILED: Final = "the assertion was encrypted for another key, or broken on its way"


def read_keys(pem: str) -> list[rsa.RSAPrivateKey]:
    """The keys of a text with one PEM after the other. Raises `ValueError`."""
    found = []
    for part in pem.split(_END)[:-1]:
        key = load_pem_private_key(f"{part}{_END}".strip().encode(), None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError("a key for assertions is an RSA key")  # noqa: TRY004 (of what is written)
        found.append(key)
    return found


def decrypted(element: Element, keys: Sequence[rsa.RSAPrivateKey]) -> bytes:
    """What an `EncryptedAssertion` holds. Raises `Rejected`."""
    if not keys:
        raise Rejected("the assertion is encrypted, and this console has no key for the provider")
    data = child(element, f"{ENCRYPTION}EncryptedData")
    if data is None:
        raise Rejected("the encrypted assertion is empty")
    algorithm, length = _content_algorithm(data)
    wrapped = list(inside(element, f"{ENCRYPTION}EncryptedKey"))
    if not wrapped or len(wrapped) > _MOST_KEYS:
        raise Rejected("the encrypted assertion does not hold its key as it should")
    content = _cipher_value(data)
    for one in wrapped:
        method = _padding(one)
        value = _cipher_value(one)
        for key in keys:
            opened = _opened(key, value, method, length)
            if opened is not None:
                return _content(algorithm, opened, content)
    raise Rejected(_FAILED)


def _opened(
    key: rsa.RSAPrivateKey, value: bytes, method: padding.OAEP, length: int
) -> bytes | None:
    try:
        found = key.decrypt(value, method)
    except ValueError:
        return None
    return found if len(found) == length else None


def _content(algorithm: str, key: bytes, content: bytes) -> bytes:
    if algorithm in _GCM:
        try:
            return AESGCM(key).decrypt(content[:12], content[12:], None)
        except (InvalidTag, ValueError):
            raise Rejected(_FAILED) from None
    if len(content) < 2 * _BLOCK or len(content) % _BLOCK:
        raise Rejected(_FAILED)
    opener = Cipher(algorithms.AES(key), modes.CBC(content[:_BLOCK])).decryptor()
    found = opener.update(content[_BLOCK:]) + opener.finalize()
    # A wrong length leaves what is no XML: that is refused later, with the same words.
    return found[: -found[-1]] if 0 < found[-1] <= _BLOCK else found


def _content_algorithm(data: Element) -> tuple[str, int]:
    method = child(data, f"{ENCRYPTION}EncryptionMethod")
    algorithm = "" if method is None else str(method.get("Algorithm", ""))
    length = (_GCM | _CBC).get(algorithm)
    if length is None:
        raise Rejected(f"assertions encrypted by {algorithm[:200]!r} are not accepted")
    return algorithm, length


def _padding(wrapped: Element) -> padding.OAEP:
    method = child(wrapped, f"{ENCRYPTION}EncryptionMethod")
    algorithm = "" if method is None else str(method.get("Algorithm", ""))
    if method is None or algorithm not in {_OAEP, _OAEP_11}:
        raise Rejected(f"keys encrypted by {algorithm[:200]!r} are not accepted: use RSA-OAEP")
    digest = _hash(child(method, f"{SIGNATURE}DigestMethod"), _DIGESTS)
    mask: type[hashes.HashAlgorithm] = hashes.SHA1
    if algorithm == _OAEP_11:
        mask = _hash(child(method, f"{_NEWER}MGF"), _MASKS)
    if child(method, f"{ENCRYPTION}OAEPparams") is not None:
        raise Rejected("keys encrypted with OAEP parameters are not accepted")
    return padding.OAEP(mgf=padding.MGF1(algorithm=mask()), algorithm=digest(), label=None)


def _hash(
    found: Element | None, known: dict[str, type[hashes.HashAlgorithm]]
) -> type[hashes.HashAlgorithm]:
    if found is None:
        return hashes.SHA1
    chosen = known.get(str(found.get("Algorithm", "")))
    if chosen is None:
        raise Rejected("the key of the assertion is encrypted with a digest that is not accepted")
    return chosen


def _cipher_value(element: Element) -> bytes:
    data = child(element, f"{ENCRYPTION}CipherData")
    value = None if data is None else child(data, f"{ENCRYPTION}CipherValue")
    try:
        return base64.b64decode("".join(text_of(value).split()), validate=True)
    except (binascii.Error, ValueError):
        raise Rejected(_FAILED) from None
