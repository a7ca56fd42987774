// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Figures into files, or into parts of a page.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "figure-paint.h"

/* The first line draws it anew, whoever has the file. Not durable: it can be had again. */
static int write_data(const struct figure *figure, const char *scripts, const char *dir,
		      struct err *err)
{
	char *where = realpath(scripts, NULL);
	char *path = str_printf("%s/%s.dat", dir, figure->name);
	FILE *out = fopen(path, "w");
	int error = 0;

	if (out) {
		fprintf(out, "# gnuplot -c '%s/%s' png '%s.dat' '%s.png'\n%s",
			where ? where : scripts, figure->script, figure->name, figure->name,
			figure->data);
		errno = 0;
	}
	if (!out || fclose(out))
		error = err_set(err, errno ? -errno : -EIO, "%s: cannot write: %s", path,
				strerror(errno));
	free(path);
	free(where);
	return error;
}

static int write_all_data(const struct figures *figures, const char *scripts, const char *dir,
			  struct err *err)
{
	int error = fs_mkdir(dir, err);

	for (size_t i = 0; i < figures->nr && !error; i++)
		error = write_data(&figures->item[i], scripts, dir, err);
	return error;
}

static void add_picture(struct figure_picture **list, size_t *nr, const struct figure *figure,
			const char *kind)
{
	*list = mem_grow(*list, *nr + 1, sizeof(**list));
	(*list)[(*nr)++] = (struct figure_picture){
		.name = figure->name, .script = figure->script, .kind = kind,
	};
}

int figures_draw(const struct figures *figures, const char *scripts, const char *dir,
		 unsigned int files, struct strv *ret_made, struct err *err)
{
	static const char *const kind[] = { "png", "svg", "pdf" };
	struct figure_picture *picture = NULL;
	size_t nr = 0;
	int error;

	for (size_t i = 0; i < figures->nr; i++)
		for (size_t k = 0; k < ARRAY_SIZE(kind); k++)
			if (files & 1u << k)
				add_picture(&picture, &nr, &figures->item[i], kind[k]);
	error = nr ? write_all_data(figures, scripts, dir, err) : 0;
	if (!error && nr)
		error = figure_pictures_draw(picture, nr, scripts, dir, ret_made, err);
	free(picture);
	return error;
}

/* --- parts of a page --- */

static bool is_card(const struct figure *figure)
{
	return figure->subject != FIGURE_WORKLOAD && figure->subject != FIGURE_CENSUS;
}

static int read_card(const struct figure *figure, const char *dir, const char *prefix,
		     size_t at, struct strv *ret_svg, struct err *err)
{
	char *path = str_printf("%s/%s.card", dir, figure->name);
	char *ids = str_printf("%s%zu-", prefix, at), *text = NULL, *part;
	int error = fs_read(path, &text, NULL, err);

	if (!error) {
		part = figure_inline(text, ids);
		if (!*part)
			error = err_set(err, -EIO, "%s: gnuplot has drawn no SVG", path);
		else
			strv_add(ret_svg, "%s", part);
		free(part);
	}
	free(text);
	free(ids);
	free(path);
	return error;
}

static int draw_cards(const struct figures *figures, const char *scripts, const char *dir,
		      const char *prefix, struct strv *ret_svg, struct err *err)
{
	struct figure_picture *picture = NULL;
	size_t nr = 0;
	int error;

	for (size_t i = 0; i < figures->nr; i++)
		if (is_card(&figures->item[i]))
			add_picture(&picture, &nr, &figures->item[i], "card");
	error = write_all_data(figures, scripts, dir, err);
	if (!error && nr)
		error = figure_pictures_draw(picture, nr, scripts, dir, NULL, err);
	free(picture);
	for (size_t i = 0; i < figures->nr && !error; i++)
		if (is_card(&figures->item[i]))
			error = read_card(&figures->item[i], dir, prefix, i, ret_svg, err);
		else
			strv_add(ret_svg, "%s", "");
	return error;
}

int figures_svg(const struct figures *figures, const char *scripts, const char *prefix,
		struct strv *ret_svg, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	char *dir = str_printf("%s/pagemeta-figures-XXXXXX", tmp && *tmp ? tmp : "/tmp");
	struct strv svg = { 0 };
	int error = 0;

	if (!mkdtemp(dir)) {
		error = err_set(err, -errno, "%s: cannot make a folder: %s", dir, strerror(errno));
		free(dir);
		return error;
	}
	error = draw_cards(figures, scripts, dir, prefix, &svg, err);
	fs_remove(dir, NULL);
	free(dir);
	if (error)
		strv_free(&svg);
	else
		*ret_svg = svg;
	return error;
}
