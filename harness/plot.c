// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The pictures of a run, as files of it.
 */
#include <stdlib.h>

#include "figure.h"
#include "plot.h"

int plot_run(const struct compare *compare, const char *scripts, const char *dir,
	     struct strv *ret_made, struct err *err)
{
	char *plots = str_printf("%s/plots", dir);
	struct figures figures = { 0 };
	int error = fs_mkdir(plots, err);

	figures_of_compare(compare, &figures);
	if (!error)
		error = figures_draw(&figures, scripts, plots, FIGURE_FILES, ret_made, err);
	figures_free(&figures);
	free(plots);
	return error;
}
