// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Decides what has to be built for an image, from what, and who builds it when
 * several suites want the same.
 *
 * Locks are taken in one order, so that nobody waits in a circle: an entry's use
 * before its build, a variant's before its parent's, the source's last.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel-build.h"

static int get_tree(const struct kernel_builder *kb, const char *root,
		    const struct variant *variant, bool debug, struct tree_base *ret_base,
		    struct err *err);

static int wait_lock(const struct kernel_site *site, enum cache_kind kind, enum cache_hold hold,
		     const char *key, struct cache_lock **ret_lock, struct err *err)
{
	return cache_lock(site->root, kind, hold, key, kernel_waiting, (void *)site, ret_lock, err);
}

/*
 * A variant that adds nothing to its parent (no patch, no other option) is its
 * parent's kernel: build it as such, or it would wait for its own lock.
 */
static int plan_distinct(const struct kernel_builder *kb, const char *root,
			 const struct variant *variant, bool debug,
			 struct kernel_plan *ret_plan, struct err *err)
{
	struct kernel_plan plan, up;
	int error;

	error = kernel_plan_make(kb, root, variant, debug, &plan, err);
	while (!error && plan.variant->up && !plan.variant->patch.nr) {
		error = kernel_plan_make(kb, root, plan.variant->up, debug, &up, err);
		if (error) {
			kernel_plan_free(&plan);
			return error;
		}
		if (strcmp(up.key, plan.key)) {
			kernel_plan_free(&up);
			break;
		}
		kernel_plan_free(&plan);
		plan = up;
	}
	if (!error)
		*ret_plan = plan;
	return error;
}

/* --- what a tree is cloned from --- */

static int source_base(const struct kernel_site *site, const struct kernel_plan *plan,
		       struct tree_base *ret_base, struct err *err)
{
	struct source_tree source;
	int error;

	error = kernel_source_get(site, &plan->source, &source, err);
	if (error)
		return error;
	*ret_base = (struct tree_base){
		.lock = source.lock,
		.dir = source.dir,
		.unpacked = source.unpacked,
		.version = source.version,
	};
	return 0;
}

/* Does @plan's parent start from the same source? Else its tree is of no use. */
static int shares_source(const struct kernel_site *site, const struct kernel_plan *plan,
			 bool *ret_shares, struct err *err)
{
	struct kernel_source source;
	int error;

	*ret_shares = false;
	if (!plan->variant->up)
		return 0;
	error = kernel_source_find(site->kb, site->root, plan->variant->up, &source, err);
	if (error)
		return error;
	*ret_shares = !strcmp(source.key, plan->source.key);
	kernel_source_free(&source);
	return 0;
}

static int find_base(const struct kernel_site *site, const struct kernel_plan *plan,
		     struct tree_base *ret_base, struct err *err)
{
	bool shares;
	int error;

	error = shares_source(site, plan, &shares, err);
	if (error)
		return error;
	if (!shares)
		return source_base(site, plan, ret_base, err);
	/* A tree in use keeps its source from being the least recently used. */
	cache_touch(site->root, CACHE_SOURCE, plan->source.key);
	return get_tree(site->kb, site->root, plan->variant->up, plan->debug, ret_base, err);
}

/* --- one build --- */

static int build_new(const struct kernel_site *site, const struct kernel_plan *plan,
		     const struct cache_lock *lock, bool keep, struct err *err)
{
	struct tree_base base;
	int error;

	error = find_base(site, plan, &base, err);
	if (error)
		return error;
	error = tree_prepare(site, plan, &base, err);
	tree_base_free(&base);
	if (error)
		return error;
	return tree_compile(site, plan, lock, false, keep, err);
}

/* An image was pruned or damaged, and the tree it came from is still there. */
static int publish_again(const struct kernel_site *site, const struct kernel_plan *plan,
			 const struct tree_base *base, struct err *err)
{
	static const char note[] = "taken from its tree in the cache, nothing was compiled\n";
	struct image_facts facts = { .source_version = base->version };
	char *log = cache_log_path(site->root, plan->key);
	int error;

	error = fs_write(log, note, strlen(note), err);
	if (!error)
		error = kernel_image_publish(site->root, plan, base->dir, &facts, err);
	free(log);
	return error;
}

/* The caller holds @lock, the builder's. */
static int build(const struct kernel_site *site, const struct kernel_plan *plan,
		 const struct cache_lock *lock, bool keep, struct err *err)
{
	struct tree_base base;
	int error;

	if (!tree_base_open(site->root, plan->key, NULL, &base)) {
		error = publish_again(site, plan, &base, err);
		tree_base_free(&base);
		return error;
	}
	error = kernel_tools_check(plan, err);
	if (error)
		return error;
	if (tree_resumable(site->root, plan->key)) {
		error = tree_compile(site, plan, lock, true, keep, err);
		if (error != -ESTALE)
			return error;
	}
	return build_new(site, plan, lock, keep, err);
}

/* --- trees for others to build upon --- */

static int make_tree(const struct kernel_site *site, const struct kernel_plan *plan,
		     struct err *err)
{
	struct cache_lock *lock;
	int error = 0;

	error = wait_lock(site, CACHE_TREE, HOLD_BUILD, plan->key, &lock, err);
	if (error)
		return error;
	if (!cache_complete(site->root, CACHE_TREE, plan->key))
		error = build(site, plan, lock, true, err);
	cache_unlock(lock);
	return error;
}

