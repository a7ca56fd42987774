// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Series of patches from all the forms in which developers have them.
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

#include "patchset.h"
#include "proc.h"
#include "util.h"

#define DIFF(name, old, new) \
	"diff --git a/" name " b/" name "\n--- a/" name "\n+++ b/" name "\n@@ -1 +1 @@\n-" old \
	"\n+" new "\n"
#define MAIL(subject, body) \
	"From 0123456789abcdef0123456789abcdef01234567 Mon Sep 17 00:00:00 2001\n" \
	"From: A <a@example.org>\nDate: Mon, 2 Nov 2026 10:00:00 +0000\nSubject: " subject \
	"\n\nWhy.\n\n---\n x | 2 +-\n\n" body "-- \n2.39.5\n\n"

/** struct bench - a folder, and one that patches are written to */
struct bench {
	char *dir;
	char *out;
	struct patchset set;
	struct err err;
};

static int open_bench(void **state)
{
	struct bench *bench = mem_grow(NULL, 1, sizeof(*bench));

	*bench = (struct bench){ .dir = str_dup("/tmp/test-patchset.XXXXXX") };
	if (!mkdtemp(bench->dir))
		return -1;
	bench->out = str_printf("%s/out", bench->dir);
	*state = bench;
	return fs_mkdir(bench->out, &bench->err);
}

static int close_bench(void **state)
{
	struct bench *bench = *state;

	patchset_free(&bench->set);
	fs_remove(bench->dir, NULL);
	free(bench->dir);
	free(bench->out);
	free(bench);
	return 0;
}

static void put(struct bench *bench, const char *name, const char *text)
{
	char *path = str_printf("%s/%s", bench->dir, name);
	char *dir = str_printf("%.*s", (int)(strrchr(path, '/') - path), path);

	assert_int_equal(fs_mkdir(dir, &bench->err), 0);
	free(dir);
	assert_int_equal(fs_write(path, text, strlen(text), &bench->err), 0);
	free(path);
}

static int load(struct bench *bench, const char *name)
{
	char *path = str_printf("%s/%s", bench->dir, name);
	int error = patchset_load(path, bench->out, &bench->set, &bench->err);

	free(path);
	return error;
}

static void assert_patch(const struct bench *bench, size_t at, const char *subject,
			 const char *diff)
{
	char *text;

	assert_true(at < bench->set.nr);
	assert_string_equal(bench->set.patch[at].subject, subject);
	assert_int_equal(fs_read(bench->set.patch[at].path, &text, NULL, NULL), 0);
	assert_string_equal(text, diff);
	free(text);
}

static void a_bare_diff_is_named_after_its_file(void **state)
{
	struct bench *bench = *state;

	put(bench, "my.diff", "some words before\n" DIFF("x", "a", "b"));
	assert_int_equal(load(bench, "my.diff"), 0);
	assert_int_equal(bench->set.nr, 1);
	assert_patch(bench, 0, "my.diff", DIFF("x", "a", "b"));
}

static void mails_give_subjects_and_diffs_without_signature(void **state)
{
	struct bench *bench = *state;

	put(bench, "all.mbox", MAIL("[PATCH v2 0/2] mm: the letter", "")
	    MAIL("[PATCH v2 1/2] mm: one", DIFF("x", "a", "b"))
	    MAIL("[PATCH v2 2/2] mm: two\n that is long", DIFF("y", "c", "d")));
	assert_int_equal(load(bench, "all.mbox"), 0);
	assert_int_equal(bench->set.nr, 2);
	assert_patch(bench, 0, "mm: one", DIFF("x", "a", "b"));
	assert_patch(bench, 1, "mm: two that is long", DIFF("y", "c", "d"));
}

/* What mailers do to lines: "=3D" is "=", and a line that ends in "=" goes on. */
static void a_mail_in_quoted_printable_is_decoded(void **state)
{
	struct bench *bench = *state;

	put(bench, "qp.mbox", "From: A <a@example.org>\nSubject: [PATCH] mm: three\n"
	    "Date: Mon, 2 Nov 2026 10:00:00 +0000\n"
	    "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
	    "Why.\n\n---\ndiff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a =3D 1;\n+a =3D=\n 2;\n");
	assert_int_equal(load(bench, "qp.mbox"), 0);
	assert_patch(bench, 0, "mm: three", DIFF("x", "a = 1;", "a = 2;"));
}

static void a_series_file_decides_about_the_order(void **state)
{
	struct bench *bench = *state;

	put(bench, "q/series", "# a comment\nz.patch -p1\n\n  a.patch # why\n");
	put(bench, "q/a.patch", DIFF("x", "b", "c"));
	put(bench, "q/z.patch", DIFF("x", "a", "b"));
	assert_int_equal(load(bench, "q"), 0);
	assert_int_equal(bench->set.nr, 2);
	assert_patch(bench, 0, "z.patch", DIFF("x", "a", "b"));
	assert_patch(bench, 1, "a.patch", DIFF("x", "b", "c"));
}

