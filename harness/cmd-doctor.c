// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run-suite doctor: what this host can do and what will disturb measurements.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "host.h"
#include "initramfs.h"

enum { OPT_PROBE = OPT_OWN, OPT_ENGINE, OPT_FORMAT };

/**
 * struct doctor_options - what this subcommand understands
 * @probe: --probe
 * @engine: --engine, where it was given
 * @has_engine: it was
 * @format: --format
 */
struct doctor_options {
	bool probe;
	enum engine engine;
	bool has_engine;
	enum print_format format;
};

/* Return: 0 when there is an answer in @ret_probe. */
static int probe_with(const struct options *opts, const char *qemu, const char *vmlinux,
		      bool force, struct engine_probe *ret_probe, struct err *err)
{
	char *initramfs = str_printf("%s/probe.%d.cpio", opts->paths.cache, (int)getpid());
	const struct engine_probe_request request = {
		.device = ENGINE_KVM_DEVICE,
		.qemu = qemu,
		.vmlinux = vmlinux,
		.initramfs = initramfs,
		.cache = opts->paths.cache,
		.force = force,
	};
	int error;

	error = initramfs_write(initramfs, opts->paths.agent, NULL, err);
	if (!error)
		error = engine_probe_kvm(&request, ret_probe, err);
	unlink(initramfs);
	free(initramfs);
	return error;
}

/* Only with a kernel that is there already: doctor builds nothing. */
static bool probe(const struct options *opts, const struct variant *variant, bool force,
		  struct engine_probe *ret_probe)
{
	struct kernel_builder builder = cmd_kernel_builder(opts);
	struct kernel_image image = { 0 };
	struct err err = { "" };
	char *qemu = qemu_find();
	int error = -ENOENT;

	if (qemu && kernel_is_cached(&builder, variant)) {
		error = kernel_build(&builder, variant, &image, &err);
		if (!error)
			error = probe_with(opts, qemu, image.vmlinux, force, ret_probe, &err);
		if (error)
			report_warning("kvm guest: cannot be tried: %s", err.text);
		kernel_image_free(&image);
	}
	free(qemu);
	return !error;
}

/* What `run` would do with nothing else said, one guest at a time. */
static void plan_default(const struct options *opts, const struct variant *variant,
			 struct host_request *request)
{
	struct plan_request wanted = { .profile = "quick", .exact = true };
	struct kernel_builder builder = cmd_kernel_builder(opts);
	struct err err = { "" };
	struct plan plan;

	strv_add(&wanted.variants, "%s", variant->name);
	if (!plan_make(&wanted, &plan, &err)) {
		host_request_plan(request, &plan, 1, !kernel_is_cached(&builder, variant));
		plan_free(&plan);
	}
	strv_free(&wanted.variants);
}

static int print(const struct host_findings *findings, const struct doctor_options *own)
{
	const enum engine *engine = own->has_engine ? &own->engine : NULL;

	if (own->format != PRINT_JSON)
		host_print_text(findings, engine, stdout);
	else if (host_print_json(findings, engine, stdout))
		return EXIT_BROKEN;	/* main() reports what became of stdout. */
	/* What one engine alone needs is missing only to whoever asks for it. */
	for (size_t i = 0; i < findings->nr; i++) {
		const struct host_finding *finding = &findings->item[i];

		if (finding->level == HOST_MISSING &&
		    (own->has_engine ? finding->item->engines & HOST_FOR(own->engine) :
				       finding->item->engines == HOST_FOR_ALL))
			return EXIT_BROKEN;
	}
	return EXIT_OK;
}

static int examine(const struct options *opts, const struct doctor_options *own)
{
	struct host_request request = {
		.root = "",
		.results = opts->paths.results,
		.cache = opts->paths.cache,
	};
	struct engine_probe answer = { 0 };
	struct host_findings findings;
	struct variant *variant;
	struct topo *topo = NULL;
	struct err err = { "" };
	int code;

	if (variant_load(opts->paths.kernels, "baseline", &variant, &err)) {
		report_error("%s", err.text);
		return EXIT_BROKEN;
	}
	/* Before a probe's guest is part of what is seen. */
	if (topo_load(&topo, &err))
		report_warning("%s", err.text);
	request.topo = topo;
	plan_default(opts, variant, &request);
	if (probe(opts, variant, own->probe, &answer))
		request.probe = &answer;
	host_examine(&request, &findings);
	code = print(&findings, own);
	host_findings_free(&findings);
	topo_free(topo);
	variant_free(variant);
	return code;
}

static int take_option(void *ctx, int opt)
{
	struct doctor_options *own = ctx;

	switch (opt) {
	case OPT_PROBE:
		own->probe = true;
		return -1;
	case OPT_ENGINE:
		own->has_engine = true;
		return cmd_engine(optarg, &own->engine);
	case OPT_FORMAT:
		return cmd_format(optarg, cmd_doctor.formats, &own->format);
	}
	return -1;
}

static int doctor_main(struct options *opts, int argc, char **argv)
{
	static const struct option longs[] = {
		CMD_COMMON_OPTIONS,
		{ "probe", no_argument, NULL, OPT_PROBE },
		{ "engine", required_argument, NULL, OPT_ENGINE },
		{ "format", required_argument, NULL, OPT_FORMAT },
		{ 0 }
	};
	struct doctor_options own = { .format = PRINT_TEXT };
	int code = cmd_options(opts, &cmd_doctor, argc, argv, longs, take_option, &own);

	if (code < 0)
		code = cmd_no_arguments(&cmd_doctor, argc, argv);
	if (code >= 0)
		return code;
	return examine(opts, &own);
}

const struct command cmd_doctor = {
	.name = "doctor",
	.help = "show what this host can do and what disturbs measurements",
	.usage = "usage: run-suite doctor [--engine NAME] [--format text|json] [--probe]\n"
		 "\n"
		 "Changes nothing on the host. Each finding is good, a note, disturbs, missing, or\n"
		 "unknown where it cannot be judged; with how to mend it.\n"
		 "\n"
		 "  --engine NAME           judge for kvm, tcg or exact (for each of them)\n"
		 "  --format text|json      how to print it (text)\n"
		 "  --probe                 boot a guest under kvm again instead of remembering\n"
		 "\n"
		 "Exit codes: 0 nothing is missing, 3 something needed is.\n",
	.formats = PRINT_PLAIN,
	.main = doctor_main,
};
