// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the kernels of a run are built without because a design of it cannot have it: who
 * compares them must know that none of them, or that only some of them, have it.
 */
#include <stdlib.h>
#include <string.h>

#include "compare-off.h"

/* "CONFIG_X: reason" of a line of @len bytes; a damaged one is all option. */
static void add_line(struct compare_off **list, size_t *nr, const char *variant,
		     const char *line, size_t len)
{
	const char *colon = memmem(line, len, ": ", 2);
	size_t option = colon && colon > line ? (size_t)(colon - line) : len;
	struct compare_off *off;
	size_t i;

	for (i = 0; i < *nr; i++)
		if (strlen((*list)[i].option) == option && !strncmp((*list)[i].option, line, option))
			break;
	if (i == *nr) {
		*list = mem_grow(*list, *nr + 1, sizeof(**list));
		(*list)[(*nr)++] = (struct compare_off){
			.option = str_printf("%.*s", (int)option, line),
			.reason = option < len ? str_printf("%.*s", (int)(len - option - 2), colon + 2) :
						 str_dup(""),
		};
	}
	off = &(*list)[i];
	if (!strv_has(&off->in, variant))
		strv_add(&off->in, "%s", variant);
}

static void add_rest(const struct store_content *content, struct compare_off *off)
{
	for (size_t i = 0; i < content->nr_kernels; i++)
		if (!strv_has(&off->in, content->kernel[i].variant))
			strv_add(&off->not_in, "%s", content->kernel[i].variant);
}

struct compare_off *compare_off(const struct store_content *content, size_t *ret_nr)
{
	struct compare_off *list = NULL;
	size_t nr = 0;

	for (size_t i = 0; i < content->nr_kernels; i++) {
		const char *line = content->kernel[i].off;

		while (line && *line) {
			size_t len = strcspn(line, "\n");

			if (len)
				add_line(&list, &nr, content->kernel[i].variant, line, len);
			line += len + (line[len] == '\n');
		}
	}
	for (size_t i = 0; i < nr; i++)
		add_rest(content, &list[i]);
	*ret_nr = nr;
	return list;
}

void compare_off_free(struct compare_off *off, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		free(off[i].option);
		free(off[i].reason);
		strv_free(&off[i].in);
		strv_free(&off[i].not_in);
	}
	free(off);
}

/* Return: malloc'd "a", "a and b", "a, b and c" */
static char *listed(const struct strv *names)
{
	struct strv parts = { 0 };
	char *head, *text;

	if (names->nr < 2)
		return str_dup(names->nr ? names->item[0] : "");
	for (size_t i = 0; i + 1 < names->nr; i++)
		strv_add(&parts, "%s", names->item[i]);
	head = strv_join(&parts, ", ");
	text = str_printf("%s and %s", head, names->item[names->nr - 1]);
	free(head);
	strv_free(&parts);
	return text;
}

char *compare_off_text(const struct compare_off *off)
{
	char *in = listed(&off->in), *not_in = listed(&off->not_in);
	char *text = str_printf("switched off in %s%s%s: %s: %s", in, *not_in ? ", not in " : "",
				not_in, off->option, off->reason);

	free(in);
	free(not_in);
	return text;
}
