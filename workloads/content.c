/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Seeded contents of pages. Each page has a state of its own, made from the seed
 * and its number; nothing is carried from page to page.
 */
#include "content.h"

#include <stdlib.h>
#include <string.h>

#include "prng.h"

/*
 * Chosen by trying: a page alone shrinks to a half with LZ4, to less than a third
 * with zstd, as prose does in longer pieces.
 */
#define WORDS 256		/* vocabulary of the text */
#define WORD_MAX 12
#define OFTEN 16		/* the first words make three quarters of it */

/** struct content_maker - a class, its seed, and what it keeps */
struct content_maker {
	enum content content;
	uint64_t seed;
	char word[WORDS][WORD_MAX];
	uint8_t len[WORDS];
	uint8_t page[CONTENT_PAGE];	/* for comparing */
};

const char *content_name(enum content content)
{
	static const char *const names[CONTENT_NR] = {
		[CONTENT_SAME]	= "same",
		[CONTENT_TEXT]	= "text",
		[CONTENT_RANDOM] = "random",
	};

	return (unsigned int)content < CONTENT_NR ? names[content] : "invalid";
}

/* One syllable to four, each a consonant and a vowel, and a space. */
static void make_words(struct content_maker *maker)
{
	static const char consonants[] = "bcdfghjklmnprstvz", vowels[] = "aeiou";
	uint64_t state = maker->seed ^ 0x776f726473u, draw;
	unsigned int i, k, syllables;
	char *at;

	for (i = 0; i < WORDS; i++) {
		draw = prng_next(&state);
		syllables = 1 + (unsigned int)(draw % 4);
		at = maker->word[i];
		for (k = 0; k < syllables; k++) {
			draw = prng_next(&state);
			*at++ = consonants[draw % (sizeof(consonants) - 1)];
			*at++ = vowels[(draw >> 32) % (sizeof(vowels) - 1)];
		}
		*at++ = ' ';
		maker->len[i] = (uint8_t)(at - maker->word[i]);
	}
}

struct content_maker *content_maker_new(enum content content, uint64_t seed)
{
	struct content_maker *maker = calloc(1, sizeof(*maker));

	if (!maker)
		return NULL;
	maker->content = content;
	maker->seed = seed;
	if (content == CONTENT_TEXT)
		make_words(maker);
	return maker;
}

void content_maker_free(struct content_maker *maker)
{
	free(maker);
}

static void fill_same(uint64_t *state, uint8_t *page)
{
	uint64_t word = prng_next(state) | 1;	/* never 0 */
	size_t i;

	for (i = 0; i < CONTENT_PAGE; i += sizeof(word))
		memcpy(page + i, &word, sizeof(word));
}

static void fill_random(uint64_t *state, uint8_t *page)
{
	uint64_t word;
	size_t i;

	for (i = 0; i < CONTENT_PAGE; i += sizeof(word)) {
		word = prng_next(state);
		memcpy(page + i, &word, sizeof(word));
	}
}

static unsigned int draw_word(uint64_t draw)
{
	return (unsigned int)(draw & 3 ? (draw >> 2) % OFTEN : (draw >> 2) % WORDS);
}

static void fill_text(const struct content_maker *maker, uint64_t *state, uint8_t *page)
{
	size_t used, len;
	unsigned int i;

	for (used = 0; used < CONTENT_PAGE; used += len) {
		i = draw_word(prng_next(state));
		len = maker->len[i];
		if (len > CONTENT_PAGE - used)
			len = CONTENT_PAGE - used;
		memcpy(page + used, maker->word[i], len);
	}
}

void content_fill(struct content_maker *maker, uint64_t index, void *page)
{
	uint64_t state = maker->seed + (index + 1) * 0xd1342543de82ef95u;

	prng_next(&state);
	switch (maker->content) {
	case CONTENT_SAME:
		fill_same(&state, page);
		break;
	case CONTENT_TEXT:
		fill_text(maker, &state, page);
		break;
	case CONTENT_RANDOM:
	case CONTENT_NR:
		fill_random(&state, page);
		break;
	}
}

int content_differs(struct content_maker *maker, uint64_t index, const void *page)
{
	const uint8_t *seen = page;
	int i;

	content_fill(maker, index, maker->page);
	if (!memcmp(maker->page, seen, CONTENT_PAGE))
		return -1;
	for (i = 0; maker->page[i] == seen[i]; i++)
		;
	return i;
}
