// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Call traces of a run's cells.
 */
#include <stdlib.h>
#include <string.h>

#include "cache.h"
#include "stack-run.h"

/* A key stands in a file that may come from anyone: nothing else leads to a tree. */
static bool is_key(const char *key)
{
	return strlen(key) == HASH_HEX - 1 && strspn(key, "0123456789abcdef") == HASH_HEX - 1;
}

static int decode_with(const char *cache, const struct store_kernel *kernel,
		       struct stack_list *list, struct err *err)
{
	char *entry, *tree;
	int error;

	if (!is_key(kernel->key) || !cache_complete(cache, CACHE_TREE, kernel->key))
		return err_set(err, -ENOENT, "the tree of %s is not in the cache any more",
			       kernel->variant);
	entry = cache_entry_path(cache, CACHE_TREE, kernel->key);
	tree = str_printf("%s/linux", entry);
	error = stack_decode(list, tree, err);
	free(tree);
	free(entry);
	return error;
}

/* Lines and patches of another kernel would be lies. */
static void forget_details(struct stack_list *list)
{
	for (size_t i = 0; i < list->nr; i++)
		for (size_t j = 0; j < list->trace[i].nr; j++) {
			struct stack_frame *frame = &list->trace[i].frame[j];

			frame->patched = false;
			if (frame->source)
				frame->source[strcspn(frame->source, ":")] = '\0';
		}
}

static char *decode_with_another(const char *cache, const struct store_content *content,
				 const char *variant, struct stack_list *list,
				 const struct err *why)
{
	struct err err = { "" };

	for (size_t i = 0; i < content->nr_kernels; i++) {
		if (!strcmp(content->kernel[i].variant, variant) ||
		    decode_with(cache, &content->kernel[i], list, &err))
			continue;
		forget_details(list);
		return str_printf("%s: files are those of %s, and what was patched is not known",
				  why->text, content->kernel[i].variant);
	}
	return str_printf("files are not known: %s", why->text);
}

char *stack_decode_run(const char *cache, const struct store_content *content,
		       const char *variant, struct stack_list *list)
{
	struct err err = { "" };

	if (!cache)
		return str_dup("files are not known: there is no cache");
	err_set(&err, -ENOENT, "the run does not tell which kernel %s was", variant);
	for (size_t i = 0; i < content->nr_kernels; i++)
		if (!strcmp(content->kernel[i].variant, variant) &&
		    !decode_with(cache, &content->kernel[i], list, &err))
			return NULL;
	return decode_with_another(cache, content, variant, list, &err);
}
