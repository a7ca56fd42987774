// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Where functions begin and end, by /proc/kallsyms.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kallsyms.h"

static int find(const char *text, struct kallsyms_range *range, size_t nr)
{
	FILE *file = fmemopen((void *)(uintptr_t)text, strlen(text), "r");
	int err = kallsyms_read(file, range, nr);

	fclose(file);
	return err;
}

static const char sample[] =
	"0000000000000000 A fixed_percpu_data\n"
	"ffffffff81000100 T memremap_pages\n"
	"ffffffff81000100 t alias\n"
	"ffffffff81000400 t next\n"
	"ffffffff81000900 T memremap_pages\n"
	"ffffffffa0000000 t last\t[module]\n"
	"ffffffff81000300 t out_of_order\n";

static void a_function_ends_where_the_next_begins(void **state)
{
	struct kallsyms_range range[] = { { .name = "memremap_pages" }, { .name = "next" } };

	(void)state;
	assert_int_equal(find(sample, range, 2), 0);
	assert_int_equal(range[0].start, 0xffffffff81000100);
	assert_int_equal(range[0].end, 0xffffffff81000300);
	assert_int_equal(range[1].start, 0xffffffff81000400);
	assert_int_equal(range[1].end, 0xffffffff81000900);
}

static void what_is_not_there_or_hidden_is_told_apart(void **state)
{
	struct kallsyms_range none = { .name = "memremap" }, last = { .name = "last" };
	struct kallsyms_range hidden = { .name = "memremap_pages" };

	(void)state;
	assert_int_equal(find(sample, &none, 1), -ENOENT);
	assert_int_equal(find(sample, &last, 1), -ENOENT);
	assert_int_equal(find("0000000000000000 T memremap_pages\n0000000000000000 T next\n",
			      &hidden, 1), -EPERM);
	assert_int_equal(find("junk\n", &hidden, 1), -EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_function_ends_where_the_next_begins),
		cmocka_unit_test(what_is_not_there_or_hidden_is_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
