/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads that are held, pages that are compared, and the two checks every race
 * reports.
 */
#include "race.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "workload.h"

int race_write_disk(struct race *race)
{
	uint8_t page[BUFFER_PAGE] __attribute__((aligned(BUFFER_PAGE)));
	int fd, err = 0;
	size_t i;

	fd = open(RACE_DISK, O_WRONLY | O_DIRECT | O_CLOEXEC);
	if (fd < 0)
		return run_unsupported(race->run, RACE_DISK ": %s; it takes brd.rd_nr=2",
				       strerror(errno));
	for (i = 0; i < race->pages && !err; i++) {
		content_fill(race->disk_content, i, page);
		errno = EIO;
		if (pwrite(fd, page, sizeof(page), (off_t)(i * BUFFER_PAGE)) != sizeof(page))
			err = run_error(race->run, -errno, RACE_DISK ": write: %s", strerror(errno));
	}
	close(fd);
	return err;
}

void race_fill(struct content_maker *maker, uint8_t *at, size_t pages)
{
	size_t i;

	for (i = 0; i < pages; i++)
		content_fill(maker, i, at + i * BUFFER_PAGE);
}

int race_submit(struct race *race, uint8_t *at, size_t bytes)
{
	size_t i;
	int err;

	for (i = 0; i < race->pages; i++) {
		if (!race_is_read(i))
			continue;
		err = late_disk_read(&race->disk, at + i * BUFFER_PAGE, bytes,
				     (uint64_t)i * BUFFER_PAGE);
		if (err)
			return run_error(race->run, err, "late disk: submit read %zu: %s", i,
					 strerror(-err));
	}
	return 0;
}

int race_arrive(struct race *race, unsigned int *ret_held)
{
	int held = late_disk_held(&race->disk), err;

	if (held < 0)
		return run_error(race->run, held, "late disk: status: %s", strerror(-held));
	err = late_disk_release(&race->disk);
	if (err)
		return run_error(race->run, err, "late disk: %d held reads: %s", held,
				 strerror(-err));
	*ret_held = (unsigned int)held;
	return 0;
}

static void count_bad(struct race_count *count, size_t page, size_t byte, const char *what)
{
	if (count->bad++)
		return;
	count->page = page;
	count->byte = byte;
	count->what = what;
}

static void compare_bytes(struct race_count *count, size_t index, const uint8_t *at,
			  const uint8_t *expected, size_t from, size_t to, const char *what)
{
	size_t i = from;

	if (!memcmp(at + from, expected + from, to - from)) {
		count->good++;
		return;
	}
	while (i < to && at[i] == expected[i])
		i++;
	count_bad(count, index, i, what);
}

void race_compare(struct race_count *count, struct content_maker *maker, size_t index,
		  const uint8_t *at, size_t from, size_t to, const char *what)
{
	uint8_t expected[BUFFER_PAGE];

	content_fill(maker, index, expected);
	compare_bytes(count, index, at, expected, from, to, what);
}

void race_compare_zero(struct race_count *count, size_t index, const uint8_t *at,
		       const char *what)
{
	static const uint8_t zeroes[BUFFER_PAGE];

	compare_bytes(count, index, at, zeroes, 0, BUFFER_PAGE, what);
}

void race_compare_all(struct race *race, struct race_count *count, const uint8_t *at,
		      const char *what)
{
	size_t i;

	for (i = 0; i < race->pages; i++)
		race_compare(count, race_is_read(i) ? race->disk_content : race->old_content, i,
			     at + i * BUFFER_PAGE, 0, BUFFER_PAGE, what);
}

void race_report(struct race *race, const char *labels, const struct race_count *count)
{
	if (count->bad)
		run_check(race->run, "data-intact", labels, VERDICT_FAIL,
			  "%zu of %zu pages are wrong, the first is page %zu %s at byte %zu",
			  count->bad, count->bad + count->good, count->page, count->what,
			  count->byte);
	else
		run_check(race->run, "data-intact", labels, VERDICT_PASS,
			  "every byte of %zu pages is what was read or written last",
			  count->good);
}

void race_happened(struct race *race, const char *labels, unsigned int held,
		   unsigned int submitted, bool done, const char *fmt, ...)
{
	char text[512] = "";
	size_t used = 0;
	va_list args;

	if (submitted)
		used = (size_t)snprintf(text, sizeof(text), "%u of %u reads were held to the end; ",
					held, submitted);
	va_start(args, fmt);
	vsnprintf(text + used, sizeof(text) - used, fmt, args);
	va_end(args);
	run_check(race->run, "race-happened", labels,
		  done && held == submitted ? VERDICT_PASS : VERDICT_FAIL, "%s", text);
}
