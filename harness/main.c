// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run-suite: finds where things are, picks the subcommand, and understands the
 * options all of them share.
 */
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "proc.h"

#define CACHE_LIMIT_DEFAULT (UINT64_C(25) << 30)
#define PLOTS_LISTED 6	/* more are not read */

static const struct command *const command_table[] = {
	&cmd_run,
	&cmd_gate,
	&cmd_bisect,
	&cmd_selftest,
	&cmd_calibrate,
	&cmd_trend,
	&cmd_compare,
	&cmd_report,
	&cmd_list,
	&cmd_show,
	&cmd_doctor,
	&cmd_cache,
	&cmd_census,
	&cmd_complete,
};

static void print_help(void)
{
	puts("usage: run-suite [COMMAND] [OPTIONS]\n"
	     "\n"
	     "Builds kernel variants, boots them in guests, measures what they cost and compares.\n"
	     "Without a command: run --profile quick.\n"
	     "\n"
	     "commands:");
	for (size_t i = 0; i < ARRAY_SIZE(command_table); i++)
		if (command_table[i]->help)
			printf("  %-9s %s\n", command_table[i]->name, command_table[i]->help);
	puts("\n"
	     "`run-suite COMMAND --help` explains each; run-suite(1) is the manual.");
}

static void print_common_options(void)
{
	puts("\n"
	     "common options:\n"
	     "  -q, --quiet             say less; -v, --verbose say more\n"
	     "  --results DIR           folder that holds runs\n"
	     "  --cache DIR             folder of sources, trees and images\n"
	     "  --cache-limit SIZE      e.g. 25G (0: none); least recently used things go first\n"
	     "  --kernels DIR           folder of the kernel variants\n"
	     "  --kernel-source PATH    folder or tarball instead of the packaged source\n"
	     "  -h, --help              this text; --version the version");
}

static void print_version(void)
{
	puts(PACKAGE_NAME " " PACKAGE_VERSION "\n"
	     "GPL-2.0-or-later; linked with GSL, and so distributed under GPL-3.0-or-later.\n"
	     "There is no warranty, to the extent permitted by law.");
}

static int parse_size(const char *text, uint64_t *ret_bytes)
{
	static const char units[] = "KMGT";
	unsigned long long value;
	const char *unit;
	char *end;
	int shift = 0;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || end == text || *text == '-')
		return -EINVAL;
	unit = *end ? strchr(units, *end) : NULL;
	if (unit) {
		shift = 10 * (unit - units + 1);
		end++;
	}
	if (*end || value > UINT64_MAX >> shift)
		return -EINVAL;
	*ret_bytes = (uint64_t)value << shift;
	return 0;
}

static void set_path(char **path, const char *value)
{
	free(*path);
	*path = str_dup(value);
}

static void unknown_option(const char *arg, const struct option *longs)
{
	struct strv known = { 0 };
	char *name = str_printf("%.*s", (int)strcspn(arg, "="), arg);
	const char *nearest;

	for (; longs->name; longs++)
		strv_add(&known, "--%s", longs->name);
	nearest = name_nearest(name, &known);
	report_usage("option %s: no such option%s%s%s", name, nearest ? "; did you mean " : "",
		     nearest ? nearest : "", nearest ? "?" : "");
	strv_free(&known);
	free(name);
}

static int next_option(int argc, char **argv, const struct option *longs)
{
	char letter[3] = "-";
	int opt;

	opterr = 0;
	opt = getopt_long(argc, argv, ":qvh", longs, NULL);
	if (opt == ':') {
		report_usage("option %s: needs a value", argv[optind - 1]);
		return '?';
	}
	if (opt != '?' && (!optarg || *optarg))
		return opt;
	if (opt != '?') {
		while (longs->name && longs->val != opt)
			longs++;
		report_usage("option --%s: its value is empty", longs->name ? longs->name : "?");
		return '?';
	}
	letter[1] = optopt;
	if (optopt > 0 && optopt < OPT_RESULTS)
		unknown_option(letter, longs);
	else if (optopt)
		report_usage("option %s: takes no value", argv[optind - 1]);
	else
		unknown_option(argv[optind - 1], longs);
	return '?';
}

