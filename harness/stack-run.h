/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Call traces of a run's cells: finds the trees that its kernels were built in.
 */
#ifndef PAGEMETA_STACK_RUN_H
#define PAGEMETA_STACK_RUN_H

#include "stack.h"
#include "store.h"

/**
 * stack_decode_run() - stack_decode() with the tree of a variant's kernel
 * @cache: root of the cache; NULL: nothing is decoded
 * @content: the run
 * @variant: label of the kernel that printed the traces
 * @list: what it printed
 *
 * Where that tree has been pruned, one of another kernel of the run is nearly as good: files
 * are found, and none is marked as patched.
 *
 * Return: NULL, or a malloc'd sentence about what is missing.
 */
char *stack_decode_run(const char *cache, const struct store_content *content,
		       const char *variant, struct stack_list *list);

#endif
