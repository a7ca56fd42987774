// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The initramfs, read back with a reader of its own: the fields of "newc" by
 * their place, as the kernel takes them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <utime.h>

#include <cmocka.h>

#include "initramfs.h"
#include "util.h"

/** struct found - one file of an archive */
struct found {
	const char *name;
	const char *data;
	size_t len;
	unsigned int field[13];
};

enum { INO, MODE, UID, GID, NLINK, MTIME, FILESIZE, DEVMAJOR, DEVMINOR, RDEVMAJOR, RDEVMINOR,
       NAMESIZE, CHECK };

static size_t aligned(size_t len)
{
	return (len + 3) & ~(size_t)3;
}

/* Return: where the next file begins. */
static size_t read_file(const char *archive, size_t len, size_t at, struct found *ret_found)
{
	size_t data;

	assert_true(at % 4 == 0);
	assert_true(at + 110 <= len);
	assert_memory_equal(archive + at, "070701", 6);
	for (unsigned int i = 0; i < 13; i++) {
		char digits[9] = { 0 };

		memcpy(digits, archive + at + 6 + 8 * i, 8);
		assert_int_equal(strspn(digits, "0123456789ABCDEF"), 8);
		ret_found->field[i] = strtoul(digits, NULL, 16);
	}
	ret_found->name = archive + at + 110;
	assert_int_equal(strlen(ret_found->name) + 1, ret_found->field[NAMESIZE]);
	data = aligned(at + 110 + ret_found->field[NAMESIZE]);
	ret_found->data = archive + data;
	ret_found->len = ret_found->field[FILESIZE];
	assert_true(data + ret_found->len <= len);
	return aligned(data + ret_found->len);
}

static bool find_file(const char *archive, size_t len, const char *name, struct found *ret_found)
{
	size_t at = 0;

	do {
		at = read_file(archive, len, at, ret_found);
		if (!strcmp(ret_found->name, name))
			return true;
	} while (strcmp(ret_found->name, "TRAILER!!!"));
	return false;
}

/** struct place - a temporary folder with a program in it */
struct place {
	char *dir;
	char *init;
	char *archive;
};

static int make_place(void **state)
{
	struct place *place = malloc(sizeof(*place));

	place->dir = str_dup("/tmp/test-initramfs.XXXXXX");
	if (!mkdtemp(place->dir))
		return -1;
	place->init = str_printf("%s/program", place->dir);
	place->archive = str_printf("%s/archive", place->dir);
	*state = place;
	return fs_write(place->init, "\177ELF program", 12, NULL);
}

static int remove_place(void **state)
{
	struct place *place = *state;

	fs_remove(place->dir, NULL);
	free(place->dir);
	free(place->init);
	free(place->archive);
	free(place);
	return 0;
}

static const struct job job = { .workload = "memmap", .deadline_s = 60, .seed = 7 };

static char *archive_of(const struct place *place, const struct job *orders, size_t *ret_len)
{
	char *text;

	assert_int_equal(initramfs_write(place->archive, place->init, orders, NULL), 0);
	assert_int_equal(fs_read(place->archive, &text, ret_len, NULL), 0);
	return text;
}

static void more_files_stand_behind_their_folder(void **state)
{
	const struct place *place = *state;
	const struct initramfs_file extra[] = {
		{ .name = "selftest" },
		{ .name = "selftest/cow", .path = place->init, .program = true },
		{ .name = "selftest/why-not", .path = place->init },
	};
	struct err err = { "" };
	struct found found;
	char *archive;
	size_t len;

	assert_int_equal(initramfs_write_with(place->archive, place->init, &job, extra, 3, &err), 0);
	assert_int_equal(fs_read(place->archive, &archive, &len, NULL), 0);
	assert_true(find_file(archive, len, "selftest", &found));
	assert_int_equal(found.field[MODE], S_IFDIR | 0755);
	assert_true(find_file(archive, len, "selftest/cow", &found));
	assert_int_equal(found.field[MODE], S_IFREG | 0755);
	assert_memory_equal(found.data, "\177ELF program", 12);
	assert_true(find_file(archive, len, "selftest/why-not", &found));
	assert_int_equal(found.field[MODE], S_IFREG | 0644);
	free(archive);
}

static void a_file_that_is_not_there_fails_the_archive(void **state)
{
	const struct place *place = *state;
	const struct initramfs_file extra = { .name = "x", .path = "/no/such/file" };
	struct err err = { "" };

	assert_int_equal(initramfs_write_with(place->archive, place->init, &job, &extra, 1, &err),
			 -ENOENT);
	assert_non_null(strstr(err.text, "/no/such/file"));
}

