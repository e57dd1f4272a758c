"""Files, ports, back-off, logs, options."""

import json
import socket
import stat

import pytest

from backend.stack import ports
from backend.stack.components.context import preferred_ports
from backend.stack.files import ensure_secret, write_atomic
from backend.stack.options import StackOptions
from backend.stack.ports import PortBook, is_free
from backend.stack.process.backoff import Restarts
from backend.stack.process.logs import rotate, tail


def test_a_file_is_replaced_whole_and_closed_to_others(tmp_path):
    path = tmp_path / "secret"
    write_atomic(path, "one")
    write_atomic(path, "two")
    assert path.read_text() == "two"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_a_secret_is_made_once(tmp_path):
    first = ensure_secret(tmp_path / "s")
    assert len(first) >= 40
    assert ensure_secret(tmp_path / "s") == first


def test_ports_are_remembered(tmp_path):
    book = PortBook(tmp_path / "ports.json")
    first = book.choose({"a": 0, "b": 0})
    assert len(set(first.values())) == 2
    assert PortBook(tmp_path / "ports.json").choose({"a": 1, "b": 2}) == first


def test_no_connection_going_out_gets_the_port_of_a_server_that_comes_back(tmp_path, monkeypatch):
    monkeypatch.setattr(ports, "OUTGOING", tmp_path / "range")
    (tmp_path / "range").write_text("20000\t60999\n")
    chosen = PortBook(tmp_path / "ports.json").choose(dict.fromkeys("abcdef", 0))
    assert all(ports.LOWEST <= port < 20000 for port in chosen.values())


def test_a_taken_port_is_replaced_and_noted(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        assert not is_free(port)
        book = PortBook(tmp_path / "ports.json")
        chosen = book.choose({"a": port})
    assert chosen["a"] != port
    assert book.moved == {"a": (port, chosen["a"])}
    assert is_free(port)


@pytest.mark.parametrize("content", ["", "[]", '{"a":"x"}', "nonsense"])
def test_a_broken_port_file_is_ignored(tmp_path, content):
    path = tmp_path / "ports.json"
    path.write_text(content)
    chosen = PortBook(path).choose({"a": 0})
    assert json.loads(path.read_text()) == chosen


def test_two_data_directories_prefer_different_peer_ports(tmp_path):
    one, two = preferred_ports(tmp_path / "one"), preferred_ports(tmp_path / "two")
    assert one["etcd-1"] == two["etcd-1"]
    assert one["etcd-1-peer"] != two["etcd-1-peer"]
    assert len(set(one.values())) == len(one)
    assert max(one.values()) < 32768 or one["etcd-3"] == 32379


def test_backoff_doubles_gives_up_and_forgives():
    backoff = Restarts(first=1, most=5, limit=4)
    assert [backoff.next_delay(0) for _ in range(4)] == [1, 2, 4, 5]
    assert backoff.next_delay(59) is None
    assert backoff.next_delay(61) == 1


def test_logs_are_rotated_in_place(tmp_path):
    path = tmp_path / "a.log"
    with path.open("ab", buffering=0) as writer:
        for number in range(4):
            writer.write(f"round {number}\n".encode() * 10)
            assert rotate(path, max_bytes=20, keep=2)
        writer.write(b"last\n")
    assert path.read_text() == "last\n"
    assert "round 3" in (tmp_path / "a.log.1").read_text()
    assert "round 2" in (tmp_path / "a.log.2").read_text()
    assert not (tmp_path / "a.log.3").exists()
    assert not rotate(path, max_bytes=20)


def test_tail_gives_the_last_lines(tmp_path):
    path = tmp_path / "a.log"
    path.write_text("".join(f"line {number}\n" for number in range(10_000)))
    assert tail(path, 2) == ["line 9998", "line 9999"]
    assert tail(tmp_path / "none") == []


def test_options_come_from_the_environment(monkeypatch, tmp_path):
    monkeypatch.setenv("CRATON_STACK_NODES", "5000")
    monkeypatch.setenv("CRATON_STACK_PODS", "50000")
    monkeypatch.setenv("CRATON_CACHE", str(tmp_path))
    options = StackOptions.from_environment("http://127.0.0.1:1")
    assert (options.nodes, options.pods, options.large) == (5000, 50000, True)
    assert options.cache == tmp_path
    monkeypatch.setenv("CRATON_STACK_PODS", "many")
    with pytest.raises(ValueError, match="CRATON_STACK_PODS must be a whole number"):
        StackOptions.from_environment()
