// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The fake kernel. Its Makefile has what the builder relies on in the real one:
 * tinyconfig, olddefconfig that drops unknown options, objects with records, and
 * a tool that is built with absolute paths and that every object depends on.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "cache.h"
#include "fake-kernel.h"
#include "kernel-key.h"
#include "proc.h"

static const char makefile[] =
	"# SPDX-License-Identifier: GPL-2.0\n"
	"VERSION = 6\n"
	"PATCHLEVEL = 12\n"
	"SUBLEVEL = 999\n"
	"EXTRAVERSION =\n"
	"OBJS := mm/alloc.o mm/free.o kernel/main.o kernel/exit.o\n"
	"GATE := $(shell cat gate.txt)\n"
	"KEY := $(notdir $(patsubst %/linux,%,$(CURDIR)))\n"
	"tinyconfig:\n"
	"\t@echo '  TINY    config'\n"
	"\t@echo CONFIG_TINY=y > .config\n"
	"olddefconfig:\n"
	"\t@awk -f olddef.awk known.txt .config > .config.new && mv .config.new .config\n"
	"vmlinux: $(OBJS) .config\n"
	"\t@echo '  LD      $@'\n"
	"\t@cat $(OBJS) .config > $@\n"
	"\t@cp $@ System.map\n"
	"%.o: %.c include/page.h tools/objtool/objtool\n"
	"\t@echo '  CC      $@'\n"
	"\t@while test $@ != mm/alloc.o -a -e $(GATE); do touch $(GATE).$(KEY); sleep 0.02; done\n"
	"\t@gcc -Iinclude -c -o $@ $<\n"
	"\t@printf 'savedcmd_$@ := gcc\\n' > $(dir $@).$(notdir $@).cmd\n"
	"tools/objtool/objtool: FORCE\n"
	"\t@test \"$$(cat tools/objtool/.objtool.cmd 2>/dev/null)\" = $(CURDIR) || \\\n"
	"\t{ echo '  HOSTCC  $@'; echo tool > $@; echo $(CURDIR) > tools/objtool/.objtool.cmd; }\n"
	"mrproper:\n"
	"\t@rm -f .config $(OBJS) tools/objtool/objtool\n"
	".PHONY: FORCE tinyconfig olddefconfig mrproper\n";

/* The last line of each known option, unknown ones dropped: what Kconfig does. */
static const char olddef[] =
	"NR == FNR { known[$1] = 1; next }\n"
	"/^CONFIG_/ { split($0, part, \"=\"); last[part[1]] = $0 }\n"
	"/^# CONFIG_.* is not set$/ { last[$2] = $0 }\n"
	"END { for (option in last) if (option in known) print last[option] | \"sort\" }\n";

const char FAKE_PATCH_FREE[] =
	"Subject: free twelve\n"
	"\n"
	"--- a/mm/free.c\n"
	"+++ b/mm/free.c\n"
	"@@ -1,5 +1,5 @@\n"
	" #include \"page.h\"\n"
	" int mm_free(void)\n"
	" {\n"
	"-\treturn 2;\n"
	"+\treturn 12;\n"
	" }\n";

void fake_write(const char *dir, const char *path, const char *text)
{
	char *full = str_printf("%s/%s", dir, path), *folder = str_dup(full);
	struct err err = { "" };

	*strrchr(folder, '/') = '\0';
	if (fs_mkdir(folder, &err) || fs_write(full, text, strlen(text), &err))
		fail_msg("%s", err.text);
	free(folder);
	free(full);
}

/* An hour old, as sources are: objects must be newer. */
static void put_source(const struct fake_kernel *fake, const char *file, const char *text)
{
	struct timespec hour_ago = { .tv_sec = time(NULL) - 3600 };
	struct timespec times[2] = { hour_ago, hour_ago };
	char *path = str_printf("%s/%s", fake->source, file);

	fake_write(fake->source, file, text);
	if (utimensat(AT_FDCWD, path, times, 0))
		fail_msg("%s: %s", path, strerror(errno));
	free(path);
}

static void make_source(const struct fake_kernel *fake)
{
	put_source(fake, "Makefile", makefile);
	put_source(fake, "olddef.awk", olddef);
	put_source(fake, "known.txt", "CONFIG_TINY\nCONFIG_MM\nCONFIG_NAME\nCONFIG_DEBUG\n");
	put_source(fake, "gate.txt", fake->gate);
	put_source(fake, "include/page.h", "#define PAGE 4096\n");
	put_source(fake, "tools/objtool/objtool.c", "/* the tool */\n");
	put_source(fake, "mm/alloc.c",
		   "#include \"page.h\"\nint mm_alloc(void)\n{\n\treturn 1;\n}\n");
	put_source(fake, "mm/free.c",
		   "#include \"page.h\"\nint mm_free(void)\n{\n\treturn 2;\n}\n");
	put_source(fake, "kernel/main.c", "int kernel_main(void)\n{\n\treturn 3;\n}\n");
	put_source(fake, "kernel/exit.c", "int kernel_exit(void)\n{\n\treturn 4;\n}\n");
}

static void make_kernels(const struct fake_kernel *fake)
{
	fake_write(fake->kernels, "base.config", "CONFIG_MM=y\n# CONFIG_DEBUG is not set\n");
	fake_write(fake->kernels, "debug.config", "CONFIG_DEBUG=y\n");
	fake_write(fake->kernels, "baseline/variant.ini",
		   "[variant]\nhelp = the base\nstate = complete\n");
}

