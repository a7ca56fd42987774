// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Bytes of others in XML, KTAP and plain ASCII, and what is wrapped and folded.
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

#include "columns.h"
#include "ktap-text.h"
#include "mail-text.h"
#include "proc.h"
#include "text-plain.h"
#include "text-table.h"
#include "util.h"

static FILE *out;
static char *written;
static size_t written_len;

static int open_out(void **state)
{
	(void)state;
	out = open_memstream(&written, &written_len);
	return out ? 0 : -1;
}

static int close_out(void **state)
{
	(void)state;
	fclose(out);
	free(written);
	written = NULL;
	return 0;
}

static void assert_written(const char *text)
{
	fflush(out);
	assert_string_equal(written, text);
}

static void utf8_is_told_from_what_is_none(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		unsigned int code;
	} expect[] = {
		{ "a", 1, 'a' }, { "\xc3\xa9", 2, 0xe9 }, { "\xe2\x82\xac", 3, 0x20ac },
		{ "\xf0\x9f\x90\xa7", 4, 0x1f427 }, { "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
		/* cut short, and cut short by a byte that begins another */
		{ "\xc3", 0, 0 }, { "\xe2\x82", 0, 0 }, { "\xe2\x82(", 0, 0 }, { "\xf0\x9f\x90", 0, 0 },
		/* a byte that goes on, and bytes that there are not */
		{ "\x80", 0, 0 }, { "\xff", 0, 0 }, { "\xf8\x88\x80\x80\x80", 0, 0 },
		/* longer than need be, surrogates, and beyond the end */
		{ "\xc0\xaf", 0, 0 }, { "\xe0\x80\xaf", 0, 0 }, { "\xf0\x80\x80\xaf", 0, 0 },
		{ "\xed\xa0\x80", 0, 0 }, { "\xed\xbf\xbf", 0, 0 }, { "\xf4\x90\x80\x80", 0, 0 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_SIZE(expect); i++) {
		unsigned int code = 0;

		assert_int_equal(text_utf8_length(expect[i].text, &code), expect[i].len);
		assert_int_equal(code, expect[i].code);
	}
}

static void xml_holds_any_bytes(void **state)
{
	(void)state;
	text_xml("<a b=\"c\">&]]>\n\t\x01\x1b\x7f\xc2\x85|\xc3\xa9|\xff|\xef\xbf\xbf|", out);
	assert_written("&lt;a b=&quot;c&quot;&gt;&amp;]]&gt;&#10;&#9;????|\xc3\xa9|?|?|");
}

static void ascii_is_one_line_and_one_mark_a_character(void **state)
{
	char *text = text_ascii("a\nb\tc \xc3\xa9 \xe2\x82 # \x1b[0m", '#');
	(void)state;

	assert_string_equal(text, "a b c ? ?? ? ?[0m");
	free(text);
}

static void ktap_takes_any_name_and_reason(void **state)
{
	(void)state;
	ktap_text_plan(1, 3, out);
	ktap_text_note(1, "two\nlines # \xff", out);
	ktap_text_line(1, KTAP_TEXT_NOT_OK, 1, "issue #7\nok 2 x", "not told", out);
	ktap_text_line(1, KTAP_TEXT_ERROR, 2, "b", "it # broke\n", out);
	ktap_text_line(0, KTAP_TEXT_SKIP, 3, "c", NULL, out);
	assert_written("  KTAP version 1\n  1..3\n"
		       "  # two\n  # lines # ?\n"
		       "  not ok 1 issue ?7 ok 2 x\n"
		       "  not ok 2 b # ERROR it # broke \n"
		       "ok 3 c # SKIP\n");
}

static void lines_break_after_blanks_and_commas(void **state)
{
	(void)state;
	text_wrapped("compressor=lz4,pool=zsmalloc is   rather long", 1, 3, 18, out);
	assert_written(" compressor=lz4,\n   pool=zsmalloc\n   is   rather\n   long\n");
}

static void words_that_are_longer_than_a_line_lose_nothing(void **state)
{
	(void)state;
	text_wrapped("0123456789abcdefghij", 0, 2, 8, out);
	assert_written("01234567\n  89abcd\n  efghij\n");
}

static struct table *small_table(void)
{
	struct table *table = table_new("llrr");
	static const char *const cell[] = { "metric", "", "before", "after",
					    "store", "content=text", "1,234", "5,678",
					    "load", "", "1", "2" };

	for (size_t i = 0; i < ARRAY_SIZE(cell); i++)
		table_cell(table, i == 7 ? "\033[31m" : NULL, "%s", cell[i]);
	return table;
}

static void tables_fold_where_they_do_not_fit(void **state)
{
	struct table *table = small_table();
	(void)state;

	table_print_within(table, 2, 37, out);
	table_print_within(table, 2, 36, out);
	table_print_within(table, 2, 22, out);
	table_free(table);
	assert_written("  metric                before  after\n"
		       "  store   content=text   1,234  \033[31m5,678\033[0m\n"
		       "  load                       1      2\n"
		       /* one column less, and then as much less as two columns take */
		       "  metric                before\n    after\n"
		       "  store   content=text   1,234\n    \033[31m5,678\033[0m\n"
		       "  load                       1\n        2\n"
		       "  metric\n    before  after\n"
		       "  store   content=text\n     1,234  \033[31m5,678\033[0m\n"
		       "  load\n         1      2\n");
}

static void texts_that_end_a_line_are_wrapped(void **state)
{
	struct table *table = table_new("lrl");
	(void)state;

	table_cell(table, NULL, "a-name-that-is-far-too-long");
	table_cell(table, NULL, "12");
	table_cell(table, NULL, "one two three four five six seven");
	table_print_within(table, 2, 14, out);
	table_print_within(table, 2, 60, out);
	table_free(table);
	assert_written("  a-name-that-\n  is-far-too-l\n  ong\n"
		       "    12\n    one two\n    three four\n    five six\n    seven\n"
		       "  a-name-that-is-far-too-long  12  one two three four five\n"
		       "                                   six seven\n");
}

static void figures_that_are_wider_than_a_line_are_cut_with_a_mark(void **state)
{
	struct table *table = table_new("r");
	(void)state;

	table_cell(table, NULL, "18,446,744,073,709,551,616");
	table_print_within(table, 2, 14, out);
	table_free(table);
	assert_written("  18,446,74...\n");
}

static void a_page_is_as_wide_as_the_user_says(void **state)
{
	(void)state;
	assert_int_equal(columns_of(out, 100), 100);
	setenv("COLUMNS", "60", 1);
	assert_int_equal(columns_of(out, 100), 60);
	setenv("COLUMNS", "7", 1);
	assert_int_equal(columns_of(out, 100), COLUMNS_LEAST);
	setenv("COLUMNS", "99999999999999999999", 1);
	assert_int_equal(columns_of(out, 100), 1000);
	setenv("COLUMNS", "60x", 1);
	assert_int_equal(columns_of(out, 100), 100);
	setenv("COLUMNS", "-5", 1);
	assert_int_equal(columns_of(out, 100), 100);
	unsetenv("COLUMNS");
}

/* What a shell makes of the lines is what was called. */
static void a_command_in_a_mail_can_be_copied(void **state)
{
	static const char command[] =
		"printf '%s\\n' run --variants baseline,vmemmap-4k,lazy-vmemmap,pageless-zsmalloc,"
		"zsmalloc-unmovable,compact-page --param 'a b  c' --out /tmp/x";
	char *script, *expected, *text = NULL;
	char *shell[] = { "sh", "-c", NULL, NULL };
	(void)state;

	mail_command(command, out);
	fflush(out);
	for (char *line = written; *line; line += strcspn(line, "\n") + 1)
		assert_true(strcspn(line, "\n") <= MAIL_WIDTH);
	script = str_dup(written);
	shell[2] = script;
	assert_int_equal(proc_capture(shell, &text, NULL), 0);
	expected = str_dup("run\n--variants\nbaseline,vmemmap-4k,lazy-vmemmap,pageless-zsmalloc,"
			   "zsmalloc-unmovable,compact-page\n--param\na b  c\n--out\n/tmp/x");
	assert_string_equal(text, expected);
	free(expected);
	free(text);
	free(script);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utf8_is_told_from_what_is_none),
		cmocka_unit_test_setup_teardown(xml_holds_any_bytes, open_out, close_out),
		cmocka_unit_test(ascii_is_one_line_and_one_mark_a_character),
		cmocka_unit_test_setup_teardown(ktap_takes_any_name_and_reason, open_out, close_out),
		cmocka_unit_test_setup_teardown(lines_break_after_blanks_and_commas, open_out,
						close_out),
		cmocka_unit_test_setup_teardown(words_that_are_longer_than_a_line_lose_nothing,
						open_out, close_out),
		cmocka_unit_test_setup_teardown(tables_fold_where_they_do_not_fit, open_out,
						close_out),
		cmocka_unit_test_setup_teardown(texts_that_end_a_line_are_wrapped, open_out,
						close_out),
		cmocka_unit_test_setup_teardown(
			figures_that_are_wider_than_a_line_are_cut_with_a_mark, open_out, close_out),
		cmocka_unit_test_setup_teardown(a_page_is_as_wide_as_the_user_says, open_out,
						close_out),
		cmocka_unit_test_setup_teardown(a_command_in_a_mail_can_be_copied, open_out,
						close_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
