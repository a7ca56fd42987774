/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The parser of what selftests write. One pass over lines; nothing is allocated.
 */
#include "ktap.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KSFT_PASS 0
#define KSFT_SKIP 4

static const char *const outcome_name[KTAP_NR] = {
	[KTAP_PASS] = "pass",
	[KTAP_SKIP] = "skip",
	[KTAP_FAIL] = "fail",
};

const char *ktap_outcome_name(enum ktap_outcome outcome)
{
	return outcome_name[outcome];
}

void ktap_begin(struct ktap *ktap)
{
	memset(ktap, 0, sizeof(*ktap));
	ktap->planned = -1;
}

static const char *skip_space(const char *at)
{
	return at + strspn(at, " \t");
}

/* Words of a name as a label may hold them: everything else becomes one '_'. */
static void set_name(char name[KTAP_NAME_MAX], const char *text, size_t len)
{
	size_t used = 0, i;

	for (i = 0; i < len && used < KTAP_NAME_MAX - 8; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c < 0x80 && isalnum(c)) || c == '.' || c == '+' || c == '-')
			name[used++] = (char)c;
		else if (used && name[used - 1] != '_')
			name[used++] = '_';
	}
	while (used && name[used - 1] == '_')
		used--;
	name[used] = '\0';
}

static bool taken(const struct ktap *ktap, const char *name)
{
	size_t i;

	for (i = 0; i < ktap->nr; i++)
		if (!strcmp(ktap->cases[i].name, name))
			return true;
	return false;
}

/* Cases of one name are told apart by how many of that name came before. */
static void make_unique(const struct ktap *ktap, char name[KTAP_NAME_MAX])
{
	size_t len = strlen(name);
	unsigned int i;

	for (i = 2; taken(ktap, name) && i <= KTAP_CASES_MAX + 1; i++)
		snprintf(name + len, KTAP_NAME_MAX - len, ".%u", i);
}

/* "SKIP", in whatever case; XFAIL is a failure that is known, and no news. */
static bool is_excuse(const char *directive)
{
	static const char *const words[] = { "SKIP", "XFAIL", "TODO" };
	size_t i;

	directive = skip_space(directive);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strncasecmp(directive, words[i], strlen(words[i])))
			return true;
	return false;
}

/* @text follows "ok": "3 - description # SKIP why", or "3 # SKIP description". */
static void add_case(struct ktap *ktap, const char *text, bool ok)
{
	struct ktap_case *result;
	const char *directive;
	size_t len;

	if (ktap->nr == KTAP_CASES_MAX) {
		ktap->overflow = true;
		return;
	}
	result = &ktap->cases[ktap->nr];
	text = skip_space(text);
	text = skip_space(text + strspn(text, "0123456789"));
	if (*text == '-')
		text = skip_space(text + 1);
	directive = strchr(text, '#');
	while (directive && !is_excuse(directive + 1))
		directive = strchr(directive + 1, '#');
	len = directive ? (size_t)(directive - text) : strlen(text);
	if (!len && directive) {
		directive = skip_space(directive + 1);
		text = directive + strcspn(directive, " \t");
		len = strlen(text);
	}
	result->outcome = !ok ? KTAP_FAIL : directive ? KTAP_SKIP : KTAP_PASS;
	set_name(result->name, text, len);
	if (!result->name[0])
		snprintf(result->name, sizeof(result->name), "case-%zu", ktap->nr + 1);
	make_unique(ktap, result->name);
	ktap->count[result->outcome]++;
	ktap->nr++;
}

/* A word that ends there: "ok" is no case in "okay". */
static const char *after_word(const char *line, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(line, word, len) || (line[len] && line[len] != ' ' && line[len] != '\t'))
		return NULL;
	return line + len;
}

static void take_plan(struct ktap *ktap, const char *number)
{
	char *end;
	long planned = strtol(number, &end, 10);

	if (end != number && planned >= 0 && planned < INT_MAX)
		ktap->planned = planned;
}

static void take_line(struct ktap *ktap)
{
	const char *line, *rest;

	ktap->line[ktap->used] = '\0';
	ktap->used = 0;
	line = ktap->line;
	line += strspn(line, " \t");
	rest = after_word(line, "ok");
	if (rest) {
		add_case(ktap, rest, true);
		return;
	}
	rest = after_word(line, "not ok");
	if (rest) {
		add_case(ktap, rest, false);
		return;
	}
	if (!strncmp(line, "1..", 3) && isdigit((unsigned char)line[3]))
		take_plan(ktap, line + 3);
	if (!strncmp(line, "Bail out!", 9))
		ktap->bailed = true;
	if (*line && strncmp(line, "1..", 3) && strncmp(line, "# Totals:", 9))
		memcpy(ktap->last, line, strlen(line) + 1);
}

void ktap_feed(struct ktap *ktap, const char *data, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)data[i];

		if (c == '\n')
			take_line(ktap);
		else if (ktap->used < KTAP_LINE_MAX - 1)
			ktap->line[ktap->used++] = c < 0x20 || c >= 0x7f ? ' ' : (char)c;
	}
}

void ktap_end(struct ktap *ktap)
{
	if (ktap->used)
		take_line(ktap);
}

enum ktap_outcome ktap_judge(const struct ktap *ktap, int exit_code)
{
	if (exit_code == KSFT_SKIP)
		return KTAP_SKIP;
	if (exit_code != KSFT_PASS || ktap->count[KTAP_FAIL] || ktap->bailed || ktap->overflow ||
	    (ktap->planned >= 0 && (size_t)ktap->planned > ktap->nr))
		return KTAP_FAIL;
	return ktap->nr && ktap->count[KTAP_SKIP] == ktap->nr ? KTAP_SKIP : KTAP_PASS;
}
