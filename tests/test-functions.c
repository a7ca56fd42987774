// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which functions two builds differ in: objects are compiled here, as the kernel's are.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "functions.h"
#include "proc.h"
#include "reached.h"
#include "record.h"

/* first() is long enough that all others move when it grows. */
#define FIRST "int first(int x)\n{\n\treturn x * 3;\n}\n"
#define FIRST_GREW "int first(int x)\n{\n\tfor (int i = 0; i < x; i++)\n\t\tsay(\"a\", i);\n" \
	"\treturn x * 3;\n}\n"
#define REST "static __attribute__((noinline)) int second(int x)\n{\n\tsay(\"b\", x);\n\treturn x;\n}\n" \
	"int third(int x)\n{\n\tsay(\"c\", x);\n\treturn second(x + 1) + 2;\n}\n"
#define HEAD "int say(const char *, int);\n"
#define MAP "ffffffff81000000 T _text\nffffffff81000100 T first\nffffffff81000200 t second\n" \
	"ffffffff81000300 T third\nffffffff82000000 T _sinittext\nffffffff82000100 t start\n" \
	"ffffffff82000200 T _einittext\nffffffff82000300 D data\n"

/** struct bench - two trees */
struct bench {
	char *dir;
	char *old;
	char *new;
	char *map;
	struct function_list list;
	struct err err;
};

static int open_bench(void **state)
{
	struct bench *bench = mem_grow(NULL, 1, sizeof(*bench));

	*bench = (struct bench){ .dir = str_dup("/tmp/test-functions.XXXXXX") };
	if (!mkdtemp(bench->dir))
		return -1;
	bench->old = str_printf("%s/old", bench->dir);
	bench->new = str_printf("%s/new", bench->dir);
	bench->map = str_printf("%s/System.map", bench->dir);
	*state = bench;
	return fs_write(bench->map, MAP, strlen(MAP), &bench->err);
}

static int close_bench(void **state)
{
	struct bench *bench = *state;

	functions_free(&bench->list);
	fs_remove(bench->dir, NULL);
	free(bench->dir);
	free(bench->old);
	free(bench->new);
	free(bench->map);
	free(bench);
	return 0;
}

static void compile(struct bench *bench, const char *tree, const char *object, const char *text)
{
	char *source = str_printf("%s/x.c", bench->dir), *path = str_printf("%s/%s", tree, object);
	char *dir = str_printf("%.*s", (int)(strrchr(path, '/') - path), path), *said = NULL;
	char *const argv[] = { "gcc", "-O2", "-fno-pic", "-c", "-o", path, source, NULL };

	if (fs_mkdir(dir, &bench->err) || fs_write(source, text, strlen(text), &bench->err) ||
	    proc_capture(argv, &said, &bench->err))
		fail_msg("%s", bench->err.text);
	free(said);
	free(dir);
	free(path);
	free(source);
}

static void compare(struct bench *bench)
{
	if (functions_changed(bench->old, bench->new, bench->map, &bench->list, &bench->err))
		fail_msg("%s", bench->err.text);
}

static void a_function_that_grew_is_the_only_one_that_changed(void **state)
{
	struct bench *bench = *state;

	compile(bench, bench->old, "mm/x.o", HEAD FIRST REST);
	compile(bench, bench->new, "mm/x.o", HEAD FIRST_GREW REST);
	compare(bench);
	assert_int_equal(bench->list.objects, 1);
	assert_int_equal(bench->list.nr, 1);
	assert_string_equal(bench->list.item[0].name, "first");
	assert_true(bench->list.item[0].address == 0xffffffff81000100);
	assert_false(bench->list.item[0].init);
}

static void a_constant_in_code_is_a_change(void **state)
{
	struct bench *bench = *state;

	compile(bench, bench->old, "mm/x.o", HEAD FIRST);
	compile(bench, bench->new, "mm/x.o", HEAD "int first(int x)\n{\n\treturn x * 5;\n}\n");
	compare(bench);
	assert_int_equal(bench->list.nr, 1);
}

static void another_callee_is_a_change(void **state)
{
	struct bench *bench = *state;

	compile(bench, bench->old, "mm/x.o", HEAD "int first(int x)\n{\n\treturn 1 + say(\"\", x);\n}\n");
	compile(bench, bench->new, "mm/x.o", "int cry(const char *, int);\n"
		"int first(int x)\n{\n\treturn 1 + cry(\"\", x);\n}\n");
	compare(bench);
	assert_int_equal(bench->list.nr, 1);
}

