// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A text file for each cell: a header, the names in order of addresses, an end.
 */
#include <stdlib.h>
#include <string.h>

#include "entered.h"

#define HEADER "pagemeta entered 1\n"
#define END "end\n"

char *entered_path(const char *image_dir, const char *agent_hash, const char *qemu_version,
		   const char *job)
{
	struct hash *hash = hash_new();
	char hex[HASH_HEX];

	hash_add_string(hash, agent_hash);
	hash_add_string(hash, qemu_version);
	hash_add_string(hash, job);
	hash_end(hash, hex);
	return str_printf("%s/entered/%s", image_dir, hex);
}

static void add_name(void *ctx, const struct function_place *place, uint64_t calls)
{
	(void)calls;
	strv_add(ctx, "%s\n", place->name);
}

static int write_names(const char *path, const struct strv *names, struct err *err)
{
	char *dir = str_printf("%.*s", (int)(strrchr(path, '/') - path), path);
	char *text = strv_join(names, "");
	int error = fs_mkdir(dir, err);

	if (!error)
		error = fs_write(path, text, strlen(text), err);
	free(text);
	free(dir);
	return error;
}

int entered_keep(const char *path, const struct function_list *all, const char *counted,
		 struct err *err)
{
	struct strv names = { 0 };
	int error;

	strv_add(&names, HEADER);
	error = functions_read(all, counted, add_name, &names, err);
	strv_add(&names, END);
	if (!error)
		error = write_names(path, &names, err);
	strv_free(&names);
	return error;
}

/* Of another version, or edited by hand: whoever cannot tell runs the cell. */
static bool is_whole(const char *text)
{
	size_t len = strlen(text);

	return !strncmp(text, HEADER, strlen(HEADER)) && len >= strlen(HEADER) + strlen(END) &&
	       !strcmp(text + len - strlen("\n" END), "\n" END);
}

int entered_find(const char *path, const struct function_list *functions, char **ret_name)
{
	char *text, *rest, *line;

	*ret_name = NULL;
	if (fs_read(path, &text, NULL, NULL))
		return -ENOENT;
	if (!is_whole(text)) {
		free(text);
		return -ENOENT;
	}
	rest = text + strlen(HEADER);
	while (!*ret_name && (line = strsep(&rest, "\n")))
		if (functions_has(functions, line))
			*ret_name = str_dup(line);
	free(text);
	return 0;
}
