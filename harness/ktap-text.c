// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Lines of KTAP.
 */
#include <stdlib.h>

#include "ktap-text.h"
#include "text-plain.h"
#include "util.h"

#define INDENT 2	/* blanks of one level, as ktap.rst has it */

static const struct {
	const char *result;
	const char *directive;
} word[] = {
	[KTAP_TEXT_OK] = { "ok", NULL },
	[KTAP_TEXT_NOT_OK] = { "not ok", NULL },
	[KTAP_TEXT_SKIP] = { "ok", "SKIP" },
	[KTAP_TEXT_ERROR] = { "not ok", "ERROR" },
};

static void indent(unsigned int level, FILE *out)
{
	fprintf(out, "%*s", INDENT * level, "");
}

void ktap_text_plan(unsigned int level, size_t tests, FILE *out)
{
	indent(level, out);
	fputs("KTAP version 1\n", out);
	indent(level, out);
	fprintf(out, "1..%zu\n", tests);
}

void ktap_text_note(unsigned int level, const char *text, FILE *out)
{
	struct strv lines = { 0 };

	strv_split(&lines, text, "\n");
	for (size_t i = 0; i < lines.nr; i++) {
		char *line = text_ascii(lines.item[i], '\0');

		indent(level, out);
		fprintf(out, "# %s\n", line);
		free(line);
	}
	strv_free(&lines);
}

void ktap_text_line(unsigned int level, enum ktap_text_result result, size_t number, const char *name,
		 const char *why, FILE *out)
{
	char *description = text_ascii(name, '#');

	indent(level, out);
	fprintf(out, "%s %zu %s", word[result].result, number, description);
	if (word[result].directive) {
		char *reason = text_ascii(why ? why : "", '\0');

		fprintf(out, " # %s%s%s", word[result].directive, *reason ? " " : "", reason);
		free(reason);
	}
	fputc('\n', out);
	free(description);
}
