// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Plots: the figures go to a data file that people can read as well, and a
 * gnuplot script per workload draws them. The script gets terminal, data file,
 * picture, caption and the variants' labels as its arguments.
 *
 * Data: per metric a block under "# NAME", blocks apart by two blank lines. A row
 * is one set of parameters; a row without figures is the heading of a group.
 *	place "label" "metric" "unit" "direction"
 *	and per variant: median, change in per cent, "median as text", "change as text"
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare-private.h"
#include "metadata-metric.h"
#include "plot.h"
#include "proc.h"

#define DEADLINE_S 120	/* for one picture; it takes well under a second */

static const char *const picture[] = { "png", "svg" };

/* "compressor=lzo,pool=zbud" as "lzo zbud": on a plot the names only take room. */
static char *values_of(const char *params)
{
	struct strv part = { 0 };
	struct strv value = { 0 };
	char *text;

	strv_split(&part, params, ",");
	for (size_t i = 0; i < part.nr; i++) {
		const char *at = strchr(part.item[i], '=');

		strv_add(&value, "%s", at ? at + 1 : part.item[i]);
	}
	text = strv_join(&value, " ");
	strv_free(&value);
	strv_free(&part);
	return text;
}

/* gnuplot has no number for what is missing but this word. */
static void put_number(double value, FILE *out)
{
	if (isfinite(value))
		fprintf(out, " %.15g", value);
	else
		fputs(" NaN", out);
}

static void put_side(const struct compare *compare, const struct compare_row *row, size_t at,
		     FILE *out)
{
	enum metric_unit unit = row->metric->unit;
	double ratio = compare_ratio(row, at);
	char text[FIGURE_TEXT];

	put_number(compare_value(unit, row->side[at].median), out);
	put_number((ratio - 1) * 100, out);
	fprintf(out, " \"%s\"", compare_figure_text(text, unit, row->side[at].median));
	fprintf(out, " \"%s\"", compare_change_text(text, ratio, compare->content->run.exact));
}

/* Names and labels hold [A-Za-z0-9._=,+-], so nothing has to be escaped. */
static void put_heading(const struct compare *compare, const struct compare_row *row, size_t place,
			FILE *out)
{
	char *label = values_of(row->cell_params);

	fprintf(out, "%zu \"%s\" \"\" \"\" \"\"", place, label);
	for (size_t at = 0; at < compare->variant.nr; at++)
		fputs(" NaN NaN \"\" \"\"", out);
	fputc('\n', out);
	free(label);
}

static void put_row(const struct compare *compare, const struct compare_row *row, size_t place,
		    FILE *out)
{
	const struct store_metric *metric = row->metric;
	char *label = values_of(*row->labels ? row->labels : row->cell_params);

	fprintf(out, "%zu \"%s\" \"%s\" \"%s\" \"%s\"", place, label, metric->name,
		metric_unit_name(metric->unit, compare->content->run.exact),
		metric_direction_name(metric->direction));
	for (size_t at = 0; at < compare->variant.nr; at++)
		put_side(compare, row, at, out);
	fputc('\n', out);
	free(label);
}

static void put_block(const struct compare *compare, const struct store_metric *metric, FILE *out)
{
	const char *group = NULL;
	size_t place = 0;

	fprintf(out, "\n\n# %s\n", metric->name);
	for (size_t i = 0; i < compare->nr_rows; i++) {
		const struct compare_row *row = &compare->row[i];

		if (row->metric != metric)
			continue;
		if (*row->cell_params && *row->labels &&
		    (!group || strcmp(group, row->cell_params)))
			put_heading(compare, row, ++place, out);
		group = row->cell_params;
		put_row(compare, row, ++place, out);
	}
}

static char *data_text(const struct compare *compare, const char *workload)
{
	const struct store_content *content = compare->content;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return NULL;
	fprintf(out, "# run %s, %s engine, workload %s\n", content->run.id, content->run.engine,
		workload);
	fputs("# place, label, metric, unit, direction; per variant: median, change in per cent, "
	      "both as text\n# variants:", out);
	for (size_t i = 0; i < compare->variant.nr; i++)
		fprintf(out, " %s", compare->variant.item[i]);
	fputc('\n', out);
	for (size_t i = 0; i < content->nr_metrics; i++)
		if (!strcmp(content->metric[i].workload, workload) &&
		    !metadata_metric_is(&content->metric[i]))
			put_block(compare, &content->metric[i], out);
	fclose(out);
	return text;
}

static char *kernel_versions(const struct store_content *content)
{
	struct strv version = { 0 };
	char *text;

	for (size_t i = 0; i < content->nr_kernels; i++)
		if (!strv_has(&version, content->kernel[i].source_version))
			strv_add(&version, "%s", content->kernel[i].source_version);
	text = strv_join(&version, ", ");
	strv_free(&version);
	return text;
}

static char *caption(const struct compare *compare)
{
	const struct store_content *content = compare->content;
	char *versions = kernel_versions(content);
	const char *meaning = "ns are the guest's own";
	char *text;

	if (content->run.exact)
		meaning = "insns are instructions of the guest, not time";
	else if (!strcmp(content->run.engine, "tcg"))
		meaning = "ns are an emulator's: shown, never judged";
	text = str_printf("%s engine: %s  |  Linux %s  |  run %s", content->run.engine, meaning,
			  versions, content->run.id);
	free(versions);
	return text;
}

