// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Takes series of patches apart. What mails look like is left to git, which has read
 * every mail that there is.
 */
#include <ctype.h>
#include <dirent.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "patchset.h"
#include "proc.h"

/* --- one patch --- */

static bool starts_with(const char *text, const char *with)
{
	return !strncmp(text, with, strlen(with));
}

static const char *next_line(const char *line)
{
	line = strchr(line, '\n');
	return line ? line + 1 : NULL;
}

/* Where the diff begins: "diff --git", or the first of "--- a" and "+++ b". */
static const char *find_diff(const char *text)
{
	const char *line, *next;

	for (line = text; line && *line; line = next) {
		next = next_line(line);
		if (starts_with(line, "diff --git ") || starts_with(line, "Index: ") ||
		    (starts_with(line, "--- ") && next && starts_with(next, "+++ ")))
			return line;
	}
	return NULL;
}

/* "[PATCH v2 1/3] mm: x" is "mm: x". */
static const char *bare_subject(const char *subject)
{
	while (*subject == '[' && strchr(subject, ']')) {
		subject = strchr(subject, ']') + 1;
		subject += strspn(subject, " ");
	}
	return subject;
}

/* A mail's signature is none of the diff. */
static size_t diff_length(const char *diff)
{
	const char *end = NULL, *found = diff;

	while ((found = strstr(found, "\n-- \n")))
		end = ++found;
	return end ? (size_t)(end - diff) : strlen(diff);
}

/* "mm-zswap.c", for people; what tells patches apart is the hash. */
static char *first_file(const char *diff)
{
	const char *line = diff;
	char *name;

	while (line && strncmp(line, "+++ ", 4))
		line = next_line(line);
	if (!line)
		return str_dup("patch");
	line += 4;
	line += !strncmp(line, "b/", 2) ? 2 : 0;
	name = str_printf("%.*s", (int)strcspn(line, " \t\r\n"), line);
	for (char *at = name; *at; at++)
		if (!isalnum((unsigned char)*at) && !strchr("._-", *at))
			*at = '-';
	return name;
}

static int add_patch(struct patchset *set, const char *dir, const char *subject, const char *diff,
		     struct err *err)
{
	size_t len = diff_length(diff);
	struct hash *hash = hash_new();
	char hex[HASH_HEX], *name;
	struct patch patch;
	int error;

	if (set->nr == PATCHSET_MAX) {
		hash_end(hash, hex);
		return err_set(err, -E2BIG, "more than %d patches", PATCHSET_MAX);
	}
	hash_add(hash, diff, len);
	hash_end(hash, hex);
	name = first_file(diff);
	patch.path = str_printf("%s/%.40s-%.12s.patch", dir, name, hex);
	free(name);
	error = fs_write(patch.path, diff, len, err);
	if (error) {
		free(patch.path);
		return error;
	}
	patch.subject = str_dup(bare_subject(subject));
	patch.subject[strcspn(patch.subject, "\n")] = '\0';
	set->patch = mem_grow(set->patch, set->nr + 1, sizeof(*set->patch));
	set->patch[set->nr++] = patch;
	return 0;
}

void patchset_free(struct patchset *set)
{
	for (size_t i = 0; i < set->nr; i++) {
		free(set->patch[i].subject);
		free(set->patch[i].path);
	}
	free(set->patch);
	*set = (struct patchset){ 0 };
}

/* --- mails --- */

static char *subject_of(const char *info, const char *fallback)
{
	const char *line = info;

	for (; line && *line; line = next_line(line))
		if (starts_with(line, "Subject: "))
			return str_printf("%.*s", (int)strcspn(line + 9, "\n"), line + 9);
	return str_dup(fallback);
}

static int add_mail(struct patchset *set, const char *dir, const char *mail, const char *from,
		    struct err *err)
{
	char *message = str_printf("%s/message", dir), *body = str_printf("%s/body", dir);
	char *const argv[] = { "git", "mailinfo", message, body, NULL };
	char *info = NULL, *text = NULL, *subject;
	const char *diff;
	int error;

