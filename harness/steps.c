// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Makes variants that stand in no folder out of patches.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "steps.h"

#define BASE_DEFAULT "baseline"

const char *steps_check(const struct steps_request *request)
{
	if (request->patch && request->tree)
		return "--patch and --tree: give one of them";
	if (!request->patch && !request->tree)
		return "give --patch FILE, or --tree DIR and its revisions";
	if (request->tree && !request->base)
		return "--tree: needs the revision before the first patch";
	if (request->head && !request->tree)
		return "a last revision goes with --tree";
	return NULL;
}

int steps_open(const struct steps_request *request, const struct paths *paths,
	       struct steps *ret_steps, struct err *err)
{
	struct steps *steps = ret_steps;
	int error;

	*steps = (struct steps){ .request = *request, .paths = paths };
	steps->dir = str_printf("%s/series.%d", paths->cache, (int)getpid());
	error = fs_mkdir(steps->dir, err);
	if (error)
		return error;
	if (request->patch)
		return patchset_load(request->patch, steps->dir, &steps->set, err);
	return patchset_from_git(request->tree, request->base, request->head ? request->head : "HEAD",
				 steps->dir, &steps->set, err);
}

void steps_close(struct steps *steps)
{
	patchset_free(&steps->set);
	if (steps->dir)
		fs_remove(steps->dir, NULL);
	free(steps->dir);
	*steps = (struct steps){ 0 };
}

/* A revision of a repository is built as the baseline is, from another source. */
static int take_source(const struct steps_request *request, struct variant *variant,
		       struct err *err)
{
	char *revision = patchset_git_revision(request->tree, request->base, err);
	char *tree = realpath(request->tree, NULL);
	int error = 0;

	if (!revision) {
		error = -EINVAL;
	} else if (!tree) {
		error = err_set(err, -errno, "%s: cannot be found: %s", request->tree, strerror(errno));
	} else {
		free(variant->source);
		variant->source = str_printf("git:%s %s", tree, revision);
	}
	free(tree);
	free(revision);
	return error;
}

/* lib/Kconfig.debug: made to tell whether alignment is what makes a difference. */
static void align(struct variant *variant)
{
	static const char *const option[] = {
		"CONFIG_EXPERT", "CONFIG_DEBUG_FORCE_FUNCTION_ALIGN_64B",
	};

	variant->config = mem_grow(variant->config, variant->nr_config + ARRAY_SIZE(option),
				   sizeof(*variant->config));
	for (size_t i = 0; i < ARRAY_SIZE(option); i++)
		variant->config[variant->nr_config++] = (struct kconfig_line){
			.option = str_dup(option[i]), .value = str_dup("y"),
		};
}

static int load_base(const struct steps *steps, struct variant **ret_base, struct err *err)
{
	const struct steps_request *request = &steps->request;
	const char *name = request->tree || !request->base ? BASE_DEFAULT : request->base;
	struct variant *base;
	int error;

	error = variant_load(steps->paths->kernels, name, &base, err);
	if (error)
		return error;
	if (request->tree)
		error = take_source(request, base, err);
	if (error) {
		variant_free(base);
		return error;
	}
	if (request->aligned)
		align(base);
	base->keep_tree = true;
	*ret_base = base;
	return 0;
}

/* "baseline" and the number of the patch; a debug kernel's name gets its end back by itself. */
static struct variant *derive(const struct steps *steps, struct variant *up, const char *base,
			      size_t at)
{
	const struct patch *patch = &steps->set.patch[at - 1];
	char *name = str_printf("%s+%zu", base, at);
	struct variant *variant = variant_derive(up, name, patch->subject, patch->path);

	variant->keep_tree = true;
	free(name);
	return variant;
}

int steps_kernel(const struct steps *steps, size_t at, enum steps_build build,
		 struct variant **ret_variant, struct err *err)
{
	struct variant *variant;
	char *base;
	int error;

	error = load_base(steps, &variant, err);
	if (error)
		return error;
	base = str_dup(variant->name);
	if (variant->debug)
		base[strlen(base) - strlen("+debug")] = '\0';
	if (build == STEPS_CHAIN) {
		for (size_t i = 1; i <= at; i++)
			variant = derive(steps, variant, base, i);
	} else if (at) {
		variant = derive(steps, variant, base, at);
		strv_free(&variant->patch);
		for (size_t i = 0; i < at; i++)
			strv_add(&variant->patch, "%s", steps->set.patch[i].path);
		variant->keep_tree = false;
	}
	free(base);
	*ret_variant = variant;
	return 0;
}