/* gnuplot ends what it has to say with an empty line. */
static char *last_words(FILE *said)
{
	char *last = str_dup("it said nothing");
	char *line = NULL;
	size_t size = 0;

	rewind(said);
	while (getline(&line, &size, said) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (!*line)
			continue;
		free(last);
		last = str_dup(line);
	}
	free(line);
	return last;
}

static int call_gnuplot(char *const *argv, struct err *err)
{
	struct proc_spec spec = { .argv = argv };
	char *words, how[64];
	FILE *said = tmpfile();
	int error, status;
	pid_t pid;

	if (!said)
		return err_set(err, -errno, "temporary file: cannot create: %s", strerror(errno));
	spec.out_fd = fileno(said);
	error = proc_start(&spec, &pid, NULL, err);
	if (error)
		goto out;
	error = proc_wait(pid, DEADLINE_S, &status);
	if (error) {
		err_set(err, error, "gnuplot: stopped while drawing %s: %s", argv[3],
			strerror(-error));
	} else if (status) {
		words = last_words(said);
		error = err_set(err, -EIO, "gnuplot: cannot draw with %s: %s: %s", argv[3],
				proc_status_text(how, sizeof(how), status), words);
		free(words);
	}
out:
	fclose(said);
	return error;
}

static int run_gnuplot(const char *script, const char *terminal, const char *base, const char *out,
		       const char *about, const struct strv *labels, struct err *err)
{
	struct strv argv = { 0 };
	int error;

	/* -d: how someone likes gnuplot at the prompt must not change a plot */
	strv_split(&argv, "gnuplot -d -c", " ");
	strv_add(&argv, "%s", script);
	strv_add(&argv, "%s", terminal);
	strv_add(&argv, "%s.dat", base);
	strv_add(&argv, "%s", out);
	strv_add(&argv, "%s", about);
	for (size_t i = 0; i < labels->nr; i++)
		strv_add(&argv, "%s", labels->item[i]);
	error = call_gnuplot(argv.item, err);
	strv_free(&argv);
	return error;
}

/* Drawn beside and renamed: who looks at a picture never sees half of one. */
static int draw(const char *script, const char *terminal, const char *base, const char *about,
		const struct strv *labels, struct strv *ret_made, struct err *err)
{
	char *out = str_printf("%s.%s", base, terminal);
	char *unfinished = str_printf("%s.new", out);
	int error;

	error = run_gnuplot(script, terminal, base, unfinished, about, labels, err);
	if (!error && rename(unfinished, out))
		error = err_set(err, -errno, "%s: gnuplot has not drawn it: %s", out,
				strerror(errno));
	if (error)
		fs_remove(unfinished, NULL);
	else if (ret_made)
		strv_add(ret_made, "%s", out);
	free(unfinished);
	free(out);
	return error;
}

int plot_draw(const char *script, const char *base, const char *about, const struct strv *labels,
	      struct strv *ret_made, struct err *err)
{
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(picture) && !error; i++)
		error = draw(script, picture[i], base, about, labels, ret_made, err);
	return error;
}

static int write_data(const struct compare *compare, const char *workload, const char *base,
		      struct err *err)
{
	char *path = str_printf("%s.dat", base);
	char *text = data_text(compare, workload);
	int error = text ? fs_write(path, text, strlen(text), err) :
			   err_set(err, -ENOMEM, "%s: cannot write: out of memory", path);

	free(text);
	free(path);
	return error;
}

static int plot_workload(const struct compare *compare, const char *workload, const char *scripts,
			 const char *dir, struct strv *ret_made, struct err *err)
{
	char *script = str_printf("%s/%s.gp", scripts, workload);
	char *base = str_printf("%s/plots/%s", dir, workload);
	char *about = caption(compare);
	int error = 0;

	if (fs_exists(script)) {
		error = write_data(compare, workload, base, err);
		if (!error)
			error = plot_draw(script, base, about, &compare->variant, ret_made, err);
	}
	free(about);
	free(base);
	free(script);
	return error;
}

static bool has_figures(const struct compare *compare, const char *workload)
{
	for (size_t i = 0; i < compare->nr_rows; i++)
		for (size_t at = 0; at < compare->variant.nr; at++)
			if (!strcmp(compare->row[i].metric->workload, workload) &&
			    compare->row[i].side[at].nr)
				return true;
	return false;
}

int plot_run(const struct compare *compare, const char *scripts, const char *dir,
	     struct strv *ret_made, struct err *err)
{
	char *plots = str_printf("%s/plots", dir);
	const char *before = "";
	int error = fs_mkdir(plots, err);

	for (size_t i = 0; i < compare->nr_rows && !error; i++) {
		const char *workload = compare->row[i].metric->workload;

		/* The name becomes one of a file, and the run may come from anyone. */
		if (strcmp(workload, before) && !strchr(workload, '/') &&
		    has_figures(compare, workload))
			error = plot_workload(compare, workload, scripts, dir, ret_made, err);
		before = workload;
	}
	free(plots);
	return error;
}
