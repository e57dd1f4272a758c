"""Systems outside that are sent a record of what happened here: a file, syslog, a webhook."""
