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

#include "entered.h"
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

static void put(const char *path, const char *text)
{
	assert_int_equal(fs_write(path, text, strlen(text), NULL), 0);
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

/* --- what differs beside functions --- */

static void assert_everywhere(struct bench *bench, const char *old, const char *new, const char *why)
{
	compile(bench, bench->old, "mm/x.o", old);
	compile(bench, bench->new, "mm/x.o", new);
	compare(bench);
	if (!why && bench->list.everywhere)
		fail_msg("nothing else differs, and it says: %s", bench->list.everywhere);
	if (why && (!bench->list.everywhere || !strstr(bench->list.everywhere, why)))
		fail_msg("wanted: %s; got: %s", why,
			 bench->list.everywhere ? bench->list.everywhere : "nothing");
}

/* A table of functions, of which one is static, so that it is a place in the code. */
#define TABLE "int (*const table[])(int) = { first, second, third };\n"

static void a_table_of_functions_that_moved_is_the_same(void **state)
{
	assert_everywhere(*state, HEAD FIRST REST TABLE,
			  HEAD "int first(int x)\n{\n\treturn say((void *)1, x) * say((void *)2, x);\n}\n"
			  REST TABLE, NULL);
}

static void another_order_in_a_table_is_everywhere(void **state)
{
	assert_everywhere(*state, HEAD FIRST REST TABLE,
			  HEAD FIRST REST "int (*const table[])(int) = { second, first, third };\n",
			  "mm/x.o: section .rodata differs");
}

static void another_static_function_in_a_table_is_everywhere(void **state)
{
	static const char pair[] = "static int left(int x)\n{\n\treturn x + 1;\n}\n"
				   "static int right(int x)\n{\n\treturn x + 2;\n}\n";
	char *old = str_printf("%sint (*const pair[])(int) = { left, right };\n", pair);
	char *new = str_printf("%sint (*const pair[])(int) = { right, left };\n", pair);

	assert_everywhere(*state, old, new, "section .rodata differs");
	free(new);
	free(old);
}

static void a_constant_is_everywhere(void **state)
{
	assert_everywhere(*state, HEAD FIRST "int limit = 3;\n", HEAD FIRST "int limit = 4;\n",
			  "mm/x.o: section .data differs");
}

static void a_variable_more_is_everywhere(void **state)
{
	assert_everywhere(*state, HEAD FIRST, HEAD FIRST "char room[64];\n", "section .bss differs");
}

static void a_text_is_everywhere(void **state)
{
	assert_everywhere(*state, HEAD REST, HEAD "const char *name(void)\n{\n\treturn \"Name\";\n}\n"
			  REST, "section .rodata.str1.1 differs");
}

static void the_code_of_an_architecture_is_everywhere(void **state)
{
	struct bench *bench = *state;

	compile(bench, bench->old, "arch/x86/mm/x.o", HEAD FIRST REST);
	compile(bench, bench->new, "arch/x86/mm/x.o",
		HEAD "int first(int x)\n{\n\treturn x * 5;\n}\n" REST);
	compare(bench);
	assert_int_equal(bench->list.nr, 1);
	assert_non_null(strstr(bench->list.everywhere, "arch/x86/mm/x.o"));
}

static void a_function_without_a_place_is_everywhere(void **state)
{
	assert_everywhere(*state, HEAD FIRST, HEAD FIRST "int other(int x)\n{\n\treturn say(0, x);\n}\n",
			  "other is no function of the new kernel");
}

static void another_variable_of_the_file_is_a_change(void **state)
{
	static const char old[] = "static int a, b;\nint first(int x)\n{\n\treturn a += x;\n}\n"
				  "int third(int x)\n{\n\treturn b += x;\n}\n";
	static const char new[] = "static int a, b;\nint first(int x)\n{\n\treturn b += x;\n}\n"
				  "int third(int x)\n{\n\treturn a += x;\n}\n";
	struct bench *bench = *state;

	compile(bench, bench->old, "mm/x.o", old);
	compile(bench, bench->new, "mm/x.o", new);
	compare(bench);
	assert_int_equal(bench->list.nr, 2);
}

/* --- what it means for memory --- */

static const char *edge_between(struct bench *bench, const char *old, const char *new)
{
	char *before = str_printf("%s/old.map", bench->dir);
	char *after = str_printf("%s/new.map", bench->dir);
	const char *edge;

	assert_int_equal(fs_write(before, old, strlen(old), &bench->err), 0);
	assert_int_equal(fs_write(after, new, strlen(new), &bench->err), 0);
	assert_int_equal(functions_find_edge(before, after, &edge, &bench->err), 0);
	free(before);
	free(after);
	return edge;
}

static void an_image_that_takes_another_page_is_seen(void **state)
{
	static const char old[] = "ffffffff81000000 T _text\nffffffff81800ff0 T _etext\n"
				  "ffffffff81c00000 B _end\n";

	assert_null(edge_between(*state, old, "ffffffff81000000 T _text\n"
				 "ffffffff81800fff T _etext\nffffffff81c00000 B _end\n"));
	assert_string_equal(edge_between(*state, old, "ffffffff81000000 T _text\n"
					 "ffffffff81801000 T _etext\nffffffff81c00000 B _end\n"),
			    "_etext");
	assert_string_equal(edge_between(*state, old, "ffffffff81000000 T _text\n"
					 "ffffffff81800ff0 T _etext\n"), "_end");
}

static void a_map_that_is_not_there_is_an_error(void **state)
{
	struct bench *bench = *state;
	const char *edge;

	assert_int_equal(functions_find_edge("/nonexistent", bench->map, &edge, &bench->err), -ENOENT);
	assert_non_null(strstr(bench->err.text, "/nonexistent"));
}

static void what_patches_changed_adds_up(void **state)
{
	struct function_place first = { .name = (char *)"first" }, third = { .name = (char *)"third" };
	const struct function_list one = { .item = &first, .nr = 1, .objects = 1 };
	const struct function_list two = { .item = &third, .nr = 1, .objects = 2,
					   .everywhere = (char *)"data" };
	struct bench *bench = *state;

	functions_add(&bench->list, &one);
	assert_null(bench->list.everywhere);
	functions_add(&bench->list, &two);
	assert_int_equal(bench->list.nr, 2);
	assert_int_equal(bench->list.objects, 3);
	assert_true(functions_has(&bench->list, "first") && functions_has(&bench->list, "third"));
	assert_string_equal(bench->list.everywhere, "data");
}

/* --- which cells enter them --- */

static void what_a_cell_enters_is_remembered(void **state)
{
	struct function_place other = { .name = (char *)"zz_other" };
	const struct function_list none = { .item = &other, .nr = 1 };
	struct bench *bench = *state;
	struct function_list all = { 0 };
	char *path = entered_path(bench->dir, "agent", "QEMU 1", "job");
	char *counted = str_printf("%s/counted", bench->dir), *name;

	/* _text, first, second, third, start, and what is no function. */
	assert_int_equal(functions_find(NULL, bench->map, &all, &bench->err), 0);
	assert_int_equal(all.nr, 5);
	assert_int_equal(entered_find(path, &none, &name), -ENOENT);
	put(counted, REACHED_HEADER "\n0\n0\n1\n0\n1\nend\n");
	assert_int_equal(entered_keep(path, &all, counted, &bench->err), 0);
	assert_int_equal(entered_find(path, &none, &name), 0);
	assert_null(name);
	other.name = (char *)"second";
	assert_int_equal(entered_find(path, &none, &name), 0);
	assert_string_equal(name, "second");
	free(name);
	other.name = (char *)"secon";
	assert_int_equal(entered_find(path, &none, &name), 0);
	assert_null(name);
	functions_free(&all);
	free(counted);
	free(path);
}

static void another_agent_qemu_or_job_enters_what_it_likes(void **state)
{
	struct bench *bench = *state;
	char *path = entered_path(bench->dir, "agent", "QEMU 1", "job");
	char *other[] = {
		entered_path(bench->dir, "agent", "QEMU 1", "job 2"),
		entered_path(bench->dir, "agent", "QEMU 2", "job"),
		entered_path(bench->dir, "agent 2", "QEMU 1", "job"),
		entered_path("/other", "agent", "QEMU 1", "job"),
	};

	for (size_t i = 0; i < ARRAY_SIZE(other); i++) {
		assert_string_not_equal(path, other[i]);
		free(other[i]);
	}
	free(path);
}

static void what_is_not_whole_is_not_known(void **state)
{
	static const char *const bad[] = {
		"", "end\n", "pagemeta entered 1\n", "pagemeta entered 1\nfirst\n",
		"pagemeta entered 2\nfirst\nend\n", "pagemeta entered 1\nfirst\nend",
		"pagemeta entered 1\nfirst\nlegend\n",
	};
	struct function_place place = { .name = (char *)"first" };
	const struct function_list list = { .item = &place, .nr = 1 };
	struct bench *bench = *state;
	char *path = str_printf("%s/entered", bench->dir), *name;

	put(path, "pagemeta entered 1\nfirst\nend\n");
	assert_int_equal(entered_find(path, &list, &name), 0);
	free(name);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		put(path, bad[i]);
		assert_int_equal(entered_find(path, &list, &name), -ENOENT);
		assert_null(name);
	}
	free(path);
}

