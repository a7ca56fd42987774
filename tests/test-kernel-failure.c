// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel builder when something is wrong: the sentence that is said, and that
 * nothing of the failure is left once it is put right.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake-kernel.h"

static void a_patch_that_does_not_apply_is_shown(void **state)
{
	static const char bad[] =
		"--- a/mm/alloc.c\n+++ b/mm/alloc.c\n@@ -2,4 +2,4 @@\n int mm_alloc(void)\n"
		" {\n-\treturn 77;\n+\treturn 78;\n }\n";
	const struct fake_kernel *fake = *state;
	struct kernel_image image;
	struct err err = { "" };

	fake_variant(fake, "bad", "", bad);
	assert_int_equal(fake_try_build(fake, "bad", &image, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "bad: patch 0001-change.patch does not apply"));
	assert_non_null(strstr(err.text, "mm/alloc.c: Hunk #1 FAILED"));
	assert_non_null(strstr(err.text, "-\treturn 77;"));
	assert_non_null(strstr(err.text, "/log/"));
	assert_false(fake_in_tree(fake, "bad", ""));
	assert_true(fake_in_tree(fake, "baseline", "manifest.json"));
}

static void lines_may_have_moved_but_context_must_fit(void **state)
{
	static const char moved[] =
		"--- a/mm/alloc.c\n+++ b/mm/alloc.c\n@@ -12,4 +12,4 @@\n int mm_alloc(void)\n"
		" {\n-\treturn 1;\n+\treturn 11;\n }\n";
	static const char fuzzy[] =
		"--- a/mm/alloc.c\n+++ b/mm/alloc.c\n@@ -2,4 +2,4 @@\n int mm_other(void)\n"
		" {\n-\treturn 1;\n+\treturn 11;\n }\n";
	const struct fake_kernel *fake = *state;
	struct kernel_image image;
	struct err err = { "" };

	fake_variant(fake, "moved", "", moved);
	fake_build_and_forget(fake, "moved");
	fake_variant(fake, "fuzzy", "", fuzzy);
	assert_int_equal(fake_try_build(fake, "fuzzy", &image, &err), -EBADMSG);
}

static void a_config_option_that_does_not_stick_is_shown(void **state)
{
	const struct fake_kernel *fake = *state;
	struct kernel_image image;
	struct err err = { "" };

	fake_variant(fake, "wants", "[config]\nCONFIG_NOT_THERE = y\n", NULL);
	assert_int_equal(fake_try_build(fake, "wants", &image, &err), -EBADMSG);
	assert_non_null(strstr(err.text, "wants: "));
	assert_non_null(strstr(err.text, "CONFIG_NOT_THERE: wanted y, got not there"));
}

static void the_first_compiler_error_is_shown(void **state)
{
	static const char broken[] =
		"--- a/mm/free.c\n+++ b/mm/free.c\n@@ -1,5 +1,6 @@\n #include \"page.h\"\n"
		" int mm_free(void)\n {\n-\treturn 2;\n+\treturn nowhere\n+\t\t+ elsewhere;\n }\n";
	const struct fake_kernel *fake = *state;
	struct kernel_image image;
	struct err err = { "" };
	char *log;

	fake_variant(fake, "broken", "", broken);
	assert_int_equal(fake_try_build(fake, "broken", &image, &err), -EIO);
	assert_non_null(strstr(err.text, "broken: make vmlinux failed (exit 2): mm/free.c:4:"));
	assert_non_null(strstr(err.text, "error: 'nowhere' undeclared"));
	log = strstr(err.text, "log: ") + 5;
	assert_true(fs_exists(log));
	assert_false(fake_in_tree(fake, "broken", ""));
	/* Put right, it builds; the failure is not remembered. */
	fake_variant(fake, "broken", "", FAKE_PATCH_FREE);
	fake_build_and_forget(fake, "broken");
}

