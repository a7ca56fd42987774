/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * KSM against direct reads. The pages are equal and mergeable, and data is on its
 * way into every second one. A page that were merged now would be replaced in the
 * reader's page tables by a shared one, and the data would go into a frame nobody
 * looks at any more: the danger named when KSM was proposed in 2008, and why
 * write_protect_page() of mm/ksm.c counts references.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "race.h"
#include "sysfs.h"
#include "workload.h"

#define KSM "/sys/kernel/mm/ksm/"
#define SCANS 3			/* one reads checksums, the next merges; one to spare */
#define SCAN_DEADLINE_S 20

static int set(struct race *race, const char *file, const char *value)
{
	int err = sysfs_write(file, value);

	if (err == -ENOENT)
		return run_unsupported(race->run, "%s is not there; it takes CONFIG_KSM", file);
	return err ? run_error(race->run, err, "%s: write '%s': %s", file, value,
			       strerror(-err)) : 0;
}

static int number(struct race *race, const char *file, uint64_t *ret_value)
{
	int err = sysfs_read_u64(file, ret_value);

	return err ? run_error(race->run, err, "%s: %s", file, strerror(-err)) : 0;
}

/* Smart scan leaves out pages that did not merge before: here they are what counts. */
static int configure(struct race *race)
{
	int err = set(race, KSM "run", "2");

	if (!err)
		err = set(race, KSM "smart_scan", "0");
	if (!err)
		err = set(race, KSM "pages_to_scan", "10000");
	if (!err)
		err = set(race, KSM "sleep_millisecs", "1");
	return err;
}

static int wait_for_scans(struct race *race, unsigned int scans)
{
	const struct timespec pause = { .tv_nsec = 10000000 };
	uint64_t start, now;
	unsigned int i;
	int err;

	err = number(race, KSM "full_scans", &start);
	for (i = 0; !err && i < SCAN_DEADLINE_S * 100; i++) {
		nanosleep(&pause, NULL);
		err = number(race, KSM "full_scans", &now);
		if (!err && now >= start + scans)
			return 0;
	}
	return err ? err : run_error(race->run, -ETIMEDOUT, KSM "full_scans: %u scans did not end "
				     "in %u s", scans, SCAN_DEADLINE_S);
}

/* The other pages are there to show that KSM was at work: all but one of them go. */
static int scan_and_arrive(struct race *race, struct race_count *count, const uint8_t *at)
{
	unsigned int reads = (unsigned int)(race->pages / 2), held = 0;
	uint64_t merged = 0, must = race->pages - reads - 1;
	size_t i;
	int err;

	err = set(race, KSM "run", "1");
	if (!err)
		err = wait_for_scans(race, SCANS);
	if (!err)
		err = number(race, KSM "pages_sharing", &merged);
	if (!err)
		err = race_arrive(race, &held);
	if (err)
		return err;
	race_happened(race, "race=ksm", held, reads, merged >= must,
		      "KSM merged %llu pages away, %llu at least it must",
		      (unsigned long long)merged, (unsigned long long)must);
	for (i = 0; i < race->pages; i++)
		race_compare(count, race_is_read(i) ? race->disk_content : race->old_content,
			     race_is_read(i) ? i : 0, at + i * BUFFER_PAGE, 0, BUFFER_PAGE,
			     "after the read");
	/* The pins are gone: what was read differs from all else, and stays. */
	err = wait_for_scans(race, SCANS);
	for (i = 0; !err && i < race->pages; i++)
		race_compare(count, race_is_read(i) ? race->disk_content : race->old_content,
			     race_is_read(i) ? i : 0, at + i * BUFFER_PAGE, 0, BUFFER_PAGE,
			     "after more scans");
	return err;
}

static int round_of(struct race *race, struct race_count *count)
{
	struct buffer buffer;
	size_t i;
	int err;

	err = buffer_map(race->run, BUFFER_ANON, race->pages * BUFFER_PAGE, &buffer);
	if (err)
		return err;
	for (i = 0; i < race->pages; i++)
		content_fill(race->old_content, 0, buffer.at + i * BUFFER_PAGE);
	if (madvise(buffer.at, race->pages * BUFFER_PAGE, MADV_MERGEABLE))
		err = run_error(race->run, -errno, "madvise(MADV_MERGEABLE): %s", strerror(errno));
	if (!err)
		err = race_submit(race, buffer.at, BUFFER_PAGE);
	if (!err)
		err = scan_and_arrive(race, count, buffer.at);
	sysfs_write(KSM "run", "2");
	buffer_unmap(&buffer);
	return err;
}

int race_ksm(struct race *race)
{
	struct race_count count = { 0 };
	unsigned int i;
	int err;

	err = configure(race);
	for (i = 0; i < race->rounds && !err; i++)
		err = round_of(race, &count);
	if (!err)
		race_report(race, "race=ksm", &count);
	return err;
}
