// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Snapshots of a census: what was saved prints the same, and what is none, or contradicts
 * itself, is refused with one sentence.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "census.h"
#include "fake-host.h"
#include "golden.h"
#include "util.h"

/* What was saved prints the same to the last byte, in every form. */
static void test_snapshot(void **state)
{
	static const enum print_format format[] = { PRINT_TEXT, PRINT_JSON, PRINT_CSV };
	const struct fake_host *host = *state;
	struct census census, again;
	struct err err = { "" };
	char *path = str_printf("%s/snapshot", host->root), *text;

	fake_host_census(host, &census);
	assert_int_equal(census_save(&census, path, &err), 0);
	if (census_load(path, &again, &err))
		fail_msg("%s", err.text);
	for (size_t i = 0; i < ARRAY_SIZE(format); i++) {
		char *one = fake_host_printed(&census, format[i]), *other = fake_host_printed(&again, format[i]);

		assert_string_equal(one, other);
		free(other);
		free(one);
	}
	assert_int_equal(fs_read(path, &text, NULL, &err), 0);
	golden_check("census-snapshot.json", text);
	free(text);
	census_free(&again);
	census_free(&census);
	free(path);
}

static void refuse_snapshot(const struct fake_host *host, const char *text, size_t len,
			    int expected, const char *words)
{
	char *path = str_printf("%s/bad", host->root);
	struct census census;
	struct err err = { "" };
	FILE *file = fopen(path, "w");
	int error;

	/* not fs_write(), which waits for the disk: a thousand of them are tried */
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
	error = census_load(path, &census, &err);
	if (!error)
		census_free(&census);
	if (error != expected || !strstr(err.text, words) || strchr(err.text, '\n'))
		fail_msg("%.*s: %d: %s", (int)(len < 400 ? len : 400), text, error, err.text);
	free(path);
}

