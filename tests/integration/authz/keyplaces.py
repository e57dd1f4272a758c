"""Changes of keys: of a store that forbids them, so that nothing comes of any."""

from __future__ import annotations

from tests.integration.authz.place import ETCD, at

__all__ = ["KEY_CHANGES"]

KEY = "/etcd/local/key"
BODY = {"key": "/app/config"}

LEASES = "/etcd/local/leases"
FILE = {"text": '{"header": {}, "kvs": [{"key": "L2FwcC9uZXc=", "value": "eA=="}]}'}
BATCH = {"items": [{"key": "/app/new", "base64": "eA==", "version": "0"}]}

KEY_CHANGES = {
    "GET /etcd/{name}/leases": at(ETCD, LEASES),
    "POST /etcd/{name}/leases": at(ETCD, LEASES, 409, body={"ttl": 60}),
    "GET /etcd/{name}/leases/{lease}": at(ETCD, f"{LEASES}/1f"),
    "POST /etcd/{name}/leases/{lease}/keep-alive": at(ETCD, f"{LEASES}/1f/keep-alive", 409),
    "POST /etcd/{name}/leases/{lease}/revoke": at(ETCD, f"{LEASES}/1f/revoke", 409, match=True),
    "POST /etcd/{name}/import/plan": at(ETCD, "/etcd/local/import/plan", body=FILE),
    "POST /etcd/{name}/import/batch": at(ETCD, "/etcd/local/import/batch", 409, body=BATCH),
    "GET /etcd/{name}/changes": at(ETCD, "/etcd/local/changes"),
    "GET /etcd/{name}/key": at(ETCD, f"{KEY}?key=/app/config"),
    "GET /etcd/{name}/key/history": at(ETCD, f"{KEY}/history?key=/app/config"),
    "GET /etcd/{name}/export": at(ETCD, "/etcd/local/export?prefix=/app/"),
    "GET /etcd/{name}/folder": at(ETCD, "/etcd/local/folder?prefix=/app/"),
    "POST /etcd/{name}/folder/delete": at(
        ETCD, "/etcd/local/folder/delete", 409, body={"prefix": "/app/"}, match=True
    ),
    "POST /etcd/{name}/key/create": at(ETCD, f"{KEY}/create", 409, body=BODY),
    "POST /etcd/{name}/key/edit": at(ETCD, f"{KEY}/edit", 409, body=BODY, match=True),
    "POST /etcd/{name}/key/delete": at(ETCD, f"{KEY}/delete", 409, body=BODY, match=True),
    "POST /etcd/{name}/key/restore": at(
        ETCD, f"{KEY}/restore", 409, body={**BODY, "revision": 1}, match=True
    ),
}
