from __future__ import annotations

import base64
import json
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from integrations.guarded import proxy_name
from integrations.kubernetes import ConfigurationError
from integrations.kubernetes.auth.access import (
    Access,
    ClientCredential,
    StaticCredential,
    ssl_context,
)
from integrations.kubernetes.auth.exec_plugin import ExecPlugin, ExecSpec
from integrations.kubernetes.auth.in_cluster import load_in_cluster
from integrations.kubernetes.auth.kubeconfig import contexts_in, load_kubeconfig
from integrations.kubernetes.auth.token_file import TokenFile


def kubeconfig(
    folder: Path, user: dict[str, Any], cluster: dict[str, Any] | None = None, **top: Any
) -> Path:
    document = {
        "current-context": "main",
        "contexts": [{"name": "main", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [
            {"name": "c", "cluster": {"server": "https://127.0.0.1:1/", **(cluster or {})}}
        ],
        "users": [{"name": "u", "user": user}],
        **top,
    }
    path = folder / "config"
    path.write_text(yaml.safe_dump(document))
    return path


def load(path: Path, **options: Any) -> Access:
    return load_kubeconfig(path, 'Kubernetes "c"', **options)


async def test_a_token(tmp_path: Path):
    access = load(kubeconfig(tmp_path, {"token": "abc"}))
    assert access.server == "https://127.0.0.1:1"
    assert (await access.credentials.current()).token == "abc"
    assert access.credentials.invalidate() is False


async def test_certificates_inline_and_in_files_beside_it(tmp_path: Path):
    (tmp_path / "key.pem").write_bytes(b"KEY")
    inline = base64.b64encode(b"CERT").decode()
    user = {"client-certificate-data": inline, "client-key": "key.pem"}
    (tmp_path / "ca.pem").write_bytes(b"CA")
    access = load(kubeconfig(tmp_path, user, {"certificate-authority": "ca.pem"}))
    credential = await access.credentials.current()
    assert (credential.certificate, credential.key, access.ca) == (b"CERT", b"KEY", b"CA")


async def test_another_context_and_server_name_and_impersonation(tmp_path: Path):
    path = kubeconfig(
        tmp_path,
        {"token": "abc", "as": "alice", "as-groups": ["dev"]},
        {"tls-server-name": "kubernetes", "insecure-skip-tls-verify": True},
        contexts=[{"name": "other", "context": {"cluster": "c", "user": "u"}}],
    )
    access = load(path, context="other")
    assert (access.server_name, access.insecure) == ("kubernetes", True)
    assert access.headers == [("Impersonate-User", "alice"), ("Impersonate-Group", "dev")]


@pytest.mark.parametrize(
    ("user", "cluster", "words"),
    [
        ({}, {"proxy-url": "ftp://p"}, "proxy-url that is none"),
        ({}, {"proxy-url": "socks5://["}, "proxy-url that is none"),
        ({}, {"insecure-skip-tls-verify": True, "certificate-authority-data": "Q0E="}, "take one"),
        ({}, {"insecure-skip-tls-verify": "yes"}, "neither true nor false"),
        ({}, {"certificate-authority-data": "Q0E=", "certificate-authority": "ca.pem"}, "has both"),
        ({}, {"certificate-authority-data": "Q0 E="}, "not base64"),
        ({"client-certificate-data": "Q0E="}, {}, "without its client-key"),
        ({"as-groups": ["dev"]}, {}, "without a user"),
        ({"auth-provider": {"name": "gcp"}}, {}, "auth-provider"),
        ({"username": "a", "password": "b"}, {}, "password"),
        ({}, {"server": "ftp://x"}, "server address"),
        ({"token": 3}, {}, "token is not text"),
        ({"client-certificate-data": "%%"}, {}, "not base64"),
        ({"client-certificate": "missing.pem"}, {}, "cannot be read"),
        ({"exec": {"command": "x", "apiVersion": "v0"}}, {}, "cannot use"),
        (
            {
                "exec": {
                    "command": "x",
                    "apiVersion": "client.authentication.k8s.io/v1",
                    "interactiveMode": "Always",
                }
            },
            {},
            "terminal",
        ),
        ({"as": "a", "as-user-extra": {"k": "v"}}, {}, "not a map of lists"),
        ({"as": "a", "as-groups": 5}, {}, "as-groups is not a list"),
        ({"as": "\u00e9"}, {}, "visible ASCII"),
        ({"as": "a", "as-groups": ["a\nb"]}, {}, "visible ASCII"),
        ({"token": "tok\u00e9n"}, {}, "visible ASCII"),
        ({"client-certificate-data": "\u00e9"}, {}, "not base64"),
        ({}, {"server": "https://["}, "server address"),
        ({}, {"server": "https://a:99999"}, "server address"),
        (
            {
                "exec": {
                    "command": "x",
                    "apiVersion": "client.authentication.k8s.io/v1beta1",
                    "env": 5,
                }
            },
            {},
            "env is not a list",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(
    tmp_path: Path, user: dict[str, Any], cluster: dict[str, Any], words: str
):
    with pytest.raises(ConfigurationError, match=words):
        load(kubeconfig(tmp_path, user, cluster))


@pytest.mark.parametrize("text", ["", "- a", "{", "current-context: nobody", "a: 2026-99-99"])
def test_a_file_that_is_no_kubeconfig(tmp_path: Path, text: str):
    path = tmp_path / "config"
    path.write_text(text)
    with pytest.raises(ConfigurationError):
        load(path)


@pytest.mark.parametrize("part", ["clusters", "users", "contexts"])
@pytest.mark.parametrize("instead", [5, True, "text", {"a": 1}])
def test_a_part_that_is_no_list_is_said(tmp_path: Path, part: str, instead: Any):
    path = kubeconfig(tmp_path, {}, **{part: instead})
    with pytest.raises(ConfigurationError, match=f"{part} is not a list"):
        load(path)


def test_the_contexts_of_a_file_are_found_in_one_reading(tmp_path: Path, monkeypatch):
    context = {"cluster": "c", "user": "u"}
    contexts = [{"name": f"n{number}", "context": context} for number in range(20)]
    path = kubeconfig(tmp_path, {"token": "abc"}, contexts=contexts)
    read, parse = [], yaml.load_all
    monkeypatch.setattr(yaml, "load_all", lambda *a, **k: read.append(1) or parse(*a, **k))
    assert len(contexts_in(path.read_bytes(), "c")) == 20
    assert len(read) == 1


def test_two_of_one_name_are_refused(tmp_path: Path):
    user = {"name": "u", "user": {"token": "abc"}}
    with pytest.raises(ConfigurationError, match="two users named 'u'"):
        load(kubeconfig(tmp_path, {}, users=[user, user]))


@pytest.mark.parametrize(
    ("top", "words"),
    [
        ({"current-context": 100000123456}, "current-context is not text"),
        ({"contexts": [{"name": 7, "context": {}}]}, "context name 7 is not text"),
        ({"current-context": ""}, r"no current-context; name one \(it has main\)"),
        ({"current-context": "gone"}, "no context named 'gone'"),
        ({"contexts": [{"name": "main", "context": {"cluster": ""}}]}, "names no cluster"),
        ({"contexts": [{"name": "main"}]}, "names no cluster"),
        ({"users": []}, "no user named 'u'"),
        ({"clusters": []}, "no cluster named 'c'"),
        ({"kind": "Pod"}, "it is a Pod, not a kubeconfig"),
        ({"apiVersion": "v2"}, "its apiVersion is v2"),
        ({"kind": ["Config"]}, "kind is not text"),
    ],
)
def test_what_a_file_lacks_is_named(tmp_path: Path, top: dict[str, Any], words: str):
    with pytest.raises(ConfigurationError, match=words):
        load(kubeconfig(tmp_path, {}, **top))


def test_a_broken_context_beside_a_good_one_does_no_harm(tmp_path: Path):
    good = {"name": "main", "context": {"cluster": "c", "user": "u"}}
    contexts = [good, {"name": "x"}, {"name": "y", "context": {"cluster": "nope", "user": "no"}}]
    assert load(kubeconfig(tmp_path, {}, contexts=contexts)).server == "https://127.0.0.1:1"


async def test_base64_may_be_wrapped_and_a_bundle_commented(tmp_path: Path):
    wrapped = base64.encodebytes(b"KEY" * 40).decode()
    user = {"client-certificate-data": wrapped, "client-key-data": wrapped.replace("\n", "\r\n")}
    path = kubeconfig(tmp_path, user)
    credential = await load(path).credentials.current()
    assert (credential.certificate, credential.key) == (b"KEY" * 40, b"KEY" * 40)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert (await load(path).credentials.current()).key == b"KEY" * 40


@pytest.mark.parametrize(
    ("server", "user", "reached"),
    [
        ("127.0.0.1:6443", {"token": "a"}, "https://127.0.0.1:6443"),
        ("127.0.0.1:8080", {}, "http://127.0.0.1:8080"),
    ],
)
def test_a_server_without_a_scheme(tmp_path: Path, server: str, user: dict[str, Any], reached: str):
    assert load(kubeconfig(tmp_path, user, {"server": server})).server == reached


def test_several_files_are_one_and_the_first_wins(tmp_path: Path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    (two / "ca.pem").write_bytes(b"CA of two")
    here = {"name": "main", "context": {"cluster": "there", "user": "u"}}
    first = kubeconfig(one, {"token": "first"}, contexts=[here], clusters=[])
    there = {"server": "https://two:1", "certificate-authority": "ca.pem"}
    other = {"name": "main", "context": {"cluster": "nope", "user": "nope"}}
    second = kubeconfig(
        two,
        {"token": "second"},
        contexts=[other],
        clusters=[{"name": "there", "cluster": there}],
        **{"current-context": "elsewhere"},
    )
    both = load(Path(f"{first}:{tmp_path / 'absent'}:{second}"))
    assert (both.server, both.ca) == ("https://two:1", b"CA of two")
    assert isinstance(both.credentials, StaticCredential)
    assert both.credentials.known.token == "first"
    with pytest.raises(ConfigurationError, match="none of its files is there"):
        load(Path(f"{tmp_path / 'absent'}:{tmp_path / 'gone'}"))
    empty, remark = tmp_path / "empty", tmp_path / "remark"
    empty.write_text("")
    remark.write_text("# nothing here yet\n")
    again = load(Path(f"{empty}:{first}:{remark}:{second}"))
    assert (again.server, again.ca) == (both.server, both.ca)
    with pytest.raises(ConfigurationError, match="it has no current-context"):
        load(remark)
    second.write_text("[")
    with pytest.raises(ConfigurationError, match="it is not YAML"):
        load(Path(f"{first}:{second}"))


def test_a_proxy_may_have_a_password_that_is_not_told(tmp_path: Path):
    access = load(kubeconfig(tmp_path, {}, {"proxy-url": "http://me:hunter2@proxy:3128"}))
    assert access.proxy == "http://me:hunter2@proxy:3128"
    assert "hunter2" not in repr(access)
    assert proxy_name(access.proxy) == "http://proxy:3128"


def exec_user(tmp_path: Path, **more: Any) -> Path:
    plugin = {"command": "x", "apiVersion": "client.authentication.k8s.io/v1", **more}
    return kubeconfig(tmp_path, {"exec": plugin})


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, "needs an interactiveMode"),
        ({"interactiveMode": "Sometimes"}, "'Sometimes' is unknown"),
        ({"interactiveMode": "Always"}, "the console has none"),
        ({"interactiveMode": "Never", "command": ""}, "no command"),
        ({"apiVersion": "client.authentication.k8s.io/v1alpha1"}, "v1alpha1, known are"),
        ({"interactiveMode": "Never", "env": [{"value": "x"}]}, "has no name"),
    ],
)
def test_an_exec_entry_is_refused_as_client_go_does(
    tmp_path: Path, more: dict[str, Any], words: str
):
    with pytest.raises(ConfigurationError, match=words):
        load(exec_user(tmp_path, **more))


@pytest.mark.parametrize("mode", ["Never", "IfAvailable"])
def test_a_program_that_needs_no_terminal_may_run(tmp_path: Path, mode: str):
    path = exec_user(tmp_path, interactiveMode=mode, args=None, env=None)
    assert isinstance(load(path).credentials, ExecPlugin)
    beta = {"apiVersion": "client.authentication.k8s.io/v1beta1"}
    assert isinstance(load(exec_user(tmp_path, **beta)).credentials, ExecPlugin)


@pytest.mark.parametrize(
    ("body", "words", "never"),
    [
        ("sys.stderr.write('the SSO session has expired. Run: aws sso login'); sys.exit(255)",
         "code 255: the SSO session has expired. Run: aws sso login", "\n"),
        (r"sys.stderr.buffer.write('\x1b[31mred\x1b[0m\r\n \u202eodd'.encode()); sys.exit(1)",
         "code 1: red ⟨U\\+202E⟩odd", "\x1b"),
        ("sys.stderr.write('Error loading SSO Token: the SSO session has expired'); sys.exit(255)",
         "Token: the SSO session has expired", "\u2022"),
        ("sys.stderr.write('token: hunter2x failed, secret: correct'); sys.exit(1)",
         "token: \u2022", "hunter2x"),
        ("sys.stderr.write('x' * 100_000 + ' at last'); sys.exit(1)", "…x+ at last$", "x" * 500),
        ("sys.stderr.write('refused: token=hunter2-abc https://me:hunter2@sts/'); sys.exit(1)",
         "refused: token=•••", "hunter2"),
    ],
)  # fmt: skip
async def test_a_plugins_own_words_reach_the_person(body: str, words: str, never: str):
    with pytest.raises(ConfigurationError, match=words) as raised:
        await plugin(f"import sys; {body}").current()
    assert never not in raised.value.message


async def test_a_plugin_that_hangs_has_said_why():
    spec = ExecSpec(command="/bin/sh", args=("-c", "echo waiting for a browser >&2; sleep 60"))
    with pytest.raises(ConfigurationError, match="longer than 5 s: waiting for a browser"):
        await ExecPlugin(spec, "c", timeout=5.0).current()


async def test_what_a_plugin_leaves_running_is_not_waited_for():
    leave = "import subprocess, sys; subprocess.Popen(['sleep', '90'], stdout=subprocess.DEVNULL)\n"
    started = time.monotonic()
    assert (await plugin(leave + ANSWER).current()).token
    assert time.monotonic() - started < 60


async def test_tokens_as_rancher_has_them(tmp_path: Path):
    access = load(kubeconfig(tmp_path, {"token": "kubeconfig-u-abc:xyz"}))
    assert (await access.credentials.current()).token == "kubeconfig-u-abc:xyz"


def test_a_file_too_large(tmp_path: Path):
    path = tmp_path / "config"
    path.write_bytes(b"#" * (1024 * 1024 + 1))
    with pytest.raises(ConfigurationError, match="larger than 1 MiB"):
        load(path)


def test_programs_can_be_forbidden(tmp_path: Path):
    user = {"exec": {"command": "x", "apiVersion": "client.authentication.k8s.io/v1"}}
    with pytest.raises(ConfigurationError, match="not allowed"):
        load(kubeconfig(tmp_path, user), allow_exec=False)


def plugin(body: str, **options: Any) -> ExecPlugin:
    spec = ExecSpec(command=sys.executable, args=("-c", body), install_hint="Install it.")
    return ExecPlugin(spec, 'Kubernetes "c"', **options)


ANSWER = """
import json, os, time
json.loads(os.environ["KUBERNETES_EXEC_INFO"])
print(json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
  "status": {"token": str(time.time_ns()), "expirationTimestamp": "2026-11-21T12:10:00Z"}}))
"""


async def test_a_plugin_runs_again_only_when_its_credential_expires_or_was_refused():
    now = 1795263000.0 - 1800  # 12:10 less the half hour
    moments = [now]
    tried = plugin(ANSWER, clock=lambda: moments[0])
    first = (await tried.current()).token
    assert (await tried.current()).token == first
    moments[0] = now + 1800 - 30
    second = (await tried.current()).token
    assert second != first
    moments[0] = now
    assert tried.invalidate() is True
    assert (await tried.current()).token != second


@pytest.mark.parametrize(
    "ends",
    ["2001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00", "2026-01-01T00:00:00"],
)
async def test_an_end_in_the_past_does_not_cost_a_process_for_each_request(ends: str):
    moments = [1795263000.0]
    tried = plugin(ANSWER.replace("2026-11-21T12:10:00Z", ends), clock=lambda: moments[0])
    first = (await tried.current()).token
    assert (await tried.current()).token == first
    moments[0] += 11
    second = (await tried.current()).token
    assert second != first
    assert tried.invalidate()
    assert (await tried.current()).token != second


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import sys; sys.exit(3)", "ended with code 3"),
        ("print('hello')", "no ExecCredential"),
        ("import sys; sys.stderr.write('look there'); print('hello')", "got `str`: look there"),
        ("print('a: [')", "neither JSON nor YAML"),
        ("print('{}')", "not an ExecCredential of client.authentication.k8s.io/v1 as"),
        ("import time; time.sleep(60)", "took longer"),
        ("print('x' * 2_000_000)", "more than 1 MiB"),
        (ANSWER.replace('"token"', '"other"'), "neither a token nor a certificate"),
    ],
)
async def test_a_plugin_that_fails_says_how(body: str, words: str):
    patience = 2.0 if "sleep" in body else 60.0
    with pytest.raises(ConfigurationError, match=words):
        await plugin(body, timeout=patience).current()


async def test_a_plugin_sees_what_the_kubeconfig_names_and_none_of_the_consoles_secrets(
    monkeypatch,
):
    monkeypatch.setenv("CRATON_DATABASE_URL", "postgresql://craton:hunter2@db/craton")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hunter2")
    monkeypatch.setenv("AWS_PROFILE", "estate")
    told = ANSWER.replace("str(time.time_ns())", "json.dumps(dict(os.environ))")
    spec = ExecSpec(command=sys.executable, args=("-c", told), env={"EXTRA": "named"})
    seen = json.loads((await ExecPlugin(spec, "c").current()).token or "")
    assert "hunter2" not in str(seen)
    assert (seen["AWS_PROFILE"], seen["EXTRA"]) == ("estate", "named")


async def test_a_plugin_that_is_not_installed():
    missing = ExecPlugin(ExecSpec(command="no-such-program", install_hint="Install it."), "c")
    with pytest.raises(ConfigurationError, match="Install it"):
        await missing.current()


async def test_a_token_file_is_read_again(tmp_path: Path):
    path = tmp_path / "token"
    path.write_text("one\n")
    moments = [0.0]
    source = TokenFile(path, "c", clock=lambda: moments[0])
    assert (await source.current()).token == "one"
    path.write_text("two")
    assert (await source.current()).token == "one"
    moments[0] = 61.0
    assert (await source.current()).token == "two"
    path.write_text("three")
    assert source.invalidate()
    assert (await source.current()).token == "three"
    path.write_text(" ")
    source.invalidate()
    with pytest.raises(ConfigurationError, match="does not hold a token"):
        await source.current()


async def test_in_a_pod(tmp_path: Path):
    (tmp_path / "ca.crt").write_bytes(b"CA")
    (tmp_path / "token").write_text("abc")
    env = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"}
    access = load_in_cluster("c", env=env, mount=tmp_path)
    assert access.server == "https://[fd00::1]:443"
    assert (await access.credentials.current()).token == "abc"
    with pytest.raises(ConfigurationError, match="not a pod"):
        load_in_cluster("c", env={}, mount=tmp_path)


def test_certificate_data_that_is_none_is_refused():
    access = Access("https://x", StaticCredential(ClientCredential()), ca=b"CA")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        ssl_context(access, ClientCredential(), "c")


def test_a_credential_never_prints_itself():
    assert "hush" not in repr(ClientCredential(token="hush", key=b"hush"))
