// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Call traces are found in what kernels print, in nothing else, and their functions in the
 * tree of a kernel: here one of two files, made by the compiler.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "proc.h"
#include "sample-run.h"
#include "stack-run.h"
#include "util.h"

/* As 6.12 printed it, shortened. */
static const char oops[] =
	"[    0.1] harmless+0x1/0x2\r\n"
	"[    0.235470] BUG: kernel NULL pointer dereference, address: 0000000000000000\r\n"
	"[    0.235478] #PF: supervisor read access in kernel mode\r\n"
	"[    0.235510] Oops: Oops: 0000 [#1] SMP\r\n"
	"[    0.235531] RIP: 0010:zswap_load+0x97/0x120\r\n"
	"[    0.235545] Code: 01 c7 45 85 e4 75 7d e8\r\n"
	"[    0.235560] RSP: 0000:ffa00000000ebcc0 EFLAGS: 00000246\r\n"
	"[    0.235658] Call Trace:\r\n"
	"[    0.235664]  <TASK>\r\n"
	"[    0.235669]  swap_read_folio+0xa2/0x550\r\n"
	"[    0.235694]  ? wake_up_state+0x10/0x10 [zs-malloc]\r\n"
	"[    0.235747]  asm_exc_page_fault+0x27/0x30\r\n"
	"[    0.235760] RIP: 0033:0x401234\r\n"
	"[    0.235761] Code: 00\r\n"
	"[    0.235770]  </TASK>\r\n"
	"[    0.235772] Modules linked in:\r\n"
	"[    0.235780] ---[ end trace 0000000000000000 ]---\r\n"
	"[    0.235790] RIP: 0010:zswap_load+0x97/0x120\r\n"
	"[    0.235800] Kernel panic - not syncing: Fatal exception\r\n";

static void an_oops_is_a_trace(void **state)
{
	struct stack_list list;
	const struct stack_frame *frame;
	char *text;
	(void)state;

	stack_parse(oops, strlen(oops), &list);
	assert_int_equal(list.nr, 1);
	assert_int_equal(list.trace[0].line, 2);
	assert_int_equal(list.trace[0].last, 12);
	assert_int_equal(list.trace[0].kind, CONSOLE_OOPS);
	assert_string_equal(list.trace[0].headline,
			    "BUG: kernel NULL pointer dereference, address: 0000000000000000");
	assert_int_equal(list.trace[0].nr, 4);
	frame = list.trace[0].frame;
	assert_string_equal(frame[0].symbol, "zswap_load");
	assert_true(frame[0].at);
	assert_int_equal(frame[0].offset, 0x97);
	assert_int_equal(frame[0].size, 0x120);
	assert_string_equal(frame[1].symbol, "swap_read_folio");
	assert_false(frame[1].at || frame[1].unsure || frame[1].module);
	assert_true(frame[2].unsure);
	assert_string_equal(frame[2].module, "zs-malloc");
	text = stack_frame_text(&frame[2]);
	assert_string_equal(text, "wake_up_state+0x10/0x10 [zs-malloc]");
	free(text);
	stack_free(&list);
}

static void a_trace_of_an_interrupt_goes_on_behind_it(void **state)
{
	static const char text[] =
		"[    0.4] x\n"
		"[    0.416829] Kernel panic - not syncing: NMI: Not continuing\n"
		"[    0.416840] Call Trace:\n[    0.416842]  <NMI>\n"
		"[    0.416844]  dump_stack_lvl+0x27/0x70\n"
		"[    0.416915] RIP: 0010:zswap_load+0x9a/0x110\n"
		"[    0.416925] Code: 85 e4\n[    0.416931] RSP: 0000:ffa0 EFLAGS: 00000046\n"
		"[    0.416956] R13: ff110000032939a0 R14: 0000000000000001\n"
		"[    0.416988]  </NMI>\n[    0.416990]  <TASK>\n"
		"[    0.416993]  swap_read_folio+0xa2/0x550\n"
		"[    0.417100] Sending NMI to others\n[    0.417200]  other+0x1/0x2\n";
	struct stack_list list;
	(void)state;

	stack_parse(text, strlen(text), &list);
	assert_int_equal(list.nr, 1);
	assert_int_equal(list.trace[0].kind, CONSOLE_PANIC);
	assert_int_equal(list.trace[0].nr, 3);
	assert_string_equal(list.trace[0].frame[1].symbol, "zswap_load");
	assert_true(list.trace[0].frame[1].at);
	assert_string_equal(list.trace[0].frame[2].symbol, "swap_read_folio");
	stack_free(&list);
}

/* Each looks like a function, and is none. */
static void what_is_no_function_is_left_out(void **state)
{
	static const char *const line[] = {
		"zswap_load", "zswap_load+0x97", "zswap_load+97/120", "zswap_load+0x/0x120",
		"zswap_load+0x97/0x", "zswap_load+0x130/0x120", "+0x1/0x2", "1zswap+0x1/0x2",
		"$(reboot)+0x1/0x2", "a;b+0x1/0x2", "a b+0x1/0x2", "a/b+0x1/0x2", "-e+0x1/0x2",
		"x+0x11111111111111111/0x2", "x+0x1/0x2x", "x\xff+0x1/0x2", "--help+0x1/0x2",
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(line); i++) {
		char *text = str_printf("WARNING: CPU: 0\nCall Trace:\n %s\n", line[i]);
		struct stack_list list;

		stack_parse(text, strlen(text), &list);
		if (list.nr)
			fail_msg("\"%s\" was taken for a function", line[i]);
		stack_free(&list);
		free(text);
	}
}