static void the_program_is_init(void **state)
{
	struct found found;
	size_t len;
	char *archive = archive_of(*state, &job, &len);

	assert_true(find_file(archive, len, "init", &found));
	assert_int_equal(found.field[MODE], S_IFREG | 0755);
	assert_int_equal(found.len, 12);
	assert_memory_equal(found.data, "\177ELF program", 12);
	free(archive);
}

static void the_job_is_what_was_asked(void **state)
{
	struct found found;
	size_t len;
	char *archive = archive_of(*state, &job, &len), *text;

	assert_int_equal(job_format(&job, &text), 0);
	assert_true(find_file(archive, len, "job", &found));
	assert_int_equal(found.field[MODE], S_IFREG | 0644);
	assert_int_equal(found.len, strlen(text));
	assert_memory_equal(found.data, text, found.len);
	free(text);
	free(archive);
}

static void without_a_job_there_is_no_job(void **state)
{
	struct found found;
	size_t len;
	char *archive = archive_of(*state, NULL, &len);

	assert_false(find_file(archive, len, "job", &found));
	assert_true(find_file(archive, len, "init", &found));
	free(archive);
}

static void folders_and_console_are_there(void **state)
{
	static const char *const folders[] = { "dev", "proc", "sys", "tmp" };
	struct found found;
	size_t len;
	char *archive = archive_of(*state, &job, &len);

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		assert_true(find_file(archive, len, folders[i], &found));
		assert_int_equal(found.field[MODE], S_IFDIR | 0755);
		assert_int_equal(found.len, 0);
	}
	assert_true(find_file(archive, len, "dev/console", &found));
	assert_int_equal(found.field[MODE], S_IFCHR | 0600);
	assert_int_equal(found.field[RDEVMAJOR], 5);
	assert_int_equal(found.field[RDEVMINOR], 1);
	free(archive);
}

static void nothing_of_the_host_is_in_it(void **state)
{
	struct place *place = *state;
	struct utimbuf long_ago = { 1, 1 };
	size_t len, again_len;
	char *archive = archive_of(place, &job, &len), *again;
	struct found found;

	assert_int_equal(utime(place->init, &long_ago), 0);
	assert_int_equal(chmod(place->init, 0600), 0);
	again = archive_of(place, &job, &again_len);
	assert_int_equal(len, again_len);
	assert_memory_equal(archive, again, len);
	assert_true(find_file(archive, len, "init", &found));
	assert_int_equal(found.field[UID] | found.field[GID] | found.field[MTIME], 0);
	free(archive);
	free(again);
}

static void inode_numbers_differ(void **state)
{
	unsigned int last = 0;
	struct found found;
	size_t len, at = 0;
	char *archive = archive_of(*state, &job, &len);

	/* Equal ones with several links would be taken for hard links. */
	for (;;) {
		at = read_file(archive, len, at, &found);
		if (!strcmp(found.name, "TRAILER!!!"))
			break;
		assert_true(found.field[INO] > last);
		last = found.field[INO];
	}
	assert_int_equal(len % 512, 0);
	assert_true(len - at < 512);
	free(archive);
}

static void a_missing_program_is_named(void **state)
{
	const struct place *place = *state;
	struct err err = { "" };

	assert_int_equal(initramfs_write(place->archive, "/no/such/agent", &job, &err), -ENOENT);
	assert_non_null(strstr(err.text, "/no/such/agent"));
	assert_false(fs_exists(place->archive));
}

static void a_job_that_is_no_line_is_refused(void **state)
{
	const struct place *place = *state;
	struct job bad = { .workload = "two\nlines" };
	struct err err = { "" };

	assert_int_equal(initramfs_write(place->archive, place->init, &bad, &err), -EINVAL);
	assert_true(err.text[0]);
	assert_false(fs_exists(place->archive));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(more_files_stand_behind_their_folder, make_place,
						remove_place),
		cmocka_unit_test_setup_teardown(a_file_that_is_not_there_fails_the_archive,
						make_place, remove_place),
		cmocka_unit_test_setup_teardown(the_program_is_init, make_place, remove_place),
		cmocka_unit_test_setup_teardown(the_job_is_what_was_asked, make_place, remove_place),
		cmocka_unit_test_setup_teardown(without_a_job_there_is_no_job, make_place,
						remove_place),
		cmocka_unit_test_setup_teardown(folders_and_console_are_there, make_place,
						remove_place),
		cmocka_unit_test_setup_teardown(nothing_of_the_host_is_in_it, make_place,
						remove_place),
		cmocka_unit_test_setup_teardown(inode_numbers_differ, make_place, remove_place),
		cmocka_unit_test_setup_teardown(a_missing_program_is_named, make_place, remove_place),
		cmocka_unit_test_setup_teardown(a_job_that_is_no_line_is_refused, make_place,
						remove_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
