"""Fuzzing: whatever comes over a wire or stands in a file, only the errors that are promised come out, and in time.

`targets.TARGETS` has one target for each simulated instrument, driver, link and file format. The tests run 200 examples of
each, ``benchmarks/fuzz.py`` 20,000.
"""
