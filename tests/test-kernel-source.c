// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Sources and keys: what makes another kernel and what does not, and that a
 * source is a state that really existed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "cache.h"
#include "fake-kernel.h"
#include "kernel-source.h"

/* The key of the file at @path as a source. */
static char *key_of_source(const struct fake_kernel *fake, const char *path)
{
	struct kernel_builder kb = fake_kernel_builder(fake);
	struct variant *variant = fake_load(fake, "baseline");
	struct kernel_source source;
	struct err err = { "" };
	char *root, *key;

	kb.source = path;
	assert_int_equal(cache_open(fake->cache, &root, NULL), 0);
	if (kernel_source_find(&kb, root, variant, &source, &err))
		fail_msg("%s", err.text);
	key = str_dup(source.key);
	kernel_source_free(&source);
	variant_free(variant);
	free(root);
	return key;
}

/* Other bytes, of the same size and in the same inode, with the time set. */
static void overwrite(const char *path, const char *text, time_t mtime)
{
	struct timespec times[2] = { { .tv_sec = mtime }, { .tv_sec = mtime } };
	int fd = open(path, O_WRONLY | O_CREAT, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(futimens(fd, times), 0);
	close(fd);
}

static void a_tarball_is_read_once(void **state)
{
	const struct fake_kernel *fake = *state;
	char *tarball = str_printf("%s/linux.tar", fake->dir), *first, *second, *third;

	overwrite(tarball, "one", 1000);
	first = key_of_source(fake, tarball);
	overwrite(tarball, "two", 1000);
	second = key_of_source(fake, tarball);
	assert_string_equal(first, second);	/* nobody looked */
	overwrite(tarball, "two", 1001);
	third = key_of_source(fake, tarball);
	assert_string_not_equal(first, third);
	free(first);
	free(second);
	free(third);
	free(tarball);
}

/* It can change again without a change of its time: its key is not remembered. */
static void a_tarball_written_just_now_is_read_again(void **state)
{
	const struct fake_kernel *fake = *state;
	char *tarball = str_printf("%s/linux.tar", fake->dir), *first, *second;
	time_t now = time(NULL) + 5;

	overwrite(tarball, "one", now);
	first = key_of_source(fake, tarball);
	overwrite(tarball, "two", now);
	second = key_of_source(fake, tarball);
	assert_string_not_equal(first, second);
	free(first);
	free(second);
	free(tarball);
}

static void a_damaged_memory_is_not_believed(void **state)
{
	const struct fake_kernel *fake = *state;
	char *tarball = str_printf("%s/linux.tar", fake->dir), *first, *second, *memory;
	struct dirent *item;
	DIR *dir;

	overwrite(tarball, "one", 1000);
	first = key_of_source(fake, tarball);
	memory = str_printf("%s/hash", fake->cache);
	dir = opendir(memory);
	assert_non_null(dir);
	while ((item = readdir(dir)))
		if (item->d_name[0] != '.')
			fake_write(memory, item->d_name, "0123");
	closedir(dir);
	second = key_of_source(fake, tarball);
	assert_string_equal(first, second);
	free(memory);
	free(first);
	free(second);
	free(tarball);
}

static void a_folder_inside_another_repository_is_a_plain_folder(void **state)
{
	const struct fake_kernel *fake = *state;
	char *before = key_of_source(fake, fake->source), *after;

	fake_git(fake->dir, "init", "-q", ".");
	fake_write(fake->dir, ".gitignore", "*\n");
	after = key_of_source(fake, fake->source);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void what_git_ignores_is_no_source(void **state)
{
	const struct fake_kernel *fake = *state;
	char *before, *after;

	fake_git(fake->source, "init", "-q", ".");
	fake_write(fake->source, ".gitignore", "*.o\n");
	before = key_of_source(fake, fake->source);
	fake_write(fake->source, "mm/alloc.o", "an object");
	after = key_of_source(fake, fake->source);
	assert_string_equal(before, after);
	free(after);
	fake_write(fake->source, "mm/new.c", "a source");
	after = key_of_source(fake, fake->source);
	assert_string_not_equal(before, after);
	free(before);
	free(after);
}

static void edit_once(void *ctx, const char *variant, const char *what, unsigned int done,
		      unsigned int total)
{
	const struct fake_kernel *fake = ctx;

	(void)variant;
	(void)done;
	/* With a total, the list of files has been made and copying has begun. */
	if (total && !strcmp(what, "unpack"))
		fake_write(fake->source, "mm/free.c", "int mm_free(void)\n{\n\treturn 222;\n}\n");
}

static void a_folder_that_changes_while_it_is_copied_is_refused(void **state)
{
	struct fake_kernel *fake = *state;
	struct kernel_builder kb = fake_kernel_builder(fake);
	struct variant *variant = fake_load(fake, "baseline");
	struct kernel_image image;
	struct err err = { "" };

	kb.progress = edit_once;
	kb.progress_ctx = fake;
	assert_int_equal(kernel_build(&kb, variant, &image, &err), -EAGAIN);
	assert_non_null(strstr(err.text, "changed while it was copied"));
	kb.progress = NULL;
	assert_int_equal(kernel_build(&kb, variant, &image, &err), 0);
	kernel_image_free(&image);
	variant_free(variant);
}

static void somebodys_own_build_is_cleaned_from_a_folder(void **state)
{
	const struct fake_kernel *fake = *state;
	struct kernel_image image;
	char *object = str_printf("%s/mm/alloc.o", fake->source);
	struct timespec later = { .tv_sec = time(NULL) + 1000 }, times[2] = { later, later };

	fake_write(fake->source, ".config", "CONFIG_MM=y\n");
	fake_write(fake->source, "mm/alloc.o", "an object of another kernel");
	assert_int_equal(utimensat(AT_FDCWD, object, times, 0), 0);	/* make would keep it */
	image = fake_build(fake, "baseline");
	assert_int_equal(fake_compiled(image.log, "mm/alloc.o"), 1);
	assert_true(fs_exists(object));	/* cleaned is the copy, not the folder */
	kernel_image_free(&image);
	free(object);
}

static void another_compiler_is_another_kernel(void **state)
{
	static const char script[] =
		"#!/bin/sh\n"
		"[ \"$1\" = --version ] && { echo gcc of tomorrow; exit; }\n"
		"exec /usr/bin/gcc \"$@\"\n";
	const struct fake_kernel *fake = *state;
	char *bin = str_printf("%s/bin", fake->dir), *gcc = str_printf("%s/gcc", bin);
	char *path = str_dup(getenv("PATH")), *with = str_printf("%s:%s", bin, path);
	struct kernel_image image;
	char *before, *after;

	before = fake_key(fake, "baseline");
	fake_write(bin, "gcc", script);
	assert_int_equal(chmod(gcc, 0755), 0);
	setenv("PATH", with, 1);
	after = fake_key(fake, "baseline");
	image = fake_build(fake, "baseline");
	setenv("PATH", path, 1);
	assert_string_not_equal(before, after);
	assert_string_equal(image.compiler, "gcc of tomorrow");
	kernel_image_free(&image);
	free(before);
	free(after);
	free(bin);
	free(gcc);
	free(path);
	free(with);
}

/* MAKEFLAGS=-n compiles nothing, GIT_DIR is another repository's. */
static void the_callers_environment_does_not_reach_the_build(void **state)
{
	const struct fake_kernel *fake = *state;
	struct kernel_image clean, image;

	fake_git(fake->source, "init", "-q", ".");
	fake_git(fake->source, "add", "-f", ".");
	fake_git(fake->source, "commit", "-q", "-mfirst");
	clean = fake_build(fake, "baseline");
	fs_remove(fake->cache, NULL);
	setenv("MAKEFLAGS", "-n", 1);
	setenv("GIT_DIR", "/nowhere", 1);
	setenv("KCFLAGS", "-O3", 1);
	image = fake_build(fake, "baseline");
	unsetenv("MAKEFLAGS");
	unsetenv("GIT_DIR");
	unsetenv("KCFLAGS");
	assert_string_equal(image.key, clean.key);
	assert_string_equal(image.image_hash, clean.image_hash);
	kernel_image_free(&clean);
	kernel_image_free(&image);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_tarball_is_read_once),
		TEST(a_tarball_written_just_now_is_read_again),
		TEST(a_damaged_memory_is_not_believed),
		TEST(a_folder_inside_another_repository_is_a_plain_folder),
		TEST(what_git_ignores_is_no_source),
		TEST(a_folder_that_changes_while_it_is_copied_is_refused),
		TEST(somebodys_own_build_is_cleaned_from_a_folder),
		TEST(another_compiler_is_another_kernel),
		TEST(the_callers_environment_does_not_reach_the_build),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
