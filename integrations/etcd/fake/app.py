"""The v3 gateway of one fake member, as an ASGI application."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
import zlib
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from integrations.etcd.fake.state import FakeMember, FakeState
from integrations.etcd.fake.transport import Application, Message

Send = Callable[[Message], Awaitable[None]]
Body = dict[str, Any]
JSON: Final = [(b"content-type", b"application/json")]


class Refusal(Exception):
    """An error answer: HTTP status, gRPC code, message."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def application(cluster: FakeState, member: FakeMember) -> Application:
    """The ASGI application of `member`."""
    return _Member(cluster, member)


class _Member:
    def __init__(self, cluster: FakeState, member: FakeMember) -> None:
        self._cluster = cluster
        self._member = member
        self._calls: dict[str, Callable[[Body], Body]] = {
            "/v3/kv/range": self._range,
            "/v3/cluster/member/list": self._member_list,
            "/v3/maintenance/status": self._status,
            "/v3/maintenance/alarm": self._alarm,
            "/v3/maintenance/hashkv": self._hash,
            "/v3/auth/status": self._auth,
            "/v3/auth/user/list": self._auth,
            "/v3/auth/role/list": self._auth,
            "/v3/lease/leases": self._leases,
            "/v3/lease/timetolive": self._lease,
        }

    async def __call__(self, scope: Message, receive: Callable[[], Any], send: Send) -> None:
        body = (await receive())["body"]
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        try:
            if scope["method"] == "GET":
                await self._page(scope["path"], send)
            elif scope["path"] == "/v3/auth/authenticate":
                await _reply(send, 200, self._authenticate(msgspec.json.decode(body)))
            else:
                self._authorise(headers)
                self._permit(scope["path"], body, headers)
                await self._post(scope["path"], body, headers, send)
        except Refusal as refusal:
            problem = {"error": refusal.message, "code": refusal.code, "message": refusal.message}
            await _reply(send, refusal.status, problem)

    async def _post(self, path: str, body: bytes, headers: dict[str, str], send: Send) -> None:
        if path == "/v3/watch":
            await self._watch(msgspec.json.decode(body), headers, send)
            return
        if path == "/v3/maintenance/snapshot":
            await _snapshot(send)
            return
        call = self._calls.get(path)
        if call is None:
            raise Refusal(404, 5, "Not Found")
        await _reply(send, 200, call(msgspec.json.decode(body)))

    def _authorise(self, headers: dict[str, str]) -> None:
        known = self._cluster.tokens | self._cluster.prefixes.keys()
        if self._cluster.user and headers.get("authorization") not in known:
            message = "etcdserver: invalid auth token"
            if "authorization" not in headers:
                raise Refusal(400, 3, "etcdserver: user name is empty")
            raise Refusal(401, 16, message)

    def _permit(self, path: str, body: bytes, headers: dict[str, str]) -> None:
        """What users beside the main one may do: read below their prefix."""
        prefix = self._cluster.prefixes.get(headers.get("authorization", ""))
        if prefix is None:
            return
        asked = msgspec.json.decode(body)
        key = base64.b64decode(asked.get("key", ""))
        if path != "/v3/kv/range" or not key.startswith(prefix):
            raise Refusal(403, 7, "etcdserver: permission denied")

    def _authenticate(self, body: Body) -> Body:
        if self._cluster.user is None:
            raise Refusal(400, 9, "etcdserver: authentication is not enabled")
        password, prefix = self._cluster.readers.get(body.get("name", ""), (None, b""))
        if password is not None and body.get("password") == password:
            token = secrets.token_urlsafe(12)
            self._cluster.prefixes[token] = prefix
            return {"header": self._header(), "token": token}
        if (body.get("name"), body.get("password")) != self._cluster.user:
            raise Refusal(400, 3, "etcdserver: authentication failed, invalid user ID or password")
        token = secrets.token_urlsafe(12)
        self._cluster.tokens.add(token)
        return {"header": self._header(), "token": token}

    def _header(self) -> Body:
        return {
            "cluster_id": self._cluster.id,
            "member_id": self._member.id,
            "revision": str(self._cluster.revision),
            "raft_term": str(self._cluster.term),
        }

    def _range(self, body: Body) -> Body:
        cluster = self._cluster
        if cluster.leader == "0" and not body.get("serializable"):
            raise Refusal(503, 14, "etcdserver: request timed out")
        revision = int(body.get("revision", 0))
        if 0 < revision < cluster.compacted:
            message = "etcdserver: mvcc: required revision has been compacted"
            raise Refusal(400, 11, message)
        found = [key for key in sorted(cluster.keys) if _within(key, body)]
        limit = int(body.get("limit", 0)) or len(found)
        values = not body.get("keys_only")
        answer: Body = {"header": self._header()}
        if found:
            answer["kvs"] = [cluster.rendered(key, values=values) for key in found[:limit]]
            answer["count"] = str(len(found))
        if len(found) > limit:
            answer["more"] = True
        return answer

    def _member_list(self, _body: Body) -> Body:
        members = [
            {
                "ID": m.id,
                "name": m.name,
                "peerURLs": [f"http://{m.host.replace('2379', '2380')}"],
                "clientURLs": [f"http://{m.host}"],
                **({"isLearner": True} if m.learner else {}),
            }
            for m in self._cluster.members
        ]
        return {"header": self._header(), "members": members}

    def _status(self, _body: Body) -> Body:
        cluster = self._cluster
        index = str(cluster.revision + 7)
        answer: Body = {
            "header": self._header(),
            "version": self._member.version,
            "dbSize": str(self._member.db_size),
            "dbSizeInUse": str(self._member.db_size // 2),
            "dbSizeQuota": str(2 * 1024**3),
            "raftIndex": index,
            "raftTerm": str(cluster.term),
            "raftAppliedIndex": index,
        }
        if self._member.learner:
            answer["isLearner"] = True
        errors = [f"memberID:{owner} alarm:{alarm} " for owner, alarm in cluster.alarms]
        if cluster.leader == "0":
            errors.append("etcdserver: no leader")
        else:
            answer["leader"] = cluster.leader
        return {**answer, **({"errors": errors} if errors else {})}

    def _alarm(self, _body: Body) -> Body:
        alarms = [{"memberID": owner, "alarm": alarm} for owner, alarm in self._cluster.alarms]
        return {"header": self._header(), **({"alarms": alarms} if alarms else {})}

    def _hash(self, body: Body) -> Body:
        cluster, revision = self._cluster, int(body["revision"])
        if self._member.refusal:
            raise Refusal(*self._member.refusal)
        if revision > cluster.revision:
            message = "etcdserver: mvcc: required revision is a future revision"
            raise Refusal(400, 11, message)
        if revision < cluster.compacted:
            message = "etcdserver: mvcc: required revision has been compacted"
            raise Refusal(400, 11, message)
        held = sorted((k, v.value) for k, v in cluster.keys.items() if v.mod <= revision)
        return {
            "header": self._header(),
            "hash": zlib.crc32(repr((held, self._member.corruption)).encode()),
            "compact_revision": str(self._member.compacted or cluster.compacted or -1),
            "hash_revision": str(revision),
        }

    def _lease(self, body: Body) -> Body:
        held = [key for key, one in self._cluster.keys.items() if one.lease == body["ID"]]
        if not held:
            return {"header": self._header(), "ID": body["ID"], "TTL": "-1"}
        told: Body = {"header": self._header(), "ID": body["ID"], "TTL": "55", "grantedTTL": "60"}
        if body.get("keys"):
            told["keys"] = [base64.b64encode(key).decode() for key in held]
        return told

    def _auth(self, _body: Body) -> Body:
        """It has no roles, and tells of none."""
        enabled = {"enabled": True} if self._cluster.user else {}
        return {"header": self._header(), **enabled}

    def _leases(self, _body: Body) -> Body:
        held = {one.lease for one in self._cluster.keys.values() if one.lease != "0"}
        return {"header": self._header(), "leases": [{"ID": lease} for lease in sorted(held)]}

    async def _page(self, path: str, send: Send) -> None:
        if path == "/health":
            healthy = self._cluster.leader != "0"
            reason = "" if healthy else "RAFT NO LEADER"
            body = {"health": str(healthy).lower(), "reason": reason}
            await _reply(send, 200 if healthy else 503, body)
        elif path in {"/readyz", "/livez"} and self._member.has_checks:
            await _text(send, *self._checks(path))
        elif path == "/metrics":
            await _text(send, 200, self._metrics())
        else:
            raise Refusal(404, 5, "Not Found")

    def _checks(self, path: str) -> tuple[int, str]:
        failing = dict(self._member.failing)
        names = ["serializable_read"]
        if path == "/readyz":
            names += ["data_corruption", "linearizable_read", "non_learner"]
            if self._cluster.leader == "0":
                failing["linearizable_read"] = "etcdserver: request timed out"
            if self._member.learner:
                failing["non_learner"] = "not supported for learner"
        lines = [
            f"[-]{name} failed: {failing[name]}" if name in failing else f"[+]{name} ok"
            for name in names
        ]
        failed = any(name in failing for name in names)
        return (503 if failed else 200), "\n".join([*lines, "" if failed else "ok", ""])

    def _metrics(self) -> str:
        values = {
            "etcd_server_has_leader": float(self._cluster.leader != "0"),
            "etcd_server_quota_backend_bytes": float(2 * 1024**3),
            "etcd_mvcc_db_total_size_in_bytes": float(self._member.db_size),
            "process_start_time_seconds": 1.0,
            **self._member.extra_metrics,
        }
        return "".join(f"# TYPE {k} gauge\n{k} {v}\n" for k, v in values.items())

    async def _watch(self, body: Body, headers: dict[str, str], send: Send) -> None:
        cluster, create = self._cluster, body["create_request"]
        wants_leader = "grpc-metadata-hasleader" in headers
        if self._member.learner:
            raise Refusal(503, 14, "etcdserver: rpc not supported for learner")
        if wants_leader and cluster.leader == "0":
            raise Refusal(503, 14, "etcdserver: no leader")
        following = int(create.get("start_revision", 0)) or cluster.revision + 1
        await send({"type": "http.response.start", "status": 200, "headers": JSON})
        await self._line(send, {"created": True})
        cluster.watches += 1
        try:
            while True:
                if following < cluster.compacted:
                    gone = {"canceled": True, "compact_revision": str(cluster.compacted)}
                    await self._line(send, gone)
                    await asyncio.Event().wait()  # the real one keeps the stream open too
                if wants_leader and cluster.leader == "0":
                    problem = {"error": {"code": 14, "message": "etcdserver: no leader"}}
                    await _chunk(send, problem)
                    return
                following = await self._events(send, create, following)
                async with cluster.changed:
                    if not cluster.since(following):
                        await cluster.changed.wait()
        finally:
            cluster.watches -= 1

    async def _events(self, send: Send, create: Body, following: int) -> int:
        changes = self._cluster.since(following)
        events = [change for _, change in changes if _within(change["kv"]["key"], create)]
        if events:
            await self._line(send, {"events": events})
        return changes[-1][0] + 1 if changes else following

    async def _line(self, send: Send, result: Body) -> None:
        await _chunk(send, {"result": {"header": self._header(), **result}})


def _within(key: bytes, body: Body) -> bool:
    decode = msgspec.json.decode
    start = decode(msgspec.json.encode(body["key"]), type=bytes)
    if "range_end" not in body:
        return key == start
    end = decode(msgspec.json.encode(body["range_end"]), type=bytes)
    return key >= start and (end == b"\0" or key < end)


async def _chunk(send: Send, body: Body) -> None:
    line = msgspec.json.encode(body) + b"\n"
    await send({"type": "http.response.body", "body": line, "more_body": True})


async def _text(send: Send, status: int, text: str) -> None:
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": text.encode()})


async def _snapshot(send: Send) -> None:
    """A store of one page, and its hash."""
    page = bytes(512)
    lines = [
        {"result": {"remaining_bytes": "0", "blob": base64.b64encode(blob).decode()}}
        for blob in (page, hashlib.sha256(page).digest())
    ]
    body = b"\n".join(msgspec.json.encode(line) for line in lines)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body + b"\n"})


async def _reply(send: Send, status: int, body: Body) -> None:
    await send({"type": "http.response.start", "status": status, "headers": JSON})
    await send({"type": "http.response.body", "body": msgspec.json.encode(body)})