static void garbage_is_survived(void **state)
{
	static const char *const piece[] = {
		"\n", "Call Trace:", "RIP: 0010:", "BUG: ", "WARNING: ", "\xff\x80", " <TASK>\n",
		"+0x", "/0x", "ffffffffffffffff", "zswap", "[    0.235531] ", "?", " [", "]", "\r",
		" a+0x1/0x2\n", ":", "Kernel panic - not syncing", "Code: ", "R12: ",
	};
	uint64_t seed = 1;
	(void)state;

	for (unsigned int round = 0; round < 3000; round++) {
		struct stack_list list;
		char text[2048];
		size_t len = 0;

		while (len < sizeof(text) - 64) {
			const char *add;

			seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
			add = piece[(seed >> 33) % ARRAY_SIZE(piece)];
			if (!(seed >> 60))
				text[len++] = seed >> 40;
			memcpy(text + len, add, strlen(add));
			len += strlen(add);
		}
		stack_parse(text, len, &list);
		for (size_t i = 0; i < list.nr; i++)
			assert_true(list.trace[i].nr && list.trace[i].nr <= STACK_FRAMES_MAX);
		stack_free(&list);
	}
}

static void floods_are_cut(void **state)
{
	struct stack_list list;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);
	(void)state;

	for (unsigned int i = 0; i < 100; i++) {
		fprintf(out, "WARNING: number %u\nCall Trace:\n", i);
		for (unsigned int k = 0; k < 200; k++)
			fprintf(out, " f%u+0x1/0x2\n", k);
		fprintf(out, "\n");
	}
	fclose(out);
	stack_parse(text, len, &list);
	assert_int_equal(list.nr, STACK_TRACES_MAX);
	assert_true(list.cut);
	assert_int_equal(list.trace[0].nr, STACK_FRAMES_MAX);
	assert_true(list.trace[0].cut);
	stack_free(&list);
	free(text);
}

/* --- files --- */

static void run(const char *dir, const char *command)
{
	char *argv[] = { "sh", "-c", NULL, NULL }, *text = NULL;
	struct err err = { "" };

	argv[2] = str_printf("cd '%s' && %s", dir, command);
	if (proc_capture(argv, &text, &err))
		fail_msg("%s: %s", command, err.text);
	free(text);
	free(argv[2]);
}

/* An unpacked source, and a tree that has patched mm/b.c of it. */
static char *make_tree(const char *cflags)
{
	char *dir = sample_folder(), *command;

	run(dir, "mkdir -p source/mm source/lib && cd source && echo x >COPYING && "
	    "printf 'int twice(int x);\\nstatic __attribute__((noinline)) int same(int x)"
	    " { return x + 1; }\\nint first(int x)\\n{\\n\\treturn same(twice(x)) + 7;\\n}\\n' >mm/a.c && "
	    "printf 'int third(int x);\\nstatic __attribute__((noinline)) int same(int x)"
	    " { int y = third(x); for (int i = 0; i < y; i++) y += third(i) * i; return y; }\\n"
	    "int second(int x) { return same(x) + 1; }\\n' >mm/b.c && "
	    "printf 'int third(int x) { return x; }\\n' >lib/c.c");
	run(dir, "cp -al source tree && cp source/mm/b.c new && mv new tree/mm/b.c");
	command = str_printf("cd tree && for f in mm/a mm/b lib/c; do gcc -O1 %s -c -o $f.o $f.c; done"
			     " && ar cDPrST vmlinux.a mm/a.o mm/b.o"
			     " && ar cDPrST lib/lib.a lib/c.o", cflags);
	run(dir, command);
	free(command);
	return dir;
}

/* One trace of the names, each with the size of the first object that defines it. */
static void trace_of(const char *dir, const char *const *name, size_t nr, struct stack_list *list)
{
	char *text = str_printf("WARNING: x\nCall Trace:\n");

	for (size_t i = 0; i < nr; i++) {
		char *argv[] = { "sh", "-c", NULL, NULL }, *size = NULL, *more;

		argv[2] = str_printf("cd '%s/tree' && nm -S mm/a.o mm/b.o lib/c.o | sed -n "
				     "'s/^[0-9a-f]* 0*\\([0-9a-f]*\\) [tT] %s$/\\1/p' | head -n 1",
				     dir, name[i]);
		assert_int_equal(proc_capture(argv, &size, NULL), 0);
		more = str_printf("%s %s+0x2/0x%s\n", text, name[i], *size ? size : "40");
		free(text);
		text = more;
		free(size);
		free(argv[2]);
	}
	stack_parse(text, strlen(text), list);
	free(text);
	assert_int_equal(list->nr, 1);
	assert_int_equal(list->trace[0].nr, nr);
}

