// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * run-suite doctor: what this host can do and what will disturb measurements.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "engine.h"
#include "host.h"
#include "initramfs.h"
#include "topo.h"

static void print_topology(void)
{
	struct err err = { "" };
	struct topo *topo;

	if (topo_load(&topo, &err)) {
		printf("  note  topology: %s\n", err.text);
		return;
	}
	printf("        topology: %u node%s, %u core%s, %u CPU%s usable here\n", topo_nodes(topo),
	       topo_nodes(topo) == 1 ? "" : "s", topo_cores(topo),
	       topo_cores(topo) == 1 ? "" : "s", topo_cpus(topo), topo_cpus(topo) == 1 ? "" : "s");
	topo_free(topo);
}

static void probe_with(const struct options *opts, const char *qemu, const char *bzimage,
		       bool force)
{
	char *initramfs = str_printf("%s/probe.%d.cpio", opts->paths.cache, (int)getpid());
	const struct engine_probe_request request = {
		.device = ENGINE_KVM_DEVICE,
		.qemu = qemu,
		.bzimage = bzimage,
		.initramfs = initramfs,
		.cache = opts->paths.cache,
		.force = force,
	};
	struct engine_probe probe = { 0 };
	struct err err = { "" };
	int error;

	error = initramfs_write(initramfs, opts->paths.agent, NULL, &err);
	if (!error)
		error = engine_probe_kvm(&request, &probe, &err);
	if (error)
		printf("  note  kvm guest: cannot be tried: %s\n", err.text);
	else
		printf("  %s  kvm guest: %s%s\n", probe.kvm ? "ok  " : "note", probe.why,
		       probe.remembered ? " (remembered; --probe tries again)" : "");
	unlink(initramfs);
	free(initramfs);
}

/* Only with a kernel that is there already: doctor builds nothing. */
static void print_probe(const struct options *opts, bool force)
{
	struct kernel_builder builder = cmd_kernel_builder(opts);
	struct kernel_image image = { 0 };
	struct variant *variant;
	struct err err = { "" };
	char *qemu = qemu_find();

	if (!qemu)
		return;
	if (variant_load(opts->paths.kernels, "baseline", &variant, &err)) {
		printf("  note  kernels: %s\n", err.text);
		free(qemu);
		return;
	}
	if (!kernel_is_cached(&builder, variant)) {
		puts("        kvm guest: tried with the first run, when a kernel is built");
	} else if (kernel_build(&builder, variant, &image, &err)) {
		printf("  note  kernels: %s\n", err.text);
	} else {
		probe_with(opts, qemu, image.bzimage, force);
		kernel_image_free(&image);
	}
	variant_free(variant);
	free(qemu);
}

static int print_findings(const struct options *opts)
{
	static const char *const word[] = { "ok  ", "note", "BAD " };
	struct host_findings findings = { 0 };
	int code = EXIT_OK;

	host_examine(&findings, opts->paths.cache);
	for (size_t i = 0; i < findings.nr; i++) {
		const struct host_finding *item = &findings.item[i];

		printf("  %s  %s: %s\n", word[item->level], item->what, item->seen);
		if (*item->mend)
			printf("        -> %s\n", item->mend);
		if (item->level == HOST_BAD)
			code = EXIT_BROKEN;
	}
	host_findings_free(&findings);
	return code;
}

static int doctor_main(struct options *opts, int argc, char **argv)
{
	static const struct option longs[] = {
		CMD_COMMON_OPTIONS, { "probe", no_argument, NULL, OPT_OWN }, { 0 }
	};
	bool force = false;
	int opt, code;

	while ((opt = cmd_getopt(argc, argv, CMD_COMMON_LETTERS, longs)) != -1) {
		if (opt == OPT_OWN) {
			force = true;
			continue;
		}
		code = cmd_common_option(opts, &cmd_doctor, opt);
		if (code >= 0)
			return code;
	}
	if (optind < argc) {
		report_usage("doctor: takes no arguments, not %s", argv[optind]);
		return EXIT_USAGE;
	}
	print_topology();
	code = print_findings(opts);
	print_probe(opts, force);
	return code;
}

const struct command cmd_doctor = {
	.name = "doctor",
	.help = "show what this host can do and what disturbs measurements",
	.usage = "usage: run-suite doctor [--probe]\n"
		 "\n"
		 "Changes nothing on the host. Exit code 3 when something needed is missing.\n"
		 "\n"
		 "  --probe                 boot a guest under kvm again instead of remembering\n",
	.main = doctor_main,
};
