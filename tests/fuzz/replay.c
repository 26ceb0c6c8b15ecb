/*
 * Runs a fuzz target over the files named on the command line, without a fuzzer: this is how
 * `make check` replays each corpus. Every file is given in an allocation of its exact
 * size, so that a sanitizer sees a read beyond it.
 */
#include <stdio.h>

#include "refwall/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
main(int argc, char **argv)
{
	static uint8_t buf[1 << 22];

	for (int i = 1; i < argc; i++) {
		FILE *f = fopen(argv[i], "rb");
		size_t n;
		uint8_t *exact;

		if (f == NULL) {
			perror(argv[i]);
			return 1;
		}
		n = fread(buf, 1, sizeof(buf), f);
		fclose(f);
		exact = malloc(n == 0 ? 1 : n);
		if (exact == NULL)
			return 1;
		if (n > 0)
			memcpy(exact, buf, n);
		(void)LLVMFuzzerTestOneInput(exact, n);
		free(exact);
	}
	return 0;
}