	error = proc_filter(argv, mail, &info, err);
	if (!error)
		error = fs_read(body, &text, NULL, err);
	if (error)
		goto out;
	diff = find_diff(text);
	if (diff) {
		subject = subject_of(info, from);
		error = add_patch(set, dir, subject, diff, err);
		free(subject);
	}
out:
	unlink(message);
	unlink(body);
	free(message);
	free(body);
	free(info);
	free(text);
	return error;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int not_hidden(const struct dirent *entry)
{
	return *entry->d_name != '.';
}

static int add_mails_of(struct patchset *set, const char *dir, const char *mails,
			const char *from, struct err *err)
{
	struct dirent **entry;
	int nr = scandir(mails, &entry, not_hidden, by_name), error = 0;

	if (nr < 0)
		return err_set(err, -errno, "%s: cannot read: %s", mails, strerror(errno));
	for (int i = 0; i < nr; i++) {
		char *mail = str_printf("%s/%s", mails, entry[i]->d_name);

		if (!error)
			error = add_mail(set, dir, mail, from, err);
		free(mail);
		free(entry[i]);
	}
	free(entry);
	return error;
}

static int add_mbox(struct patchset *set, const char *dir, const char *path, struct err *err)
{
	char *mails = str_printf("%s/mails", dir), *output = str_printf("-o%s", mails), *text = NULL;
	char *const argv[] = { "git", "mailsplit", "-b", output, (char *)path, NULL };
	int error;

	error = fs_mkdir(mails, err);
	if (!error)
		error = proc_capture(argv, &text, err);
	if (!error)
		error = add_mails_of(set, dir, mails, path, err);
	fs_remove(mails, NULL);
	free(text);
	free(output);
	free(mails);
	return error;
}

/* --- files and folders --- */

/* An mbox, or a mail that somebody saved: it begins with its headers. */
static bool is_mail(const char *text)
{
	static const char *const header[] = { "From ", "From: ", "Return-Path: ", "Delivered-To: ",
					      "Received: ", "Message-Id: ", "Message-ID: ", "Date: ",
					      "X-" };

	for (size_t i = 0; i < ARRAY_SIZE(header); i++)
		if (starts_with(text, header[i]))
			return true;
	return false;
}

static int add_file(struct patchset *set, const char *dir, const char *path, struct err *err)
{
	const char *slash = strrchr(path, '/'), *diff;
	size_t before = set->nr;
	char *text;
	int error;

	error = fs_read(path, &text, NULL, err);
	if (error)
		return error;
	diff = find_diff(text);
	if (!diff)
		error = err_set(err, -EINVAL, "%s: has no patch in it (no line \"diff --git\" or \"--- \")",
				path);
	else if (is_mail(text))
		error = add_mbox(set, dir, path, err);
	else
		error = add_patch(set, dir, slash ? slash + 1 : path, diff, err);
	free(text);
	if (!error && set->nr == before)
		error = err_set(err, -EINVAL, "%s: git finds no patch in its mails", path);
	return error;
}

static int add_series(struct patchset *set, const char *dir, const char *from, const char *series,
		      struct err *err)
{
	char *text, *rest, *line;
	int error = fs_read(series, &text, NULL, err);