static void the_same_code_is_no_change(void **state)
{
	struct bench *bench = *state;

	compile(bench, bench->old, "mm/x.o", HEAD FIRST REST);
	compile(bench, bench->new, "mm/x.o", HEAD "/* a comment */\n" FIRST REST);
	compile(bench, bench->old, "mm/y.o", "const int table = 1;\n");
	compile(bench, bench->new, "mm/y.o", "const int table = 2;\n");
	compile(bench, bench->new, "scripts/z.o", FIRST);
	compare(bench);
	assert_int_equal(bench->list.objects, 1);
	assert_int_equal(bench->list.nr, 0);
}

static void a_new_object_is_all_new_and_init_code_is_told_apart(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(fs_mkdir(bench->old, &bench->err), 0);
	compile(bench, bench->new, "mm/x.o", HEAD FIRST "int start(void)\n{\n\treturn 7;\n}\n");
	compare(bench);
	assert_int_equal(bench->list.nr, 2);
	assert_string_equal(bench->list.item[0].name, "first");
	assert_string_equal(bench->list.item[1].name, "start");
	assert_true(bench->list.item[1].init);
}

static void trees_and_maps_that_are_not_there_are_errors(void **state)
{
	struct bench *bench = *state;

	assert_true(functions_changed(bench->old, bench->new, bench->map, &bench->list,
				      &bench->err) < 0);
	assert_non_null(strstr(bench->err.text, bench->new));
	compile(bench, bench->old, "mm/x.o", HEAD FIRST);
	compile(bench, bench->new, "mm/x.o", HEAD FIRST_GREW);
	unlink(bench->map);
	assert_int_equal(functions_changed(bench->old, bench->new, bench->map, &bench->list,
					   &bench->err), -ENOENT);
	assert_int_equal(bench->list.nr, 0);
}

/* --- what the plugin wrote --- */

static void take(struct bench *bench, const char *text, struct record *record)
{
	char *path = str_printf("%s/counted", bench->dir);

	compile(bench, bench->old, "mm/x.o", HEAD FIRST);
	compile(bench, bench->new, "mm/x.o", HEAD FIRST_GREW REST);
	compare(bench);
	assert_int_equal(bench->list.nr, 3);
	assert_int_equal(fs_write(path, text, strlen(text), &bench->err), 0);
	functions_take_calls(&bench->list, path, record);
	free(path);
}

static void calls_become_series_of_the_cell(void **state)
{
	struct record record = { 0 };

	take(*state, REACHED_HEADER "\n7\n0\n9\nend\n", &record);
	assert_int_equal(record.nr_checks, 0);
	assert_int_equal(record.nr_series, 2);
	assert_string_equal(record.series[0].labels, "function=first");
	assert_true(record.series[0].samples[0] == 7);
	assert_string_equal(record.series[1].labels, "function=third");
	record_free(&record);
}

static void garbage_is_a_broken_check(void **state)
{
	static const char *const bad[] = {
		"", "x\n", REACHED_HEADER "\n1\n2\n", REACHED_HEADER "\n1\n2\n3\n",
		REACHED_HEADER "\n1\n2\n3\n4\nend\n", REACHED_HEADER "\n1\n-2\n3\nend\n",
		REACHED_HEADER "\n1\n2x\n3\nend\n", REACHED_HEADER "\n1\n\n3\nend\n",
		REACHED_HEADER "\n99999999999999999999999\n2\n3\nend\n",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct bench *bench = *state;
		struct record record = { 0 };

		functions_free(&bench->list);
		take(bench, bad[i], &record);
		assert_int_equal(record.nr_checks, 1);
		assert_int_equal(record.check[0].verdict, VERDICT_BROKEN);
		record_free(&record);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_function_that_grew_is_the_only_one_that_changed),
		TEST(a_constant_in_code_is_a_change),
		TEST(another_callee_is_a_change),
		TEST(the_same_code_is_no_change),
		TEST(a_new_object_is_all_new_and_init_code_is_told_apart),
		TEST(trees_and_maps_that_are_not_there_are_errors),
		TEST(calls_become_series_of_the_cell),
		TEST(garbage_is_a_broken_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
