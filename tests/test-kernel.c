// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The kernel builder with a kernel of four files: what is compiled, what is not,
 * and from what.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fake-kernel.h"

static void a_kernel_is_built_once(void **state)
{
	struct kernel_image first = fake_build(*state, "baseline"), second;

	assert_false(first.cached);
	assert_true(fs_exists(first.vmlinux));
	assert_true(fs_exists(first.config));
	assert_true(fs_exists(first.log));
	assert_true(kernel_image_has(&first, "CONFIG_MM=y"));
	assert_true(kernel_image_has(&first, "CONFIG_DEBUG=n"));
	assert_false(kernel_image_has(&first, "CONFIG_DEBUG=y"));
	assert_false(kernel_image_has(&first, "CONFIG_M=y"));
	assert_int_equal(strncmp(first.source_version, "6.12.999 (", 10), 0);
	second = fake_build(*state, "baseline");
	assert_true(second.cached);
	assert_true(second.seconds == 0);
	assert_string_equal(second.key, first.key);
	assert_string_equal(second.image_hash, first.image_hash);
	assert_string_equal(second.source_version, first.source_version);
	assert_string_equal(second.compiler, first.compiler);
	kernel_image_free(&first);
	kernel_image_free(&second);
}

static void only_what_a_patch_touches_is_compiled(void **state)
{
	const struct fake_kernel *fake = *state;
	struct kernel_image base, image;

	fake_variant(fake, "twelve", "", FAKE_PATCH_FREE);
	image = fake_build(fake, "twelve");
	assert_int_equal(fake_compiled(image.log, "mm/free.o"), 1);
	assert_int_equal(fake_compiled(image.log, "mm/alloc.o"), 0);
	assert_int_equal(fake_compiled(image.log, "kernel/main.o"), 0);
	base = fake_build(fake, "baseline");
	assert_true(base.cached);	/* as its parent it was built before */
	assert_string_not_equal(base.image_hash, image.image_hash);
	assert_string_not_equal(base.patch_hash, image.patch_hash);
	kernel_image_free(&base);
	kernel_image_free(&image);
}

static bool was_configured(const char *log)
{
	char *text;
	bool was;

	assert_int_equal(fs_read(log, &text, NULL, NULL), 0);
	was = strstr(text, "  TINY    config") != NULL;
	free(text);
	return was;
}

/* The parent's .config is taken only if it must come out the same. */
static void a_config_is_made_anew_when_it_may_differ(void **state)
{
	static const char known[] =
		"--- a/Kconfig\n+++ b/Kconfig\n@@ -0,0 +1 @@\n+# more options\n";
	const struct fake_kernel *fake = *state;
	struct kernel_image image;

	fake_variant(fake, "twelve", "", FAKE_PATCH_FREE);
	image = fake_build(fake, "twelve");
	assert_false(was_configured(image.log));
	assert_true(kernel_image_has(&image, "CONFIG_MM=y"));
	kernel_image_free(&image);
	fake_variant(fake, "named", "[config]\nCONFIG_NAME = \"n\"\n", FAKE_PATCH_FREE);
	image = fake_build(fake, "named");
	assert_true(was_configured(image.log));
	assert_true(kernel_image_has(&image, "CONFIG_NAME=\"n\""));
	kernel_image_free(&image);
	fake_variant(fake, "known", "", known);
	image = fake_build(fake, "known");
	assert_true(was_configured(image.log));
	kernel_image_free(&image);
}

static void a_variant_is_the_same_from_its_parent_and_from_scratch(void **state)
{
	const struct fake_kernel *fake = *state;
	struct kernel_image child, alone;

	fake_variant(fake, "twelve", "[config]\nCONFIG_NAME = \"x\"\n", FAKE_PATCH_FREE);
	child = fake_build(fake, "twelve");
	fake_variant(fake, "alone", "", FAKE_PATCH_FREE);
	fake_write(fake->kernels, "alone/variant.ini",
		   "[variant]\nhelp = h\nstate = complete\n[config]\nCONFIG_NAME = \"x\"\n");
	fs_remove(fake->cache, NULL);
	alone = fake_build(fake, "alone");
	assert_int_equal(fake_compiled(alone.log, "mm/alloc.o"), 1);
	assert_string_equal(alone.key, child.key);
	assert_string_equal(alone.image_hash, child.image_hash);
	kernel_image_free(&alone);
	kernel_image_free(&child);
}

