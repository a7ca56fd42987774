// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls of functions, counted as the plugin counts them.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reached.h"
#include "traffic-code.h"

static int init(struct reached *reached, const char *map, FILE *out)
{
	FILE *in = fmemopen((void *)map, strlen(map), "r");
	int err = reached_init(reached, in, out);

	fclose(in);
	return err;
}

static void calls_are_counted_while_the_workload_runs(void **state)
{
	struct reached reached;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_int_equal(init(&reached, "ffffffff81000200 b\nffffffff81000100 a\n", out), 0);
	assert_null(reached_find(&reached, 0xffffffff81000101));
	reached_call(&reached, reached_find(&reached, 0xffffffff81000100));
	reached_take_mark(&reached, TRAFFIC_START);
	reached_call(&reached, reached_find(&reached, 0xffffffff81000100));
	reached_call(&reached, reached_find(&reached, 0xffffffff81000100));
	reached_take_mark(&reached, TRAFFIC_BEGIN);
	reached_call(&reached, reached_find(&reached, 0xffffffff81000200));
	reached_take_mark(&reached, TRAFFIC_STOP);
	reached_call(&reached, reached_find(&reached, 0xffffffff81000200));
	reached_write(&reached);
	fclose(out);
	/* In order of the map, not of addresses. */
	assert_string_equal(text, REACHED_HEADER "\n1\n2\nend\n");
	reached_free(&reached);
	free(text);
}

static void bad_maps_are_refused(void **state)
{
	static const char *const bad[] = { "x\n", "-1 a\n", "12", "12x a\n", "1ffffffffffffffff a\n" };
	struct reached reached;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(init(&reached, bad[i], NULL), -EINVAL);
		reached_free(&reached);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_are_counted_while_the_workload_runs),
		cmocka_unit_test(bad_maps_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
