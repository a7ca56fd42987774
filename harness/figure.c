// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The list of figures, and what their texts and data have in common.
 */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "figure-private.h"
#include "stats.h"

#define CONFIDENCE 0.95
#define NAME_MAX_LEN 120	/* of a file, with room for what comes after it */

void figures_of_compare(const struct compare *compare, struct figures *figures)
{
	struct metadata_account account;

	metadata_account_make(compare, &account);
	figures_add_tradeoff(compare, &account, figures);
	figures_add_metadata(compare, &account, figures);
	figures_add_ratio(compare, figures);
	figures_add_samples(compare, FIGURE_CDF, figures);
	figures_add_samples(compare, FIGURE_PERCENTILE, figures);
	figures_add_workload(compare, figures);
	metadata_account_free(&account);
}

static void figure_free(struct figure *figure)
{
	free(figure->name);
	free(figure->script);
	free(figure->workload);
	free(figure->metric);
	free(figure->params);
	free(figure->title);
	free(figure->about);
	free(figure->caption);
	free(figure->data);
	strv_free(&figure->heading);
	strv_free(&figure->cell);
}

void figures_free(struct figures *figures)
{
	for (size_t i = 0; i < figures->nr; i++)
		figure_free(&figures->item[i]);
	free(figures->item);
	*figures = (struct figures){ 0 };
}

static bool has_name(const struct figures *figures, const char *name)
{
	for (size_t i = 0; i < figures->nr; i++)
		if (!strcmp(figures->item[i].name, name))
			return true;
	return false;
}

/* Workloads and metrics of a run may be named by anyone. */
static char *file_name(const struct figures *figures, const char *wanted)
{
	char *plain = str_printf("%.*s", NAME_MAX_LEN, wanted), *name;

	for (char *at = plain; *at; at++)
		if (!isalnum((unsigned char)*at) && (at == plain || !strchr(".-_", *at)))
			*at = '_';
	name = str_dup(plain);
	for (unsigned int i = 2; has_name(figures, name); i++) {
		free(name);
		name = str_printf("%s-%u", plain, i);
	}
	free(plain);
	return name;
}

struct figure *figures_add(struct figures *figures, enum figure_subject subject,
			   const char *script, const char *name)
{
	char *file = file_name(figures, name);

	figures->item = mem_grow(figures->item, figures->nr + 1, sizeof(*figures->item));
	figures->item[figures->nr] = (struct figure){
		.subject = subject, .name = file, .script = str_dup(script),
		.workload = str_dup(""), .metric = str_dup(""), .params = str_dup(""),
	};
	return &figures->item[figures->nr++];
}

void figure_set(char **text, const char *value)
{
	free(*text);
	*text = str_dup(value);
}

const char *figure_colour(size_t at)
{
	static const char *const colour[] = {
		"#4d4d4d", "#d55e00", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9",
		"#882255", "#6b5b00",
	};

	return colour[at % ARRAY_SIZE(colour)];
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

char *figure_caption(const struct compare *compare)
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

char *figure_values(const char *params)
{
	return figure_values_but(params, &(struct strv){ 0 });
}

char *figure_values_but(const char *params, const struct strv *common)
{
	struct strv part = { 0 };
	struct strv value = { 0 };
	char *text;

	strv_split(&part, params, ",");
	for (size_t i = 0; i < part.nr; i++) {
		const char *at = strchr(part.item[i], '=');

		if (strv_has(common, part.item[i]))
			continue;
		strv_add(&value, "%s", at ? at + 1 : part.item[i]);
	}
	text = strv_join(&value, " ");
	strv_free(&value);
	strv_free(&part);
	return text;
}

/* --- data files --- */

/* What would end a text or a line, or means more to gnuplot than itself. */
static void put_plain(const char *text, FILE *out)
{
	for (; *text; text++)
		fputc((unsigned char)*text < ' ' || strchr("\"\\", *text) ? '?' : *text, out);
}

void figure_text(const char *text, FILE *out)
{
	fputs(" \"", out);
	put_plain(text, out);
	fputc('"', out);
}

/* gnuplot has no number for what is missing but this word. */
void figure_number(double value, FILE *out)
{
	if (isfinite(value))
		fprintf(out, " %.15g", value);
	else
		fputs(" NaN", out);
}

void figure_about(const char *key, const char *value, FILE *out)
{
	if (!*value)
		return;
	fputs(key, out);
	figure_text(value, out);
	fputc('\n', out);
}

void figure_begin(const struct figure *figure, FILE *out)
{
	fputs("# about\n", out);
	figure_about("title", figure->title, out);
	figure_about("caption", figure->caption, out);
}

void figure_block(const char *name, FILE *out)
{
	fputs("\n\n# ", out);
	put_plain(name, out);
	fputc('\n', out);
}

void figure_variants(const struct compare *compare, FILE *out)
{
	figure_block("variants", out);
	for (size_t i = 0; i < compare->variant.nr; i++) {
		fprintf(out, "%zu", i);
		figure_text(compare->variant.item[i], out);
		fputc('\n', out);
	}
}

/* --- effects --- */

static void range_of(const double *figures, size_t nr, double *ret_least, double *ret_most)
{
	*ret_least = INFINITY;
	*ret_most = -INFINITY;
	for (size_t i = 0; i < nr; i++) {
		*ret_least = fmin(*ret_least, figures[i]);
		*ret_most = fmax(*ret_most, figures[i]);
	}
}

/* Boots with the timer's tick elsewhere: any of them might have been the one. */
static void take_range(struct figure_effect *effect, const double *base, size_t nr_base,
		       const double *other, size_t nr_other)
{
	double base_least, base_most, least, most;

	range_of(base, nr_base, &base_least, &base_most);
	range_of(other, nr_other, &least, &most);
	if (nr_base + nr_other < 3 || base_least <= 0)
		return;
	effect->low = least / base_most;
	effect->high = most / base_least;
}

static void take_interval(struct figure_effect *effect, const double *base, size_t nr_base,
			  const double *other, size_t nr_other)
{
	struct stats_effect found;

	if (stats_median_effect(base, nr_base, other, nr_other, CONFIDENCE, &found) ||
	    found.scale != STATS_RATIO || found.low <= 0 || !isfinite(found.high))
		return;
	effect->low = found.low;
	effect->high = found.high;
}

struct figure_effect figure_effect(bool exact, const double *base, size_t nr_base,
				   const double *other, size_t nr_other)
{
	struct figure_effect effect = { NAN, NAN, NAN };
	double old = stats_median(base, nr_base), new = stats_median(other, nr_other);

	if (!stats_usable(base, nr_base) || !stats_usable(other, nr_other))
		return effect;
	if (old == 0)
		effect.ratio = new == 0 ? 1 : NAN;
	else
		effect.ratio = new / old;
	if (exact)
		take_range(&effect, base, nr_base, other, nr_other);
	else
		take_interval(&effect, base, nr_base, other, nr_other);
	return effect;
}

const char *figure_interval(const struct compare *compare)
{
	if (compare->content->run.exact)
		return "Bars are the range over boots; without one there was one boot.";
	return "Bars are intervals of 95 %; without one boots are too few.";
}
