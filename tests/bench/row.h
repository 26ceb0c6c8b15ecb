/* row.h: one line for each comparison that `make bench` makes: ours, theirs, the ratio, what is wanted. */
#ifndef REFWALL_BENCH_ROW_H
#define REFWALL_BENCH_ROW_H

#include <stdio.h>

/* WANTED 0: for information. */
static inline void
bench_row(const char *what, double ours, double theirs, const char *unit, double wanted)
{
	double ratio = theirs > 0 ? ours / theirs : 0;

	printf("%-70s %9.2f %-4s against %9.2f %-4s ratio %6.2f", what, ours, unit, theirs, unit, ratio);
	if (wanted > 0)
		printf("   wanted <= %.2f  %s", wanted, ratio <= wanted ? "ok" : "OVER");
	printf("\n");
	fflush(stdout);
}

#endif
