/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which pages are in another frame than before: those with data on their way may
 * not be, and the others show that pages were moved at all.
 */
#include <string.h>

#include "pagemap.h"
#include "race.h"
#include "workload.h"

static int look(struct race *race, const uint8_t *at, uint64_t *pfn)
{
	int err = pagemap_pfns(at, race->pages, pfn);

	return err ? run_error(race->run, err, "/proc/self/pagemap: %s", strerror(-err)) : 0;
}

int race_places_look(struct race *race, const uint8_t *at, struct race_places *ret_places)
{
	return look(race, at, ret_places->pfn);
}

int race_places_report(struct race *race, const char *labels, const uint8_t *at,
		       const struct race_places *before, size_t least)
{
	unsigned int moved[2] = { 0, 0 }, held = 0;
	struct race_places after;
	size_t i;
	int err;

	err = look(race, at, after.pfn);
	for (i = 0; !err && i < race->pages; i++)
		moved[race_is_read(i)] += before->pfn[i] != after.pfn[i];
	if (!err)
		err = race_arrive(race, &held);
	if (err)
		return err;
	race_happened(race, labels, held, (unsigned int)(race->pages / 2),
		      !moved[1] && moved[0] >= least,
		      "%u of %zu other pages were moved (%zu at least must be) and %u of those "
		      "pinned (none may be)", moved[0], race->pages - race->pages / 2, least,
		      moved[1]);
	return 0;
}