static void what_is_no_kernel_is_refused(void **state)
{
	struct fake_kernel *fake = *state;
	struct kernel_builder kb = fake_kernel_builder(fake);
	struct variant *variant = fake_load(fake, "baseline");
	struct kernel_image image;
	struct err err = { "" };

	kb.source = fake->kernels;
	assert_int_equal(kernel_build(&kb, variant, &image, &err), -EINVAL);
	assert_non_null(strstr(err.text, "not a kernel source"));
	kb.source = "/nowhere/linux";
	assert_int_equal(kernel_build(&kb, variant, &image, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nowhere/linux"));
	assert_false(kernel_is_cached(&kb, variant));
	variant_free(variant);
}

static void an_unknown_revision_is_named(void **state)
{
	const struct fake_kernel *fake = *state;
	struct kernel_image image;
	struct err err = { "" };
	char *ini;

	fake_git(fake->source, "init", "-q", ".");
	ini = str_printf("[variant]\nhelp = h\nstate = complete\nsource = git:%s v9.9\n", fake->source);
	fake_write(fake->kernels, "from-git/variant.ini", ini);
	free(ini);
	assert_int_equal(fake_try_build(fake, "from-git", &image, &err), -ENOENT);
	assert_non_null(strstr(err.text, "from-git/variant.ini: source = git:"));
	assert_non_null(strstr(err.text, "v9.9"));
}

/* The error of a build with only these programs; those not here make its list longer. */
static struct err build_with(const struct fake_kernel *fake, const char *name,
			     const char *const *tool)
{
	char *bin = str_printf("%s/bin", fake->dir), *path = str_dup(getenv("PATH"));
	struct kernel_image image;
	struct err err = { "" };
	int error;

	fs_mkdir(bin, NULL);
	for (; *tool; tool++) {
		char *from = str_printf("/usr/bin/%s", *tool);
		char *to = str_printf("%s/%s", bin, *tool);

		assert_int_equal(symlink(from, to), 0);
		free(from);
		free(to);
	}
	setenv("PATH", bin, 1);
	error = fake_try_build(fake, name, &image, &err);
	setenv("PATH", path, 1);
	assert_int_equal(error, -ENOENT);
	free(bin);
	free(path);
	return err;
}

static void a_missing_tool_is_named_with_its_package(void **state)
{
	/* all but bison */
	static const char *const tool[] = { "gcc", "ld", "make", "patch", "tar", "xz", "flex", "bc",
					    "env", "git", "as", NULL };
	struct err err = build_with(*state, "baseline", tool);

	assert_non_null(strstr(err.text, "missing: "));
	assert_non_null(strstr(err.text, "bison"));
	assert_non_null(strstr(err.text, "apt install "));
}

static void a_missing_linker_is_named_with_its_package(void **state)
{
	static const char *const tool[] = { "gcc", "env", "git", NULL };
	struct err err = build_with(*state, "baseline", tool);

	assert_non_null(strstr(err.text, "ld: cannot be run"));
	assert_non_null(strstr(err.text, "apt install binutils)"));
}

static void a_full_disk_is_said_and_survived(void **state)
{
	static const char full[] =
		"--- a/Makefile\n+++ b/Makefile\n@@ -20,6 +20,7 @@\n"
		" vmlinux: $(OBJS) .config\n"
		" \t@echo '  LD      $@'\n"
		" \t@cat $(OBJS) .config > $@\n"
		"+\t@test ! -e $(GATE).full || cat $@ > /dev/full\n"
		" \t@cp $@ System.map\n"
		" %.o: %.c include/page.h tools/objtool/objtool\n"
		" \t@echo '  CC      $@'\n";
	const struct fake_kernel *fake = *state;
	struct kernel_image image;
	struct err err = { "" };
	char *flag = str_printf("%s.full", fake->gate);

	fake_variant(fake, "full", "", full);
	fake_write(fake->dir, "gate.full", "");
	assert_int_equal(fake_try_build(fake, "full", &image, &err), -ENOSPC);
	assert_non_null(strstr(err.text, "the disk is full"));
	assert_non_null(strstr(err.text, "log: "));
	assert_true(fake_in_tree(fake, "full", "unfinished.json"));
	unlink(flag);
	fake_build_and_forget(fake, "full");
	free(flag);
}

static void a_write_error_while_copying_names_the_file(void **state)
{
	const struct fake_kernel *fake = *state;
	struct rlimit old, low;
	struct kernel_image image;
	struct err err = { "" };
	char *big;
	int error;

	big = mem_grow(NULL, 1 << 20, 1);
	memset(big, 'x', 1 << 20);
	big[(1 << 20) - 1] = '\0';
	fake_write(fake->source, "big.txt", big);
	free(big);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	low = (struct rlimit){ 1 << 19, old.rlim_max };
	setrlimit(RLIMIT_FSIZE, &low);
	error = fake_try_build(fake, "baseline", &image, &err);
	setrlimit(RLIMIT_FSIZE, &old);
	assert_int_equal(error, -EFBIG);
	assert_non_null(strstr(err.text, "big.txt"));
	fake_build_and_forget(fake, "baseline");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_patch_that_does_not_apply_is_shown),
		TEST(lines_may_have_moved_but_context_must_fit),
		TEST(a_config_option_that_does_not_stick_is_shown),
		TEST(the_first_compiler_error_is_shown),
		TEST(what_is_no_kernel_is_refused),
		TEST(an_unknown_revision_is_named),
		TEST(a_missing_tool_is_named_with_its_package),
		TEST(a_missing_linker_is_named_with_its_package),
		TEST(a_full_disk_is_said_and_survived),
		TEST(a_write_error_while_copying_names_the_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
