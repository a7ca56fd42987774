// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A command line as a shell takes it, so that the guest of any cell can be
 * started again by hand.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "guest-args.h"

static bool needs_quotes(const char *word)
{
	if (!*word)
		return true;
	for (; *word; word++)
		if (!isalnum((unsigned char)*word) && !strchr("-_./,:=+@%", *word))
			return true;
	return false;
}

/* Within single quotes only the single quote itself is special. */
static char *quote_word(const char *word)
{
	char *out = mem_grow(NULL, 4 * strlen(word) + 3, 1), *to = out;

	*to++ = '\'';
	for (; *word; word++) {
		if (*word == '\'') {
			memcpy(to, "'\\'", 3);
			to += 3;
		}
		*to++ = *word;
	}
	*to++ = '\'';
	*to = '\0';
	return out;
}

char *guest_quote(const struct strv *argv)
{
	struct strv words = { 0 };
	char *line;

	for (size_t i = 0; i < argv->nr; i++) {
		char *quoted = needs_quotes(argv->item[i]) ? quote_word(argv->item[i]) : NULL;

		strv_add(&words, "%s", quoted ? quoted : argv->item[i]);
		free(quoted);
	}
	line = strv_join(&words, " ");
	strv_free(&words);
	return line;
}
