// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The end of the page: the host and what disturbed there, what it can see, where all figures
 * are from, and how to have them again.
 */
#include <stdlib.h>
#include <string.h>

#include "calibration-file.h"
#include "compare-off.h"
#include "compare-private.h"
#include "report-html.h"
#include "show-private.h"

/* --- host --- */

static void put_finding(const struct report_writer *writer, const struct store_finding *finding)
{
	bool bad = host_level_is_bad(finding->level);
	FILE *out = writer->out;

	fprintf(out, "<tr><th scope=\"row\" class=\"%s\">", bad ? "worse" : "same");
	html_text(out, host_level_name(finding->level));
	fputs("</th>", out);
	html_cell(out, 'l', "%s", finding->at_end ? "at the end" : "at the start");
	html_cell(out, 'l', "%s", finding->name);
	fputs("<td class=\"reason\">", out);
	html_text(out, finding->seen);
	fputs("</td><td class=\"reason\">", out);
	html_text(out, bad ? finding->mend : "");
	fputs("</td></tr>\n", out);
}

static bool is_noted(const struct store_finding *finding)
{
	return finding->level != HOST_GOOD && !host_level_is_bad(finding->level);
}

static bool is_bad(const struct store_finding *finding)
{
	return host_level_is_bad(finding->level);
}

static size_t count(const struct store_content *content,
		    bool (*is)(const struct store_finding *finding))
{
	size_t nr = 0;

	for (size_t i = 0; i < content->nr_findings; i++)
		nr += is(&content->finding[i]);
	return nr;
}

static void put_findings(const struct report_writer *writer, const char *caption,
			 bool (*is)(const struct store_finding *finding))
{
	static const char *const head[] = { "level", "when", "what", "seen", "what mends it" };
	const struct store_content *content = writer->page->compare->content;

	html_table_begin(writer->out, caption);
	for (size_t i = 0; i < ARRAY_SIZE(head); i++)
		html_head(writer->out, 'l', "%s", head[i]);
	html_table_body(writer->out);
	for (size_t i = 0; i < content->nr_findings; i++)
		if (is(&content->finding[i]))
			put_finding(writer, &content->finding[i]);
	html_table_end(writer->out);
}

static void put_looks(const struct report_writer *writer)
{
	const struct store_content *content = writer->page->compare->content;
	size_t bad = count(content, is_bad), noted = count(content, is_noted);

	if (bad)
		html_element(writer->out, "p", "worse", "\xe2\x9c\x97 %zu of %zu looks at the host "
			     "found what disturbs the %s engine.", bad, content->nr_findings,
			     content->run.engine);
	else
		html_element(writer->out, "p", NULL, "%zu looks at the host, and none found what "
			     "disturbs the %s engine.", content->nr_findings, content->run.engine);
	if (bad)
		put_findings(writer, "What disturbed", is_bad);
	if (!noted)
		return;
	fputs("<details>", writer->out);
	html_element(writer->out, "summary", NULL, "%zu notes, and what could not be judged", noted);
	put_findings(writer, "Worth knowing, or not known", is_noted);
	fputs("</details>\n", writer->out);
}

void report_write_host(const struct report_writer *writer)
{
	const struct store_run *run = &writer->page->compare->content->run;

	report_section(writer, "host", "Host");
	html_element(writer->out, "p", NULL, "%s", run->host);
	if (writer->page->compare->content->nr_findings)
		put_looks(writer);
	else
		html_element(writer->out, "p", NULL, "What disturbed there was not looked at.");
	if (*run->notes)
		html_element(writer->out, "pre", "notes", "%s", run->notes);
	report_section_end(writer);
}

/* --- calibration --- */

static void put_seen(const struct report_writer *writer, const struct calibration_file *seen)
{
	char *summary = calibration_summary(seen, writer->page->compare);

	html_element(writer->out, "p", NULL, "%s.", summary);
	free(summary);
}

void report_write_calibration(const struct report_writer *writer)
{
	const struct store_run *run = &writer->page->compare->content->run;
	struct calibration_file seen = { 0 };
	char *why = NULL;

	report_section(writer, "calibration", "How small a change is seen here");
	if (calibration_of_run(writer->around->cache, run, &seen, &why))
		put_seen(writer, &seen);
	else
		html_element(writer->out, "p", NULL, "Not known: %s.", why ? why : "no calibration");
	calibration_free(&seen);
	free(why);
	report_section_end(writer);
}

