// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A picture on the page: what it is, the picture, what is to be seen in it for who cannot see
 * it, and its table one click away.
 */
#include <stdlib.h>
#include <string.h>

#include "report-html.h"

#define SVG "<svg"

static const char *svg_of(const struct report_writer *writer, size_t at)
{
	const struct strv *svg = &writer->pictures->svg;

	return at < svg->nr ? svg->item[at] : "";
}

/* Drawn by our own scripts, so it is markup; its name and its text are ours to give. */
static void put_svg(const struct report_writer *writer, size_t at, const char *svg)
{
	if (strncmp(svg, SVG, strlen(SVG)))
		return;
	fprintf(writer->out, SVG " role=\"img\" aria-labelledby=\"picture-%zu-name\" "
		"aria-describedby=\"picture-%zu-about\"", at, at);
	fputs(svg + strlen(SVG), writer->out);
}

/* Columns of figures are on the right; the first one names the row. */
static bool is_number(const char *text)
{
	return *text && (strspn(text, "+-0123456789.,=x %") == strlen(text));
}

static void put_rows(const struct report_writer *writer, const struct figure *figure)
{
	size_t columns = figure->heading.nr;
	size_t shown = figure->nr_rows < REPORT_ROWS ? figure->nr_rows : REPORT_ROWS;

	for (size_t i = 0; i < shown; i++) {
		fputs("<tr>", writer->out);
		for (size_t k = 0; k < columns; k++) {
			const char *text = figure->cell.item[i * columns + k];

			if (k)
				html_cell(writer->out, is_number(text) ? 'r' : 'l', "%s", text);
			else
				html_row_head(writer->out, "%s", text);
		}
		fputs("</tr>\n", writer->out);
	}
}

static void put_table(const struct report_writer *writer, const struct figure *figure, bool open)
{
	char *command;

	if (!figure->nr_rows || figure->cell.nr < figure->nr_rows * figure->heading.nr)
		return;
	fprintf(writer->out, "<details%s><summary>As a table<span class=\"unseen\">: ",
		open ? " open" : "");
	html_text(writer->out, figure->title);
	fputs("</span></summary>\n", writer->out);
	html_table_begin(writer->out, figure->title);
	for (size_t k = 0; k < figure->heading.nr; k++)
		html_head(writer->out, k && is_number(figure->cell.item[k]) ? 'r' : 'l', "%s",
			  figure->heading.item[k]);
	html_table_body(writer->out);
	put_rows(writer, figure);
	html_table_end(writer->out);
	command = str_printf("run-suite compare %s --all", writer->page->compare->content->run.id);
	report_more(writer, figure->nr_rows < REPORT_ROWS ? figure->nr_rows : REPORT_ROWS,
		    figure->nr_rows, command);
	free(command);
	fputs("</details>\n", writer->out);
}

static void put_picture(const struct report_writer *writer, size_t at)
{
	const struct figure *figure = &writer->pictures->shown.item[at];
	const char *svg = svg_of(writer, at);
	FILE *out = writer->out;

	fprintf(out, "<figure id=\"picture-%zu\">\n<figcaption id=\"picture-%zu-name\">", at, at);
	html_text(out, figure->title);
	fputs("</figcaption>\n", out);
	put_svg(writer, at, svg);
	fprintf(out, "<p id=\"picture-%zu-about\">", at);
	html_text(out, figure->about);
	fputs("</p>\n", out);
	/* Kernels and run stand at the end of the page, once. */
	html_element(out, "p", "note", "%.*s", (int)(strstr(figure->caption, "  |") ?
		     strstr(figure->caption, "  |") - figure->caption : 400), figure->caption);
	put_table(writer, figure, !*svg);
	fputs("</figure>\n", out);
}

static bool is_of(const struct figure *figure, const char *workload)
{
	switch (figure->subject) {
	case FIGURE_METADATA:
		return workload && !*workload;
	case FIGURE_TREND:
		return !workload;
	default:
		return workload && !strcmp(figure->workload, workload);
	}
}

/* Of each subject there are more than are shown. */
static size_t left_out(const struct report_pictures *pictures, const char *workload)
{
	enum figure_subject before = FIGURE_SUBJECTS;
	size_t shown = 0, all = 0;

	for (size_t i = 0; i < pictures->shown.nr; i++) {
		const struct figure *figure = &pictures->shown.item[i];

		if (!is_of(figure, workload))
			continue;
		shown++;
		if (figure->subject != before)
			all += pictures->all[i];
		before = figure->subject;
	}
	return all - shown;
}

void report_write_pictures(const struct report_writer *writer, const char *workload)
{
	const struct report_pictures *pictures = writer->pictures;
	size_t left = left_out(pictures, workload);
	bool any = false;

	for (size_t i = 0; i < pictures->shown.nr; i++) {
		if (!is_of(&pictures->shown.item[i], workload))
			continue;
		if (!any)
			fputs("<div class=\"figures\">\n", writer->out);
		any = true;
		put_picture(writer, i);
	}
	if (any)
		fputs("</div>\n", writer->out);
	if (!left)
		return;
	fputs("<p class=\"note\">", writer->out);
	html_printf(writer->out, "%zu further picture%s, of smaller changes: ", left,
		    left == 1 ? "" : "s");
	fputs("<code>", writer->out);
	html_printf(writer->out, "run-suite compare %s --plot", writer->page->compare->content->run.id);
	fputs("</code></p>\n", writer->out);
}

void report_write_trends(const struct report_writer *writer)
{
	const struct report_trends *trends = writer->trends;
	FILE *out = writer->out;

	report_section(writer, "trend", "From run to run");
	if (!trends->nr) {
		html_element(out, "p", NULL, "No earlier run of this host, engine and QEMU has one of "
			     "these designs, so there is nothing to follow over time.");
	} else {
		html_element(out, "p", NULL, "%zu earlier run%s of this host, engine and QEMU. What "
			     "changed most comes first; run-suite trend has all of it.", trends->runs,
			     trends->runs == 1 ? "" : "s");
		report_write_pictures(writer, NULL);
	}
	if (trends->left_out)
		html_element(out, "p", "note", "%zu older ones are not looked at here: run-suite trend",
			     trends->left_out);
	report_section_end(writer);
}
