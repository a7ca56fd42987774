// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes the figures of sample runs for the tests of what they say and how they are drawn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sample-figures.h"
#include "util.h"

void sample_figures_make(struct sample_figures *ret_drawn, const struct sample_run *sample)
{
	struct err err = { "" };

	memset(ret_drawn, 0, sizeof(*ret_drawn));
	sample_run_load(sample, &ret_drawn->content);
	if (compare_make(&ret_drawn->content, &ret_drawn->compare, &err))
		fail_msg("%s", err.text);
	figures_of_compare(&ret_drawn->compare, &ret_drawn->figures);
}

void sample_figures_free(struct sample_figures *drawn)
{
	figures_free(&drawn->figures);
	compare_free(&drawn->compare);
	store_content_free(&drawn->content);
}

char *sample_figures_scripts(void)
{
	const char *srcdir = getenv("srcdir");

	return str_printf("%s/plots", srcdir && *srcdir ? srcdir : ".");
}

bool sample_figures_no_gnuplot(void)
{
	char *found = fs_find_program("gnuplot");
	bool missing = !found;

	if (missing)
		print_message("not drawn: there is no gnuplot\n");
	free(found);
	return missing;
}

void sample_figures_keep(const char *dir, const char *name)
{
	const char *where = getenv("PAGEMETA_PLOT_KEEP");
	char *command;

	if (!where)
		return;
	command = str_printf("mkdir -p '%s/%s' && cp '%s'/* '%s/%s'", where, name, dir, where, name);
	assert_int_equal(system(command), 0);
	free(command);
}
