/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Call traces in what a kernel said: which functions, and in which files of the source they
 * are. The text comes from a guest that may send anything: everything is bounded, and nothing
 * of it becomes part of a command.
 *
 *	stack_parse(text, len, &list);		what the kernel printed
 *	stack_decode(&list, tree);		where that is, by the tree it was built in
 */
#ifndef PAGEMETA_STACK_H
#define PAGEMETA_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "console.h"
#include "util.h"

#define STACK_TRACES_MAX 16	/* a kernel that warns in a loop prints thousands */
#define STACK_FRAMES_MAX 64	/* of one trace */
#define STACK_SYMBOL_MAX 127	/* KSYM_NAME_LEN is 512; C names of the kernel are shorter */

/**
 * struct stack_frame - a function of a trace
 * @symbol: its name: letters, digits, '_' and '.' alone
 * @offset: of the instruction in it
 * @size: of the function, as the kernel knows it (up to the next one)
 * @module: it is in a module of that name; NULL for the kernel itself
 * @unsure: the kernel put a '?' before it: left on the stack, and perhaps by an earlier call
 * @at: the instruction at which it happened (RIP); a caller otherwise
 * @patched: the file is not as the kernel's source has it
 * @source: "mm/zswap.c", or "mm/zswap.c:1543"; NULL where that is not known
 */
struct stack_frame {
	char *symbol;
	uint64_t offset;
	uint64_t size;
	char *module;
	bool unsure;
	bool at;
	bool patched;
	char *source;
};

/**
 * struct stack_trace - one call trace, innermost function first
 * @line: of the text, from 1, of what the kernel complained of
 * @last: line of the last frame
 * @kind: of the complaint
 * @headline: the complaint, printable, without its time stamp
 * @frame: functions
 * @nr: how many
 * @cut: there were more
 */
struct stack_trace {
	size_t line;
	size_t last;
	enum console_kind kind;
	char *headline;
	struct stack_frame *frame;
	size_t nr;
	bool cut;
};

/** struct stack_list - all traces of a text, in its order; @cut: there were more */
struct stack_list {
	struct stack_trace *trace;
	size_t nr;
	bool cut;
};

/**
 * stack_parse() - find call traces
 * @text: a console, any bytes
 * @len: how many
 * @ret_list: freed with stack_free(); empty where the kernel complained of nothing, or
 *	printed no function of its own with it
 */
void stack_parse(const char *text, size_t len, struct stack_list *ret_list);
void stack_free(struct stack_list *list);

/**
 * stack_decode() - find out in which files of the source functions are
 * @list: @source of its frames is set where it is known
 * @tree: top folder of the tree that the kernel was built in
 * @err: why there is nothing to look in
 *
 * Kernels are built without DWARF: the object that defines a function tells its file, and a
 * name that several objects define stays unknown unless the size tells which it is. Where the
 * tree's vmlinux has line numbers, addr2line gives them. A tree shares what it did not change
 * with the unpacked source: a file that it has alone was patched.
 *
 * Return: 0, -ENOENT for a tree that is not there or not built, or another -errno.
 */
int stack_decode(struct stack_list *list, const char *tree, struct err *err);

/** stack_frame_text() - "zswap_load+0x1f/0x2a0 [zsmalloc]". Return: malloc'd */
char *stack_frame_text(const struct stack_frame *frame);

#endif
