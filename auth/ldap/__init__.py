"""LDAP without I/O: what is sent, what an answer says, and who a directory's entry is."""
