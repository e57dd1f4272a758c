"""Who is offered what: pure functions of a machine, its group and the counters."""
