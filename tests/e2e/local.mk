# End-to-end tests: plain sh, TAP, real programs.
SCRIPT_TESTS += tests/e2e/fuzz-replay.t tests/e2e/layers.t
