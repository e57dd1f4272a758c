"""The update service's own words: machines, groups, rules, versions, reasons. No I/O."""
