// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The page of a report: that it is one, that nothing anybody wrote becomes markup of it, and
 * what of a console stands on it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "golden.h"
#include "html.h"
#include "report-made.h"
#include "report-private.h"
#include "util.h"

static const struct sample_run dearer = {
	.engine = "exact", .variants = "baseline,vmemmap-4k", .shift = 2703, .trials = 1,
	.compressors = "lz4", .pools = "zsmalloc", .metadata = true,
};

static const struct sample_run timed = {
	.engine = "kvm", .variants = "baseline,vmemmap-4k", .shift = 310000, .trials = 8,
	.compressors = "lz4", .pools = "zsmalloc", .metadata = true, .disturbed = true,
};

/* --- escaping --- */

static char *escaped(const char *bytes, size_t len)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	html_bytes(out, bytes, len);
	fclose(out);
	return text;
}

#define BAD "\xef\xbf\xbd"

static void whatever_comes_is_text(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *html;
	} table[] = {
		{ "a<b>&\"'", 7, "a&lt;b&gt;&amp;&quot;&#39;" },
		{ "</script><!--", 13, "&lt;/script&gt;&lt;!--" },
		{ "a\0b", 3, "a" BAD "b" },
		{ "\x1b[31m\x07\x7f", 7, BAD "[31m" BAD BAD },
		{ "a\r\n\tb", 5, "a\n\tb" },
		{ "\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7", 9, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\xa7" },
		{ "\xc3", 1, BAD },				/* cut short */
		{ "\xe2\x82", 2, BAD BAD },
		{ "\xc0\xbc", 2, BAD BAD },			/* '<', longer than need be */
		{ "\xe0\x80\xbc", 3, BAD BAD BAD },
		{ "\xed\xa0\x80", 3, BAD BAD BAD },		/* a surrogate */
		{ "\xf4\x90\x80\x80", 4, BAD BAD BAD BAD },	/* beyond U+10FFFF */
		{ "\xff<\xfe", 3, BAD "&lt;" BAD },
		{ "\xe2\x80\xae", 3, BAD },			/* turns the direction of text */
		{ "\xc2\x85\xef\xbf\xbf\xef\xbb\xbf", 8, BAD BAD BAD },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++) {
		char *html = escaped(table[i].bytes, table[i].len);

		assert_string_equal(html, table[i].html);
		free(html);
	}
}

/* --- a page --- */

/* A folder with the style and without scripts of gnuplot: tables only, and fast. */
static char *plain_plots(void)
{
	const char *srcdir = getenv("srcdir");
	char *dir = sample_folder(), *css, *path;
	struct err err = { "" };

	path = str_printf("%s/plots/report.css", srcdir ? srcdir : ".");
	assert_int_equal(fs_read(path, &css, NULL, &err), 0);
	free(path);
	path = str_printf("%s/report.css", dir);
	assert_int_equal(fs_write(path, css, strlen(css), &err), 0);
	free(path);
	free(css);
	return dir;
}

static char *written(const struct report_made *made, const char *dir)
{
	char *plots = plain_plots(), *text = NULL, *unseen = NULL;
	struct report_around around = { .dir = dir, .plots = plots, .cache = plots };
	struct err err = { "" };
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (report_write(&made->page, &around, out, &unseen, &err))
		fail_msg("%s", err.text);
	fclose(out);
	assert_true(!*unseen || strstr(text, "There are no pictures"));
	assert_int_equal(strlen(text), len);
	free(unseen);
	sample_remove(plots);
	return text;
}

static bool is_void(const char *name, size_t len)
{
	return len == strlen("meta") && !strncmp(name, "meta", len);
}

/* Every element is closed where it has to be, and '<' begins nothing but a tag of ours. */
static void check_balanced(const char *html)
{
	struct { const char *name; size_t len; } open[64];
	size_t depth = 0;

	assert_memory_equal(html, "<!DOCTYPE html>\n", strlen("<!DOCTYPE html>\n"));
	html += strlen("<!DOCTYPE html>\n");
	while ((html = strchr(html, '<'))) {
		bool closes = html[1] == '/';
		const char *name = html + 1 + closes, *end = strchr(html, '>');
		size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz123456");

		assert_non_null(end);
		assert_true(len > 0);
		html = end + 1;
		if (closes) {
			assert_true(depth > 0);
			depth--;
			if (open[depth].len != len || strncmp(open[depth].name, name, len))
				fail_msg("</%.*s> closes <%.*s>", (int)len, name,
					 (int)open[depth].len, open[depth].name);
		} else if (!is_void(name, len)) {
			assert_true(depth < ARRAY_SIZE(open));
			open[depth].name = name;
			open[depth++].len = len;
			/* Nothing in these is markup. */
			if (!strncmp(name, "script", len) || !strncmp(name, "style", len))
				html = strstr(html, "</");
		}
	}
	assert_int_equal(depth, 0);
}

