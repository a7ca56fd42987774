// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads numa_maps. A line is an address, a policy, and words of which only those that
 * count pages of a node and the size of a page matter:
 *
 *	7f038fe00000 bind:0 anon=16384 dirty=16384 active=0 N0=16384 kernelpagesize_kB=4
 */
#include <stdlib.h>
#include <string.h>

#include "numa-maps.h"

/** struct word - a part of a line */
struct word {
	const char *at;
	size_t len;
};

/* Return: false at the end of the line. */
static bool next_word(const char **at, struct word *ret_word)
{
	const char *start = *at + strspn(*at, " ");

	*ret_word = (struct word){ start, strcspn(start, " \n") };
	*at = start + ret_word->len;
	return ret_word->len;
}

/* Digits to the end of the word, and nothing that does not fit. */
static bool number(const char *at, const char *end, int base, uint64_t *ret_value)
{
	static const char digits[] = "0123456789abcdef";

	if (at == end || strspn(at, base == 10 ? "0123456789" : digits) < (size_t)(end - at))
		return false;
	errno = 0;
	*ret_value = strtoull(at, NULL, base);
	return !errno;
}

static bool word_value(const struct word *word, const char *name, uint64_t *ret_value)
{
	size_t len = strlen(name);

	return word->len > len && !memcmp(word->at, name, len) &&
	       number(word->at + len, word->at + word->len, 10, ret_value);
}

/* "N12=345" */
static bool word_pages(const struct word *word, uint64_t *ret_node, uint64_t *ret_pages)
{
	const char *equals = memchr(word->at, '=', word->len);

	return *word->at == 'N' && equals && number(word->at + 1, equals, 10, ret_node) &&
	       number(equals + 1, word->at + word->len, 10, ret_pages);
}

/* "bind:3"; not "bind:3-4", "bind=static:3", "prefer:3". */
static int bound_node(const struct word *word)
{
	uint64_t node;

	return word_value(word, "bind:", &node) && node < NUMA_MAPS_NODES_MAX ? (int)node : -1;
}

static bool add_pages(struct numa_mapping *mapping, uint64_t node, uint64_t pages)
{
	if (node >= NUMA_MAPS_NODES_MAX || mapping->nr_on == NUMA_MAPS_NODES_MAX ||
	    pages > UINT64_MAX >> 32)
		return false;
	mapping->on[mapping->nr_on++] = (struct numa_pages){ node, pages };
	return true;
}

/* Base pages unless the mapping is of hugetlb, and then pages of its size. */
static bool scale_pages(struct numa_mapping *mapping, uint64_t page_kb)
{
	if (page_kb > 1 << 20 || (mapping->nr_on && !page_kb))
		return false;
	for (size_t i = 0; i < mapping->nr_on; i++)
		mapping->on[i].bytes *= page_kb * 1024;
	return true;
}

static bool parse_line(const char *at, struct numa_mapping *mapping)
{
	uint64_t node, pages, page_kb = 0;
	struct word word;

	mapping->nr_on = 0;
	if (!next_word(&at, &word) || !number(word.at, word.at + word.len, 16, &mapping->start))
		return false;
	if (!next_word(&at, &word))
		return false;
	mapping->bound = bound_node(&word);
	while (next_word(&at, &word)) {
		if (word_pages(&word, &node, &pages)) {
			if (!add_pages(mapping, node, pages))
				return false;
		} else if (!strncmp(word.at, "kernelpagesize_kB=", 18) &&
			   !word_value(&word, "kernelpagesize_kB=", &page_kb)) {
			return false;
		}
	}
	return scale_pages(mapping, page_kb);
}

int numa_maps_each(const char *text, void (*each)(void *ctx, const struct numa_mapping *mapping),
		   void *ctx, struct err *err)
{
	struct numa_mapping mapping;

	for (unsigned int line = 1; *text; line++) {
		size_t len = strcspn(text, "\n");

		if (!parse_line(text, &mapping))
			return err_set(err, -EINVAL, "numa_maps: line %u is none that a kernel writes: "
				       "%.*s", line, len > 80 ? 80 : (int)len, text);
		each(ctx, &mapping);
		text += len + (text[len] == '\n');
	}
	return 0;
}

uint64_t numa_maps_size(const char *maps, uint64_t start)
{
	while (*maps) {
		const char *dash = maps + strcspn(maps, "-\n");
		const char *blank = dash + strcspn(dash, " \n");
		uint64_t first, end;

		if (*dash == '-' && number(maps, dash, 16, &first) &&
		    number(dash + 1, blank, 16, &end) && first == start && end > start)
			return end - start;
		maps += strcspn(maps, "\n");
		maps += *maps == '\n';
	}
	return 0;
}
