/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads the output of a kernel selftest: TAP or KTAP as described in
 * Documentation/dev-tools/ktap.rst, of which the mm tests write the flat form. What a
 * test writes is not trusted: lines, names and their number are bounded.
 */
#ifndef PAGEMETA_KTAP_H
#define PAGEMETA_KTAP_H

#include <stdbool.h>
#include <stddef.h>

#define KTAP_NAME_MAX 96
#define KTAP_CASES_MAX 2048	/* cow has some 800 */
#define KTAP_LINE_MAX 1024

/** enum ktap_outcome - of one case; the order is from good to bad */
enum ktap_outcome { KTAP_PASS, KTAP_SKIP, KTAP_FAIL, KTAP_NR };

/** ktap_outcome_name() - "pass", "skip" or "fail" */
const char *ktap_outcome_name(enum ktap_outcome outcome);

/**
 * struct ktap_case - one "ok" or "not ok" line
 * @name: its description with only letters, digits and ._+- ; unique
 * @outcome: "ok" with a SKIP or XFAIL directive is a skip
 */
struct ktap_case {
	char name[KTAP_NAME_MAX];
	enum ktap_outcome outcome;
};

/**
 * struct ktap - the output of one test so far
 * @cases: what it reported
 * @nr: how many
 * @count: by outcome
 * @planned: the N of "1..N", -1 before there was one
 * @bailed: it said "Bail out!"
 * @overflow: there were more cases than room
 * @line: the line that is being received; what does not fit is dropped
 * @used: bytes of it
 * @last: the last line that was neither a case nor empty, for a reason
 */
struct ktap {
	struct ktap_case cases[KTAP_CASES_MAX];
	size_t nr;
	size_t count[KTAP_NR];
	long planned;
	bool bailed;
	bool overflow;
	char line[KTAP_LINE_MAX];
	size_t used;
	char last[KTAP_LINE_MAX];
};

/** ktap_begin() - nothing was read yet */
void ktap_begin(struct ktap *ktap);

/** ktap_feed() - the next bytes of output, cut anywhere */
void ktap_feed(struct ktap *ktap, const char *data, size_t len);

/** ktap_end() - there is no more output: a last line without a newline counts */
void ktap_end(struct ktap *ktap);

/**
 * ktap_judge() - the outcome of the whole test
 * @ktap: its output, ended
 * @exit_code: as exit() got it; 0 is a pass and 4 a skip (tools/testing/selftests/
 *	kselftest.h), anything else a failure, whatever the cases said
 *
 * A test that ends with 0 although a case failed, it bailed out, or fewer cases came
 * than it had planned, has failed.
 */
enum ktap_outcome ktap_judge(const struct ktap *ktap, int exit_code);

#endif