/* What is said above all pictures, without tags and empty lines. */
static char *visible(const char *html)
{
	const char *end = strstr(html, "<section id=\"metadata\"");
	char *text = str_dup(strstr(html, "<body>")), *to = text;
	bool tag = false;

	assert_non_null(end);
	for (const char *at = strstr(html, "<body>"); at < end; at++) {
		if (*at == '<')
			tag = true;
		if (!tag && !(*at == '\n' && (to == text || to[-1] == '\n')))
			*to++ = *at;
		if (*at == '>') {
			tag = false;
			if (!strncmp(at - 4, "</td>", 5) || !strncmp(at - 4, "</th>", 5))
				*to++ = '\t';
		}
	}
	*to = '\0';
	return text;
}

static void a_page_as_text(void **state)
{
	char *html, *text, *at, *end;
	struct report_made made;

	(void)state;
	report_made_new(&dearer, &made);
	html = written(&made, "/nowhere");
	check_balanced(html);
	text = visible(html);
	/* What gnuplot says of a folder without scripts, which has another name each time. */
	at = strstr(text, "There are no pictures");
	assert_non_null(at);
	end = strchr(at, '\n');
	memmove(at, end, strlen(end) + 1);
	golden_check("report.txt", text);
	free(text);
	free(html);
	report_made_free(&made);
}

static void a_page_tells_what_is_switched_off(void **state)
{
	struct sample_run matched = dearer;
	struct report_made made;
	char *html;

	(void)state;
	matched.off = 2;
	report_made_new(&matched, &made);
	html = written(&made, "/nowhere");
	check_balanced(html);
	assert_non_null(strstr(html, "<p>switched off in baseline and vmemmap-4k: CONFIG_HIBERNATION: "
			       "it does not save free pages"));
	free(html);
	report_made_free(&made);
}

static const char garbage[] = "</pre></td></script><script>alert(1)</script>\"'><img src=x>&amp;"
			      "\x1b[2J\xff\xfe\xc0\xbc <!-- ]]> ${x} %s%n";

/* The texts of a run as somebody who wants harm would leave them. */
static void spoil(struct store_content *content)
{
	struct store_run *run = &content->run;
	char **text[] = {
		&run->id, &run->suite_version, &run->profile, &run->argv, &run->qemu_version,
		&run->agent_hash, &run->host, &run->notes, &run->traffic,
	};

	for (size_t i = 0; i < ARRAY_SIZE(text); i++) {
		free(*text[i]);
		*text[i] = str_dup(garbage);
	}
	for (size_t i = 0; i < content->nr_cells; i++) {
		free(content->cell[i].reason);
		content->cell[i].reason = str_printf("%s%zu", garbage, i);
		free(content->cell[i].variant);
		content->cell[i].variant = str_printf("%s%zu", garbage, i % 2);
		free(content->cell[i].params);
		content->cell[i].params = str_dup(garbage);
		content->cell[i].verdict = i % VERDICT_NR;
	}
	for (size_t i = 0; i < content->nr_checks; i++) {
		free(content->check[i].reason);
		content->check[i].reason = str_printf("%s%zu", garbage, i);
		free(content->check[i].name);
		content->check[i].name = str_dup(garbage);
		content->check[i].verdict = i % VERDICT_NR;
	}
	for (size_t i = 0; i < content->nr_kernels; i++) {
		free(content->kernel[i].compiler);
		content->kernel[i].compiler = str_dup(garbage);
		free(content->kernel[i].image_hash);
		content->kernel[i].image_hash = str_dup(garbage);
	}
	for (size_t i = 0; i < content->nr_findings; i++) {
		free(content->finding[i].seen);
		content->finding[i].seen = str_dup(garbage);
	}
	for (size_t i = 0; i < content->nr_series; i++) {
		free(content->series[i].labels);
		content->series[i].labels = str_dup(garbage);
	}
}

static void garbage_is_no_markup(void **state)
{
	struct report_made made;
	const char *at;
	char *html;

	(void)state;
	sample_run_load(&timed, &made.content);
	spoil(&made.content);
	report_made_say(&made);
	html = written(&made, "/nowhere");
	check_balanced(html);
	assert_null(strstr(html, "<script>alert"));
	assert_null(strstr(html, "<img"));
	assert_null(strchr(html, '\x1b'));
	/* Ours is the only one. */
	at = strstr(html, "<script");
	assert_non_null(at);
	assert_null(strstr(at + 1, "<script"));
	free(html);
	report_made_free(&made);
}

