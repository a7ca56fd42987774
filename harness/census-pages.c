// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads every word of /proc/kpageflags and /proc/kpagecount, a section at a time, for a
 * section has a memmap as a whole or not at all. Which sections have one the words do not
 * tell: pages of a section that is out of use have a struct page and the flag "no page",
 * and pages of a hole have no flag at all on newer kernels (seen: 6.18), as pages of the
 * kernel have. So memory blocks are asked, and /proc/iomem where these are larger.
 */
#include <stdlib.h>
#include <string.h>

#include "census-private.h"
#include "kpage.h"
#include "util.h"

/**
 * struct section - a section being read
 * @flags: words of /proc/kpageflags
 * @count: words of /proc/kpagecount
 * @nr: how many there are of either; fewer than a section has at the end of the files
 */
struct section {
	uint64_t flags[MEMMAP_SECTION_PAGES];
	uint64_t count[MEMMAP_SECTION_PAGES];
	size_t nr;
};

static int open_files(const char *root, struct kpage *kpage, struct err *err)
{
	const char *path, *what = "";
	int error = kpage_open_files(kpage, root, 1u << KPAGE_FLAGS | 1u << KPAGE_COUNT, &path);

	if (!error)
		return 0;
	if (error == -EACCES || error == -EPERM)
		what = "; run the census as root";
	else if (error == -ENOENT)
		what = "; it takes a kernel with CONFIG_PROC_PAGE_MONITOR";
	err_set(err, error, "%s%s: cannot open: %s%s", root, path, strerror(-error), what);
	kpage_close(kpage);
	return error;
}

static int read_words(const char *root, const struct kpage *kpage, enum kpage_file file,
		      uint64_t pfn, uint64_t *words, size_t *ret_nr, struct err *err)
{
	int64_t nr = kpage_read(kpage, file, pfn, words, MEMMAP_SECTION_PAGES);

	if (nr == -EBADMSG)
		return err_set(err, -EBADMSG, "%s%s: ends within a word", root,
			       kpage_file_name(file));
	if (nr < 0)
		return err_set(err, nr, "%s%s: cannot read page frame %llu: %s", root,
			       kpage_file_name(file), (unsigned long long)pfn, strerror(-nr));
	*ret_nr = nr;
	return 0;
}

static int read_section(const char *root, const struct kpage *kpage, uint64_t pfn,
			struct section *section, struct err *err)
{
	size_t nr_counts;
	int error;

	error = read_words(root, kpage, KPAGE_FLAGS, pfn, section->flags, &section->nr, err);
	if (!error)
		error = read_words(root, kpage, KPAGE_COUNT, pfn, section->count, &nr_counts, err);
	if (error)
		return error;
	if (nr_counts != section->nr)
		return err_set(err, -EBADMSG, "%s%s: ends at page frame %llu, %s at %llu", root,
			       kpage_file_name(KPAGE_COUNT), (unsigned long long)(pfn + nr_counts),
			       kpage_file_name(KPAGE_FLAGS),
			       (unsigned long long)(pfn + section->nr));
	return 0;
}

static const struct census_block *find_block(const struct census_map *map, uint64_t pfn)
{
	uint64_t number = map->block_pages ? pfn / map->block_pages : 0;
	size_t low = 0, high = map->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (map->block[middle].number == number)
			return &map->block[middle];
		if (map->block[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* Words that only a struct page has; @zero: also no flag is such a word. */
static bool has_pages(const struct section *section, bool zero)
{
	for (size_t i = 0; i < section->nr; i++)
		if (!(section->flags[i] & KPF(NOPAGE)) && (zero || section->flags[i]))
			return true;
	return false;
}

static bool has_memmap(const struct census_map *map, const struct census_block *block,
		       uint64_t pfn, const struct section *section)
{
	if (map->nr && !block)
		return false;
	if (block && (!block->online || map->block_pages == MEMMAP_SECTION_PAGES))
		return true;
	if (ram_map_overlaps(&map->ram, pfn, pfn + MEMMAP_SECTION_PAGES))
		return true;
	return has_pages(section, !map->ram_known);
}

static int count_pages(struct census_tallies *tallies, int node, const struct section *section)
{
	int error = 0;

	for (size_t i = 0; i < section->nr && !error; i++) {
		uint64_t count = section->count[i];

		error = census_count(tallies, node, section->flags[i],
				     count > 1 ? CENSUS_SHARED : count ? CENSUS_ONCE :
				     CENSUS_UNMAPPED, 1);
	}
	return error;
}

static int count_none(struct census_tallies *tallies, int node, uint64_t pages)
{
	return pages ? census_count(tallies, node, KPF(NOPAGE), CENSUS_UNMAPPED, pages) : 0;
}

/* Kernels before 5.11 end the files with the last page; its section has a memmap all the same. */
static int count_section(struct census *census, const struct census_map *map, uint64_t pfn,
			 const struct section *section)
{
	const struct census_block *block = find_block(map, pfn);
	struct census_node *node;
	int error;

	if (!has_memmap(map, block, pfn, section))
		return count_none(&census->tallies, CENSUS_NO_NODE, section->nr);
	node = census_node(census, block ? block->node : 0);
	node->sections++;
	memmap_layout_add(&census->layout, pfn / MEMMAP_SECTION_PAGES);
	if (block && !block->online)
		return count_none(&census->tallies, node->id, MEMMAP_SECTION_PAGES);
	error = count_pages(&census->tallies, node->id, section);
	if (!error)
		error = count_none(&census->tallies, node->id, MEMMAP_SECTION_PAGES - section->nr);
	return error;
}

/* Blocks out of use may lie behind the last page that the files know of. */
static int count_behind(struct census *census, const struct census_map *map, uint64_t pfn)
{
	static const struct section none;
	int error = 0;

	pfn = (pfn + MEMMAP_SECTION_PAGES - 1) / MEMMAP_SECTION_PAGES * MEMMAP_SECTION_PAGES;
	for (size_t i = 0; i < map->nr && !error; i++) {
		uint64_t at = map->block[i].number * map->block_pages;
		uint64_t end = at + map->block_pages;

		for (at = at > pfn ? at : pfn; at < end && !error; at += MEMMAP_SECTION_PAGES)
			if (!map->block[i].online)
				error = count_section(census, map, at, &none);
	}
	return error;
}

int census_read_pages(const char *root, const struct census_map *map, struct census *census,
		      struct err *err)
{
	struct section *section = mem_grow(NULL, 1, sizeof(*section));
	struct kpage kpage;
	uint64_t pfn = 0;
	int error = open_files(root, &kpage, err);

	if (error)
		goto err_free;
	do {
		error = read_section(root, &kpage, pfn, section, err);
		if (!error && section->nr && count_section(census, map, pfn, section))
			error = err_set(err, -EOVERFLOW, "%s%s: more than %u different words", root,
					kpage_file_name(KPAGE_FLAGS), CENSUS_TALLIES_MAX);
		pfn += section->nr;
	} while (!error && section->nr == MEMMAP_SECTION_PAGES);
	kpage_close(&kpage);
	if (!error && !pfn)
		error = err_set(err, -ENODATA, "%s%s: is empty", root,
				kpage_file_name(KPAGE_FLAGS));
	if (!error)
		error = count_behind(census, map, pfn);
err_free:
	free(section);
	return error;
}
