// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The page as a whole: head, verdict, contents, and the order of its parts.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compare-private.h"
#include "report-html.h"
#include "show-private.h"

/* What is printed is all that there is: what is folded is opened, and folded again. */
static const char open_for_print[] =
	"<script>\n"
	"(function () {\n"
	"	var opened = [];\n"
	"	addEventListener('beforeprint', function () {\n"
	"		opened = Array.from(document.querySelectorAll('details:not([open])'));\n"
	"		opened.forEach(function (d) { d.open = true; });\n"
	"	});\n"
	"	addEventListener('afterprint', function () {\n"
	"		opened.forEach(function (d) { d.open = false; });\n"
	"	});\n"
	"})();\n"
	"</script>\n";

void report_section(const struct report_writer *writer, const char *id, const char *title)
{
	fprintf(writer->out, "<section id=\"%s\" aria-labelledby=\"%s-title\">\n", id, id);
	fprintf(writer->out, "<h2 id=\"%s-title\">", id);
	html_text(writer->out, title);
	fputs("</h2>\n", writer->out);
}

void report_section_end(const struct report_writer *writer)
{
	fputs("</section>\n", writer->out);
}

void report_more(const struct report_writer *writer, size_t shown, size_t all, const char *command)
{
	if (all <= shown)
		return;
	fputs("<p class=\"note\">", writer->out);
	html_printf(writer->out, "The first %zu of %zu; %zu more: ", shown, all, all - shown);
	fputs("<code>", writer->out);
	html_text(writer->out, command);
	fputs("</code></p>\n", writer->out);
}

static const char *word_of(const struct compare_row *row, double ratio, double floor)
{
	if (isnan(ratio) || fabs(ratio - 1) <= floor)
		return "same";
	if (row->metric->direction == DIR_NEUTRAL)
		return "mixed";
	return (ratio > 1) == (row->metric->direction == DIR_HIGHER) ? "better" : "worse";
}

void report_change_cell(const struct report_writer *writer, const struct compare_row *row,
			double ratio)
{
	const struct compare *compare = writer->page->compare;
	struct judge_floor floor = judge_default_floor(row->metric->unit, row->metric->combine,
						       compare->content->run.exact);
	const char *word = word_of(row, ratio, floor.relative / 1e6);
	char change[FIGURE_TEXT];

	compare_change_text(change, ratio, compare->content->run.exact);
	fprintf(writer->out, "<td class=\"r %s\">", word);
	html_text(writer->out, change);
	if (*word == 'b' || *word == 'w')
		fprintf(writer->out, " <span class=\"word\">%s</span>", word);
	fputs("</td>", writer->out);
}

/* --- head --- */

static char *title_of(const struct report_page *page)
{
	const struct strv *variant = &page->compare->variant;
	struct strv others = { 0 };
	char *list, *title;

	for (size_t i = 1; i < variant->nr; i++)
		strv_add(&others, "%s", variant->item[i]);
	list = strv_join(&others, ", ");
	if (!variant->nr)
		title = str_printf("An empty run");
	else if (variant->nr == 1)
		title = str_printf("%s alone", variant->item[0]);
	else if (variant->nr > 4)
		title = str_printf("%zu designs beside %s", variant->nr - 1, variant->item[0]);
	else
		title = str_printf("%s beside %s", list, variant->item[0]);
	free(list);
	strv_free(&others);
	return title;
}

static int put_head(const struct report_writer *writer, struct err *err)
{
	char *path = str_printf("%s/report.css", writer->around->plots);
	char *title = title_of(writer->page), *css;
	FILE *out = writer->out;
	int error = fs_read(path, &css, NULL, err);

	free(path);
	if (error) {
		free(title);
		return error;
	}
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      /* Nothing is loaded, whatever a text of others might have become. */
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	      "style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:\">\n", out);
	html_element(out, "title", NULL, "%s: %s - pagemeta", title,
		     verdict_name(writer->page->verdict));
	fprintf(out, "<style>\n%s</style>\n%s</head>\n<body>\n", css, open_for_print);
	free(css);
	free(title);
	return 0;
}

/* --- the verdict --- */

static char *verdict_sentence(const struct report_page *page)
{
	size_t cells = 0, checks = 0, failed = 0, missing = 0, unsupported = 0;

	for (size_t i = 0; i < page->nr_cards; i++) {
		cells += page->card[i].cells;
		checks += page->card[i].checks;
		failed += page->card[i].failed;
		missing += page->card[i].missing;
		unsupported += page->card[i].unsupported;
	}
	if (failed)
		return str_printf("%zu of %zu cells and checks failed%s.", failed, cells + checks,
				  missing ? ", and others have no outcome" : "");
	if (missing)
		return str_printf("%zu of %zu cells and checks have no outcome; none failed.", missing,
				  cells + checks);
	if (!cells)
		return str_printf("Nothing was run.");
	return str_printf("All %zu cells (boots) and %zu checks passed%s.", cells, checks,
			  unsupported ? ", but for what is unsupported" : "");
}

