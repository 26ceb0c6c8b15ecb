# make bench: side by side in one run, as ratios. Never part of make check.
