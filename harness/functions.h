/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which functions of a kernel a patch has changed, found by comparing what was compiled
 * before and after: a change of a header or of an inlined function is seen where it
 * took effect, one of a comment nowhere.
 */
#ifndef PAGEMETA_FUNCTIONS_H
#define PAGEMETA_FUNCTIONS_H

#include "err.h"
#include "util.h"

#define FUNCTIONS_CALLS "calls"

struct record;

/** struct function_place - a function in the new kernel */
struct function_place {
	char *name;
	uint64_t address;
	bool init;	/* it runs while the kernel boots, and is freed then */
};

/**
 * struct function_list - functions that changed
 * @item: in order of addresses; a name that several have stands there several times
 * @nr: how many
 * @objects: object files that differ
 * @everywhere: what else differs, so that a workload which enters none of them may see it
 *	too; NULL for nothing
 */
struct function_list {
	struct function_place *item;
	size_t nr;
	size_t objects;
	char *everywhere;
};

/**
 * functions_changed() - what differs between two kernels that were built from one another
 * @old_tree: top folder of the one before
 * @new_tree: of the other one
 * @system_map: of the other one
 * @ret_list: freed with functions_free(); empty when the code is the same
 * @err: which file
 *
 * Code is compared as objdump shows it, without addresses, which move. Where something
 * else differs, data for one, the list says it.
 *
 * Return: 0, -E2BIG when more objects differ than are worth the time, or -errno.
 */
int functions_changed(const char *old_tree, const char *new_tree, const char *system_map,
		      struct function_list *ret_list, struct err *err);
void functions_free(struct function_list *list);

/**
 * functions_find() - functions by name
 * @names: which; NULL for all
 * @system_map: of the kernel
 * @list: they are added to it
 * @err: why the map cannot be read
 *
 * Return: 0 or -errno.
 */
int functions_find(const struct strv *names, const char *system_map, struct function_list *list,
		   struct err *err);

/** functions_add() - what another patch changed, to what those before it did */
void functions_add(struct function_list *list, const struct function_list *more);

/** functions_has() - whether a function is in the list */
bool functions_has(const struct function_list *list, const char *name);

/**
 * functions_find_edge() - whether two kernels take other pages of memory
 * @old_map: System.map of one
 * @new_map: of the other
 * @ret_edge: the first symbol between two parts of the image that lies in another page,
 *	NULL for none
 * @err: which map cannot be read
 *
 * Return: 0 or -errno.
 */
int functions_find_edge(const char *old_map, const char *new_map, const char **ret_edge,
			struct err *err);

/** functions_take - a function that was entered, and how often */
typedef void (*functions_take)(void *ctx, const struct function_place *place, uint64_t calls);

/**
 * functions_read() - what the plugin wrote
 * @list: as it was written for the plugin
 * @path: file the plugin wrote
 * @take: called for each function that was entered
 * @ctx: handed to it
 * @err: why the file makes no sense
 *
 * Return: 0, -EBADMSG, or -errno of reading it.
 */
int functions_read(const struct function_list *list, const char *path, functions_take take,
		   void *ctx, struct err *err);

/**
 * functions_take_calls() - what the plugin counted in one cell
 * @list: as it was written for the plugin
 * @path: file the plugin wrote
 * @record: gets a sample of series FUNCTIONS_CALLS for each function that was entered,
 *	labelled with its name; or a broken check "calls-counted" when the file makes no sense
 */
void functions_take_calls(const struct function_list *list, const char *path,
			  struct record *record);

/** functions_write() - the list as the plugin reads it: an address a line, and the name */
int functions_write(const struct function_list *list, const char *path, struct err *err);

#endif
