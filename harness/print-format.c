// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Names of the forms in which a subcommand prints.
 */
#include "print-format.h"

static const char *const name[PRINT_NR] = {
	[PRINT_TEXT] = "text",
	[PRINT_JSON] = "json",
	[PRINT_CSV] = "csv",
	[PRINT_JUNIT] = "junit",
	[PRINT_KTAP] = "ktap",
	[PRINT_MAIL] = "mail",
	[PRINT_MARKDOWN] = "markdown",
};

const char *print_format_name(enum print_format format)
{
	return (unsigned int)format < PRINT_NR ? name[format] : "invalid";
}

void print_format_names(unsigned int set, struct strv *list)
{
	for (int i = 0; i < PRINT_NR; i++)
		if (set & PRINT_SET(i))
			strv_add(list, "%s", name[i]);
}