void fake_kernel_make(struct fake_kernel *fake)
{
	char template[] = "/tmp/test-kernel.XXXXXX";

	if (!mkdtemp(template))
		fail_msg("%s: cannot be made: %s", template, strerror(errno));
	*fake = (struct fake_kernel){
		.dir = str_dup(template),
		.kernels = str_printf("%s/kernels", template),
		.source = str_printf("%s/source", template),
		.cache = str_printf("%s/cache", template),
		.gate = str_printf("%s/gate", template),
	};
	make_source(fake);
	make_kernels(fake);
}

void fake_kernel_remove(struct fake_kernel *fake)
{
	fs_remove(fake->dir, NULL);
	free(fake->dir);
	free(fake->kernels);
	free(fake->source);
	free(fake->cache);
	free(fake->gate);
}

struct kernel_builder fake_kernel_builder(const struct fake_kernel *fake)
{
	return (struct kernel_builder){
		.kernels = fake->kernels,
		.cache = fake->cache,
		.source = fake->source,
		.jobs = 1,
	};
}

void fake_variant(const struct fake_kernel *fake, const char *name, const char *ini,
		  const char *patch)
{
	char *dir = str_printf("%s/%s", fake->kernels, name);
	char *text = str_printf("[variant]\nhelp = a variant\nstate = complete\nparent = baseline\n%s",
				ini);

	fake_write(dir, "variant.ini", text);
	if (patch) {
		fake_write(dir, "series", "0001-change.patch\n");
		fake_write(dir, "0001-change.patch", patch);
	}
	free(text);
	free(dir);
}

void fake_gate_close(const struct fake_kernel *fake)
{
	fake_write(fake->dir, "gate", "");
}

void fake_gate_open(const struct fake_kernel *fake)
{
	unlink(fake->gate);
}

static unsigned int count_waiting(const struct fake_kernel *fake)
{
	DIR *dir = opendir(fake->dir);
	unsigned int nr = 0;
	struct dirent *item;

	while (dir && (item = readdir(dir)))
		nr += !strncmp(item->d_name, "gate.", 5);
	if (dir)
		closedir(dir);
	return nr;
}

void fake_gate_await(const struct fake_kernel *fake, unsigned int nr)
{
	uint64_t deadline = clock_ns() + UINT64_C(20000000000);

	while (count_waiting(fake) < nr) {
		if (clock_ns() > deadline)
			fail_msg("no %u compilations wait at the gate", nr);
		poll(NULL, 0, 10);
	}
}

unsigned int fake_compiled(const char *log, const char *object)
{
	char *line = str_printf("  CC      %s\n", object), *text, *at;
	struct err err = { "" };
	unsigned int nr = 0;

	if (fs_read(log, &text, NULL, &err))
		fail_msg("%s", err.text);
	for (at = text; (at = strstr(at, line)); at++)
		nr++;
	free(text);
	free(line);
	return nr;
}

/* --- building in it --- */

int fake_setup(void **state)
{
	struct fake_kernel *fake = mem_grow(NULL, 1, sizeof(*fake));

	fake_kernel_make(fake);
	*state = fake;
	return 0;
}

int fake_teardown(void **state)
{
	fake_kernel_remove(*state);
	free(*state);
	return 0;
}

struct variant *fake_load(const struct fake_kernel *fake, const char *name)
{
	struct variant *variant;
	struct err err = { "" };

	if (variant_load(fake->kernels, name, &variant, &err))
		fail_msg("%s", err.text);
	return variant;
}

int fake_try_build(const struct fake_kernel *fake, const char *name,
		     struct kernel_image *image, struct err *err)
{
	struct kernel_builder kb = fake_kernel_builder(fake);
	struct variant *variant = fake_load(fake, name);
	int error = kernel_build(&kb, variant, image, err);

	variant_free(variant);
	return error;
}

struct kernel_image fake_build(const struct fake_kernel *fake, const char *name)
{
	struct kernel_image image;
	struct err err = { "" };

	if (fake_try_build(fake, name, &image, &err))
		fail_msg("%s", err.text);
	return image;
}

void fake_build_and_forget(const struct fake_kernel *fake, const char *name)
{
	struct kernel_image image = fake_build(fake, name);

	kernel_image_free(&image);
}

char *fake_key(const struct fake_kernel *fake, const char *name)
{
	struct kernel_builder kb = fake_kernel_builder(fake);
	struct variant *variant = fake_load(fake, name);
	struct kernel_plan plan;
	struct err err = { "" };
	char *root, *key;

	assert_int_equal(cache_open(fake->cache, &root, NULL), 0);
	if (kernel_plan_make(&kb, root, variant, variant->debug, &plan, &err))
		fail_msg("%s", err.text);
	key = str_dup(plan.key);
	kernel_plan_free(&plan);
	variant_free(variant);
	free(root);
	return key;
}

char *fake_tree_path(const struct fake_kernel *fake, const char *name, const char *file)
{
	char *key = fake_key(fake, name), *path;

	path = str_printf("%s/tree/%s/%s", fake->cache, key, file);
	free(key);
	return path;
}

bool fake_in_tree(const struct fake_kernel *fake, const char *name, const char *file)
{
	char *path = fake_tree_path(fake, name, file);
	bool is = fs_exists(path);

	free(path);
	return is;
}

void fake_run(char *const *argv)
{
	char *text = NULL;
	struct err err = { "" };

	if (proc_capture(argv, &text, &err))
		fail_msg("%s", err.text);
	free(text);
}

void fake_git(const char *dir, const char *a, const char *b, const char *c)
{
	fake_run((char *[]){ "git", "-C", (char *)dir, "-c", "user.name=t", "-c", "user.email=t@t",
			(char *)a, (char *)b, (char *)c, NULL });
}
