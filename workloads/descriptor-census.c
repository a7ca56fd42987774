/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Counts the descriptors that pages must have.
 */
#include "descriptor-census.h"

#include "kpage.h"

#define WORDS 512
#define COMPOUND (KPF(COMPOUND_HEAD) | KPF(COMPOUND_TAIL))
#define OWN_IN_ALL 4u	/* pages of a compound page that have their own, whatever it is */

void descriptor_census_add(struct descriptor_census *census, uint64_t *within, uint64_t flags)
{
	*within = flags & KPF(COMPOUND_TAIL) ? *within + 1 : 0;
	if (flags & (KPF(NOPAGE) | KPF(BUDDY)))
		return;
	/* Objects of KFENCE are in slabs of reserved pages. */
	if (flags & KPF(RESERVED) && !(flags & KPF(SLAB)))
		return;
	if (flags & KPF(OFFLINE))
		census->offline++;
	else if (!(flags & COMPOUND) || flags & KPF(THP) || *within < OWN_IN_ALL)
		census->descriptors++;
}

static int take_range(const struct kpage *kpage, uint64_t start, uint64_t end,
		      struct descriptor_census *census)
{
	uint64_t words[WORDS], within = 0;
	int64_t got, i;

	for (; start < end; start += (uint64_t)got) {
		got = kpage_read(kpage, KPAGE_FLAGS, start, words,
				 end - start < WORDS ? end - start : WORDS);
		if (got <= 0)
			return (int)got;
		for (i = 0; i < got; i++)
			descriptor_census_add(census, &within, words[i]);
	}
	return 0;
}

int descriptor_census_take(const char *root, const struct memory_map *map,
			   struct descriptor_census *ret_census, const char **ret_path)
{
	struct descriptor_census census = { 0 };
	struct kpage kpage;
	size_t i;
	int err = kpage_open_files(&kpage, root, 1 << KPAGE_FLAGS, ret_path);

	if (err)
		return err;
	*ret_path = "/proc/kpageflags";
	for (i = 0; i < map->ram.nr && !err; i++)
		err = take_range(&kpage, map->ram.range[i].start, map->ram.range[i].end, &census);
	kpage_close(&kpage);
	if (!err)
		*ret_census = census;
	return err;
}
