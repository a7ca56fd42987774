/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * JUnit's XML as Jenkins and Ant read it: <testsuites> of <testsuite> of <testcase>, of which
 * each has at most one <failure>, <error> or <skipped>. Texts may hold any bytes.
 */
#ifndef PAGEMETA_JUNIT_TEXT_H
#define PAGEMETA_JUNIT_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** enum junit_result - of a testcase */
enum junit_result { JUNIT_PASSED, JUNIT_FAILED, JUNIT_ERROR, JUNIT_SKIPPED, JUNIT_RESULT_NR };

/**
 * struct junit_case - a testcase
 * @class: what it belongs to
 * @name: its own
 * @result: how it came out
 * @message: why, one line; NULL or "" for nothing. Not for JUNIT_PASSED
 * @detail: more of it, any number of lines; NULL for nothing
 * @seconds: it took; negative where that is not known
 */
struct junit_case {
	const char *class;
	const char *name;
	enum junit_result result;
	const char *message;
	const char *detail;
	double seconds;
};

/** struct junit_count - of testcases, by result */
struct junit_count {
	size_t of[JUNIT_RESULT_NR];
};

/** junit_begin() - the document, with what all its suites hold */
void junit_begin(const char *name, const struct junit_count *count, FILE *out);

/**
 * junit_suite_begin() - a suite
 * @name: its name
 * @count: what it holds
 * @seconds: it took
 * @started: seconds since the epoch; 0 where that is not known
 * @out: where to
 */
void junit_suite_begin(const char *name, const struct junit_count *count, double seconds,
		       int64_t started, FILE *out);

/** junit_case() - a testcase of the suite that was begun */
void junit_case(const struct junit_case *testcase, FILE *out);

void junit_suite_end(FILE *out);
void junit_end(FILE *out);

#endif