static void the_patches_of_parents_are_in_it(void **state)
{
	static const char again[] =
		"--- a/mm/free.c\n+++ b/mm/free.c\n@@ -1,5 +1,5 @@\n #include \"page.h\"\n"
		" int mm_free(void)\n {\n-\treturn 12;\n+\treturn 13;\n }\n";
	const struct fake_kernel *fake = *state;
	struct kernel_image image;

	fake_variant(fake, "twelve", "", FAKE_PATCH_FREE);
	fake_write(fake->kernels, "thirteen/variant.ini",
		   "[variant]\nhelp = h\nstate = complete\nparent = twelve\n");
	fake_write(fake->kernels, "thirteen/series", "again.patch\n");
	fake_write(fake->kernels, "thirteen/again.patch", again);
	image = fake_build(fake, "thirteen");
	assert_int_equal(fake_compiled(image.log, "mm/free.o"), 1);
	assert_int_equal(fake_compiled(image.log, "kernel/exit.o"), 0);
	/* twelve has a child, so its tree stays; thirteen has none */
	assert_true(fake_in_tree(fake, "twelve", "manifest.json"));
	assert_false(fake_in_tree(fake, "thirteen", ""));
	kernel_image_free(&image);
}

/* Its parent's tree is of no use to it, its parent's patches are. */
static void a_child_with_its_own_source_has_its_parents_patches(void **state)
{
	const struct fake_kernel *fake = *state;
	struct kernel_image child, plain;
	char *ini;

	fake_variant(fake, "twelve", "", FAKE_PATCH_FREE);
	fake_git(fake->source, "init", "-q", ".");
	fake_write(fake->source, "kernel/main.c", "int kernel_main(void)\n{\n\treturn 33;\n}\n");
	fake_git(fake->source, "add", "-f", ".");
	fake_git(fake->source, "commit", "-q", "-mfirst");
	fake_write(fake->source, "kernel/main.c", "int kernel_main(void)\n{\n\treturn 34;\n}\n");
	ini = str_printf("[variant]\nhelp = h\nstate = complete\nsource = git:%s HEAD\n", fake->source);
	fake_write(fake->kernels, "plain/variant.ini", ini);
	free(ini);
	ini = str_printf("[variant]\nhelp = h\nstate = complete\nparent = twelve\nsource = git:%s HEAD\n",
			 fake->source);
	fake_write(fake->kernels, "child/variant.ini", ini);
	free(ini);
	child = fake_build(fake, "child");
	plain = fake_build(fake, "plain");
	assert_int_equal(fake_compiled(child.log, "kernel/exit.o"), 1);
	assert_string_equal(child.source_version, plain.source_version);
	assert_string_not_equal(child.image_hash, plain.image_hash);
	kernel_image_free(&child);
	kernel_image_free(&plain);
}

static void debug_kernels_build_upon_debug_kernels(void **state)
{
	const struct fake_kernel *fake = *state;
	struct kernel_image image, plain;

	fake_variant(fake, "twelve", "", FAKE_PATCH_FREE);
	image = fake_build(fake, "twelve+debug");
	assert_true(kernel_image_has(&image, "CONFIG_DEBUG=y"));
	assert_int_equal(fake_compiled(image.log, "mm/alloc.o"), 0);
	assert_true(fake_in_tree(fake, "baseline+debug", "manifest.json"));
	assert_false(fake_in_tree(fake, "baseline", ""));
	plain = fake_build(fake, "twelve");
	assert_string_not_equal(plain.key, image.key);
	kernel_image_free(&image);
	kernel_image_free(&plain);
}

static void a_variant_that_adds_nothing_is_its_parent(void **state)
{
	const struct fake_kernel *fake = *state;
	struct kernel_image base, same;

	fake_variant(fake, "same", "", NULL);
	fake_write(fake->kernels, "same-too/variant.ini",
		   "[variant]\nhelp = h\nstate = complete\nparent = same\n");
	same = fake_build(fake, "same-too");
	base = fake_build(fake, "baseline");
	assert_string_equal(same.key, base.key);
	assert_true(base.cached);
	kernel_image_free(&base);
	kernel_image_free(&same);
}

static void trees_nothing_builds_upon_are_removed(void **state)
{
	const struct fake_kernel *fake = *state;

	fake_build_and_forget(fake, "baseline");
	assert_false(fake_in_tree(fake, "baseline", ""));
	fake_variant(fake, "twelve", "", FAKE_PATCH_FREE);
	fake_build_and_forget(fake, "twelve");
	assert_true(fake_in_tree(fake, "baseline", "manifest.json"));
	assert_false(fake_in_tree(fake, "twelve", ""));
}