static void without_one_names_do_and_cover_letters_are_left_out(void **state)
{
	struct bench *bench = *state;

	put(bench, "p/0000-cover-letter.patch", MAIL("[PATCH 0/2] letter", ""));
	put(bench, "p/0002-two.patch", MAIL("[PATCH 2/2] two", DIFF("x", "b", "c")));
	put(bench, "p/0001-one.patch", MAIL("[PATCH 1/2] one", DIFF("x", "a", "b")));
	put(bench, "p/notes.txt", "nothing");
	assert_int_equal(load(bench, "p"), 0);
	assert_int_equal(bench->set.nr, 2);
	assert_patch(bench, 0, "one", DIFF("x", "a", "b"));
	assert_patch(bench, 1, "two", DIFF("x", "b", "c"));
}

static void the_file_is_named_by_the_diff_alone(void **state)
{
	struct bench *bench = *state;
	char *first;

	put(bench, "a", MAIL("[PATCH] one", DIFF("x", "a", "b")));
	put(bench, "b", MAIL("[PATCH v2] another message", DIFF("x", "a", "b")));
	put(bench, "c", DIFF("x", "a", "c"));
	assert_int_equal(load(bench, "a"), 0);
	first = str_dup(bench->set.patch[0].path);
	patchset_free(&bench->set);
	assert_int_equal(load(bench, "b"), 0);
	assert_string_equal(bench->set.patch[0].path, first);
	patchset_free(&bench->set);
	assert_int_equal(load(bench, "c"), 0);
	assert_string_not_equal(bench->set.patch[0].path, first);
	free(first);
}

static void assert_refused(struct bench *bench, const char *name, int error, const char *why)
{
	bench->err.text[0] = '\0';
	assert_int_equal(load(bench, name), error);
	assert_non_null(strstr(bench->err.text, why));
	assert_non_null(strstr(bench->err.text, name));
	assert_int_equal(bench->set.nr, 0);
}

static void what_is_no_patch_is_refused_by_name(void **state)
{
	struct bench *bench = *state;

	put(bench, "words", "nothing here\n--- but this\n");
	put(bench, "letter", MAIL("[PATCH 0/2] letter", ""));
	put(bench, "empty/x.txt", "");
	put(bench, "gone/series", "missing.patch\n");
	assert_refused(bench, "words", -EINVAL, "has no patch in it");
	assert_refused(bench, "letter", -EINVAL, "has no patch in it");
	assert_refused(bench, "empty", -EINVAL, "has no patch in it");
	assert_refused(bench, "nowhere", -ENOENT, "cannot read the patch");
	assert_refused(bench, "gone", -ENOENT, "missing.patch");
}

/* --- git --- */

static void git(struct bench *bench, const char *script)
{
	char *command = str_printf("cd %s && exec 2>&1 && %s", bench->dir, script), *text = NULL;
	char *const argv[] = { "sh", "-ec", command, NULL };

	if (proc_capture(argv, &text, &bench->err))
		fail_msg("%s", bench->err.text);
	free(text);
	free(command);
}

static int load_git(struct bench *bench, const char *base, const char *head)
{
	return patchset_from_git(bench->dir, base, head, bench->out, &bench->set, &bench->err);
}

static void commits_are_patches(void **state)
{
	struct bench *bench = *state;

	git(bench, "git init -q . && git config user.name a && git config user.email a@b && "
		   "echo a >x && git add x && git commit -qm base && git tag base && "
		   "echo b >x && git commit -qam 'mm: one' && echo c >x && git commit -qam 'mm: two' && "
		   "git checkout -qb side base && echo z >y && git add y && git commit -qm aside && "
		   "git checkout -q - && git diff --no-color base HEAD~1 | grep -v ^index >want");
	assert_int_equal(load_git(bench, "base", "HEAD"), 0);
	assert_int_equal(bench->set.nr, 2);
	assert_string_equal(bench->set.patch[0].subject, "mm: one");
	assert_string_equal(bench->set.patch[1].subject, "mm: two");
	git(bench, "echo a >x && for p in out/*.patch; do grep -q '^-a$' $p && patch -s -p1 <$p; done; "
		   "test \"$(cat x)\" = b");
	patchset_free(&bench->set);
	assert_int_equal(load_git(bench, "base", "nothing"), -EINVAL);
	assert_non_null(strstr(bench->err.text, "has no commit nothing"));
	assert_int_equal(load_git(bench, "HEAD", "HEAD"), -EINVAL);
	assert_non_null(strstr(bench->err.text, "no commit between"));
	assert_int_equal(load_git(bench, "side", "HEAD"), -EINVAL);
	assert_non_null(strstr(bench->err.text, "is no ancestor"));
	assert_int_equal(load_git(bench, "--all", "HEAD"), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

int main(void)
{
	char *git_path = fs_find_program("git");
	const struct CMUnitTest tests[] = {
		TEST(a_bare_diff_is_named_after_its_file),
		TEST(mails_give_subjects_and_diffs_without_signature),
		TEST(a_mail_in_quoted_printable_is_decoded),
		TEST(a_series_file_decides_about_the_order),
		TEST(without_one_names_do_and_cover_letters_are_left_out),
		TEST(the_file_is_named_by_the_diff_alone),
		TEST(what_is_no_patch_is_refused_by_name),
		TEST(commits_are_patches),
	};

	if (!git_path) {
		puts("1..0 # SKIP git is not installed");
		return 0;
	}
	free(git_path);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
