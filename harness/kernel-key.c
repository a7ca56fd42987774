// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The key of a kernel: a SHA-256 over everything that goes into its bytes, so
 * that equal keys are equal images on any host.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel-key.h"
#include "proc.h"

/* Changes whenever the recipe does: commands, environment, order of steps. */
#define RECIPE "pagemeta kernel recipe 3"

void kernel_plan_free(struct kernel_plan *plan)
{
	free(plan->name);
	kernel_source_free(&plan->source);
	kernel_config_free(&plan->config);
	strv_free(&plan->patch);
	free(plan->compiler);
	free(plan->linker);
	*plan = (struct kernel_plan){ 0 };
}

/* --- tools --- */

static const struct tool {
	const char *program;	/* or NULL */
	const char *header;	/* or NULL */
	const char *package;	/* in Debian */
} tool_table[] = {
	{ "gcc",	NULL,		"gcc" },
	{ "ld",		NULL,		"binutils" },
	{ "make",	NULL,		"make" },
	{ "patch",	NULL,		"patch" },
	{ "tar",	NULL,		"tar" },
	{ "xz",		NULL,		"xz-utils" },
	{ "flex",	NULL,		"flex" },
	{ "bison",	NULL,		"bison" },
	{ "bc",		NULL,		"bc" },
	{ NULL,		"libelf.h",	"libelf-dev" },
};

/* --- the key --- */

static void add_patches(struct strv *patch, const struct variant *variant)
{
	if (variant->up)
		add_patches(patch, variant->up);
	for (size_t i = 0; i < variant->patch.nr; i++)
		strv_add(patch, "%s", variant->patch.item[i]);
}

static int hash_patches(const struct strv *patch, char ret_hex[HASH_HEX], struct err *err)
{
	struct hash *hash = hash_new();
	char content[HASH_HEX];
	int error = 0;

	for (size_t i = 0; i < patch->nr && !error; i++) {
		const char *slash = strrchr(patch->item[i], '/');

		hash_add_string(hash, slash ? slash + 1 : patch->item[i]);
		error = hash_file(patch->item[i], content, err);
		if (!error)
			hash_add_string(hash, content);
	}
	hash_end(hash, ret_hex);
	return error;
}

static int first_line(const char *program, const char *package, char **ret_line,
		      struct err *err)
{
	struct strv argv = { 0 };
	struct err why;
	char *text;
	int error;

	kernel_command_env(&argv);
	strv_add(&argv, "%s", program);
	strv_add(&argv, "--version");
	error = proc_capture(argv.item, &text, &why);
	strv_free(&argv);
	if (error == -EINTR)
		return err_set(err, error, "%s", why.text);
	if (error)
		return err_set(err, -ENOENT,
			       "%s: cannot be run, and kernels are built with it; install it (apt install %s)",
			       program, package);
	text[strcspn(text, "\n")] = '\0';
	*ret_line = text;
	return 0;
}

static void hash_plan(struct kernel_plan *plan)
{
	char *config = kernel_config_text(&plan->config);
	struct hash *hash = hash_new();

	hash_add_string(hash, RECIPE);
	hash_add_string(hash, plan->source.key);
	hash_add_string(hash, plan->patch_hash);
	hash_add_string(hash, config);
	hash_add_string(hash, plan->compiler);
	hash_add_string(hash, plan->linker);
	hash_end(hash, plan->key);
	free(config);
}

int kernel_plan_make(const struct kernel_builder *kb, const char *root,
		     const struct variant *variant, bool debug, struct kernel_plan *ret_plan,
		     struct err *err)
{
	struct kernel_plan plan = { .variant = variant, .debug = debug };
	size_t len = strlen(variant->name);
	int error;

	/* Parents are loaded without +debug, the variant itself with it. */
	if (variant->debug)
		len -= strlen("+debug");
	plan.name = str_printf("%.*s%s", (int)len, variant->name, debug ? "+debug" : "");
	add_patches(&plan.patch, variant);
	error = kernel_source_find(kb, root, variant, &plan.source, err);
	if (!error)
		error = kernel_config_merge(kb->kernels, variant, debug, &plan.config, err);
	if (!error)
		error = hash_patches(&plan.patch, plan.patch_hash, err);
	if (!error)
		error = first_line("gcc", "gcc", &plan.compiler, err);
	if (!error)
		error = first_line("ld", "binutils", &plan.linker, err);
	if (error) {
		kernel_plan_free(&plan);
		return error;
	}
	hash_plan(&plan);
	*ret_plan = plan;
	return 0;
}

/* --- what is missing --- */

static bool program_exists(const char *program)
{
	char *found = fs_find_program(program);
	bool exists = found;

	free(found);
	return exists;
}

bool kernel_header_exists(const char *header)
{
	struct strv argv = { 0 };
	char *text = NULL;
	bool exists;

	kernel_command_env(&argv);
	strv_add(&argv, "gcc");
	strv_add(&argv, "-fsyntax-only");
	strv_add(&argv, "-include");
	strv_add(&argv, "%s", header);
	strv_add(&argv, "-xc");
	strv_add(&argv, "/dev/null");
	exists = !proc_capture(argv.item, &text, NULL);
	strv_free(&argv);
	free(text);
	return exists;
}

void kernel_tools_missing(struct strv *missing, struct strv *package)
{
	for (size_t i = 0; i < ARRAY_SIZE(tool_table); i++) {
		const struct tool *tool = &tool_table[i];

		if (tool->program ? program_exists(tool->program) :
				    kernel_header_exists(tool->header))
			continue;
		strv_add(missing, "%s", tool->program ? tool->program : tool->header);
		strv_add(package, "%s", tool->package);
	}
}

int kernel_tools_check(const struct kernel_plan *plan, struct err *err)
{
	struct strv missing = { 0 }, package = { 0 };
	char *names, *packages;
	int error = 0;

	kernel_tools_missing(&missing, &package);
	if (missing.nr) {
		names = strv_join(&missing, ", ");
		packages = strv_join(&package, " ");
		error = err_set(err, -ENOENT,
				"%s: cannot be built: missing: %s; install: apt install %s",
				plan->name, names, packages);
		free(names);
		free(packages);
	}
	strv_free(&missing);
	strv_free(&package);
	return error;
}
