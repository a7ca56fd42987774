// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The file system that the guest makes: e2fsck, which knows the format from another
 * source, must find it clean, and must find what is broken on purpose.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "ext4-format.h"

/** struct image - a file with a file system */
struct image {
	char path[64];
	int fd;
};

static void image_open(struct image *image, uint64_t bytes)
{
	strcpy(image->path, "/tmp/pagemeta-ext4-XXXXXX");
	image->fd = mkstemp(image->path);
	assert_true(image->fd >= 0);
	assert_int_equal(ftruncate(image->fd, (off_t)bytes), 0);
}

static void image_close(struct image *image)
{
	close(image->fd);
	unlink(image->path);
}

/* e2fsck's exit code: 0 is clean, 4 has errors; skips where there is no e2fsck. */
static int check(const struct image *image)
{
	char command[256];
	int status;

	if (system("PATH=$PATH:/sbin:/usr/sbin command -v e2fsck >/dev/null"))
		skip();
	snprintf(command, sizeof(command),
		 "PATH=$PATH:/sbin:/usr/sbin e2fsck -fn %s >/dev/null 2>&1", image->path);
	status = system(command);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void e2fsck_finds_it_clean(void **state)
{
	static const unsigned int steps[] = { 1, 3, 9 };
	struct image image;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		image_open(&image, steps[i] * (uint64_t)EXT4_FORMAT_STEP);
		assert_int_equal(ext4_format(image.fd, steps[i] * (uint64_t)EXT4_FORMAT_STEP), 0);
		assert_int_equal(check(&image), 0);
		image_close(&image);
	}
}

/* A block that is in use and free in the bitmap; an inode without its directory. */
static void e2fsck_finds_what_is_broken(void **state)
{
	static const struct {
		off_t at;
		uint8_t value;
	} damage[] = {
		{ 2 * 4096, 0xfe },
		{ 12 * 4096 + 24, 0 },
		{ 32768 * 4096L, 0 },
	};
	struct image image;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(damage) / sizeof(damage[0]); i++) {
		image_open(&image, 3 * (uint64_t)EXT4_FORMAT_STEP);
		assert_int_equal(ext4_format(image.fd, 3 * (uint64_t)EXT4_FORMAT_STEP), 0);
		assert_int_equal(pwrite(image.fd, &damage[i].value, 1, damage[i].at), 1);
		assert_int_not_equal(check(&image), 0);
		image_close(&image);
	}
}

/* On a device that is in use by a dirty one: nothing of it may be left in what counts. */
static void what_was_there_before_does_not_matter(void **state)
{
	static uint8_t dirt[1 << 20];
	struct image image;
	unsigned int i;

	(void)state;
	memset(dirt, 0xa5, sizeof(dirt));
	image_open(&image, EXT4_FORMAT_STEP);
	for (i = 0; i < 8; i++)
		assert_int_equal(pwrite(image.fd, dirt, sizeof(dirt), (off_t)i << 20), sizeof(dirt));
	assert_int_equal(ext4_format(image.fd, EXT4_FORMAT_STEP), 0);
	assert_int_equal(check(&image), 0);
	/* The block behind the journal is data and keeps what it has. */
	assert_int_equal(pread(image.fd, dirt, 1, (14 + 1024) * 4096), 1);
	assert_int_equal(dirt[0], 0xa5);
	assert_int_equal(pread(image.fd, dirt, 1, (14 + 1023) * 4096), 1);
	assert_int_equal(dirt[0], 0);
	image_close(&image);
}

static void other_sizes_are_refused(void **state)
{
	struct image image;

	(void)state;
	image_open(&image, 0);
	assert_int_equal(ext4_format(image.fd, 0), -EINVAL);
	assert_int_equal(ext4_format(image.fd, EXT4_FORMAT_STEP + 4096), -EINVAL);
	assert_int_equal(ext4_format(image.fd, EXT4_FORMAT_MAX + EXT4_FORMAT_STEP), -EINVAL);
	assert_int_equal(ext4_format(-1, EXT4_FORMAT_STEP), -EBADF);
	image_close(&image);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(e2fsck_finds_it_clean),
		cmocka_unit_test(e2fsck_finds_what_is_broken),
		cmocka_unit_test(what_was_there_before_does_not_matter),
		cmocka_unit_test(other_sizes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
