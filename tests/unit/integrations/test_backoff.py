from integrations.backoff import Backoff


def test_waits_double_up_to_the_limit_with_jitter_and_start_over():
    backoff = Backoff(1.0, 8.0)
    for full in (1, 2, 4, 8, 8, 8):
        assert full / 2 <= backoff.next() <= full
    assert backoff.failures == 6
    backoff.reset()
    assert backoff.next() <= 1.0


def test_without_jitter_waits_are_exact_and_never_overflow():
    backoff = Backoff(0.5, 30.0, jitter=lambda: 1.0)
    assert [backoff.next() for _ in range(4)] == [0.5, 1.0, 2.0, 4.0]
    assert [backoff.next() for _ in range(2000)][-1] == 30.0
