/* unit.h: what every unit test includes first; cmocka does not bring its own needs. */
#ifndef REFWALL_TESTS_UNIT_H
#define REFWALL_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "refwall/base.h"

#define assert_str(s, z) do {							\
	struct rw_str assert_s_ = (s), assert_z_ = rw_str(z);			\
	assert_int_equal(assert_s_.n, assert_z_.n);				\
	if (assert_z_.n > 0)							\
		assert_memory_equal(assert_s_.p, assert_z_.p, assert_z_.n);	\
} while (0)

#endif