/* --- provenance --- */

static void put_field(FILE *out, const char *name, const char *value)
{
	if (!*value)
		return;
	fputs("<tr>", out);
	html_row_head(out, "%s", name);
	fputs("<td class=\"reason\">", out);
	html_text(out, value);
	fputs("</td></tr>\n", out);
}

static void put_run(const struct report_writer *writer)
{
	const struct store_run *run = &writer->page->compare->content->run;
	char *engine = str_printf("%s: %s", run->engine, compare_meaning(writer->page->compare));
	char *suite = str_printf("pagemeta %s", run->suite_version);
	char when[SHOW_TIME];
	FILE *out = writer->out;

	html_table_begin(out, "The run");
	html_head(out, 'l', "what");
	html_head(out, 'l', "value");
	html_table_body(out);
	put_field(out, "run", run->id);
	put_field(out, "suite", suite);
	put_field(out, "engine", engine);
	put_field(out, "profile", run->profile);
	put_field(out, "QEMU", run->qemu_version);
	put_field(out, "host", run->host);
	put_field(out, "agent, SHA-256", run->agent_hash);
	put_field(out, "caches modelled", run->traffic);
	put_field(out, "started", show_time(when, run->started));
	put_field(out, "ended", run->ended ? show_time(when, run->ended) : "not yet");
	html_table_end(out);
	free(suite);
	free(engine);
}

static void put_kernels(const struct report_writer *writer)
{
	static const char *const head[] = {
		"design", "source", "image, SHA-256", "patches", "configuration", "compiler"
	};
	const struct store_content *content = writer->page->compare->content;
	FILE *out = writer->out;

	html_table_begin(out, "The kernels");
	for (size_t i = 0; i < ARRAY_SIZE(head); i++)
		html_head(out, 'l', "%s", head[i]);
	html_table_body(out);
	for (size_t i = 0; i < content->nr_kernels; i++) {
		const struct store_kernel *kernel = &content->kernel[i];

		fputs("<tr>", out);
		html_row_head(out, "%s", kernel->variant);
		html_cell(out, 'l', "linux %s", kernel->source_version);
		html_cell(out, 'l', "%.16s", kernel->image_hash);
		html_cell(out, 'l', "%.16s", kernel->patch_hash);
		html_cell(out, 'l', "%.16s", kernel->config_hash);
		html_cell(out, 'l', "%s", kernel->compiler);
		fputs("</tr>\n", out);
	}
	html_table_end(out);
}

static void put_off(const struct report_writer *writer)
{
	struct compare_off *off;
	size_t nr;

	off = compare_off(writer->page->compare->content, &nr);
	for (size_t i = 0; i < nr; i++) {
		char *text = compare_off_text(&off[i]);

		html_element(writer->out, "p", NULL, "%s", text);
		free(text);
	}
	compare_off_free(off, nr);
}

static void put_command(FILE *out, const char *argv)
{
	fputs("<pre class=\"command\" tabindex=\"0\" role=\"group\" aria-label=\"Command\">"
	      "<code>", out);
	html_printf(out, "./%s%s", strncmp(argv, "run-suite", strlen("run-suite")) ?
		    "run-suite " : "", argv);
	fputs("</code></pre>\n", out);
}

void report_write_about(const struct report_writer *writer)
{
	const struct store_content *content = writer->page->compare->content;

	report_section(writer, "provenance", "Where this is from");
	put_run(writer);
	put_kernels(writer);
	put_off(writer);
	html_element(writer->out, "p", "note", "Hashes are the first 16 digits; run-suite show %s has "
		     "them whole, and every cell.", content->run.id);
	report_section_end(writer);
	report_section(writer, "again", "How to have it again");
	html_element(writer->out, "p", NULL, "In a checkout of pagemeta %s:",
		     content->run.suite_version);
	put_command(writer->out, content->run.argv);
	html_element(writer->out, "p", NULL, "%s", content->run.exact ?
		     "The exact engine counts the same instructions wherever image hash, agent and "
		     "QEMU are those above." : "Times depend on the host; what counts is the change "
		     "beside the base, measured in turns.");
	report_section_end(writer);
}
