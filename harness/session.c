// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A run from its request to the point where cells can run.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "initramfs.h"
#include "proc.h"
#include "session.h"

static void take_made(struct session *session)
{
	for (size_t i = 0; i < session->request->plan.variants.nr; i++)
		session->variant[session->nr_variants++] = (struct runner_variant){
			.variant = session->request->made[i],
		};
	session->request->made = NULL;
}

static int load_variants(struct session *session, struct err *err)
{
	const struct strv *names = &session->request->plan.variants;
	int error;

	session->variant = mem_grow(NULL, names->nr, sizeof(*session->variant));
	if (session->request->made) {
		take_made(session);
		return 0;
	}
	for (size_t i = 0; i < names->nr; i++) {
		struct runner_variant variant = { 0 };

		error = variant_load(session->request->opts->paths.kernels, names->item[i],
				     &variant.variant, err);
		if (error)
			return error;
		session->variant[session->nr_variants++] = variant;
		if (!strcmp(variant.variant->state, "planned"))
			return err_set(err, -EINVAL, "variant %s: is planned and cannot be built yet; see "
				       "`run-suite list variants`", names->item[i]);
	}
	return 0;
}

static int find_tools(struct session *session, struct err *err)
{
	const char *agent = session->request->opts->paths.agent;
	const char *plugin = session->request->opts->paths.traffic;

	session->qemu = qemu_find();
	if (!session->qemu)
		return err_set(err, -ENODEV, "qemu-system-x86_64: not found in PATH or PAGEMETA_QEMU; "
			       "install it (Debian: qemu-system-x86)");
	session->qemu_version = qemu_version(session->qemu);
	if (!session->qemu_version || strncmp(session->qemu_version, "QEMU ", 5))
		return err_set(err, -ENODEV, "%s: is no QEMU: --version says \"%s\"; install QEMU or set "
			       "PAGEMETA_QEMU", session->qemu,
			       session->qemu_version ? session->qemu_version : "");
	if (session->request->traffic && access(plugin, R_OK))
		return err_set(err, -ENODEV, "traffic plugin %s: cannot be read; build the suite or set "
			       "PAGEMETA_TRAFFIC", plugin);
	if (hash_file(agent, session->agent_hash, NULL))
		return err_set(err, -ENODEV, "agent %s: cannot be read; build the suite or set "
			       "PAGEMETA_AGENT", agent);
	return 0;
}

int session_open(struct session_request *request, struct progress *progress,
		 struct session *ret_session, struct err *err)
{
	int error;

	*ret_session = (struct session){ .request = request, .progress = progress };
	error = load_variants(ret_session, err);
	if (!error)
		error = find_tools(ret_session, err);
	if (!error)
		error = topo_load(&ret_session->topo, err);
	return error;
}

void session_close(struct session *session)
{
	for (size_t i = 0; i < session->nr_variants; i++) {
		variant_free(session->variant[i].variant);
		kernel_image_free(&session->variant[i].image);
		free(session->variant[i].why_not);
		selftest_set_free(&session->variant[i].selftests);
		free(session->variant[i].why_no_selftests);
		functions_free(&session->variant[i].changed);
		free(session->variant[i].changed_path);
		functions_free(&session->variant[i].all);
		free(session->variant[i].all_path);
		if (session->variant[i].differs)
			functions_free(session->variant[i].differs);
		free(session->variant[i].differs);
	}
	free(session->variant);
	free(session->qemu);
	free(session->qemu_version);
	topo_pool_free(session->seats.pool);
	free(session->seats.note);
	topo_free(session->topo);
	host_findings_free(&session->host);
	plan_free(&session->plan);
	store_close(session->store);
	reuse_close(session->reuse);
	*session = (struct session){ 0 };
}

void session_show_build(void *ctx, const char *variant, const char *what, unsigned int done,
			unsigned int total)
{
	struct session *session = ctx;
	char left[32] = "";

	if (!done)
		session->compile_begun = clock_ns();
	if (!total) {
		progress_show(session->progress, "kernel %s: %s", variant, what);
		return;
	}
	/* The first objects are small: an estimate made from them alone would be a lie. */
	if (done < total && done > total / 50)
		text_seconds(left, sizeof(left), (clock_ns() - session->compile_begun) / 1e9 / done *
						 (total - done));
	progress_show(session->progress, "kernel %s: %s %u of %u%s%s", variant, what, done, total,
		      *left ? ", left: " : "", left);
}

static void say_built(struct session *session, const struct runner_variant *variant)
{
	char took[32];

	if (variant->image.cached)
		progress_say(session->progress, "kernel %s: in the cache", variant->variant->name);
	else
		progress_say(session->progress, "kernel %s: built in %s", variant->variant->name,
			     text_seconds(took, sizeof(took), variant->image.seconds));
}

/* What is built upon a kernel that cannot be built would fail in the same place. */
static bool lacks_parent(const struct session *session, size_t at)
{
	const struct variant *up = session->variant[at].variant->up;

	return at && session->variant[at - 1].why_not && up && up->keep_tree;
}

