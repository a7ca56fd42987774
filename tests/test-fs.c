// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Files, trees and hashes. Expected hashes are the published SHA-256 examples.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "util.h"

static char folder[] = "/tmp/test-fs.XXXXXX";

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return fs_remove(folder, NULL);
}

static char *in_folder(const char *name)
{
	return str_printf("%s/%s", folder, name);
}

static void what_is_written_is_read(void **state)
{
	char *path = in_folder("file"), *text;
	struct err err = { "" };
	size_t len;

	(void)state;
	assert_int_equal(fs_write(path, "a\0b", 3, &err), 0);
	assert_int_equal(fs_read(path, &text, &len, &err), 0);
	assert_int_equal(len, 3);
	assert_memory_equal(text, "a\0b", 4);
	free(text);
	free(path);
}

static void a_failed_write_leaves_the_old_file_and_nothing_else(void **state)
{
	char *dir = in_folder("sub"), *path = in_folder("sub"), *text;
	struct err err = { "" };

	(void)state;
	/* A folder stands where the file should go: rename() must fail. */
	assert_int_equal(fs_mkdir(dir, &err), 0);
	text = in_folder("sub/inside");
	assert_int_equal(fs_write(text, "x", 1, &err), 0);
	assert_int_not_equal(fs_write(path, "new", 3, &err), 0);
	assert_non_null(strstr(err.text, path));
	assert_true(fs_exists(text));
	free(text);
	text = str_printf("ls -A %s | wc -l", folder);
	FILE *count = popen(text, "r");
	int entries = 0;
	assert_int_equal(fscanf(count, "%d", &entries), 1);
	pclose(count);
	assert_int_equal(entries, 1);
	free(text);
	free(path);
	free(dir);
}

static void a_missing_file_is_named(void **state)
{
	struct err err = { "" };
	char *text;

	(void)state;
	assert_int_equal(fs_read("/nonexistent/file", &text, NULL, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/nonexistent/file"));
}

static void folders_are_made_with_their_parents(void **state)
{
	char *path = in_folder("a/b/c"), *file = in_folder("f"), *below = in_folder("f/g");
	struct err err = { "" };

	(void)state;
	assert_int_equal(fs_mkdir(path, &err), 0);
	assert_int_equal(fs_mkdir(path, &err), 0);
	assert_int_equal(fs_write(file, "", 0, &err), 0);
	assert_int_equal(fs_mkdir(below, &err), -ENOTDIR);
	assert_int_equal(fs_mkdir(file, &err), -ENOTDIR);
	free(path);
	free(file);
	free(below);
}

static void removing_what_is_not_there_is_no_error(void **state)
{
	char *path = in_folder("nothing");

	(void)state;
	assert_int_equal(fs_remove(path, NULL), 0);
	free(path);
}

static void links_do_not_count_twice(void **state)
{
	char *a = in_folder("a"), *b = in_folder("b"), *data = calloc(1, 1 << 20);
	uint64_t one, two;

	(void)state;
	assert_int_equal(fs_write(a, data, 1 << 20, NULL), 0);
	one = fs_disk_usage(folder);
	assert_int_equal(link(a, b), 0);
	two = fs_disk_usage(folder);
	assert_true(one >= 1 << 20);
	assert_true(two - one < 1 << 19);
	free(data);
	free(a);
	free(b);
}

static void hashes_are_sha256(void **state)
{
	struct hash *hash = hash_new();
	char hex[HASH_HEX], *path = in_folder("abc");

	(void)state;
	hash_add(hash, "abc", 3);
	hash_end(hash, hex);
	assert_string_equal(hex,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	assert_int_equal(fs_write(path, "", 0, NULL), 0);
	assert_int_equal(hash_file(path, hex, NULL), 0);
	assert_string_equal(hex,
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	free(path);
}

static void hashed_strings_do_not_run_together(void **state)
{
	struct hash *a = hash_new(), *b = hash_new();
	char hex_a[HASH_HEX], hex_b[HASH_HEX];

	(void)state;
	hash_add_string(a, "ab");
	hash_add_string(a, "c");
	hash_add_string(b, "a");
	hash_add_string(b, "bc");
	hash_end(a, hex_a);
	hash_end(b, hex_b);
	assert_string_not_equal(hex_a, hex_b);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_written_is_read),
		TEST(a_failed_write_leaves_the_old_file_and_nothing_else),
		TEST(a_missing_file_is_named),
		TEST(folders_are_made_with_their_parents),
		TEST(removing_what_is_not_there_is_no_error),
		TEST(links_do_not_count_twice),
		TEST(hashes_are_sha256),
		TEST(hashed_strings_do_not_run_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
