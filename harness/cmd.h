/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Subcommands: one cmd-NAME.c and one line in the table of main.c each. Only
 * these files may end the process.
 */
#ifndef PAGEMETA_CMD_H
#define PAGEMETA_CMD_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "engine.h"
#include "err.h"
#include "kernel.h"
#include "print-format.h"
#include "util.h"

/**
 * struct paths - where things are; found once by main(), read by everyone
 * @kernels: folder of the kernel variants
 * @plots: folder of the gnuplot scripts
 * @agent: the static guest program
 * @traffic: the plugin of QEMU that counts memory traffic
 * @results: folder runs land in by default
 * @cache: root of the cache
 */
struct paths {
	char *kernels;
	char *plots;
	char *agent;
	char *traffic;
	char *results;
	char *cache;
};

/**
 * struct options - what every subcommand understands
 * @paths: see above
 * @kernel_source: --kernel-source, or NULL
 * @cache_limit: bytes; --cache-limit
 * @verbose: 0, higher with each -v, lower with each -q
 * @tty: stderr is a terminal: progress may be drawn
 * @colour: stdout is a terminal and NO_COLOR is not set
 * @ask: for cmd_options_of(); NULL otherwise
 */
struct options {
	struct paths paths;
	char *kernel_source;
	uint64_t cache_limit;
	int verbose;
	bool tty;
	bool colour;
	const struct option **ask;
};

/**
 * struct command - a subcommand
 * @name: as typed
 * @help: one line; NULL: it is not for people
 * @usage: text of --help, without the common options that main.c adds
 * @formats: what --format takes, see print-format.h
 * @main: like main(); argv[0] is @name. Returns an exit code of enum exit_code.
 */
struct command {
	const char *name;
	const char *help;
	const char *usage;
	unsigned int formats;
	int (*main)(struct options *opts, int argc, char **argv);
};

/*
 * Common options: place CMD_COMMON_OPTIONS in the subcommand's option array; its own count
 * from OPT_OWN.
 */
enum {
	OPT_RESULTS = 1000, OPT_CACHE, OPT_CACHE_LIMIT, OPT_KERNELS, OPT_KERNEL_SOURCE, OPT_VERSION,
	OPT_OWN = 1100,		/* a subcommand's own long options count from here */
	OPT_SESSION = 1200,	/* and those of session-options.h */
};

#define CMD_COMMON_OPTIONS \
	{ "help", no_argument, NULL, 'h' }, \
	{ "version", no_argument, NULL, OPT_VERSION }, \
	{ "quiet", no_argument, NULL, 'q' }, \
	{ "verbose", no_argument, NULL, 'v' }, \
	{ "results", required_argument, NULL, OPT_RESULTS }, \
	{ "cache", required_argument, NULL, OPT_CACHE }, \
	{ "cache-limit", required_argument, NULL, OPT_CACHE_LIMIT }, \
	{ "kernels", required_argument, NULL, OPT_KERNELS }, \
	{ "kernel-source", required_argument, NULL, OPT_KERNEL_SOURCE }

/**
 * cmd_options() - take the options of a subcommand
 * @opts: common ones are kept here
 * @command: whose usage --help prints
 * @argc: as main() has it
 * @argv: as main() has it
 * @longs: long options, CMD_COMMON_OPTIONS among them
 * @take: takes one of its own, whose value is in optarg; returns -1 to go on, or an exit code
 * @own: handed to it
 *
 * Return: -1 when all are taken and optind is that of the first argument, else the exit code
 * to end with (0 after --help); what is wrong has been said, with the nearest known option.
 */
int cmd_options(struct options *opts, const struct command *command, int argc, char **argv,
		const struct option *longs, int (*take)(void *own, int opt), void *own);

/** cmd_no_arguments() - refuse what is left at optind. Return: -1 when nothing is, else EXIT_USAGE */
int cmd_no_arguments(const struct command *command, int argc, char **argv);

/**
 * cmd_options_of() - the options of a subcommand, common ones among them
 *
 * The subcommand is called, and asked for them instead of being given any: each calls
 * cmd_options() before it does anything else. Return: ended by one without a name; NULL for none.
 */
const struct option *cmd_options_of(struct options *opts, const struct command *command);

/** cmd_at() - a subcommand of the table; NULL behind its end */
const struct command *cmd_at(size_t at);

/** cmd_find() - a subcommand by its name, or NULL */
const struct command *cmd_find(const char *name);

/** cmd_list_kind() - what `list` can list; NULL behind the last */
const char *cmd_list_kind(size_t at);

/** cmd_unknown() - usage error naming the nearest known word. Return: EXIT_USAGE */
int cmd_unknown(const char *what, const char *name, const struct strv *known);

/**
 * cmd_format() - the value of --format
 * @name: as typed
 * @set: what the subcommand can print, see print-format.h
 * @ret_format: set on success
 *
 * Return: -1, or EXIT_USAGE after the usage error has been printed.
 */
int cmd_format(const char *name, unsigned int set, enum print_format *ret_format);

/** cmd_count() - the number from 1 to 1000 of an option. Return: -1 when it was set, else EXIT_USAGE */
int cmd_count(const char *option, const char *text, unsigned int *ret_count);

/**
 * cmd_exit_code() - what an error is to the shell
 * @error: -errno
 *
 * A name that is not known, a value out of range and a run that cannot be gone on with are
 * the user's to mend; everything else is the test bed's.
 *
 * Return: EXIT_USAGE, EXIT_BROKEN, or 128 and the signal after an interruption.
 */
int cmd_exit_code(int error);

/**
 * cmd_fail() - report why something could not be done
 * @error: -errno
 * @err: why
 *
 * Return: cmd_exit_code().
 */
int cmd_fail(int error, const struct err *err);

/** cmd_engine() - the name of an engine, "auto" is none. Return: as cmd_format() */
int cmd_engine(const char *name, enum engine *ret_engine);

/** cmd_size() - the value of an option that is a size, such as 25G. Return: as cmd_format() */
int cmd_size(const char *option, const char *text, uint64_t *ret_bytes);

/** cmd_print_plots() - where pictures are: each, or of many the folder */
void cmd_print_plots(const struct strv *made, FILE *out);

/**
 * cmd_plotted() - say on stderr where pictures are, or why there are none: stdout may be JSON
 * @made: their paths; freed
 * @error: of drawing them
 * @err: why
 *
 * Return: exit code.
 */
int cmd_plotted(struct strv *made, int error, const struct err *err);

/** cmd_kernel_builder() - a builder from the options, without progress */
struct kernel_builder cmd_kernel_builder(const struct options *opts);

extern const struct command cmd_run, cmd_gate, cmd_bisect, cmd_selftest, cmd_calibrate, cmd_trend,
	cmd_compare, cmd_report, cmd_complete, cmd_list, cmd_show, cmd_doctor, cmd_cache, cmd_census;

#endif