int session_build(struct session *session, struct err *err)
{
	struct kernel_builder builder = cmd_kernel_builder(session->request->opts);
	int error;

	error = session_look(session, err);
	if (error)
		return error;
	builder.progress = session_show_build;
	builder.progress_ctx = session;
	for (size_t i = 0; i < session->nr_variants; i++) {
		struct runner_variant *variant = &session->variant[i];

		if (lacks_parent(session, i)) {
			variant->why_not = str_printf("no kernel: the one it builds upon cannot be built");
			continue;
		}
		error = kernel_build(&builder, variant->variant, &variant->image, err);
		if (!error) {
			say_built(session, variant);
			continue;
		}
		if (error == -EINTR)
			return error;
		variant->why_not = str_printf("no kernel: %.*s", (int)strcspn(err->text, "\n"),
					      err->text);
		/* Not the user's mistake, whatever number it came with. */
		if (i == 0)
			return -EIO;
		progress_clear(session->progress);
		report_error("%s", err->text);
	}
	return 0;
}

/* The probe's guest: the agent without a job says hello and goes. */
static int probe(struct session *session, struct err *err)
{
	const struct options *opts = session->request->opts;
	char *initramfs = str_printf("%s/probe.%d.cpio", opts->paths.cache, (int)getpid());
	const struct engine_probe_request request = {
		.device = ENGINE_KVM_DEVICE,
		.qemu = session->qemu,
		.vmlinux = session->variant[0].image.vmlinux,
		.initramfs = initramfs,
		.cache = opts->paths.cache,
		.force = session->request->probe_again,
	};
	int error;

	progress_show(session->progress, "trying whether a guest boots under kvm");
	error = initramfs_write(initramfs, opts->paths.agent, NULL, err);
	if (!error)
		error = engine_probe_kvm(&request, &session->probe, err);
	session->probed = !error;
	unlink(initramfs);
	free(initramfs);
	return error;
}

/* Cells that cannot boot would each take their whole patience. */
static int demand_kvm(struct session *session, struct err *err)
{
	int error = probe(session, err);

	if (error || session->probe.kvm)
		return error;
	return err_set(err, -ENODEV, "engine kvm: %s; use --engine exact, or --probe to try again",
		       session->probe.why);
}

/* What counts memory traffic are translated instructions, so that only one engine can. */
static int exact_for_traffic(struct session *session, struct err *err)
{
	const char *name = session->request->engine;

	if (strcmp(name, "auto") && strcmp(name, engine_table[ENGINE_EXACT].name))
		return err_set(err, -EINVAL, "--traffic: needs --engine exact, not %s", name);
	session->engine = ENGINE_EXACT;
	session->request->plan.exact = true;
	return 0;
}

int session_choose_engine(struct session *session, bool may_boot, struct err *err)
{
	const char *name = session->request->engine;
	const struct engine_probe *answer = &session->probe;
	struct strv known = { 0 };
	int error;

	if (session->request->traffic)
		return exact_for_traffic(session, err);
	if (strcmp(name, "auto")) {
		error = engine_parse(name, &session->engine);
		if (!error && session->engine == ENGINE_KVM && may_boot)
			error = demand_kvm(session, err);
		if (error == -EINVAL) {
			for (size_t i = 0; i < ENGINE_NR; i++)
				strv_add(&known, "%s", engine_table[i].name);
			strv_add(&known, "auto");
			err_set(err, error, "engine %s: no such engine; did you mean %s?", name,
				name_nearest(name, &known) ? name_nearest(name, &known) : "auto");
			strv_free(&known);
		}
		if (error)
			return error;
	} else if (!may_boot) {
		session->engine = ENGINE_EXACT;
		snprintf(session->engine_note, sizeof(session->engine_note),
			 "engine exact is assumed: the probe for kvm needs a built kernel");
	} else {
		error = probe(session, err);
		if (error)
			return error;
		session->engine = answer->kvm ? ENGINE_KVM : ENGINE_EXACT;
		snprintf(session->engine_note, sizeof(session->engine_note), "engine %s: kvm %s%s",
			 engine_table[session->engine].name, answer->why,
			 answer->remembered ? " (remembered)" : "");
	}
	session->request->plan.exact = engine_table[session->engine].exact;
	return 0;
}

int session_prepare(struct session_request *request, struct progress *progress,
		    struct session *ret_session, struct err *err)
{
	int error;

	error = session_open(request, progress, ret_session, err);
	if (!error)
		error = session_choose_engine(ret_session, false, err);
	return error ? error : session_make_plan(ret_session, err);
}

int session_get_ready(struct session *session, struct err *err)
{
	int error;

	error = session_build(session, err);
	if (!error)
		error = session_choose_engine(session, true, err);
	if (error)
		return error;
	if (*session->engine_note)
		progress_say(session->progress, "%s", session->engine_note);
	plan_free(&session->plan);
	return session_make_plan(session, err);
}

int session_make_plan(struct session *session, struct err *err)
{
	return plan_make(&session->request->plan, &session->plan, err);
}

void session_print_plan(const struct session *session, FILE *out)
{
	struct kernel_builder builder = cmd_kernel_builder(session->request->opts);

	fprintf(out, "engine: %s\n", engine_table[session->engine].name);
	if (*session->engine_note)
		fprintf(out, "        %s\n", session->engine_note);
	for (size_t i = 0; i < session->nr_variants; i++)
		fprintf(out, "kernel: %s (%s)\n", session->plan.label.item[i],
			kernel_is_cached(&builder, session->variant[i].variant) ? "in the cache" :
										  "to be built");
	fprintf(out, "cells:  %zu\n", session->plan.nr_cells);
	for (size_t i = 0; i < session->plan.nr_cells; i++) {
		const struct plan_cell *cell = &session->plan.cell[i];

		fprintf(out, "%5zu  trial %u  %-16s %-10s %s\n", i + 1, cell->trial,
			session->plan.label.item[cell->variant], cell->workload->name, cell->params);
	}
}
