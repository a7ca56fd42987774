/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel tree of four C files that builds in milliseconds, and a folder of
 * variants for it: what the kernel builder is tested with.
 */
#ifndef PAGEMETA_TESTS_FAKE_KERNEL_H
#define PAGEMETA_TESTS_FAKE_KERNEL_H

#include "kernel.h"

/**
 * struct fake_kernel - the test's own world, below one temporary folder
 * @dir: the temporary folder
 * @kernels: folder of variants: base.config, debug.config, baseline
 * @source: the kernel tree, for --kernel-source
 * @cache: empty cache
 * @gate: while this file exists, each compilation but the first (mm/alloc.o) waits;
 *	see fake_gate_*()
 */
struct fake_kernel {
	char *dir;
	char *kernels;
	char *source;
	char *cache;
	char *gate;
};

void fake_kernel_make(struct fake_kernel *fake);
void fake_kernel_remove(struct fake_kernel *fake);

/** fake_kernel_builder() - a builder for this world */
struct kernel_builder fake_kernel_builder(const struct fake_kernel *fake);

/** fake_write() - write a file below @dir, with its folders; a failure fails the test */
void fake_write(const char *dir, const char *path, const char *text);

/**
 * fake_variant() - add a variant
 * @fake: world
 * @name: folder
 * @ini: what stands below "[variant] help state parent = baseline"
 * @patch: text of its only patch, or NULL
 */
void fake_variant(const struct fake_kernel *fake, const char *name, const char *ini,
		  const char *patch);

/** FAKE_PATCH_FREE - patch text: mm/free.c returns 12 instead of 2 */
extern const char FAKE_PATCH_FREE[];

/** fake_gate_close()/fake_gate_open() - compilations wait / go on */
void fake_gate_close(const struct fake_kernel *fake);
void fake_gate_open(const struct fake_kernel *fake);

/** fake_gate_await() - until compilations of @nr kernels wait at the gate (20 s at most) */
void fake_gate_await(const struct fake_kernel *fake, unsigned int nr);

/** fake_compiled() - how often an object was compiled, as the log at @log says */
unsigned int fake_compiled(const char *log, const char *object);

/** fake_setup()/fake_teardown() - a world per test, in *state */
int fake_setup(void **state);
int fake_teardown(void **state);

/** fake_load() - a variant of this world; a failure fails the test */
struct variant *fake_load(const struct fake_kernel *fake, const char *name);

/** fake_try_build() - kernel_build() of a variant */
int fake_try_build(const struct fake_kernel *fake, const char *name,
		   struct kernel_image *image, struct err *err);

/** fake_build() - the same; a failure fails the test */
struct kernel_image fake_build(const struct fake_kernel *fake, const char *name);
void fake_build_and_forget(const struct fake_kernel *fake, const char *name);

/** fake_key() - malloc'd key of a variant */
char *fake_key(const struct fake_kernel *fake, const char *name);

/** fake_tree_path() - malloc'd path of a file in tree/KEY/ of a variant */
char *fake_tree_path(const struct fake_kernel *fake, const char *name, const char *file);
bool fake_in_tree(const struct fake_kernel *fake, const char *name, const char *file);

/** fake_run()/fake_git() - run a command; a failure fails the test */
void fake_run(char *const *argv);
void fake_git(const char *dir, const char *a, const char *b, const char *c);

#endif