static void what_the_plugin_did_not_finish_is_not_remembered(void **state)
{
	struct bench *bench = *state;
	char *path = entered_path(bench->dir, "agent", "QEMU 1", "job");
	char *counted = str_printf("%s/counted", bench->dir);
	struct function_list all = { 0 };

	assert_int_equal(functions_find(NULL, bench->map, &all, &bench->err), 0);
	put(counted, REACHED_HEADER "\n0\n0\n1\n0\n");
	assert_int_equal(entered_keep(path, &all, counted, &bench->err), -EBADMSG);
	assert_false(fs_exists(path));
	functions_free(&all);
	free(counted);
	free(path);
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
		TEST(a_table_of_functions_that_moved_is_the_same),
		TEST(another_order_in_a_table_is_everywhere),
		TEST(another_static_function_in_a_table_is_everywhere),
		TEST(a_constant_is_everywhere),
		TEST(a_variable_more_is_everywhere),
		TEST(a_text_is_everywhere),
		TEST(the_code_of_an_architecture_is_everywhere),
		TEST(a_function_without_a_place_is_everywhere),
		TEST(another_variable_of_the_file_is_a_change),
		TEST(an_image_that_takes_another_page_is_seen),
		TEST(a_map_that_is_not_there_is_an_error),
		TEST(what_patches_changed_adds_up),
		TEST(what_a_cell_enters_is_remembered),
		TEST(another_agent_qemu_or_job_enters_what_it_likes),
		TEST(what_is_not_whole_is_not_known),
		TEST(what_the_plugin_did_not_finish_is_not_remembered),
		TEST(calls_become_series_of_the_cell),
		TEST(garbage_is_a_broken_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
