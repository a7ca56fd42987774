/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which functions of a kernel a cell enters, from power-on to the end. By the exact engine
 * each guest does the same again, so it is remembered beside the kernel's image: a patch
 * that changes none of them changes no figure of that cell.
 */
#ifndef PAGEMETA_ENTERED_H
#define PAGEMETA_ENTERED_H

#include "functions.h"

/**
 * entered_path() - malloc'd path of what is remembered of a cell
 * @image_dir: entry of the kernel in the cache
 * @agent_hash: of the agent
 * @qemu_version: first line of --version
 * @job: text of /job
 */
char *entered_path(const char *image_dir, const char *agent_hash, const char *qemu_version,
		   const char *job);

/**
 * entered_keep() - remember a cell
 * @path: of entered_path()
 * @all: every function of the kernel, as it was written for the plugin
 * @counted: file the plugin wrote
 * @err: what cannot be read or written; nothing is left then
 *
 * Return: 0, -EBADMSG, or another -errno.
 */
int entered_keep(const char *path, const struct function_list *all, const char *counted,
		 struct err *err);

/**
 * entered_find() - whether a cell enters one of some functions
 * @path: of entered_path()
 * @functions: which
 * @ret_name: malloc'd name of the first that it enters, NULL when it enters none
 *
 * Return: 0, or -ENOENT when it is not known.
 */
int entered_find(const char *path, const struct function_list *functions, char **ret_name);

#endif