static int take_common(struct options *opts, const struct command *command, int opt)
{
	switch (opt) {
	case 'h':
		fputs(command->usage, stdout);
		print_common_options();
		return EXIT_OK;
	case OPT_VERSION:
		print_version();
		return EXIT_OK;
	case 'q':
		opts->verbose--;
		return -1;
	case 'v':
		opts->verbose++;
		return -1;
	case OPT_RESULTS:
		set_path(&opts->paths.results, optarg);
		return -1;
	case OPT_CACHE:
		set_path(&opts->paths.cache, optarg);
		return -1;
	case OPT_KERNELS:
		set_path(&opts->paths.kernels, optarg);
		return -1;
	case OPT_KERNEL_SOURCE:
		set_path(&opts->kernel_source, optarg);
		return -1;
	case OPT_CACHE_LIMIT:
		return cmd_size("--cache-limit", optarg, &opts->cache_limit);
	default:
		fprintf(stderr, "Try `run-suite %s --help`.\n", command->name);
		return EXIT_USAGE;
	}
}

int cmd_options(struct options *opts, const struct command *command, int argc, char **argv,
		const struct option *longs, int (*take)(void *own, int opt), void *own)
{
	int opt, code;

	if (opts->ask) {
		*opts->ask = longs;
		return EXIT_OK;
	}
	while ((opt = next_option(argc, argv, longs)) != -1) {
		code = opt >= OPT_OWN ? take(own, opt) : take_common(opts, command, opt);
		if (code >= 0)
			return code;
	}
	return -1;
}

int cmd_unknown(const char *what, const char *name, const struct strv *known)
{
	const char *nearest = name_nearest(name, known);
	char *all;

	if (nearest) {
		report_usage("%s %s: no such %s; did you mean %s?", what, name, what, nearest);
		return EXIT_USAGE;
	}
	all = strv_join(known, ", ");
	report_usage("%s %s: no such %s; known: %s", what, name, what, *all ? all : "none");
	free(all);
	return EXIT_USAGE;
}

int cmd_format(const char *name, unsigned int set, enum print_format *ret_format)
{
	struct strv known = { 0 };
	int code = -1;

	print_format_names(set, &known);
	if (strv_has(&known, name)) {
		for (int i = 0; i < PRINT_NR; i++)
			if (!strcmp(name, print_format_name(i)))
				*ret_format = i;
	} else {
		code = cmd_unknown("format", name, &known);
	}
	strv_free(&known);
	return code;
}

int cmd_engine(const char *name, enum engine *ret_engine)
{
	struct strv known = { 0 };
	int code;

	if (!engine_parse(name, ret_engine))
		return -1;
	for (size_t i = 0; i < ENGINE_NR; i++)
		strv_add(&known, "%s", engine_table[i].name);
	code = cmd_unknown("engine", name, &known);
	strv_free(&known);
	return code;
}

int cmd_size(const char *option, const char *text, uint64_t *ret_bytes)
{
	if (!parse_size(text, ret_bytes))
		return -1;
	report_usage("%s %s: give a size such as 25G", option, text);
	return EXIT_USAGE;
}

void cmd_print_plots(const struct strv *made, FILE *out)
{
	const char *slash = made->nr ? strrchr(made->item[0], '/') : NULL;

	if (made->nr > PLOTS_LISTED && slash)
		fprintf(out, "plots: %zu files in %.*s\n", made->nr,
			(int)(slash - made->item[0]), made->item[0]);
	for (size_t i = 0; i < made->nr && made->nr <= PLOTS_LISTED; i++)
		fprintf(out, "plot: %s\n", made->item[i]);
}

int cmd_plotted(struct strv *made, int error, const struct err *err)
{
	cmd_print_plots(made, stderr);
	if (error)
		report_error("plots: %s", err->text);
	strv_free(made);
	return error ? EXIT_BROKEN : EXIT_OK;
}

int cmd_no_arguments(const struct command *command, int argc, char **argv)
{
	if (optind == argc)
		return -1;
	report_usage("%s: takes no arguments, not %s", command->name, argv[optind]);
	return EXIT_USAGE;
}

int cmd_count(const char *option, const char *text, unsigned int *ret_count)
{
	unsigned long value;
	char *end;

	value = strtoul(text, &end, 10);
	if (end == text || *end || !value || value > 1000 || *text == '-') {
		report_usage("%s %s: give a number from 1 to 1000", option, text);
		return EXIT_USAGE;
	}
	*ret_count = value;
	return -1;
}

int cmd_exit_code(int error)
{
	if (error == -EINTR)
		return 128 + (proc_interrupted() ? proc_interrupted() : 2);
	return error == -ENOENT || error == -EINVAL || error == -E2BIG || error == -EEXIST ||
	       error == -ESTALE ? EXIT_USAGE : EXIT_BROKEN;
}

