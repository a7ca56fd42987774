/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Object files of a kernel as objdump shows them: where a section's bytes belong to, and
 * whether two builds of a file differ in anything but code.
 */
#ifndef PAGEMETA_OBJECT_H
#define PAGEMETA_OBJECT_H

#include "err.h"
#include "util.h"

/** struct object_symbol - a function or a variable: @size bytes from @at on in @section */
struct object_symbol {
	char *section;
	uint64_t at;
	uint64_t size;
	char *name;
};

/** struct object_symbols - those of an object file, in objdump's order */
struct object_symbols {
	struct object_symbol *item;
	size_t nr;
};

/** object_add_symbol() - take a line of `objdump -t`; every other line is passed over */
void object_add_symbol(struct object_symbols *symbols, const char *line);
void object_symbols_free(struct object_symbols *symbols);

/**
 * object_resolve() - what a place in a section belongs to
 * @symbols: of the file
 * @place: ".text+0x1c8", as objdump shows a relocation
 * @shift: added to it: 4 where a field of four bytes is the end of the instruction
 * @ret_offset: from the symbol's beginning
 *
 * Return: NULL for what is no place in a section, or belongs to no symbol.
 */
const struct object_symbol *object_resolve(const struct object_symbols *symbols,
					   const char *place, uint64_t shift,
					   uint64_t *ret_offset);

/**
 * object_data_changed() - whether two builds differ beside their functions
 * @old: an object file
 * @new: another one
 * @changed: functions of theirs that differ: tables may point to other places in them
 * @ret_section: malloc'd name of a section that differs, NULL when there is none
 * @err: which file cannot be read
 *
 * Looked at are the contents, sizes and pointers of all sections that hold no code, but
 * for tables that only stack traces and the texts of warnings are made from.
 *
 * Return: 0 or -errno.
 */
int object_data_changed(const char *old, const char *new, const struct strv *changed,
			char **ret_section, struct err *err);

#endif