	if (error)
		return error;
	rest = text;
	while (!error && (line = strsep(&rest, "\n"))) {
		char *path;

		/* As quilt writes it: a name, perhaps its options, perhaps a comment. */
		line += strspn(line, " \t");
		line[strcspn(line, " \t\r#")] = '\0';
		if (!*line)
			continue;
		path = str_printf("%s/%s", from, line);
		error = add_file(set, dir, path, err);
		free(path);
	}
	free(text);
	return error;
}

static int is_patch(const struct dirent *entry)
{
	return !fnmatch("*.patch", entry->d_name, 0) || !fnmatch("*.diff", entry->d_name, 0);
}

static int add_all(struct patchset *set, const char *dir, const char *from, struct err *err)
{
	struct dirent **entry;
	int nr = scandir(from, &entry, is_patch, by_name), error = 0;

	if (nr < 0)
		return err_set(err, -errno, "%s: cannot read: %s", from, strerror(errno));
	for (int i = 0; i < nr; i++) {
		char *path = str_printf("%s/%s", from, entry[i]->d_name);

		/* The cover letter of git format-patch has no diff. */
		if (!error && fnmatch("*0000-cover-letter.patch", path, 0))
			error = add_file(set, dir, path, err);
		free(path);
		free(entry[i]);
	}
	free(entry);
	return error;
}

static int add_folder(struct patchset *set, const char *dir, const char *from, struct err *err)
{
	char *series = str_printf("%s/series", from);
	int error;

	error = fs_exists(series) ? add_series(set, dir, from, series, err) :
				    add_all(set, dir, from, err);
	free(series);
	if (!error && !set->nr)
		error = err_set(err, -EINVAL, "%s: has no patch in it (no series, no *.patch)", from);
	return error;
}

int patchset_load(const char *from, const char *dir, struct patchset *ret_set, struct err *err)
{
	struct patchset set = { 0 };
	struct stat st;
	int error;

	if (stat(from, &st))
		return err_set(err, -errno, "%s: cannot read the patch: %s", from, strerror(errno));
	error = S_ISDIR(st.st_mode) ? add_folder(&set, dir, from, err) :
				      add_file(&set, dir, from, err);
	if (error)
		patchset_free(&set);
	else
		*ret_set = set;
	return error;
}

/* --- git --- */

static int git(const char *tree, const char *const *words, char **ret_text, struct err *err)
{
	struct strv argv = { 0 };
	int error;

	strv_add(&argv, "git");
	strv_add(&argv, "-C");
	strv_add(&argv, "%s", tree);
	for (; *words; words++)
		strv_add(&argv, "%s", *words);
	error = proc_capture(argv.item, ret_text, err);
	strv_free(&argv);
	return error;
}

char *patchset_git_revision(const char *tree, const char *revision, struct err *err)
{
	char *commit = str_printf("%s^{commit}", revision), *id = NULL;
	int error = git(tree, (const char *[]){ "rev-parse", "--verify", "--quiet", "--end-of-options",
						commit, NULL }, &id, NULL);

	if (error)
		err_set(err, -EINVAL, "%s: has no commit %s", tree, revision);
	free(commit);
	return error ? NULL : id;
}

static int add_commit(struct patchset *set, const char *tree, const char *dir, const char *id,
		      struct err *err)
{
	char *parent = str_printf("%s^", id), *diff = NULL, *subject = NULL, *ended = NULL;
	int error;

	error = git(tree, (const char *[]){ "diff", "--no-renames", "--no-ext-diff", "--no-color",
					    "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/",
					    parent, id, NULL }, &diff, err);
	if (!error)
		error = git(tree, (const char *[]){ "log", "-1", "--format=%s", id, NULL }, &subject, err);
	if (!error) {
		/* proc_capture() cuts the last newline, without which patch does not know the end. */
		ended = str_printf("%s\n", diff);
		error = add_patch(set, dir, subject, ended, err);
	}
	free(parent);
	free(diff);
	free(subject);
	free(ended);
	return error;
}

static int add_range(struct patchset *set, const char *tree, const char *base, const char *head,
		     const char *dir, struct err *err)
{
	char *range = str_printf("%s..%s", base, head), *text = NULL;
	struct strv id = { 0 };
	int error;

	error = git(tree, (const char *[]){ "merge-base", "--is-ancestor", base, head, NULL }, &text,
		    NULL);
	free(text);
	text = NULL;
	if (error)
		error = err_set(err, -EINVAL, "%s: %.12s is no ancestor of %.12s", tree, base, head);
	else
		error = git(tree, (const char *[]){ "rev-list", "--reverse", "--first-parent", range,
						    NULL }, &text, err);
	if (!error)
		strv_split(&id, text, "\n");
	if (!error && !id.nr)
		error = err_set(err, -EINVAL, "%s: there is no commit between %.12s and %.12s", tree,
				base, head);
	for (size_t i = 0; i < id.nr && !error; i++)
		error = add_commit(set, tree, dir, id.item[i], err);
	strv_free(&id);
	free(text);
	free(range);
	return error;
}

int patchset_from_git(const char *tree, const char *base, const char *head, const char *dir,
		      struct patchset *ret_set, struct err *err)
{
	char *first = patchset_git_revision(tree, base, err);
	char *last = first ? patchset_git_revision(tree, head, err) : NULL;
	struct patchset set = { 0 };
	int error = -EINVAL;

	if (last)
		error = add_range(&set, tree, first, last, dir, err);
	free(first);
	free(last);
	if (error)
		patchset_free(&set);
	else
		*ret_set = set;
	return error;
}