static void what_explodes_is_capped_and_named(void **state)
{
	struct report_made made;
	char *html;

	(void)state;
	sample_run_load(&dearer, &made.content);
	made.content.check = mem_grow(made.content.check, 500, sizeof(*made.content.check));
	for (size_t i = made.content.nr_checks; i < 500; i++)
		made.content.check[i] = (struct store_check){
			.cell = made.content.cell[made.content.nr_cells - 1].id,
			.name = str_printf("check-%zu", i), .labels = str_dup(""),
			.verdict = VERDICT_FAIL, .reason = str_dup("it is not so"),
		};
	made.content.nr_checks = 500;
	report_made_say(&made);
	html = written(&made, "/nowhere");
	assert_non_null(strstr(html, "The first 60 of "));
	assert_non_null(strstr(html, "<code>run-suite compare 20251201-094501-7c3e</code>"));
	free(html);
	report_made_free(&made);
}

/* --- consoles --- */

static void write_console(const char *dir, const char *text, size_t len)
{
	char *path = str_printf("%s/console", dir);
	struct err err = { "" };

	assert_int_equal(fs_mkdir(path, &err), 0);
	free(path);
	path = str_printf("%s/console/1.txt", dir);
	assert_int_equal(fs_write(path, text, len, &err), 0);
	free(path);
}

/* As a page has it; NULL where there is none. */
static char *excerpt_of(const char *dir, const struct store_cell *cell)
{
	struct report_console console;
	char *part;

	if (!report_console_read(dir, cell, &console))
		return NULL;
	part = report_console_excerpt(&console);
	free(console.text);
	return part;
}

static void a_console_is_shown_around_its_trouble(void **state)
{
	struct store_cell cell = { .console = "console/1.txt" };
	char *dir = sample_folder(), *text = NULL, *part;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	for (unsigned int i = 0; i < 300; i++)
		fprintf(out, "[    0.%06u] line %u\r\n", i, i);
	fprintf(out, "[    1.000000] Oops: 0002 [#1] PREEMPT SMP\n");
	for (unsigned int i = 0; i < 300; i++)
		fprintf(out, "[    2.%06u] after %u\n", i, i);
	fclose(out);
	write_console(dir, text, len);
	part = excerpt_of(dir, &cell);
	assert_non_null(part);
	assert_non_null(strstr(part, "(296 lines before)\n"));
	assert_non_null(strstr(part, "line 296\r\n"));
	assert_null(strstr(part, "line 295\r\n"));
	assert_non_null(strstr(part, "Oops"));
	assert_non_null(strstr(part, "after 58\n"));
	assert_non_null(strstr(part, "(241 lines after)\n"));
	free(part);
	free(text);
	sample_remove(dir);
}

static void a_console_of_garbage_is_survived(void **state)
{
	static const char bytes[] = "\0\0\xff\n\n\r\r\n[ 0.0] Kernel panic - not syncing: \0<script>\xfe";
	struct store_cell cell = { .console = "console/1.txt" };
	char *dir = sample_folder(), *part;

	(void)state;
	write_console(dir, bytes, sizeof(bytes) - 1);
	part = excerpt_of(dir, &cell);
	assert_non_null(part);
	assert_non_null(strstr(part, "Kernel panic"));
	free(part);
	write_console(dir, "", 0);
	part = excerpt_of(dir, &cell);
	assert_string_equal(part, "");
	free(part);
	sample_remove(dir);
}

static void a_console_elsewhere_is_not_read(void **state)
{
	static char *const path[] = { "/etc/passwd", "../console/1.txt", "x/../../console/1.txt", "",
				      "none", "link" };
	char *dir = sample_folder(), *run = str_printf("%s/run/x", dir);
	char *pipe = str_printf("%s/pipe", run), *link = str_printf("%s/link", run);
	struct err err = { "" };

	(void)state;
	/* All of these are there, and could be read. */
	write_console(dir, "secret\n", strlen("secret\n"));
	assert_int_equal(fs_mkdir(run, &err), 0);
	assert_int_equal(symlink("../../console/1.txt", link), 0);
	run[strlen(run) - strlen("/x")] = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(path); i++)
		assert_null(excerpt_of(run, &(struct store_cell){ .console = path[i] }));
	run[strlen(run)] = '/';
	assert_null(excerpt_of(run, &(struct store_cell){ .console = "link" }));
	/* It would never end. */
	assert_int_equal(mkfifo(pipe, 0600), 0);
	assert_null(excerpt_of(run, &(struct store_cell){ .console = "pipe" }));
	free(link);
	free(pipe);
	free(run);
	sample_remove(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_comes_is_text),
		cmocka_unit_test(a_page_as_text),
		cmocka_unit_test(a_page_tells_what_is_switched_off),
		cmocka_unit_test(garbage_is_no_markup),
		cmocka_unit_test(what_explodes_is_capped_and_named),
		cmocka_unit_test(a_console_is_shown_around_its_trouble),
		cmocka_unit_test(a_console_of_garbage_is_survived),
		cmocka_unit_test(a_console_elsewhere_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
