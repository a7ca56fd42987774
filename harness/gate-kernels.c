// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Compares a series' kernels. Objects of trees that were built from one another tell
 * which functions a patch changed, and whether it changed anything beside them.
 */
#include <stdlib.h>
#include <string.h>

#include "cache.h"
#include "gate-kernels.h"

static char *tree_of(const struct steps *steps, const struct runner_variant *variant)
{
	char *entry = cache_entry_path(steps->paths->cache, CACHE_TREE, variant->image.key);
	char *tree = str_printf("%s/linux", entry);

	free(entry);
	return tree;
}

static void note_unknown(struct gate_kernels *kernels, struct gate_patch *patch, const char *why)
{
	strv_add(&kernels->unknown, "%s", why);
	patch->why_unknown = kernels->unknown.item[kernels->unknown.nr - 1];
}

static void find_changed(const struct steps *steps, const struct runner_variant *before,
			 struct runner_variant *after, const char *list,
			 struct gate_kernels *kernels, struct gate_patch *patch)
{
	char *old = tree_of(steps, before), *new = tree_of(steps, after);
	char *map = str_printf("%s/System.map", after->image.dir);
	struct err err = { "" };

	if (!fs_exists(old) || !fs_exists(new))
		note_unknown(kernels, patch, "the tree it was built in is not in the cache any more");
	else if (functions_changed(old, new, map, &after->changed, &err))
		note_unknown(kernels, patch, err.text);
	else if (!functions_write(&after->changed, list, &err))
		patch->changed = &after->changed;
	else
		note_unknown(kernels, patch, err.text);
	if (patch->changed && after->changed.nr)
		after->changed_path = str_dup(list);
	free(map);
	free(new);
	free(old);
}

/* Of the base every function, so that it is remembered which of them its cells enter. */
static void list_all(const struct steps *steps, struct session *session)
{
	struct runner_variant *base = &session->variant[0];
	char *map = str_printf("%s/System.map", base->image.dir);
	char *path = str_printf("%s/functions", steps->dir);
	struct err err = { "" };

	if (functions_find(NULL, map, &base->all, &err) || functions_write(&base->all, path, &err))
		progress_say(session->progress, "every cell will be run: %s", err.text);
	else
		base->all_path = str_dup(path);
	free(path);
	free(map);
}

/* An image that takes another page leaves the guest other memory. */
static char *other_pages(const struct kernel_image *base, const struct kernel_image *image)
{
	char *old = str_printf("%s/System.map", base->dir);
	char *new = str_printf("%s/System.map", image->dir);
	struct err err = { "" };
	const char *edge;
	char *why = NULL;

	if (functions_find_edge(old, new, &edge, &err))
		why = str_dup(err.text);
	else if (edge)
		why = str_printf("%s lies in another page of memory", edge);
	free(new);
	free(old);
	return why;
}

/* What one patch changed, and all before it, against the base. NULL: nobody knows. */
static struct function_list *sum_up(const struct session *session, size_t at,
				    const struct gate_patch *patch)
{
	const struct runner_variant *variant = session->variant;
	const struct function_list *before = variant[at - 1].differs;
	const struct function_list *changed = patch[at - 1].changed;
	struct function_list *sum;

	if ((at > 1 && !before) || (!changed && !patch[at - 1].same_kernel))
		return NULL;
	sum = mem_grow(NULL, 1, sizeof(*sum));
	*sum = (struct function_list){ 0 };
	if (before)
		functions_add(sum, before);
	if (changed)
		functions_add(sum, changed);
	if (!sum->everywhere)
		sum->everywhere = other_pages(&variant[0].image, &variant[at].image);
	return sum;
}

static void look_at_patch(const struct steps *steps, struct session *session, size_t i,
			  struct gate_kernels *kernels)
{
	struct runner_variant *after = &session->variant[i + 1];
	const struct runner_variant *before = &session->variant[i];
	struct gate_patch *patch = &kernels->patch[i];
	char *list;

	*patch = (struct gate_patch){ .subject = steps->set.patch[i].subject,
				      .why_not = after->why_not };
	if (patch->why_not)
		return;
	patch->seconds = after->image.seconds;
	patch->same_kernel = !strcmp(before->image.image_hash, after->image.image_hash);
	if (session->engine == ENGINE_KVM) {
		note_unknown(kernels, patch, "calls are counted by an emulator, not by kvm");
		return;
	}
	list = str_printf("%s/functions.%zu", steps->dir, i + 1);
	if (!patch->same_kernel)
		find_changed(steps, before, after, list, kernels, patch);
	free(list);
	after->differs = sum_up(session, i + 1, kernels->patch);
}

void gate_kernels_look(const struct steps *steps, struct session *session,
		       struct gate_kernels *ret_kernels)
{
	struct gate_kernels kernels = { 0 };

	kernels.patch = mem_grow(NULL, steps->set.nr, sizeof(*kernels.patch));
	for (size_t i = 0; i < steps->set.nr; i++)
		look_at_patch(steps, session, i, &kernels);
	if (engine_table[session->engine].exact)
		list_all(steps, session);
	*ret_kernels = kernels;
}

void gate_kernels_free(struct gate_kernels *kernels)
{
	free(kernels->patch);
	strv_free(&kernels->unknown);
}
