// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Parts of a mail to a list.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare-private.h"
#include "mail-text.h"
#include "text-plain.h"
#include "text-table.h"

void mail_paragraph(const char *text, unsigned int indent, FILE *out)
{
	struct strv lines = { 0 };

	strv_split(&lines, text, "\n");
	for (size_t i = 0; i < lines.nr; i++) {
		char *line = text_ascii(lines.item[i], '\0');

		text_wrapped(line + strspn(line, " "), indent, indent, MAIL_WIDTH, out);
		free(line);
	}
	strv_free(&lines);
}

/* What goes on in a line that begins with blanks is part of the header. */
void mail_subject(const char *text, FILE *out)
{
	char *line = str_printf("Subject: %s", text);
	char *ascii = text_ascii(line, '\0');

	text_wrapped(ascii, 0, 2, MAIL_WIDTH, out);
	fputc('\n', out);
	free(ascii);
	free(line);
}

static void put_spread(struct table *table, const struct mail_figure *figure)
{
	const struct compare_side *old = &figure->row->side[figure->old];
	const struct compare_side *new = &figure->row->side[figure->new];
	double spread = isnan(old->spread) || old->spread > new->spread ? old->spread : new->spread;

	if (old->nr < 2 || new->nr < 2)
		table_cell(table, NULL, "1 boot");
	else if (isnan(spread))
		table_cell(table, NULL, "-");
	else
		table_cell(table, NULL, "%.2f %%", 100 * spread);
}

/* One boot has none, and a column of that takes the room of the names. */
static bool has_spread(const struct mail_figure *list, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (list[i].row->side[list[i].old].nr > 1 || list[i].row->side[list[i].new].nr > 1)
			return true;
	return false;
}

/* Of six digits and more, a fraction only takes the room of the names. */
static void put_median(struct table *table, const struct compare_row *row, size_t side)
{
	double median = row->side[side].median;
	char text[FIGURE_TEXT];

	table_cell(table, NULL, "%s", compare_figure_text(text, row->metric->unit,
							  fabs(median) < 1e5 ? median : round(median)));
}

static void put_figure(struct table *table, const struct mail_figure *figure, bool exact,
		       bool spread)
{
	const struct compare_row *row = figure->row;
	char text[FIGURE_TEXT];

	table_cell(table, NULL, "  %s", row->metric->name);
	table_cell(table, NULL, "%s", metric_unit_name(row->metric->unit, exact));
	put_median(table, row, figure->old);
	put_median(table, row, figure->new);
	table_cell(table, NULL, "%s", compare_change_text(text, figure->ratio, exact));
	if (spread)
		put_spread(table, figure);
}

static bool same_place(const struct compare_row *a, const struct compare_row *b)
{
	return !strcmp(a->metric->workload, b->metric->workload) && !strcmp(a->params, b->params);
}

static void put_place(struct table *table, const struct compare_row *row)
{
	char *params = text_ascii(row->params, '\0');

	table_line(table, "%s%s%s", row->metric->workload, *params ? " " : "", params);
	free(params);
}

void mail_figures(const char *heading, const struct mail_figure *list, size_t nr, bool exact,
		  FILE *out)
{
	static const char *const head[] = { "metric", "unit", "before", "after", "change", "spread" };
	bool spread = has_spread(list, nr < MAIL_LINES ? nr : MAIL_LINES);
	struct table *table;

	if (!nr)
		return;
	table = table_new(spread ? "llrrrr" : "llrrr");
	for (size_t i = 0; i < ARRAY_SIZE(head) - !spread; i++)
		table_cell(table, NULL, "%s", head[i]);
	for (size_t i = 0; i < nr && i < MAIL_LINES; i++) {
		if (!i || !same_place(list[i - 1].row, list[i].row))
			put_place(table, list[i].row);
		put_figure(table, &list[i], exact, spread);
	}
	mail_paragraph(heading, 0, out);
	fputc('\n', out);
	table_print_within(table, 0, MAIL_WIDTH, out);
	if (nr > MAIL_LINES)
		fprintf(out, "and %zu more\n", nr - MAIL_LINES);
	fputc('\n', out);
	table_free(table);
}

/* An argument ends at a blank that is not quoted. */
static size_t argument_length(const char *text)
{
	bool quoted = false;
	size_t len;

	for (len = 0; text[len] && (quoted || text[len] != ' '); len++)
		quoted ^= text[len] == '\'';
	return len;
}

/*
 * A backslash at the end of a line joins it with the next, also within an argument when that
 * begins at the margin: what is copied is what was called. A quoted argument stays whole.
 */
static unsigned int put_argument(const char *text, size_t len, unsigned int at, FILE *out)
{
	bool quoted = memchr(text, '\'', len);

	while (len && !quoted && at + len + 2 > MAIL_WIDTH) {
		size_t part = MAIL_WIDTH - at - 1;

		while (part && text[part - 1] != ',')
			part--;
		if (!part)
			break;
		fprintf(out, "%.*s\\\n", (int)part, text);
		text += part;
		len -= part;
		at = 0;
	}
	fprintf(out, "%.*s", (int)len, text);
	return at + len;
}

void mail_command(const char *text, FILE *out)
{
	char *ascii = text_ascii(text, '\0');
	unsigned int at = 2;

	fputs("  ", out);
	for (const char *arg = ascii; *arg; ) {
		size_t len = argument_length(arg);

		if (arg != ascii && at + 1 + len + 2 > MAIL_WIDTH) {
			fputs(" \\\n      ", out);
			at = 6;
		} else if (arg != ascii) {
			fputc(' ', out);
			at++;
		}
		at = put_argument(arg, len, at, out);
		arg += len;
		arg += strspn(arg, " ");
	}
	fputc('\n', out);
	free(ascii);
}

void mail_reproduce(const struct store_content *content, FILE *out)
{
	char *with = str_printf("To reproduce, with %s:", content->run.qemu_version);
	char *command = str_printf("run-suite %s", content->run.argv);

	mail_paragraph(with, 0, out);
	fputc('\n', out);
	mail_command(command, out);
	free(with);
	free(command);
	if (content->nr_kernels) {
		char *base = str_printf("Base: %s, linux %s", content->kernel[0].variant,
					content->kernel[0].source_version);

		fputc('\n', out);
		mail_paragraph(base, 0, out);
		free(base);
	}
}