static void sources_are_shared_and_never_written_to(void **state)
{
	const struct fake_kernel *fake = *state;
	char *shared, *patched, *key, *path;
	struct stat in_source, in_tree_st;
	DIR *dir;
	struct dirent *item;

	fake_variant(fake, "twelve", "", FAKE_PATCH_FREE);
	fake_write(fake->kernels, "above/variant.ini",
		   "[variant]\nhelp = h\nstate = complete\nparent = twelve\n");
	fake_build_and_forget(fake, "twelve");
	path = str_printf("%s/source", fake->cache);
	dir = opendir(path);
	while ((item = readdir(dir)) && item->d_name[0] == '.')
		;
	assert_non_null(item);
	key = str_dup(item->d_name);
	closedir(dir);
	free(path);
	path = str_printf("%s/source/%s/linux/mm/alloc.c", fake->cache, key);
	shared = fake_tree_path(fake, "twelve", "linux/mm/alloc.c");
	assert_int_equal(stat(path, &in_source), 0);
	assert_int_equal(stat(shared, &in_tree_st), 0);
	assert_int_equal(in_source.st_ino, in_tree_st.st_ino);
	free(path);
	path = str_printf("%s/source/%s/linux/mm/free.c", fake->cache, key);
	patched = fake_tree_path(fake, "twelve", "linux/mm/free.c");
	assert_int_equal(stat(path, &in_source), 0);
	assert_int_equal(stat(patched, &in_tree_st), 0);
	assert_int_not_equal(in_source.st_ino, in_tree_st.st_ino);
	/* The user's own folder has nothing in common with the cache. */
	assert_int_equal(in_source.st_nlink, 2);
	free(key);
	free(path);
	free(shared);
	free(patched);
}

static void an_edited_source_is_another_kernel(void **state)
{
	const struct fake_kernel *fake = *state;
	struct kernel_image before = fake_build(fake, "baseline"), after;

	fake_write(fake->source, "kernel/main.c", "int kernel_main(void)\n{\n\treturn 33;\n}\n");
	after = fake_build(fake, "baseline");
	assert_false(after.cached);
	assert_string_not_equal(before.image_hash, after.image_hash);
	kernel_image_free(&before);
	kernel_image_free(&after);
}

static void a_comment_in_the_config_is_no_other_kernel(void **state)
{
	const struct fake_kernel *fake = *state;
	struct kernel_image image;

	fake_build_and_forget(fake, "baseline");
	fake_write(fake->kernels, "base.config", "# words\n# CONFIG_DEBUG is not set\nCONFIG_MM=y\n");
	image = fake_build(fake, "baseline");
	assert_true(image.cached);
	kernel_image_free(&image);
}

/* Each way to the same source gives the same image. */
static void tarball_folder_and_revision_give_the_same_bytes(void **state)
{
	const struct fake_kernel *fake = *state;
	struct kernel_builder kb = fake_kernel_builder(fake);
	char *tarball = str_printf("%s/linux-6.12.tar", fake->dir);
	struct kernel_image folder, image;
	struct variant *variant;
	struct err err = { "" };
	char *ini;

	folder = fake_build(fake, "baseline");
	fake_run((char *[]){ "tar", "-cf", tarball, "-C", fake->dir, "source", NULL });
	kb.source = tarball;
	variant = fake_load(fake, "baseline");
	assert_int_equal(kernel_build(&kb, variant, &image, &err), 0);
	assert_false(image.cached);
	assert_string_equal(image.image_hash, folder.image_hash);
	assert_string_equal(image.source_version, "6.12.999 (linux-6.12.tar)");
	kernel_image_free(&image);
	variant_free(variant);

	fake_git(fake->source, "init", "-q", ".");
	fake_git(fake->source, "add", "-f", ".");
	fake_git(fake->source, "commit", "-q", "-mfirst");
	ini = str_printf("[variant]\nhelp = h\nstate = complete\nsource = git:%s HEAD\n", fake->source);
	fake_write(fake->kernels, "from-git/variant.ini", ini);
	free(ini);
	image = fake_build(fake, "from-git");
	assert_string_equal(image.image_hash, folder.image_hash);
	assert_int_equal(strncmp(image.source_version, "6.12.999 (git ", 14), 0);
	kernel_image_free(&image);
	/* The folder is now a clean checkout of the very same tree. */
	image = fake_build(fake, "baseline");
	assert_true(image.cached);
	kernel_image_free(&image);
	fake_write(fake->source, "mm/alloc.c", "int mm_alloc(void)\n{\n\treturn 9;\n}\n");
	image = fake_build(fake, "baseline");
	assert_false(image.cached);
	kernel_image_free(&image);
	kernel_image_free(&folder);
	free(tarball);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_kernel_is_built_once),
		TEST(only_what_a_patch_touches_is_compiled),
		TEST(a_config_is_made_anew_when_it_may_differ),
		TEST(a_variant_is_the_same_from_its_parent_and_from_scratch),
		TEST(the_patches_of_parents_are_in_it),
		TEST(a_child_with_its_own_source_has_its_parents_patches),
		TEST(debug_kernels_build_upon_debug_kernels),
		TEST(a_variant_that_adds_nothing_is_its_parent),
		TEST(trees_nothing_builds_upon_are_removed),
		TEST(sources_are_shared_and_never_written_to),
		TEST(an_edited_source_is_another_kernel),
		TEST(a_comment_in_the_config_is_no_other_kernel),
		TEST(tarball_folder_and_revision_give_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