static const char *class_of_verdict(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_PASS:
		return "better";
	case VERDICT_FAIL:
	case VERDICT_BROKEN:
		return "worse";
	default:
		return "mixed";
	}
}

static void put_cautions(const struct report_writer *writer)
{
	const struct strv *caution = &writer->page->caution;
	FILE *out = writer->out;

	if (!caution->nr)
		return;
	fputs("<div class=\"caution\" role=\"note\" aria-label=\"Read this first\">\n"
	      "<p><strong>Read this first</strong></p>\n<ul>\n", out);
	for (size_t i = 0; i < caution->nr; i++)
		html_element(out, "li", NULL, "%s", caution->item[i]);
	fputs("</ul></div>\n", out);
}

static const char *status_of(const struct report_writer *writer)
{
	const struct store_content *content = writer->page->compare->content;

	if (report_finished(content))
		return "finished";
	return writer->around->live ? "still running when this was written" : "cut short";
}

/* Tables hold the same, and are open then. */
static void put_unseen(const struct report_writer *writer)
{
	if (*writer->pictures->why_not)
		html_element(writer->out, "p", "caution", "There are no pictures, and tables in their "
			     "place: %s", writer->pictures->why_not);
}

static void put_header(const struct report_writer *writer)
{
	const struct store_run *run = &writer->page->compare->content->run;
	char *title = title_of(writer->page), *sentence = verdict_sentence(writer->page);
	FILE *out = writer->out;
	char when[SHOW_TIME];

	fputs("<header>\n<p class=\"eyebrow\">pagemeta: what a design of page metadata costs, and what "
	      "it saves</p>\n", out);
	html_element(out, "h1", NULL, "%s", title);
	fprintf(out, "<p class=\"verdict %s\"><strong>Verdict: ", class_of_verdict(writer->page->verdict));
	html_text(out, verdict_name(writer->page->verdict));
	fputs("</strong> ", out);
	html_text(out, sentence);
	fputs("</p>\n", out);
	html_element(out, "p", "note", "Run %s, %s, %s engine (%s), %s.", run->id,
		     show_time(when, run->started), run->engine, compare_meaning(writer->page->compare),
		     status_of(writer));
	put_cautions(writer);
	put_unseen(writer);
	fputs("</header>\n", out);
	free(sentence);
	free(title);
}

/* --- contents --- */

static const struct {
	const char *id;
	const char *title;
	void (*write)(const struct report_writer *writer);
} part_table[] = {
	{ "choose", "Which design", report_write_choice },
	{ "designs", "Each design", report_write_cards },
	{ "metadata", "Metadata", report_write_metadata },
	{ "workloads", "Workloads", report_write_workloads },
	{ "trend", "Over time", report_write_trends },
	{ "failures", "What broke", report_write_failures },
	{ "host", "Host", report_write_host },
	{ "calibration", "Calibration", report_write_calibration },
	{ "provenance", "Provenance", report_write_about },
};

static void put_nav(FILE *out)
{
	fputs("<nav aria-label=\"Contents\">\n<ul>\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(part_table); i++)
		fprintf(out, "<li><a href=\"#%s\">%s</a></li>\n", part_table[i].id,
			part_table[i].title);
	fputs("<li><a href=\"#again\">Reproduce</a></li>\n</ul>\n</nav>\n", out);
}

static void put_page(const struct report_writer *writer)
{
	FILE *out = writer->out;

	fputs("<a class=\"skip\" href=\"#main\">Skip to the answer</a>\n", out);
	put_header(writer);
	put_nav(out);
	fputs("<main id=\"main\" tabindex=\"-1\">\n", out);
	for (size_t i = 0; i < ARRAY_SIZE(part_table); i++)
		part_table[i].write(writer);
	fputs("</main>\n<footer>\n", out);
	html_element(out, "p", NULL, "Written by pagemeta %s from run %s. This file needs nothing else.",
		     PACKAGE_VERSION, writer->page->compare->content->run.id);
	fputs("</footer>\n</body>\n</html>\n", out);
}

int report_write(const struct report_page *page, const struct report_around *around, FILE *out,
		 char **ret_unseen, struct err *err)
{
	struct report_pictures pictures;
	struct report_trends trends;
	struct report_writer writer = { .page = page, .around = around, .out = out };
	int error;

	error = put_head(&writer, err);
	if (error)
		return error;
	report_trends_make(page->compare, around->results, &trends);
	report_pictures_make(page->compare, &trends, around->plots, &pictures);
	writer.trends = &trends;
	writer.pictures = &pictures;
	put_page(&writer);
	*ret_unseen = str_dup(pictures.why_not);
	report_pictures_free(&pictures);
	report_trends_free(&trends);
	if (fflush(out) || ferror(out))
		return err_set(err, errno ? -errno : -EIO, "cannot write the page");
	return 0;
}
