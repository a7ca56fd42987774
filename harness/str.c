// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Strings that grow, lists of them, and the nearest of a list of names. Running
 * out of memory for a few bytes of text is not survivable in a useful way, so
 * these functions end the process then instead of burdening every caller.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util.h"

static void *mem_must(void *ptr)
{
	if (!ptr) {
		report_fatal("memory: cannot allocate a few bytes: out of memory");
		abort();
	}
	return ptr;
}

char *str_printf(const char *fmt, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	return mem_must(len < 0 ? NULL : text);
}

char *str_dup(const char *text)
{
	return mem_must(strdup(text));
}

void *mem_grow(void *old, size_t nr, size_t size)
{
	return mem_must(reallocarray(old, nr ? nr : 1, size));
}

static void strv_take(struct strv *list, char *text)
{
	list->item = mem_grow(list->item, list->nr + 2, sizeof(*list->item));
	list->item[list->nr++] = text;
	list->item[list->nr] = NULL;
}

void strv_add(struct strv *list, const char *fmt, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	strv_take(list, mem_must(len < 0 ? NULL : text));
}

void strv_free(struct strv *list)
{
	for (size_t i = 0; i < list->nr; i++)
		free(list->item[i]);
	free(list->item);
	*list = (struct strv){ 0 };
}

bool strv_has(const struct strv *list, const char *text)
{
	for (size_t i = 0; i < list->nr; i++)
		if (!strcmp(list->item[i], text))
			return true;
	return false;
}

void strv_split(struct strv *list, const char *text, const char *separators)
{
	while (*text) {
		size_t len = strcspn(text, separators);

		if (len)
			strv_take(list, mem_must(strndup(text, len)));
		text += len;
		text += strspn(text, separators);
	}
}

char *strv_join(const struct strv *list, const char *separator)
{
	size_t size = 1, gap = strlen(separator);
	char *text, *end;

	for (size_t i = 0; i < list->nr; i++)
		size += strlen(list->item[i]) + gap;
	text = mem_must(malloc(size));
	end = text;
	for (size_t i = 0; i < list->nr; i++)
		end = stpcpy(stpcpy(end, i ? separator : ""), list->item[i]);
	*end = '\0';
	return text;
}

static unsigned int min3(unsigned int a, unsigned int b, unsigned int c)
{
	unsigned int least = a < b ? a : b;

	return least < c ? least : c;
}

/*
 * Optimal string alignment distance (Damerau-Levenshtein without overlapping
 * transpositions): three rows suffice.
 */
static unsigned int edit_distance(const char *a, const char *b)
{
	size_t width = strlen(b) + 1;
	unsigned int *row = mem_must(calloc(3 * width, sizeof(*row)));
	unsigned int *before = row, *last = row + width, *now = row + 2 * width, distance;

	for (size_t j = 0; j < width; j++)
		now[j] = j;
	for (size_t i = 1; i <= strlen(a); i++) {
		unsigned int *spare = before;

		before = last;
		last = now;
		now = spare;
		now[0] = i;
		for (size_t j = 1; j < width; j++) {
			now[j] = min3(last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
	}
	distance = now[width - 1];
	free(row);
	return distance;
}

static const char *only_with_prefix(const char *prefix, const struct strv *known)
{
	const char *found = NULL;

	for (size_t i = 0; i < known->nr; i++) {
		if (strncmp(known->item[i], prefix, strlen(prefix)))
			continue;
		if (found)
			return NULL;
		found = known->item[i];
	}
	return found;
}

const char *name_nearest(const char *name, const struct strv *known)
{
	const char *best = NULL;
	unsigned int least = (strlen(name) + 2) / 3 + 1;

	if (!*name)
		return NULL;
	for (size_t i = 0; i < known->nr; i++) {
		unsigned int distance = edit_distance(name, known->item[i]);

		if (distance < least) {
			least = distance;
			best = known->item[i];
		}
	}
	return best ? best : only_with_prefix(name, known);
}

char *text_grouped(char *buf, size_t size, const char *plain)
{
	size_t sign = *plain == '-';
	size_t digits = strspn(plain + sign, "0123456789");
	size_t at = 0;

	for (size_t i = 0; plain[i] && at + 2 < size; i++) {
		size_t done = i - sign;

		if (i > sign && done < digits && (digits - done) % 3 == 0)
			buf[at++] = ',';
		buf[at++] = plain[i];
	}
	buf[at] = '\0';
	return buf;
}

char *text_bytes(char *buf, size_t size, uint64_t bytes)
{
	static const char *const unit[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
	double value = bytes;
	size_t i = 0;

	while (value >= 1024 && i + 1 < ARRAY_SIZE(unit)) {
		value /= 1024;
		i++;
	}
	snprintf(buf, size, i && value < 100 ? "%.1f %s" : "%.0f %s", value, unit[i]);
	return buf;
}

char *text_seconds(char *buf, size_t size, double seconds)
{
	unsigned long whole = seconds < 0 ? 0 : (unsigned long)(seconds + 0.5);

	if (seconds < 9.95)
		snprintf(buf, size, "%.1f s", seconds < 0 ? 0 : seconds);
	else if (whole < 60)
		snprintf(buf, size, "%lu s", whole);
	else if (whole < 3600)
		snprintf(buf, size, "%lu min %02lu s", whole / 60, whole % 60);
	else
		snprintf(buf, size, "%lu h %02lu min", whole / 3600, whole / 60 % 60);
	return buf;
}