int cmd_fail(int error, const struct err *err)
{
	if (error == -EINTR)
		report_error("interrupted; what was built so far is kept");
	else if (cmd_exit_code(error) == EXIT_USAGE)
		report_usage("%s", err->text);
	else
		report_error("%s", err->text);
	return cmd_exit_code(error);
}

struct kernel_builder cmd_kernel_builder(const struct options *opts)
{
	return (struct kernel_builder){
		.kernels = opts->paths.kernels,
		.cache = opts->paths.cache,
		.source = opts->kernel_source,
		.limit = opts->cache_limit,
	};
}

/* A checkout names its folders in the environment; what is installed has its own. */
static char *path_of(const char *variable, const char *fallback)
{
	const char *value = getenv(variable);

	return value && *value ? str_dup(value) : str_dup(fallback);
}

static char *default_results(void)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");

	if (getenv("PAGEMETA_RESULTS"))
		return str_dup(getenv("PAGEMETA_RESULTS"));
	if (state && *state == '/')
		return str_printf("%s/pagemeta/results", state);
	return str_printf("%s/.local/state/pagemeta/results", home ? home : "");
}

static void find_paths(struct paths *paths)
{
	paths->kernels = path_of("PAGEMETA_KERNELS", PKGDATADIR "/kernels");
	paths->plots = path_of("PAGEMETA_PLOTS", PKGDATADIR "/plots");
	paths->agent = path_of("PAGEMETA_AGENT", PKGLIBEXECDIR "/agent");
	paths->traffic = path_of("PAGEMETA_TRAFFIC", PKGLIBEXECDIR "/traffic.so");
	paths->results = default_results();
	paths->cache = cache_default();
}

static void free_options(struct options *opts)
{
	free(opts->paths.kernels);
	free(opts->paths.plots);
	free(opts->paths.agent);
	free(opts->paths.traffic);
	free(opts->paths.results);
	free(opts->paths.cache);
	free(opts->kernel_source);
}

const struct command *cmd_at(size_t at)
{
	return at < ARRAY_SIZE(command_table) ? command_table[at] : NULL;
}

const struct command *cmd_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(command_table); i++)
		if (!strcmp(command_table[i]->name, name))
			return command_table[i];
	return NULL;
}

const struct option *cmd_options_of(struct options *opts, const struct command *command)
{
	char *argv[] = { (char *)command->name, NULL };
	const struct option *options = NULL;

	if (!command->help)
		return NULL;
	opts->ask = &options;
	command->main(opts, 1, argv);
	opts->ask = NULL;
	return options;
}

static int unknown_command(const char *name)
{
	struct strv known = { 0 };
	int code;

	for (size_t i = 0; i < ARRAY_SIZE(command_table); i++)
		if (command_table[i]->help)
			strv_add(&known, "%s", command_table[i]->name);
	code = cmd_unknown("command", name, &known);
	strv_free(&known);
	return code;
}

/* Results that could not be written to stdout are no success. */
static int check_stdout(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	/* The reason is long forgotten: one more byte brings it back. */
	clearerr(stdout);
	errno = 0;
	putchar('\n');
	fflush(stdout);
	if (errno != EPIPE)
		report_error("standard output: cannot write: %s", strerror(errno));
	return code ? code : EXIT_BROKEN;
}

/*
 * A closed stdin would make the next file that is opened fd 0, and what is handed
 * to children as such would get there.
 */
static int open_standard_fds(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	return fd < 0 ? -errno : close(fd);
}

static int dispatch(struct options *opts, int argc, char **argv)
{
	const struct command *command = &cmd_run;

	if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") ||
			 !strcmp(argv[1], "help"))) {
		print_help();
		return EXIT_OK;
	}
	if (argc > 1 && !strcmp(argv[1], "--version")) {
		print_version();
		return EXIT_OK;
	}
	if (argc > 1 && argv[1][0] != '-') {
		command = cmd_find(argv[1]);
		if (!command)
			return unknown_command(argv[1]);
		argc--;
		argv++;
	}
	return command->main(opts, argc, argv);
}

int main(int argc, char **argv)
{
	struct options opts = {
		.cache_limit = CACHE_LIMIT_DEFAULT,
		.tty = isatty(STDERR_FILENO),
		.colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
	};
	int code;

	if (open_standard_fds())
		return EXIT_BROKEN;
	/* Numbers are printed the same everywhere; only text takes the user's charset. */
	setlocale(LC_CTYPE, "");
	proc_catch_signals();
	find_paths(&opts.paths);
	code = dispatch(&opts, argc, argv);
	free_options(&opts);
	return check_stdout(code);
}
