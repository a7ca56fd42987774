// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * JUnit's XML. There are several schemas of it, of which one allows what another refuses:
 * what comes out here keeps to the elements and attributes that all readers know.
 */
#include <time.h>

#include "junit-text.h"
#include "text-plain.h"

static const char *const element[JUNIT_RESULT_NR] = {
	[JUNIT_FAILED] = "failure",
	[JUNIT_ERROR] = "error",
	[JUNIT_SKIPPED] = "skipped",
};

static void put_attribute(const char *name, const char *value, FILE *out)
{
	fprintf(out, " %s=\"", name);
	text_xml(value, out);
	fputc('"', out);
}

static void put_counts(const struct junit_count *count, FILE *out)
{
	size_t tests = 0;

	for (int i = 0; i < JUNIT_RESULT_NR; i++)
		tests += count->of[i];
	fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", tests,
		count->of[JUNIT_FAILED], count->of[JUNIT_ERROR]);
}

void junit_begin(const char *name, const struct junit_count *count, FILE *out)
{
	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", out);
	put_attribute("name", name, out);
	put_counts(count, out);
	fputs(">\n", out);
}

void junit_suite_begin(const char *name, const struct junit_count *count, double seconds,
		       int64_t started, FILE *out)
{
	time_t when = started;
	char text[32];
	struct tm tm;

	fputs("  <testsuite", out);
	put_attribute("name", name, out);
	put_counts(count, out);
	fprintf(out, " skipped=\"%zu\" time=\"%.3f\"", count->of[JUNIT_SKIPPED], seconds);
	if (started && gmtime_r(&when, &tm) && tm.tm_year >= 0 && tm.tm_year < 8000 &&
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm))
		put_attribute("timestamp", text, out);
	fputs(">\n", out);
}

static void put_result(const struct junit_case *testcase, FILE *out)
{
	const char *name = element[testcase->result];

	fprintf(out, "      <%s", name);
	if (testcase->message && *testcase->message)
		put_attribute("message", testcase->message, out);
	/* Not every schema lets a <skipped> hold text. */
	if (testcase->result == JUNIT_SKIPPED || !testcase->detail || !*testcase->detail) {
		fputs("/>\n", out);
		return;
	}
	fputc('>', out);
	text_xml(testcase->detail, out);
	fprintf(out, "</%s>\n", name);
}

void junit_case(const struct junit_case *testcase, FILE *out)
{
	fputs("    <testcase", out);
	put_attribute("classname", testcase->class, out);
	put_attribute("name", testcase->name, out);
	if (testcase->seconds >= 0)
		fprintf(out, " time=\"%.3f\"", testcase->seconds);
	if (testcase->result == JUNIT_PASSED) {
		fputs("/>\n", out);
		return;
	}
	fputs(">\n", out);
	put_result(testcase, out);
	fputs("    </testcase>\n", out);
}

void junit_suite_end(FILE *out)
{
	fputs("  </testsuite>\n", out);
}

void junit_end(FILE *out)
{
	fputs("</testsuites>\n", out);
}