static int hold_tree(const struct kernel_site *site, const struct kernel_plan *plan,
		     struct tree_base *ret_base, struct err *err)
{
	struct cache_lock *lock;
	int error;

	error = wait_lock(site, CACHE_TREE, HOLD_USE, plan->key, &lock, err);
	if (error)
		return error;
	if (!cache_complete(site->root, CACHE_TREE, plan->key))
		error = make_tree(site, plan, err);
	if (!error) {
		error = tree_base_open(site->root, plan->key, lock, ret_base);
		if (error)
			err_set(err, error, "%s: damaged tree %s/tree/%s; remove it", plan->name,
				site->root, plan->key);
	}
	if (error)
		cache_unlock(lock);
	else
		cache_touch(site->root, CACHE_TREE, plan->key);
	return error;
}

static int get_tree(const struct kernel_builder *kb, const char *root,
		    const struct variant *variant, bool debug, struct tree_base *ret_base,
		    struct err *err)
{
	struct kernel_site site = { .kb = kb, .root = root };
	struct kernel_plan plan;
	int error;

	error = plan_distinct(kb, root, variant, debug, &plan, err);
	if (error)
		return error;
	site.name = plan.name;
	error = hold_tree(&site, &plan, ret_base, err);
	kernel_plan_free(&plan);
	return error;
}

/* --- images --- */

/* Is there a variant that builds upon this one? Then its tree is worth its room. */
static bool has_children(const char *kernels, const struct variant *variant)
{
	const char *plus = variant->debug ? strrchr(variant->name, '+') : NULL;
	char *plain = str_printf("%.*s", (int)(plus ? plus - variant->name : INT_MAX), variant->name);
	struct strv names = { 0 };
	bool has = variant->keep_tree;

	if (variant_names(kernels, &names, NULL))
		names.nr = 0;
	for (size_t i = 0; i < names.nr && !has; i++) {
		struct variant *other;

		/* One that somebody is just writing is no reason to fail, and may be a child. */
		if (variant_load(kernels, names.item[i], &other, NULL)) {
			has = true;
			continue;
		}
		has = other->parent && !strcmp(other->parent, plain);
		variant_free(other);
	}
	strv_free(&names);
	free(plain);
	return has;
}

static int make_image(const struct kernel_site *site, const struct kernel_plan *plan,
		      struct cache_lock *use, struct kernel_image *ret_image, struct err *err)
{
	struct cache_lock *lock;
	uint64_t started;
	int error;

	error = wait_lock(site, CACHE_IMAGE, HOLD_BUILD, plan->key, &lock, err);
	if (error)
		return error;
	/* While we waited, somebody else may have built it. */
	if (!kernel_image_find(site->root, plan->key, use, ret_image))
		goto out;
	started = clock_ns();
	error = build(site, plan, lock, has_children(site->kb->kernels, plan->variant), err);
	if (error)
		goto out;
	error = kernel_image_find(site->root, plan->key, use, ret_image);
	if (error) {
		err_set(err, error, "%s: %s/image/%s vanished after it was built", plan->name,
			site->root, plan->key);
		goto out;
	}
	ret_image->cached = false;
	ret_image->seconds = (clock_ns() - started) / 1e9;
out:
	cache_unlock(lock);
	return error;
}

static int hold_image(const struct kernel_site *site, const struct kernel_plan *plan,
		      struct kernel_image *ret_image, struct err *err)
{
	struct cache_lock *lock;
	int error;

	error = wait_lock(site, CACHE_IMAGE, HOLD_USE, plan->key, &lock, err);
	if (error)
		return error;
	if (kernel_image_find(site->root, plan->key, lock, ret_image))
		error = make_image(site, plan, lock, ret_image, err);
	if (error)
		cache_unlock(lock);
	else
		cache_touch(site->root, CACHE_IMAGE, plan->key);
	return error;
}

int kernel_build(const struct kernel_builder *kb, const struct variant *variant,
		 struct kernel_image *ret_image, struct err *err)
{
	struct kernel_site site = { .kb = kb };
	struct kernel_plan plan;
	char *root;
	int error;

	error = cache_open(kb->cache, &root, err);
	if (error)
		return error;
	error = plan_distinct(kb, root, variant, variant->debug, &plan, err);
	if (error)
		goto out;
	site.root = root;
	site.name = variant->name;
	error = hold_image(&site, &plan, ret_image, err);
	kernel_plan_free(&plan);
	/* The image is there and held: a cache that stays too large is no reason to fail. */
	if (!error && !ret_image->cached && kb->limit)
		cache_prune(root, kb->limit, NULL, NULL);
out:
	free(root);
	return error;
}

bool kernel_is_cached(const struct kernel_builder *kb, const struct variant *variant)
{
	struct cache_lock *lock = NULL;
	struct kernel_image image;
	struct kernel_plan plan;
	bool cached = false;
	char *root;

	if (cache_open(kb->cache, &root, NULL))
		return false;
	if (!kernel_plan_make(kb, root, variant, variant->debug, &plan, NULL)) {
		if (!cache_lock(root, CACHE_IMAGE, HOLD_USE, plan.key, NULL, NULL, &lock, NULL)) {
			cached = !kernel_image_find(root, plan.key, lock, &image);
			if (cached)
				kernel_image_free(&image);
			else
				cache_unlock(lock);
		}
		kernel_plan_free(&plan);
	}
	free(root);
	return cached;
}