static void functions_are_found_in_their_files(void **state)
{
	static const char *const name[] = { "first", "second", "third", "same", "nowhere" };
	char *dir = make_tree(""), *tree = str_printf("%s/tree", dir);
	struct err err = { "" };
	struct stack_list list;
	const struct stack_frame *frame;
	(void)state;

	trace_of(dir, name, ARRAY_SIZE(name), &list);
	if (stack_decode(&list, tree, &err))
		fail_msg("%s", err.text);
	frame = list.trace[0].frame;
	for (size_t i = 0; i < 3; i++)
		assert_non_null(frame[i].source);
	assert_string_equal(frame[0].source, "mm/a.c");
	assert_false(frame[0].patched);
	assert_string_equal(frame[1].source, "mm/b.c");
	assert_true(frame[1].patched);
	assert_string_equal(frame[2].source, "lib/c.c");
	/* Of two with that name the size says which, as far as it can. */
	assert_true(!frame[3].source || !strcmp(frame[3].source, "mm/a.c"));
	assert_null(frame[4].source);
	/* Where the source has gone, nothing is known of patches. */
	run(dir, "rm -r source");
	assert_int_equal(stack_decode(&list, tree, &err), 0);
	stack_free(&list);
	trace_of(dir, name, 2, &list);
	assert_int_equal(stack_decode(&list, tree, &err), 0);
	assert_false(list.trace[0].frame[1].patched);
	stack_free(&list);
	free(tree);
	sample_remove(dir);
}

static void lines_are_told_where_there_is_dwarf(void **state)
{
	static const char *const name[] = { "first", "third" };
	char *dir = make_tree("-g"), *tree = str_printf("%s/tree", dir);
	struct err err = { "" };
	struct stack_list list;
	(void)state;

	run(dir, "cd tree && gcc -nostdlib -static -Wl,-e,first -o vmlinux mm/a.o mm/b.o lib/c.o "
	    "-Wl,--defsym,twice=second && nm vmlinux >System.map && "
	    "printf 'CONFIG_X=y\\nCONFIG_DEBUG_INFO=y\\n' >.config");
	trace_of(dir, name, ARRAY_SIZE(name), &list);
	if (stack_decode(&list, tree, &err))
		fail_msg("%s", err.text);
	assert_true(!strncmp(list.trace[0].frame[0].source, "mm/a.c:", 7));
	assert_in_range(atoi(list.trace[0].frame[0].source + 7), 3, 6);
	assert_string_equal(list.trace[0].frame[1].source, "lib/c.c:1");
	stack_free(&list);
	free(tree);
	sample_remove(dir);
}

static void a_tree_that_is_not_there_is_an_error(void **state)
{
	struct err err = { "" };
	struct stack_list list;
	(void)state;

	stack_parse(oops, strlen(oops), &list);
	assert_int_equal(stack_decode(&list, "/nonexistent", &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nonexistent"));
	stack_free(&list);
}

/* A key that leads out of the cache leads nowhere. */
static void another_kernel_of_the_run_helps_out(void **state)
{
	static const char *const name[] = { "first", "second" };
	static char own[] = "../../etc", other[HASH_HEX];
	struct store_kernel kernel[] = {
		{ .variant = (char *)"patched", .key = own }, { .variant = (char *)"base", .key = other },
	};
	struct store_content content = { .kernel = kernel, .nr_kernels = 2 };
	char *dir = make_tree(""), *note;
	struct stack_list list;
	(void)state;

	memset(other, 'a', HASH_HEX - 1);
	trace_of(dir, name, ARRAY_SIZE(name), &list);
	note = stack_decode_run(dir, &content, "patched", &list);
	assert_string_equal(note, "files are not known: the tree of patched is not in the cache any more");
	free(note);
	note = str_printf("mkdir -p tree2/%s && mv tree tree2/%s/linux && mv tree2 tree && "
			  "echo '{}' >tree/%s/manifest.json", other, other, other);
	run(dir, note);
	free(note);
	note = stack_decode_run(dir, &content, "patched", &list);
	assert_string_equal(note, "the tree of patched is not in the cache any more: files are those "
			    "of base, and what was patched is not known");
	assert_string_equal(list.trace[0].frame[1].source, "mm/b.c");
	assert_false(list.trace[0].frame[1].patched);
	free(note);
	assert_null(stack_decode_run(dir, &content, "base", &list));
	assert_true(list.trace[0].frame[1].patched);
	stack_free(&list);
	sample_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_oops_is_a_trace),
		cmocka_unit_test(a_trace_of_an_interrupt_goes_on_behind_it),
		cmocka_unit_test(what_is_no_function_is_left_out),
		cmocka_unit_test(garbage_is_survived),
		cmocka_unit_test(floods_are_cut),
		cmocka_unit_test(functions_are_found_in_their_files),
		cmocka_unit_test(lines_are_told_where_there_is_dwarf),
		cmocka_unit_test(a_tree_that_is_not_there_is_an_error),
		cmocka_unit_test(another_kernel_of_the_run_helps_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