/* The snapshot with one text replaced by another. */
static void refuse_edit(const struct fake_host *host, const char *good, const char *from,
			const char *to, int expected, const char *words)
{
	const char *at = strstr(good, from);
	char *text;

	if (!at)
		fail_msg("%s is not there", from);
	text = str_printf("%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
	refuse_snapshot(host, text, strlen(text), expected, words);
	free(text);
}

static char *good_snapshot(const struct fake_host *host)
{
	char *path = str_printf("%s/good", host->root), *text;
	struct census census;
	struct err err = { "" };

	fake_host_census(host, &census);
	assert_int_equal(census_save(&census, path, &err), 0);
	assert_int_equal(fs_read(path, &text, NULL, &err), 0);
	census_free(&census);
	free(path);
	return text;
}

/* None of its beginnings is a snapshot. */
static void test_truncated_snapshot(void **state)
{
	const struct fake_host *host = *state;
	char *good = good_snapshot(host);

	for (size_t len = 0; len < strlen(good); len++)
		refuse_snapshot(host, good, len, -EBADMSG, "is no snapshot of a census: byte");
	free(good);
}

static void test_bad_snapshot(void **state)
{
	static const struct {
		const char *from;
		const char *to;
		int error;
		const char *words;
	} edit[] = {
		{ "pagemeta-census", "pagemeta-run", -EBADMSG, "is no snapshot of a census" },
		{ "\"version\":1", "\"version\":2", -ENOTSUP, "is of version 2, this suite reads version 1" },
		{ "\"version\":1", "\"version\":1,\"version\":1", -EBADMSG, "duplicate" },
		{ "\"version\":1", "\"version\":\"1\"", -EBADMSG, "version: is no whole number" },
		{ "\"version\":1", "\"v\":1", -EBADMSG, "version: is not there" },
		{ "6.12.0-test", "6.12\\u001b[2J", -EBADMSG, "kernel: is no release" },
		{ "6.12.0-test", "", -EBADMSG, "kernel: is no release" },
		{ "\"sections\":3", "\"sections\":-3", -EBADMSG, "sections: -3 is not between" },
		{ "\"sections\":3", "\"sections\":33554433", -EBADMSG, "sections: 33554433 is not between" },
		{ "\"sections\":3", "\"sections\":1e3", -EBADMSG, "sections: is no whole number" },
		{ "\"sections\":3", "\"sections\":99999999999999999999", -EBADMSG, "too big integer" },
		{ "\"sections\":3", "\"sections\":4", -EBADMSG, "layout: its sections are not those" },
		{ "\"pmd_tables\":1", "\"pmd_tables\":9", -EBADMSG, "pmd_tables: 9 is not between" },
		{ "\"hvo\":false", "\"hvo\":0", -EBADMSG, "hvo: is neither true nor false" },
		{ "\"node\":1,\"sections\":2", "\"node\":1,\"sections\":3", -EBADMSG,
		  "node 1: has 65536 pages in 3 sections of 32768" },
		{ "\"node\":1,", "\"node\":0,", -EBADMSG, "nodes: one is there twice" },
		{ "\"node\":1,", "\"node\":1024,", -EBADMSG, "node: 1024 is not between" },
		{ "\"zsmalloc\":50", "\"zsmalloc\":1099511627777", -EBADMSG, "zsmalloc: 1099511627777" },
		{ "[-1,\"0x100000\",0,32768]", "[-1,\"0x0\",0,32768]", -EBADMSG, "no node and not a hole" },
		{ "[0,\"0x0\",0", "[7,\"0x0\",0", -EBADMSG, "of a node that is not there" },
		{ "[0,\"0x0\",0", "[-2,\"0x0\",0", -EBADMSG, "of a node that is not there" },
		{ "[0,\"0x0\",0", "[0,\"0x0\",3", -EBADMSG, "mapped neither" },
		{ "[0,\"0x0\",0", "[0,\"x\",0", -EBADMSG, "one is not [node" },
		{ "[0,\"0x0\",0", "[0,\"0x10000000000000000\",0", -EBADMSG, "one is not [node" },
		{ "[0,\"0x0\",0", "[0,\"0x0\",0,0", -EBADMSG, "one is not [node" },
		{ "[0,\"0x0\",0,31342]", "[0,\"0x0\",0,0]", -EBADMSG, "counts none, or more" },
		{ "[0,\"0x0\",0,31342]", "[0,\"0x0\",0,-5]", -EBADMSG, "counts none, or more" },
		{ "[0,\"0x0\",0,31342]", "[0,\"0x0\",0,31343]", -EBADMSG, "node 0: has 32769 pages" },
		{ "[0,\"0x0\",0,31342]", "7", -EBADMSG, "one is not [node" },
		{ "\"pages\":[[", "\"pages\":7,\"q\":[[", -EBADMSG, "pages: is no list" },
		{ "\"devices\":[", "\"device\":[", -EBADMSG, "devices: is not there" },
	};
	const struct fake_host *host = *state;
	char *good = good_snapshot(host);

	for (size_t i = 0; i < ARRAY_SIZE(edit); i++)
		refuse_edit(host, good, edit[i].from, edit[i].to, edit[i].error, edit[i].words);
	refuse_snapshot(host, "[]", 2, -EBADMSG, "is no snapshot of a census");
	refuse_snapshot(host, "{\"a\":\"\0\"}", 9, -EBADMSG, "is no snapshot of a census");
	free(good);
}

/* What is no file, what is not there, and what is far too large (it takes no disk). */
static void test_no_snapshot(void **state)
{
	const struct fake_host *host = *state;
	char *path = str_printf("%s/large", host->root);
	struct census census;
	struct err err = { "" };

	assert_int_equal(census_load("/nonexistent", &census, &err), -ENOENT);
	assert_int_equal(census_load("/dev/zero", &census, &err), -EBADMSG);
	assert_string_equal(err.text, "/dev/zero: is no file");
	assert_int_equal(census_load(host->root, &census, &err), -EBADMSG);
	assert_non_null(strstr(err.text, ": is no file"));
	assert_int_equal(fs_write(path, "x", 1, &err), 0);
	assert_int_equal(truncate(path, (64 << 20) + 1), 0);
	assert_int_equal(census_load(path, &census, &err), -EFBIG);
	free(path);
}

#define ON_HOST(test) cmocka_unit_test_setup_teardown(test, fake_host_setup, fake_host_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_HOST(test_snapshot),
		ON_HOST(test_truncated_snapshot),
		ON_HOST(test_bad_snapshot),
		ON_HOST(test_no_snapshot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
